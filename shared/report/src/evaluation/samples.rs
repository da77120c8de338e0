//! Evaluations for tests.

use std::collections::BTreeMap;

use tunedrop_evaluation::{
    Answer, Input, Metric, Overlap, Price, Prompt, RecordKey, Requirement, Resampling, SampleCounts, Side, Speaker,
    Turn, Unusable, evaluate,
};

use super::{EvaluatedModel, EvaluationReport, RecordTexts, RelatedReport};

pub(crate) const RUN: &str = "support-bot-0123456789ab";
pub(crate) const OTHER_RUN: &str = "support-bot-9f8e7d6c5b4a";

/// An answer to the record with this number.
pub(crate) type Answers<'a> = &'a dyn Fn(usize) -> &'a str;

pub(crate) fn key(n: usize) -> RecordKey {
    format!("{n:032x}").parse().expect("32 digits")
}

/// A report on `records` records with this reference. The first side is the new model.
pub(crate) fn report(
    records: usize,
    reference: Answers<'_>,
    sides: &[(&str, Answers<'_>)],
    require: BTreeMap<Metric, Requirement>,
) -> EvaluationReport {
    let price = Price { input_per_1k: 0.00006, output_per_1k: 0.00024 };
    let answer = |text: &str, n: usize| Answer {
        text: text.to_owned(),
        latency_ms: Some(700 + n as u64),
        tokens_in: Some(40),
        tokens_out: Some(20),
    };
    let side = |(name, answers): &(&str, Answers<'_>)| Side {
        name: (*name).to_owned(),
        answers: (0..records).map(|n| (key(n), answer(answers(n), n))).collect(),
        judged: BTreeMap::new(),
        price: Some(price),
    };
    let mut all = sides.iter().map(side);
    let new = all.next().expect("a new model");
    let against: Vec<Side> = all.collect();
    let unusable = BTreeMap::from([(Unusable::Media, 2)]);
    let evaluation = evaluate(&Input {
        judged: Vec::new(),
        references: (0..records).map(|n| (key(n), reference(n).to_owned())).collect(),
        sample: SampleCounts { records: records as u64 + 3, duplicates: 1, unusable, sampled: records as u64 },
        overlap: Some(Overlap { held_out: records as u64, in_training: 0 }),
        repeated: against.first().cloned(),
        new,
        against,
        metrics: Vec::new(),
        require,
        resampling: Resampling { resamples: 500, seed: 1 },
    });
    let changed = evaluation.changed.iter().flat_map(|changed| changed.better.iter().chain(&changed.worse));
    let texts = changed.map(|one| {
        let n = (0..records).find(|n| key(*n) == one.record).expect("a record of the sample");
        let turn = |speaker, text: String| Turn { speaker, texts: vec![text] };
        let turns = vec![
            turn(Speaker::User, "Hello".to_owned()),
            turn(Speaker::Assistant, "How can I help?".to_owned()),
            turn(Speaker::User, format!("Where is order {n}?")),
        ];
        let texts = RecordTexts {
            line: Some(n as u64 + 1),
            prompt: Some(Prompt { system: vec!["Be brief.".to_owned()], turns }),
            reference: reference(n).to_owned(),
            answers: sides.iter().map(|(name, answers)| ((*name).to_owned(), answers(n).to_owned())).collect(),
        };
        (one.record, texts)
    });
    let texts = texts.collect();
    EvaluationReport {
        version: 1,
        stack: "tunedrop".to_owned(),
        run_id: RUN.to_owned(),
        dataset: "support-bot".to_owned(),
        number: 1,
        held_out: "test.jsonl".to_owned(),
        models: sides.iter().map(|(name, _)| ((*name).to_owned(), model(name, price))).collect(),
        max_tokens: Some(128),
        judge: None,
        started_at: Some("2026-11-23T05:20:02.000Z".to_owned()),
        decided_at: Some("2026-11-23T05:26:40.000Z".to_owned()),
        cost_usd: Some(0.0237),
        deploys_as: None,
        show_excerpts: true,
        related: vec![RelatedReport {
            title: "Outcome of the run".to_owned(),
            address: format!("s3://drops/reports/support-bot/{RUN}/outcome.html"),
        }],
        evaluation,
        texts,
    }
}

fn model(side: &str, price: Price) -> EvaluatedModel {
    let arn = |kind: &str, id: &str| Some(format!("arn:aws:bedrock:us-east-1:111122223333:{kind}/{id}"));
    let is_custom = side != "base";
    EvaluatedModel {
        base_model: "amazon.nova-micro-v1:0:128k".to_owned(),
        run_id: is_custom.then(|| if side == RUN { RUN } else { OTHER_RUN }.to_owned()),
        model_arn: arn("custom-model", "amazon.nova-micro-v1:0:128k/mnopqrstuvwx").filter(|_| is_custom),
        deployment_arn: arn("custom-model-deployment", "yzabcdefghij").filter(|_| is_custom),
        price: Some(price),
    }
}

const REFERENCE: &str = "The order left our warehouse today and arrives within two working days.";
const HALF: &str = "The order left our warehouse, perhaps it is lost.";

/// The new model is right, except for two records. The base model is right half of the time.
pub(crate) fn kept() -> EvaluationReport {
    let new = |n: usize| if n % 20 == 7 { HALF } else { REFERENCE };
    let base = |n: usize| if n.is_multiple_of(2) { HALF } else { REFERENCE };
    let require = Requirement { min: Some(0.5), max: None, over_base: Some(0.05) };
    report(40, &|_| REFERENCE, &[(RUN, &new), ("base", &base)], BTreeMap::from([(Metric::RougeL, require)]))
}

/// No difference to two other models.
pub(crate) fn undecided() -> EvaluationReport {
    let every = |of: usize, at: usize| move |n: usize| if n % of == at { HALF } else { REFERENCE };
    let sides: [(&str, Answers<'_>); 3] = [(RUN, &every(4, 1)), ("deployed", &every(4, 2)), (OTHER_RUN, &every(5, 1))];
    report(40, &|_| REFERENCE, &sides, BTreeMap::new())
}

/// Labels, and the new model confuses two of them.
pub(crate) fn dropped() -> EvaluationReport {
    const LABELS: [&str; 3] = ["exchange", "other", "refund"];
    let reference = |n: usize| LABELS[n % 3];
    let new = |n: usize| match n % 3 {
        0 => "refund",
        1 if n.is_multiple_of(4) => "I don't know",
        _ => LABELS[n % 3],
    };
    let base = |n: usize| if n == 5 { "Other." } else { LABELS[n % 3] };
    report(45, &reference, &[(RUN, &new), ("base", &base)], BTreeMap::new())
}
