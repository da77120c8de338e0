//! The text of a message: a line that says it all, the facts, what to do next, and where the report lies.

use std::fmt::Write;

use tunedrop_run::event::Detail;
use tunedrop_run::{RunId, State};

use super::{Topic, is_idle, place};
use crate::meaning::{Meaning, meaning};
use crate::redact;
use crate::wording::{counted, errors_and_warnings, grouped, listed, loss, moment, visible, visible_lines};

pub(super) fn body(topic: &Topic, detail: &Detail, region: &str) -> String {
    let mut out = format!("{}\n{}", headline(*topic, detail), middle(*topic, detail));
    let _ = write!(out, "\nWhat to do next:\n{}\n", indented(&next_steps(*topic, detail)));
    if let Some(report) = &detail.report {
        out.push_str("\nReport:\n");
        for line in place::lines(report, detail, region) {
            let _ = writeln!(out, "  {line}");
        }
    }
    out
}

/// The facts, what is mended, the reason and the first findings: all between the first line and what to do next.
pub(super) fn middle(topic: Topic, detail: &Detail) -> String {
    let mut out = String::new();
    let facts = facts(topic, detail);
    if !facts.is_empty() {
        out.push('\n');
        for (name, value) in facts {
            let _ = writeln!(out, "{name:<16}{value}");
        }
    }
    if let Some(mended) = detail.mended.as_deref().filter(|_| shows_findings(topic)) {
        let _ = writeln!(out, "\n{}", visible(mended));
    }
    if let Some(reason) = detail.reason.as_deref().filter(|reason| !reason.trim().is_empty()) {
        let title = if redact::has_more(reason) { "Reason (the report has the whole of it)" } else { "Reason" };
        let _ = write!(out, "\n{title}:\n{}\n", indented(reason));
        if let Some(Meaning { means, mend, .. }) = meaning(reason) {
            let _ = write!(out, "\nWhat it means:\n  {means}\n  {mend}\n");
        }
    }
    if !detail.findings.is_empty() && shows_findings(topic) {
        let total = detail.errors + detail.warnings;
        let shown = detail.findings.len() as u64;
        out.push_str(if total > shown { "\nThe first findings:\n" } else { "\nFindings:\n" });
        for finding in &detail.findings {
            let _ = writeln!(out, "- {}", visible(finding));
        }
        if total > shown {
            let _ = writeln!(out, "and {} more, in the report", grouped(total - shown));
        }
    }
    out
}

/// One sentence.
pub(super) fn headline(topic: Topic, detail: &Detail) -> String {
    let dataset = visible(&detail.dataset);
    let run = visible(detail.run_id.as_deref().unwrap_or("its run"));
    let model = detail.base_model.as_deref().map_or(String::new(), |model| format!(" on {}", visible(model)));
    match topic {
        Topic::Misnamed => {
            format!("A file dropped at datasets/{dataset} was not read, because of its name; nothing was started.")
        }
        Topic::Rejected if detail.errors == 0 && detail.warnings > 0 => {
            format!(
                "{dataset} was not accepted: its recipe says strict: true, and there {}.",
                are(detail.warnings, "warning")
            )
        }
        Topic::Rejected => {
            format!("{dataset} was not accepted: {} must be mended first.", counted(detail.errors, "error"))
        }
        Topic::Incomplete => format!("{dataset} is incomplete: it still waits for {}.", listed(&detail.waits_for)),
        Topic::Waiting if is_idle(detail) => {
            format!("{run} has a job at Bedrock, and for hours no phase of it has begun.")
        }
        Topic::Waiting => format!("{run} is still queued: a quota or a permission of this account holds it back."),
        Topic::Settling => {
            format!("{dataset} is valid. Training starts after {}, unless newer files come before.", starts(detail))
        }
        Topic::Is(State::Held) => {
            format!("{dataset} is valid, and waits for your approval before anything is launched.")
        }
        Topic::Is(State::Superseded) => format!("{run} was not launched: a newer set of {dataset} took its place."),
        Topic::Is(State::Running) => format!("{dataset} is being trained{model}."),
        Topic::Is(State::Refused) => {
            format!("{dataset} is valid, but its launch was refused; nothing was started and nothing is billed.")
        }
        Topic::Is(State::Succeeded) => format!("{dataset} is trained{model}: the custom model is ready."),
        Topic::Is(State::Failed) => format!("Training {dataset}{model} failed."),
        Topic::Is(State::Stopped) if detail.job_arn.is_none() => {
            format!("{run} was stopped before it was launched; nothing is billed.")
        }
        Topic::Is(State::Stopped) => format!("Training {dataset}{model} was stopped; there is no custom model."),
        Topic::Is(state) => format!("{run} is {}.", state.as_str()),
        Topic::Again(State::Rejected) => {
            format!(
                "The content dropped again for {dataset} was judged before, and is still not accepted: {}.",
                errors_and_warnings(detail.errors, detail.warnings)
            )
        }
        Topic::Again(State::Queued) if detail.launch_after.is_some() => format!(
            "The content dropped again for {dataset} is that of {run}, whose training starts after {}.",
            starts(detail)
        ),
        Topic::Again(state) => format!(
            "The content dropped again for {dataset} is that of {run}, {}; nothing was started again.",
            again(state)
        ),
    }
}

/// When a run that waits for further files is launched.
fn starts(detail: &Detail) -> String {
    moment(detail.launch_after.as_deref().unwrap_or_default())
}

fn again(state: State) -> &'static str {
    match state {
        State::Rejected => "which was rejected",
        State::Held => "which waits for approval",
        State::Queued => "which waits for a free job slot",
        State::Launching => "which is just being launched",
        State::Running => "which is being trained",
        State::Succeeded => "which has succeeded",
        State::Failed => "which failed",
        State::Stopped => "which was stopped",
        State::Superseded => "which a newer set took the place of",
        State::Refused => "whose launch was refused",
    }
}

fn are(number: u64, one: &str) -> String {
    format!("{} {}", if number == 1 { "is" } else { "are" }, counted(number, one))
}

fn facts(topic: Topic, detail: &Detail) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let mut add = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    let text = |value: &Option<String>| value.as_deref().map(visible);
    add("Run", text(&detail.run_id));
    add("Base model", text(&detail.base_model));
    add("Records", detail.records.map(grouped));
    if !matches!(topic, Topic::Misnamed | Topic::Incomplete) {
        add("Findings", Some(errors_and_warnings(detail.errors, detail.warnings)));
    }
    add("Custom model", text(&detail.model_arn));
    add("Job", text(&detail.job_arn));
    add("Training loss", detail.training_loss.map(loss));
    add("Validation loss", detail.validation_loss.map(loss));
    add("Dropped", detail.dropped_at.as_deref().map(moment));
    facts
}

/// A finished run's findings are in its first report; here they would only distract.
fn shows_findings(topic: Topic) -> bool {
    matches!(
        topic,
        Topic::Misnamed
            | Topic::Rejected
            | Topic::Incomplete
            | Topic::Is(State::Held)
            | Topic::Again(State::Rejected | State::Held)
    )
}

pub(super) fn next_steps(topic: Topic, detail: &Detail) -> String {
    let dataset = visible(&detail.dataset);
    let model = detail.model_arn.as_deref();
    match topic {
        Topic::Misnamed => {
            "Drop the file again under the name that was meant, and remove this one. It is told only once.".to_owned()
        }
        Topic::Rejected | Topic::Again(State::Rejected) | Topic::Is(State::Rejected) => {
            format!("Mend what the report lists, and drop the changed files into datasets/{dataset}/ again.")
        }
        Topic::Incomplete => format!(
            "Drop what is missing into datasets/{dataset}/; the run starts by itself when the set is complete and valid."
        ),
        Topic::Waiting if is_idle(detail) => format!(
            "Look at it in the Bedrock console, or ask AWS Support: Bedrock says nothing more. A job that doesn't train bills nothing. To stop it, and then start it again as a new run:\n{}\n{}",
            command("stop", detail),
            command("retry", detail)
        ),
        Topic::Waiting => format!(
            "It is launched by itself as soon as that allows. If Bedrock names the account's custom models, delete some (aws bedrock list-custom-models shows them) or have the quota raised; if it names jobs, others hold the slots; if it says that something is not authorized, launches were denied, perhaps by a budget. To give up:\n{}",
            command("stop", detail)
        ),
        Topic::Settling => settling(detail),
        Topic::Again(State::Queued) if detail.launch_after.is_some() => settling(detail),
        Topic::Is(State::Held) | Topic::Again(State::Held) => {
            format!("Launch it:\n{}\nOr let it be:\n{}", command("approve", detail), command("stop", detail))
        }
        Topic::Is(State::Superseded) | Topic::Again(State::Superseded) => {
            format!(
                "Nothing, if the newer set is the one you want. To train on this one after all:\n{}",
                command("retry", detail)
            )
        }
        Topic::Is(State::Running) | Topic::Again(State::Running | State::Launching) | Topic::Is(State::Launching) => {
            format!(
                "Nothing: you are told how it ends. To stop it (tokens already trained on are billed):\n{}",
                command("stop", detail)
            )
        }
        Topic::Is(State::Queued) | Topic::Again(State::Queued) => {
            format!("Nothing: it is launched when a job slot is free. To stop it:\n{}", command("stop", detail))
        }
        Topic::Is(State::Succeeded) | Topic::Again(State::Succeeded) => after_success(detail, model),
        Topic::Is(State::Refused) | Topic::Again(State::Refused) => format!(
            "Mend what the reason names, and drop the recipe again with `attempt: {}`: a guard or a price that changed alone starts no new run. Once the stack allows it, run it as it is:\n{}",
            next_attempt(detail),
            command("retry", detail)
        ),
        Topic::Is(State::Failed | State::Stopped) | Topic::Again(State::Failed | State::Stopped) => {
            let run = if matches!(topic, Topic::Is(State::Stopped) | Topic::Again(State::Stopped)) {
                "To run"
            } else {
                "Mend what the reason names: a changed recipe or file starts a new run by itself. To run"
            };
            format!(
                "{run} the same content once more, put `attempt: {}` into the recipe and drop it, or:\n{}",
                next_attempt(detail),
                command("retry", detail)
            )
        }
    }
}

fn settling(detail: &Detail) -> String {
    format!(
        "Nothing, if you have uploaded every file. Changed files that you upload before then replace this run, and nothing is billed for it.\nTo start the training now:\n{}\nTo stop it:\n{}",
        command("approve", detail),
        command("stop", detail)
    )
}

/// Deploying and deleting are the two things that cost or save money from here on.
fn after_success(detail: &Detail, model: Option<&str>) -> String {
    match model {
        Some(arn) => crate::outcome::next_commands(
            detail.run_id.as_deref().unwrap_or_default(),
            arn,
            detail.base_model.as_deref().unwrap_or_default(),
        )
        .into_iter()
        .map(|(what, command)| format!("{what}:\n  {command}"))
        .collect::<Vec<_>>()
        .join("\n"),
        None => "Look at the report for the custom model and what to do with it.".to_owned(),
    }
}

/// The attempt after this run's.
pub(super) fn next_attempt(detail: &Detail) -> u32 {
    let run_id = detail.run_id.as_deref().and_then(|run_id| run_id.parse::<RunId>().ok());
    run_id.map_or(2, |run_id| run_id.attempt() + 1)
}

fn command(verb: &str, detail: &Detail) -> String {
    format!("  {}", crate::wording::command(verb, detail.run_id.as_deref().unwrap_or_default(), &detail.stack))
}

fn indented(text: &str) -> String {
    visible_lines(text)
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("  {line}") })
        .collect::<Vec<_>>()
        .join("\n")
}
