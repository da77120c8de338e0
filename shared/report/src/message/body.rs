//! The text of a message: what happened, why, what to do next, the report, and the details.

use std::fmt::Write;

use tunedrop_run::State;
use tunedrop_run::event::RunDetail;

use super::next_steps::next_steps;
use super::{Topic, deployment, evaluation, is_idle, links, model};
use crate::failure_hint::{FailureHint, failure_hint};
use crate::redact;
use crate::wording::{counted, errors_and_warnings, grouped, listed, loss, moment, visible, visible_lines};

pub(super) fn body(topic: Topic<'_>, stack: &str, region: &str) -> String {
    let mut out = format!("{}\n{}", headline(topic), why(topic));
    let _ = write!(out, "\nWhat to do next:\n{}\n", indented(&next_steps(topic, stack)));
    if let Some(report) = topic.report() {
        out.push_str("\nReport:\n");
        for line in links::lines(topic, report, stack, region) {
            let _ = writeln!(out, "  {line}");
        }
    }
    let details = details(topic);
    if !details.is_empty() {
        let _ = write!(out, "\nDetails:\n{}", indented(&details));
        out.push('\n');
    }
    out
}

/// The facts about a run, a deployment or an evaluation, one on each line; empty for a misnamed file.
pub(super) fn details(topic: Topic<'_>) -> String {
    facts(topic).into_iter().map(|(name, value)| format!("{name:<16}{value}\n")).collect()
}

/// The comparison with the last rejection, the reason, and the first findings. Each begins with an empty line.
pub(super) fn why(topic: Topic<'_>) -> String {
    if let Topic::Deployment(kind, detail) = topic {
        return deployment::why(kind, detail);
    }
    if let Topic::Evaluation(detail) = topic {
        return evaluation::why(detail);
    }
    if let Topic::Model(_, detail) = topic {
        return model::why(detail);
    }
    let mut out = String::new();
    let (findings, total) = findings(topic);
    if let Some(run) = topic.run() {
        if let Some(fixed) = run.fixed.as_deref().filter(|_| shows_findings(topic)) {
            let _ = writeln!(out, "\n{}", visible(fixed));
        }
        if let Some(drift) = run.drift.as_deref().filter(|_| shows_drift(topic)) {
            let _ = writeln!(out, "\n{}", visible(drift));
        }
        if let Some(reason) = run.reason.as_deref().filter(|reason| !reason.trim().is_empty()) {
            let title =
                if redact::has_more(reason) { "Reason (shortened; the report has the full text)" } else { "Reason" };
            let _ = write!(out, "\n{title}:\n{}\n", indented(reason));
            if let Some(FailureHint { means, fix, .. }) = failure_hint(reason) {
                let _ = write!(out, "\nWhat it means:\n  {means}\n  {fix}\n");
            }
        }
    }
    if !findings.is_empty() && shows_findings(topic) {
        let shown = findings.len() as u64;
        out.push_str(if total > shown { "\nFirst findings:\n" } else { "\nFindings:\n" });
        for finding in findings {
            let _ = writeln!(out, "- {}", visible(finding));
        }
        if total > shown {
            let _ = writeln!(out, "The report has {} more.", grouped(total - shown));
        }
    }
    out
}

/// What happened, in one line.
pub(super) fn headline(topic: Topic<'_>) -> String {
    let dataset = visible(topic.dataset());
    let id = |run: &RunDetail| visible(&run.run_id);
    let on =
        |run: &RunDetail| run.base_model.as_deref().map_or(String::new(), |model| format!(" on {}", visible(model)));
    match topic {
        Topic::Misnamed(_) => {
            format!("A file in datasets/{dataset} was ignored because of its name. No run was started.")
        }
        Topic::Incomplete(set) => {
            format!("{dataset} is incomplete. Missing: {}.", listed(&set.missing_files))
        }
        Topic::Waiting(run) if is_idle(run) => {
            format!("The job of run {} hasn't started its next phase for hours.", id(run))
        }
        Topic::Waiting(run) => {
            format!("Run {} is still queued: a quota or a permission of this account blocks its launch.", id(run))
        }
        Topic::Settling(run) => {
            format!("{dataset} is valid. Training starts after {}, unless you upload newer files first.", starts(run))
        }
        Topic::Is(State::Rejected, run) if run.errors == 0 && run.warnings > 0 => {
            format!("{dataset} was rejected: the recipe sets strict: true, and there {}.", are(run.warnings, "warning"))
        }
        Topic::Is(State::Rejected, run) => {
            format!("{dataset} was rejected: fix {} to start training.", counted(run.errors, "error"))
        }
        Topic::Is(State::Held, _) => format!("{dataset} is valid. Training starts when you approve it."),
        Topic::Is(State::Superseded, run) => {
            format!("Run {} was not launched, because newer files of {dataset} superseded it.", id(run))
        }
        Topic::Is(State::Running, run) => format!("Training of {dataset}{} has started.", on(run)),
        Topic::Is(State::Refused, _) => {
            format!("{dataset} is valid, but its launch was refused. No job was started, and nothing is billed.")
        }
        Topic::Is(State::Succeeded, run) => {
            format!("Training of {dataset}{} succeeded. The custom model is ready.", on(run))
        }
        Topic::Is(State::Failed, run) => format!("Training of {dataset}{} failed. There is no custom model.", on(run)),
        Topic::Is(State::Stopped, run) if run.job_arn.is_none() => {
            format!("Run {} was stopped before its launch. Nothing is billed.", id(run))
        }
        Topic::Is(State::Stopped, run) => {
            format!("Training of {dataset}{} was stopped. There is no custom model.", on(run))
        }
        Topic::Is(State::Queued | State::Launching, run) => format!("Run {} is {}.", id(run), run.state.as_str()),
        Topic::Again(State::Rejected, run) => {
            format!(
                "The same content of {dataset} was uploaded again. It is still rejected: {}.",
                errors_and_warnings(run.errors, run.warnings)
            )
        }
        Topic::Again(State::Queued, run) if run.launch_after.is_some() => format!(
            "The same content of {dataset} was uploaded again. Training of its run {} starts after {}.",
            id(run),
            starts(run)
        ),
        Topic::Again(state, run) => format!(
            "The same content of {dataset} was uploaded again. Its run {} {}; no new run was started.",
            id(run),
            again(state)
        ),
        Topic::Deployment(kind, detail) => deployment::headline(kind, detail),
        Topic::Evaluation(detail) => evaluation::headline(detail),
        Topic::Model(kind, detail) => model::headline(kind, detail),
    }
}

/// The earliest launch of an update for which more files may follow.
fn starts(run: &RunDetail) -> String {
    moment(run.launch_after.as_deref().unwrap_or_default())
}

fn again(state: State) -> &'static str {
    match state {
        State::Rejected => "was rejected",
        State::Held => "is waiting for approval",
        State::Queued => "is waiting for a free job slot",
        State::Launching => "is being launched",
        State::Running => "is training",
        State::Succeeded => "succeeded",
        State::Failed => "failed",
        State::Stopped => "was stopped",
        State::Superseded => "was superseded by newer files",
        State::Refused => "was refused",
    }
}

fn are(number: u64, one: &str) -> String {
    format!("{} {}", if number == 1 { "is" } else { "are" }, counted(number, one))
}

fn facts(topic: Topic<'_>) -> Vec<(&'static str, String)> {
    let run = match topic {
        Topic::Misnamed(_) => return Vec::new(),
        Topic::Incomplete(set) => return vec![("Uploaded", moment(&set.uploaded_at))],
        Topic::Deployment(_, detail) => return deployment::facts(detail),
        Topic::Evaluation(detail) => return evaluation::facts(detail),
        Topic::Model(_, detail) => return model::facts(detail),
        Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => run,
    };
    let mut facts = Vec::new();
    let mut add = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    let text = |value: &Option<String>| value.as_deref().map(visible);
    add("Run", Some(visible(&run.run_id)));
    add("Base model", text(&run.base_model));
    add("Lifecycle", text(&run.lifecycle_warning));
    add("Records", run.records.map(grouped));
    add("Findings", Some(errors_and_warnings(run.errors, run.warnings)));
    add("Custom model", text(&run.model_arn));
    add("Job", text(&run.job_arn));
    add("Training loss", run.training_loss.map(loss));
    add("Validation loss", run.validation_loss.map(loss));
    add("Uploaded", Some(moment(&run.uploaded_at)));
    facts
}

/// The first findings, and the number of all findings.
fn findings(topic: Topic<'_>) -> (&[String], u64) {
    match topic {
        Topic::Misnamed(file) => (&file.findings, 1),
        Topic::Incomplete(_) | Topic::Deployment(..) | Topic::Evaluation(_) | Topic::Model(..) => (&[], 0),
        Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => {
            (&run.findings, run.errors.saturating_add(run.warnings))
        }
    }
}

/// Once a run is launched, its findings are warnings that the dataset's report lists.
fn shows_findings(topic: Topic<'_>) -> bool {
    matches!(
        topic,
        Topic::Misnamed(_)
            | Topic::Is(State::Rejected | State::Held, _)
            | Topic::Again(State::Rejected | State::Held, _)
    )
}

/// A difference from the last version matters before the training, and when it starts.
fn shows_drift(topic: Topic<'_>) -> bool {
    shows_findings(topic) || matches!(topic, Topic::Settling(_) | Topic::Is(State::Running, _))
}

pub(super) fn indented(text: &str) -> String {
    visible_lines(text)
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("  {line}") })
        .collect::<Vec<_>>()
        .join("\n")
}
