//! The report on an evaluation as HTML: the values that `templates/evaluation.html` shows.

use askama::Template;
use tunedrop_evaluation::{
    CheckResult, Evaluation, FEW_RECORDS, MetricResult, Noise, Outcome, RECORDS_MIN, Rule, SideResult, Verdict,
};
use tunedrop_validation::money::{price as price_of, usd};

use super::changed::{Group, groups};
use super::chart::{Chart, chart};
use super::confusion::{Labels, labels};
use super::describe::describe;
use super::figures::{cost, heading, interval, latency, name, score, signed, signed_interval, verdict};
use super::next::next;
use super::requirements::{Requirement, requirement};
use super::{EvaluatedModel, EvaluationReport};
use crate::wording::{STYLE, STYLE_HASH, Span, between, counted, folded, grouped, moment, spans, visible};

#[derive(Template)]
#[template(path = "evaluation.html")]
struct Page<'a> {
    style: &'a str,
    style_hash: &'a str,
    title: String,
    kind: String,
    tone: &'a str,
    dataset: String,
    headline: String,
    /// The interval, and everything else that the decision's sentence says.
    evidence: Option<String>,
    notes: Vec<String>,
    /// Whether the recipe says what is required.
    is_required: bool,
    requirements: Vec<Requirement>,
    is_undecided: bool,
    next: Vec<(Vec<Span>, String)>,
    chart: Option<Chart>,
    side_names: Vec<String>,
    metrics: Vec<Metric>,
    has_differences: bool,
    changed: Option<Vec<Group>>,
    changed_by: String,
    against: String,
    show_excerpts: bool,
    labels: Option<Labels>,
    answers: Vec<(&'a str, Vec<String>)>,
    noise: Option<NoiseText>,
    how: How,
    facts: Vec<(&'a str, String)>,
    models: Vec<(String, Vec<(&'a str, String)>)>,
}

/// A metric's rows.
struct Metric {
    name: String,
    measures: Vec<Span>,
    source: Vec<Span>,
    scores: Vec<Cell>,
    differences: Vec<Compared>,
}

/// A side's score.
struct Cell {
    value: String,
    interval: Option<String>,
    missing: Option<String>,
}

/// A difference to another side.
struct Compared {
    against: String,
    value: String,
    interval: String,
    records: String,
    verdict: &'static str,
    class: &'static str,
}

struct NoiseText {
    side: String,
    summary: String,
    changes: Vec<(String, String)>,
}

/// How the decision was made.
struct How {
    records: String,
    resamples: String,
    seed: u64,
    least: u64,
    few: u64,
}

pub(super) fn render(report: &EvaluationReport) -> Result<String, askama::Error> {
    let evaluation = &report.evaluation;
    let dataset = visible(&report.dataset);
    let (headline, evidence) = decision(&evaluation.decision.sentence);
    let (tone, what) = match evaluation.decision.outcome {
        Outcome::Keep => ("good", "keep the new model"),
        Outcome::Drop => ("bad", "drop the new model"),
        Outcome::Undecided => ("wait", "undecided"),
    };
    let changed = evaluation.changed.as_ref();
    let checks = &evaluation.decision.checks;
    Page {
        style: STYLE,
        style_hash: STYLE_HASH,
        title: format!("{dataset}: {what}"),
        kind: format!("Evaluation {} of a model of dataset", report.number),
        tone,
        headline,
        evidence,
        notes: notes(evaluation),
        is_required: checks.iter().any(|check| check.rule != Rule::Better),
        requirements: checks.iter().map(requirement).collect(),
        is_undecided: checks.iter().any(|check| check.result == CheckResult::Undecided),
        next: next(report).into_iter().map(|(what, command)| (spans(&what), folded(&command))).collect(),
        chart: chart(evaluation),
        side_names: evaluation.sides.iter().map(|side| heading(evaluation, &side.side)).collect(),
        metrics: evaluation.metrics.iter().map(|metric| self::metric(evaluation, metric)).collect(),
        has_differences: evaluation.metrics.iter().any(|metric| !metric.differences.is_empty()),
        changed: changed.map(|_| groups(report)),
        changed_by: changed.map(|changed| changed.metric.to_string()).unwrap_or_default(),
        against: changed.map(|changed| name(evaluation, &changed.against)).unwrap_or_default(),
        show_excerpts: report.show_excerpts,
        labels: labels(evaluation, report.show_excerpts),
        answers: answers(report),
        noise: evaluation.noise.as_ref().map(|noise| self::noise(evaluation, noise)),
        how: How {
            records: counted(evaluation.records, "record"),
            resamples: grouped(u64::from(evaluation.resampling.resamples)),
            seed: evaluation.resampling.seed,
            least: RECORDS_MIN,
            few: FEW_RECORDS,
        },
        facts: facts(report),
        models: evaluation
            .sides
            .iter()
            .map(|side| (heading(evaluation, &side.side), model(report, &side.side)))
            .collect(),
        dataset,
    }
    .render()
}

/// The decision's sentence as a headline, and the evidence that it has in parentheses with what follows.
fn decision(sentence: &str) -> (String, Option<String>) {
    let parts = sentence.split_once(" (95% interval ").and_then(|(claim, rest)| Some((claim, rest.split_once(')')?)));
    match parts {
        None => (visible(sentence), None),
        Some((claim, (evidence, rest))) => {
            let rest = rest.trim_start_matches('.');
            (format!("{}.", visible(claim)), Some(visible(&format!("95% interval {evidence}.{rest}"))))
        }
    }
}

/// The notes that aren't in the decision's sentence already.
fn notes(evaluation: &Evaluation) -> Vec<String> {
    let notes = evaluation.notes.iter().filter(|note| !evaluation.decision.sentence.contains(note.as_str()));
    notes.map(|note| visible(note)).collect()
}

fn metric(evaluation: &Evaluation, result: &MetricResult) -> Metric {
    let (measures, source) = describe(result.metric);
    let scores = result.scores.iter().map(|side| Cell {
        value: side.score.as_ref().map_or("–".to_owned(), |found| score(found.value)),
        interval: interval(side.score.as_ref()),
        missing: (side.missing > 0).then(|| format!("{} missing", grouped(side.missing))),
    });
    let differences = result.differences.iter().map(|difference| {
        let found = difference.difference.as_ref();
        Compared {
            against: name(evaluation, &difference.against),
            value: found.map_or("–".to_owned(), |found| signed(found.value)),
            interval: signed_interval(found).unwrap_or("–".to_owned()),
            records: grouped(found.map_or(0, |found| found.records)),
            verdict: verdict(difference),
            class: match difference.verdict {
                Verdict::Better => "good",
                Verdict::Worse => "bad",
                Verdict::NoDifference => "same",
            },
        }
    });
    Metric {
        name: result.metric.to_string(),
        measures: spans(measures),
        source: spans(source),
        scores: scores.collect(),
        differences: differences.collect(),
    }
}

/// A row for each figure of the answers, with a value for each side.
fn answers(report: &EvaluationReport) -> Vec<(&'static str, Vec<String>)> {
    let row = |of: &dyn Fn(&SideResult) -> Option<String>| {
        report.evaluation.sides.iter().map(|side| of(side).unwrap_or_else(|| "unknown".to_owned())).collect::<Vec<_>>()
    };
    let price = |side: &SideResult| report.models.get(&side.side)?.price;
    let cost = |side: &SideResult| {
        let (price, usage) = (price(side)?, &side.usage);
        let (asked, answered) = (usage.tokens_in? as f64, usage.tokens_out? as f64);
        Some(usd((asked * price.input_per_1k + answered * price.output_per_1k) / 1_000.0))
    };
    vec![
        ("Answers", row(&|side| Some(grouped(side.answers)))),
        ("No answer", row(&|side| Some(grouped(side.missing)))),
        ("Empty", row(&|side| Some(grouped(side.empty)))),
        ("Look like a refusal", row(&|side| Some(grouped(side.refusals)))),
        ("Length against the reference, median", row(&|side| side.length_ratio.map(|ratio| format!("{ratio:.2} ×")))),
        ("Latency, median", row(&|side| side.usage.latency_p50_ms.map(latency))),
        ("Latency, 95th percentile", row(&|side| side.usage.latency_p95_ms.map(latency))),
        ("Prompt tokens", row(&|side| side.usage.tokens_in.map(grouped))),
        ("Answer tokens", row(&|side| side.usage.tokens_out.map(grouped))),
        ("Price of 1,000 prompt tokens", row(&|side| price(side).map(|price| format!("{} USD", price.input_per_1k)))),
        ("Price of 1,000 answer tokens", row(&|side| price(side).map(|price| format!("{} USD", price.output_per_1k)))),
        ("Cost of these answers", row(&cost)),
        ("Cost of 1,000 such requests", row(&|side| side.usage.usd_per_1k_requests.map(price_of))),
    ]
}

fn noise(evaluation: &Evaluation, noise: &Noise) -> NoiseText {
    NoiseText {
        side: heading(evaluation, &noise.side),
        summary: format!("{} of {} answers were the same.", grouped(noise.same), grouped(noise.records)),
        changes: noise.change.iter().map(|(metric, change)| (metric.to_string(), score(*change))).collect(),
    }
}

fn facts(report: &EvaluationReport) -> Vec<(&'static str, String)> {
    let (evaluation, counts) = (&report.evaluation, &report.evaluation.sample);
    let overlap = match evaluation.overlap {
        None => "not compared".to_owned(),
        Some(overlap) => {
            format!("{} of {}", grouped(overlap.in_training), counted(overlap.held_out, "different record"))
        }
    };
    let mut facts = vec![
        ("Run", visible(&report.run_id)),
        ("Held-out file", visible(&report.held_out)),
        ("Records in it", grouped(counts.records)),
        ("Duplicates", grouped(counts.duplicates)),
        ("Not usable", grouped(counts.unusable.values().sum())),
        ("In the training file, too", overlap),
        ("Records asked", grouped(evaluation.records)),
        (
            "Longest answer allowed",
            report.max_tokens.map_or("the models' own maximum".to_owned(), |most| counted(most, "token")),
        ),
    ];
    facts.extend(report.judge.as_deref().map(|judge| ("Judge", visible(judge))));
    facts.extend(report.started_at.as_deref().map(|time| ("Started", moment(time))));
    facts.extend(report.decided_at.as_deref().map(|time| ("Decided", moment(time))));
    let took = between(report.started_at.as_deref(), report.decided_at.as_deref());
    facts.extend(took.map(|took| ("Duration", took)));
    facts.push(("Cost", cost(report.cost_usd, report.judge.is_some())));
    facts.extend(
        report
            .related
            .iter()
            .map(|other| ("See also", format!("{}: {}", visible(&other.title), visible(&other.address)))),
    );
    facts
}

/// What a side is.
fn model(report: &EvaluationReport, side: &str) -> Vec<(&'static str, String)> {
    let Some(EvaluatedModel { base_model, run_id, model_arn, deployment_arn, price: _ }) = report.models.get(side)
    else {
        return Vec::new();
    };
    let mut facts = vec![("Base model", visible(base_model))];
    let mut add = |name, value: &Option<String>| facts.extend(value.as_deref().map(|value| (name, visible(value))));
    add("Run", run_id);
    add("Custom model", model_arn);
    add("Deployment that answered", deployment_arn);
    facts
}
