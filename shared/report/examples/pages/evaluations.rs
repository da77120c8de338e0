//! Reports on evaluations. The answers are scored as in the cloud.

use std::collections::BTreeMap;

use tunedrop_evaluation::{
    Answer, Input, Metric, Overlap, Price, RecordKey, Requirement, Resampling, Sample, Sampler, Side, evaluate,
};
use tunedrop_report::{EvaluatedModel, EvaluationReport, RecordTexts, RelatedReport};
use tunedrop_validation::Format;

use super::Page;
use super::records::ATTACKS;

const RUN: &str = "support-bot-0123456789ab";
const OTHER_RUN: &str = "support-bot-9f8e7d6c5b4a";
const ITEMS: [&str; 5] = ["lamp", "desk", "standing desk", "office chair", "bookshelf"];
const LABELS: [&str; 5] = ["cancellation", "exchange", "other", "refund", "where is my order"];

/// The metrics of the evaluation whose held-out file overlaps the training file.
const LEAKED: [Metric; 2] = [Metric::Accuracy, Metric::MacroF1];

/// How well a side answers, from 0 to 1.
type Skill<'a> = (&'a str, f64);

pub(crate) fn all() -> Vec<Page> {
    let over_base = |min, over_base| {
        BTreeMap::from([(Metric::RougeL, Requirement { min: Some(min), max: None, over_base: Some(over_base) })])
    };
    let kept = report(orders(200), &[(RUN, 0.9), ("base", 0.55)], over_base(0.6, 0.05), &[]);
    let deployed = EvaluationReport { deploys_as: Some("support-bot".to_owned()), number: 2, ..kept.clone() };
    let mut undecided = report(
        orders(60),
        &[(RUN, 0.72), ("base", 0.55), ("deployed", 0.7), (OTHER_RUN, 0.71)],
        BTreeMap::new(),
        &[Metric::RougeL, Metric::TokenF1, Metric::RefusalRate],
    );
    undecided.cost_usd = None;
    undecided.models.get_mut("deployed").into_iter().for_each(|model| model.price = None);
    let dropped = report(tickets(120, &LABELS), &[(RUN, 0.6), ("base", 0.85)], BTreeMap::new(), &LEAKED);
    let private = EvaluationReport { show_excerpts: false, ..dropped.clone() };
    let many: Vec<String> = (0..28).map(|n| format!("department {n}: returns and exchanges")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let many = report(
        tickets(280, &many),
        &[(RUN, 0.9), ("base", 0.4)],
        BTreeMap::new(),
        &[Metric::Accuracy, Metric::MacroF1],
    );
    let hostile =
        report(attacks(), &[(RUN, 0.9), ("base", 0.4)], BTreeMap::new(), &[Metric::TokenF1, Metric::Accuracy]);
    [
        ("evaluation-kept", kept),
        ("evaluation-kept-and-deployed", deployed),
        ("evaluation-undecided", undecided),
        ("evaluation-dropped", dropped),
        ("evaluation-without-excerpts", private),
        ("evaluation-many-labels", many),
        ("evaluation-one-record", report(orders(1), &[(RUN, 0.9), ("base", 0.4)], BTreeMap::new(), &[])),
        ("evaluation-alone", report(orders(40), &[(RUN, 0.9)], BTreeMap::new(), &[])),
        ("evaluation-hostile", hostile),
    ]
    .map(|(name, report)| (name, 0, Box::new(move || report.html()) as Box<dyn Fn() -> String>))
    .into()
}

/// Records of prompt and completion.
type Records = Vec<(String, String)>;

fn orders(n: usize) -> Records {
    let record = |n: usize| {
        let (item, day) = (ITEMS[n % 5], n % 27 + 1);
        let more = if n.is_multiple_of(9) {
            " I have asked before, and nobody wrote back.".repeat(n % 40)
        } else {
            String::new()
        };
        (
            format!("Where is order {n}? It is a {item}.{more}"),
            format!(
                "Your {item} (order {n}) left our warehouse on day {day} and arrives within two working days. You get a link to follow it."
            ),
        )
    };
    (0..n).map(record).collect()
}

fn tickets(n: usize, labels: &[&str]) -> Records {
    let record =
        |n: usize| (format!("Ticket {n}: what is this about?"), labels[dice(n, 7) as usize % labels.len()].to_owned());
    (0..n).map(record).collect()
}

fn attacks() -> Records {
    let words = ["متى يصل طلبي رقم ١٧؟", "הזמנה 17 תגיע מחר", "注文17はどこですか？"];
    let texts: Vec<&str> = ATTACKS.iter().chain(&words).copied().collect();
    (0..44).map(|n| (format!("{} {n}", texts[n % 11]), texts[(n + 3) % 11].to_owned())).collect()
}

fn dice(n: usize, salt: u64) -> u64 {
    let bits =
        (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(salt.wrapping_mul(0xbf58_476d_1ce4_e5b9));
    (bits ^ (bits >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33
}

/// An answer that keeps about this share of the reference's words, or of the references as a whole if they are labels.
fn answer(reference: &str, skill: f64, n: usize, salt: u64, labels: &[String]) -> Answer {
    let is_good = |at: usize| (dice(n * 31 + at, salt) % 1_000) as f64 / 1_000.0 < skill;
    let text = if n % 37 == 5 && skill < 0.8 {
        "I'm sorry, but I can't help with that. Please contact customer support.".to_owned()
    } else if n % 41 == 7 {
        String::new()
    } else if reference.split(' ').count() < 8 {
        if is_good(0) { reference.to_owned() } else { labels[dice(n, salt) as usize % labels.len()].clone() }
    } else {
        let swapped = ["perhaps", "soon", "your", "parcel"];
        let word = |(at, word): (usize, &str)| if is_good(at) { word.to_owned() } else { swapped[at % 4].to_owned() };
        reference.split(' ').enumerate().map(word).collect::<Vec<_>>().join(" ")
    };
    let tokens_out = Some(text.len() as u64 / 4);
    Answer { text, latency_ms: Some(400 + dice(n, salt) % 900), tokens_in: Some(40 + n as u64 % 60), tokens_out }
}

fn sample(records: &Records) -> Sample {
    let mut sampler = Sampler::new(1_000);
    for (prompt, completion) in records {
        let line = serde_json::json!({ "prompt": prompt, "completion": completion }).to_string();
        sampler.add(&Format::PromptCompletion, line.as_bytes());
    }
    sampler.add(&Format::PromptCompletion, b"{\"prompt\": \"no answer\"}");
    sampler.finish()
}

fn report(
    records: Records,
    skills: &[Skill<'_>],
    require: BTreeMap<Metric, Requirement>,
    metrics: &[Metric],
) -> EvaluationReport {
    let sample = sample(&records);
    let mut labels: Vec<String> = records.iter().map(|(_, completion)| completion.clone()).collect();
    labels.sort_unstable();
    labels.dedup();
    let price = Price { input_per_1k: 0.00006, output_per_1k: 0.00024 };
    let side = |(name, skill): &Skill<'_>, salt: u64| {
        let answers = sample.records.values().enumerate().filter(|(n, _)| n % 50 != 49);
        let answers = answers.map(|(n, record)| (record.key, answer(&record.reference, *skill, n, salt, &labels)));
        Side { name: (*name).to_owned(), answers: answers.collect(), judged: BTreeMap::new(), price: Some(price) }
    };
    let mut sides = skills.iter().enumerate().map(|(at, skill)| side(skill, at as u64));
    let new = sides.next().unwrap_or_default();
    let against: Vec<Side> = sides.collect();
    let repeated = against.first().map(|base| Side {
        answers: base.answers.iter().take(30).enumerate().map(|(n, (key, answer))| again(n, *key, answer)).collect(),
        ..base.clone()
    });
    let input = Input {
        references: sample.references(),
        sample: sample.counts.clone(),
        overlap: Some(Overlap { held_out: sample.counts.sampled, in_training: if metrics == LEAKED { 31 } else { 0 } }),
        new,
        against,
        repeated,
        metrics: metrics.to_vec(),
        judged: Vec::new(),
        require,
        resampling: Resampling::default(),
    };
    let evaluation = evaluate(&input);
    let answered = |key: &RecordKey| {
        let sides = std::iter::once(&input.new).chain(&input.against);
        sides.filter_map(|side| Some((side.name.clone(), side.answers.get(key)?.text.clone()))).collect()
    };
    let changed = evaluation.changed.iter().flat_map(|changed| changed.better.iter().chain(&changed.worse));
    let texts = changed.filter_map(|one| sample.records.get(&one.record)).map(|record| {
        let line = records.iter().position(|(_, completion)| *completion == record.reference).map(|at| at as u64 + 1);
        let mut prompt = record.prompt.clone();
        prompt.system.push("You answer customers of a furniture shop in one or two sentences.".to_owned());
        let texts = RecordTexts {
            line,
            prompt: Some(prompt),
            reference: record.reference.clone(),
            answers: answered(&record.key),
        };
        (record.key, texts)
    });
    let texts = texts.collect();
    EvaluationReport {
        version: 1,
        stack: "tunedrop".to_owned(),
        run_id: RUN.to_owned(),
        dataset: "support-bot".to_owned(),
        number: 1,
        held_out: "test.jsonl".to_owned(),
        models: skills.iter().map(|(name, _)| ((*name).to_owned(), model(name, price))).collect(),
        max_tokens: Some(128),
        judge: None,
        started_at: Some("2026-11-23T05:20:02Z".to_owned()),
        decided_at: Some("2026-11-23T05:26:40Z".to_owned()),
        cost_usd: Some(0.0237),
        deploys_as: None,
        show_excerpts: true,
        related: vec![RelatedReport {
            title: "Outcome of the run".to_owned(),
            address: format!("s3://tunedrop-111122223333-us-east-1/reports/support-bot/{RUN}/outcome.html"),
        }],
        evaluation,
        texts,
    }
}

/// The second answer to a prompt: a few differ.
fn again(n: usize, key: RecordKey, first: &Answer) -> (RecordKey, Answer) {
    let text = if n % 8 == 3 { format!("{} Have a nice day!", first.text) } else { first.text.clone() };
    (key, Answer { text, ..first.clone() })
}

fn model(side: &str, price: Price) -> EvaluatedModel {
    let arn = |kind: &str, id: &str| Some(format!("arn:aws:bedrock:us-east-1:111122223333:{kind}/{id}"));
    let custom = side != "base";
    EvaluatedModel {
        base_model: "amazon.nova-micro-v1:0:128k".to_owned(),
        run_id: custom.then(|| if side == RUN { RUN } else { OTHER_RUN }.to_owned()),
        model_arn: arn("custom-model", "amazon.nova-micro-v1:0:128k/mnopqrstuvwx").filter(|_| custom),
        deployment_arn: arn("custom-model-deployment", "yzabcdefghij").filter(|_| custom),
        price: Some(price),
    }
}
