//! The outcome report as HTML: the values that `templates/outcome.html` shows.

use askama::Template;

use super::chart::{Charts, charts};
use super::compared::{ComparedRow, compared_rows};
use super::lineage;
use super::loss_analysis::{LossAnalysis, analyze};
use super::losses::{Losses, notes, summary};
use super::next::next;
use super::suspects::{Section, section};
use super::{Outcome, Phase};
use crate::MetricColumn;
use crate::failure_hint::{FailureHint, failure_hint};
use crate::wording::{
    STYLE, STYLE_HASH, Span, between, command, folded, grouped, loss, moment, shell, spans, visible, visible_lines,
};

#[derive(Template)]
#[template(path = "outcome.html")]
struct Page<'a> {
    style: &'a str,
    style_hash: &'a str,
    title: String,
    kind: &'a str,
    tone: &'a str,
    dataset: String,
    headline: String,
    model_arn: Option<String>,
    reason: Option<String>,
    failed: bool,
    hint: Option<Hint>,
    trained: bool,
    estimated: bool,
    next: Vec<(Vec<Span>, String)>,
    charts: Option<Charts>,
    analysis: Option<LossAnalysis>,
    loss_notes: Vec<String>,
    losses: Vec<Losses>,
    metrics: Vec<Metric>,
    suspects: Option<Section>,
    compared: Vec<ComparedRow>,
    lineage: Vec<(&'a str, String)>,
    show: String,
    facts: Vec<(&'a str, String)>,
    phases: Vec<Row>,
    hyperparameters: Vec<(String, String)>,
    output: String,
    output_command: String,
}

/// What a failure means, and what to do about it.
struct Hint {
    means: Vec<Span>,
    fix: Vec<Span>,
}

/// A column of a metrics file.
struct Metric {
    name: String,
    first: String,
    last: String,
    lowest: String,
    highest: String,
}

/// A phase of the job.
struct Row {
    name: String,
    status: String,
    started: String,
    duration: String,
}

pub(super) fn render(outcome: &Outcome) -> Result<String, askama::Error> {
    let dataset = visible(&outcome.dataset);
    let (tone, headline) = headline(outcome);
    let losses = [("Training loss", &outcome.training), ("Validation loss", &outcome.validation)];
    Page {
        style: STYLE,
        style_hash: STYLE_HASH,
        title: format!("{dataset}: {}", visible(&outcome.state.to_lowercase())),
        kind: "Run of dataset",
        tone,
        dataset,
        headline,
        model_arn: outcome.model_arn.as_deref().map(visible),
        reason: reason(outcome),
        failed: outcome.state == "Failed",
        hint: outcome.failure_message.as_deref().and_then(failure_hint).map(hint),
        trained: outcome.state != "Refused",
        estimated: outcome.state != "Refused" && outcome.billing.is_some(),
        next: next(outcome).into_iter().map(|(what, command)| (spans(&what), folded(&command))).collect(),
        charts: charts(&outcome.training, &outcome.validation, None),
        analysis: analyze(&outcome.training, &outcome.validation),
        loss_notes: notes(&outcome.training, &outcome.validation),
        losses: losses.into_iter().filter_map(|(name, points)| summary(name, points)).collect(),
        metrics: outcome.metrics.iter().map(metric).collect(),
        suspects: section(outcome),
        compared: compared_rows(outcome),
        lineage: lineage::rows(outcome),
        show: folded(&command("show", &outcome.run_id, &outcome.stack)),
        facts: facts(outcome),
        phases: outcome.phases.iter().map(phase).collect(),
        hyperparameters: outcome.hyperparameters.iter().map(|(name, value)| (visible(name), visible(value))).collect(),
        output: visible(&outcome.output),
        output_command: folded(&format!("aws s3 ls --recursive {}", shell(&outcome.output))),
    }
    .render()
}

/// The style class of the header, and the headline.
fn headline(outcome: &Outcome) -> (&'static str, String) {
    let took = between(outcome.created_at.as_deref(), outcome.ended_at.as_deref());
    let after = took.map_or(String::new(), |took| format!(" after {took}"));
    match outcome.state.as_str() {
        "Succeeded" if outcome.model_arn.is_none() => {
            ("good", format!("Succeeded{after}: Bedrock hasn't named the custom model yet"))
        }
        "Succeeded" => ("good", format!("Succeeded{after}: the custom model is ready")),
        "Failed" => ("bad", format!("Failed{after}: there is no custom model")),
        "Stopped" => ("wait", format!("Stopped{after}: there is no custom model")),
        "Refused" => ("bad", "Refused: no job was started, and nothing is billed".to_owned()),
        other => ("wait", visible(other)),
    }
}

/// The reason word for word, with invisible characters escaped.
fn reason(outcome: &Outcome) -> Option<String> {
    match outcome.failure_message.as_deref().map(str::trim) {
        Some(words) if !words.is_empty() => Some(visible_lines(words)),
        _ if outcome.state == "Failed" => Some("(Bedrock gave no reason)".to_owned()),
        _ => None,
    }
}

fn facts(outcome: &Outcome) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Run", visible(&outcome.run_id)),
        ("Base model", visible(&outcome.base_model)),
        ("Lifecycle", outcome.lifecycle_warning.as_deref().map(visible).unwrap_or_default()),
        ("Job", visible(&outcome.job_arn)),
    ];
    facts.extend(outcome.created_at.as_deref().map(|time| ("Job created", moment(time))));
    facts.extend(outcome.ended_at.as_deref().map(|time| ("Job ended", moment(time))));
    facts.extend(between(outcome.created_at.as_deref(), outcome.ended_at.as_deref()).map(|took| ("Duration", took)));
    facts.extend(outcome.records.map(|records| ("Records", grouped(records))));
    if outcome.state != "Refused" {
        facts.extend(outcome.billing.iter().flat_map(|billing| billing.facts()));
    }
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn hint(hint: FailureHint) -> Hint {
    Hint { means: spans(hint.means), fix: spans(hint.fix) }
}

fn metric(column: &MetricColumn) -> Metric {
    Metric {
        name: visible(&column.name),
        first: loss(column.first),
        last: loss(column.last),
        lowest: loss(column.lowest),
        highest: loss(column.highest),
    }
}

fn phase(phase: &Phase) -> Row {
    let duration = between(phase.started_at.as_deref(), phase.changed_at.as_deref());
    Row {
        name: visible(&phase.name),
        status: visible(&phase.status),
        started: phase.started_at.as_deref().map_or("–".to_owned(), moment),
        duration: duration.unwrap_or("–".to_owned()),
    }
}
