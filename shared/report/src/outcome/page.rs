//! The outcome as a page.

use askama::Template;

use super::chart::{Charts, charts};
use super::losses::{Losses, notes, summary};
use super::reading::{Reading, read};
use super::{Outcome, Phase, next_commands};
use crate::meaning::{Meaning, meaning};
use crate::wording::{STYLE, STYLE_HASH, between, command, moment, shell, visible, visible_lines};

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
    failure: Option<String>,
    meaning: Option<Meaning>,
    trained: bool,
    next: Vec<(&'a str, String)>,
    charts: Option<Charts>,
    reading: Option<Reading>,
    loss_notes: Vec<String>,
    losses: Vec<Losses>,
    facts: Vec<(&'a str, String)>,
    phases: Vec<(String, String)>,
    hyperparameters: Vec<(String, String)>,
    output: String,
    output_command: String,
}

pub(super) fn render(outcome: &Outcome) -> Result<String, askama::Error> {
    let dataset = visible(&outcome.dataset);
    let (tone, headline) = headline(outcome);
    let losses = [("training", &outcome.training), ("validation", &outcome.validation)];
    Page {
        style: STYLE,
        style_hash: STYLE_HASH,
        title: format!("{dataset}: {}", visible(&outcome.state.to_lowercase())),
        kind: "Run of dataset",
        tone,
        dataset,
        headline,
        model_arn: outcome.model_arn.as_deref().map(visible),
        failure: failure(outcome),
        meaning: outcome.failure_message.as_deref().and_then(meaning),
        trained: outcome.state != "Refused",
        next: next(outcome),
        charts: charts(&outcome.training, &outcome.validation),
        reading: read(&outcome.training, &outcome.validation),
        loss_notes: notes(&outcome.training, &outcome.validation),
        losses: losses.into_iter().filter_map(|(name, points)| summary(name, points)).collect(),
        facts: facts(outcome),
        phases: outcome.phases.iter().map(phase).collect(),
        hyperparameters: outcome.hyperparameters.iter().map(|(name, value)| (visible(name), visible(value))).collect(),
        output: visible(&outcome.output),
        output_command: format!("aws s3 ls --recursive {}", shell(&outcome.output)),
    }
    .render()
}

/// The colour, and one sentence.
fn headline(outcome: &Outcome) -> (&'static str, String) {
    let took = between(outcome.created_at.as_deref(), outcome.ended_at.as_deref());
    let after = took.map_or(String::new(), |took| format!(" after {took}"));
    match outcome.state.as_str() {
        "Succeeded" if outcome.model_arn.is_none() => {
            ("good", format!("Succeeded{after}; Bedrock named no custom model yet"))
        }
        "Succeeded" => ("good", format!("Succeeded{after}: the custom model is ready")),
        "Failed" => ("bad", format!("Failed{after}: there is no custom model")),
        "Stopped" => ("wait", format!("Stopped{after}: there is no custom model")),
        "Refused" => ("bad", "Refused: no job was started, and nothing is billed".to_owned()),
        other => ("wait", visible(other)),
    }
}

/// Word for word but for characters that can't be seen.
fn failure(outcome: &Outcome) -> Option<String> {
    match outcome.failure_message.as_deref().map(str::trim) {
        Some(words) if !words.is_empty() => Some(visible_lines(words)),
        _ if outcome.state == "Failed" => Some("(Bedrock gave no reason)".to_owned()),
        _ => None,
    }
}

fn next(outcome: &Outcome) -> Vec<(&'static str, String)> {
    match (&outcome.model_arn, outcome.state.as_str()) {
        (Some(arn), "Succeeded") => next_commands(&outcome.run_id, arn, &outcome.base_model),
        (None, "Succeeded") => {
            vec![("Ask Bedrock for the job, which names the custom model", job_command(&outcome.job_arn))]
        }
        (_, "Refused") => vec![(
            "Do what the reason asks for, and drop the recipe again with a new `attempt`; or, once the stack allows it, run it as it is",
            command("retry", &outcome.run_id, &outcome.stack),
        )],
        (_, "Stopped") => vec![("Run the same content once more", command("retry", &outcome.run_id, &outcome.stack))],
        _ => vec![
            (
                "Mend the data or the recipe and drop it again, which starts a new run by itself; or run the same content once more",
                command("retry", &outcome.run_id, &outcome.stack),
            ),
            ("See the job as Bedrock has it", job_command(&outcome.job_arn)),
        ],
    }
}

fn job_command(arn: &str) -> String {
    format!("aws bedrock get-model-customization-job --job-identifier {}", shell(arn))
}

fn facts(outcome: &Outcome) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Run", visible(&outcome.run_id)),
        ("Base model", visible(&outcome.base_model)),
        ("Job", visible(&outcome.job_arn)),
    ];
    facts.extend(outcome.created_at.as_deref().map(|time| ("Job created", moment(time))));
    facts.extend(outcome.ended_at.as_deref().map(|time| ("Job ended", moment(time))));
    facts.extend(between(outcome.created_at.as_deref(), outcome.ended_at.as_deref()).map(|took| ("Took", took)));
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn phase(phase: &Phase) -> (String, String) {
    let mut text = visible(&phase.status);
    if let Some(start) = &phase.started_at {
        text.push_str(&format!(", from {}", moment(start)));
    }
    if let Some(took) = between(phase.started_at.as_deref(), phase.changed_at.as_deref()) {
        text.push_str(&format!(", {took}"));
    }
    (visible(&phase.name), text)
}
