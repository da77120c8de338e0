//! The text of a message: a line that says it all, the facts, what to do next, and where the report lies.

use std::fmt::Write;

use tunedrop_run::State;
use tunedrop_run::event::RunDetail;

use super::{Topic, is_idle, place};
use crate::meaning::{Meaning, meaning};
use crate::redact;
use crate::wording::{counted, errors_and_warnings, grouped, listed, loss, moment, visible, visible_lines};

/// After the last attempt that an id can have.
const NO_ATTEMPT: &str = "This was the last attempt at this content: change the recipe or a file to start a new run.";

pub(super) fn body(topic: Topic<'_>, stack: &str, region: &str) -> String {
    let mut out = format!("{}\n{}", headline(topic), middle(topic));
    let _ = write!(out, "\nWhat to do next:\n{}\n", indented(&next_steps(topic, stack)));
    if let Some(report) = topic.report() {
        out.push_str("\nReport:\n");
        for line in place::lines(report, topic.run().map(|run| &run.run_id), stack, region) {
            let _ = writeln!(out, "  {line}");
        }
    }
    out
}

/// The facts, what is mended, the reason and the first findings: all between the first line and what to do next.
pub(super) fn middle(topic: Topic<'_>) -> String {
    let mut out = String::new();
    let facts = facts(topic);
    if !facts.is_empty() {
        out.push('\n');
        for (name, value) in facts {
            let _ = writeln!(out, "{name:<16}{value}");
        }
    }
    let (findings, total) = findings(topic);
    if let Some(run) = topic.run() {
        if let Some(mended) = run.mended.as_deref().filter(|_| shows_findings(topic)) {
            let _ = writeln!(out, "\n{}", visible(mended));
        }
        if let Some(reason) = run.reason.as_deref().filter(|reason| !reason.trim().is_empty()) {
            let title = if redact::has_more(reason) { "Reason (the report has the whole of it)" } else { "Reason" };
            let _ = write!(out, "\n{title}:\n{}\n", indented(reason));
            if let Some(Meaning { means, mend, .. }) = meaning(reason) {
                let _ = write!(out, "\nWhat it means:\n  {means}\n  {mend}\n");
            }
        }
    }
    if !findings.is_empty() && shows_findings(topic) {
        let shown = findings.len() as u64;
        out.push_str(if total > shown { "\nThe first findings:\n" } else { "\nFindings:\n" });
        for finding in findings {
            let _ = writeln!(out, "- {}", visible(finding));
        }
        if total > shown {
            let _ = writeln!(out, "and {} more, in the report", grouped(total - shown));
        }
    }
    out
}

/// One sentence.
pub(super) fn headline(topic: Topic<'_>) -> String {
    let dataset = visible(topic.dataset());
    let id = |run: &RunDetail| visible(&run.run_id);
    let on =
        |run: &RunDetail| run.base_model.as_deref().map_or(String::new(), |model| format!(" on {}", visible(model)));
    match topic {
        Topic::Misnamed(_) => {
            format!("A file dropped at datasets/{dataset} was not read, because of its name; nothing was started.")
        }
        Topic::Incomplete(set) => format!("{dataset} is incomplete: it still waits for {}.", listed(&set.waits_for)),
        Topic::Waiting(run) if is_idle(run) => {
            format!("{} has a job at Bedrock, and for hours no phase of it has begun.", id(run))
        }
        Topic::Waiting(run) => {
            format!("{} is still queued: a quota or a permission of this account holds it back.", id(run))
        }
        Topic::Settling(run) => {
            format!("{dataset} is valid. Training starts after {}, unless newer files come before.", starts(run))
        }
        Topic::Is(State::Rejected, run) if run.errors == 0 && run.warnings > 0 => {
            format!(
                "{dataset} was not accepted: its recipe says strict: true, and there {}.",
                are(run.warnings, "warning")
            )
        }
        Topic::Is(State::Rejected, run) => {
            format!("{dataset} was not accepted: {} must be mended first.", counted(run.errors, "error"))
        }
        Topic::Is(State::Held, _) => {
            format!("{dataset} is valid, and waits for your approval before anything is launched.")
        }
        Topic::Is(State::Superseded, run) => {
            format!("{} was not launched: a newer set of {dataset} took its place.", id(run))
        }
        Topic::Is(State::Running, run) => format!("{dataset} is being trained{}.", on(run)),
        Topic::Is(State::Refused, _) => {
            format!("{dataset} is valid, but its launch was refused; nothing was started and nothing is billed.")
        }
        Topic::Is(State::Succeeded, run) => format!("{dataset} is trained{}: the custom model is ready.", on(run)),
        Topic::Is(State::Failed, run) => format!("Training {dataset}{} failed.", on(run)),
        Topic::Is(State::Stopped, run) if run.job_arn.is_none() => {
            format!("{} was stopped before it was launched; nothing is billed.", id(run))
        }
        Topic::Is(State::Stopped, run) => {
            format!("Training {dataset}{} was stopped; there is no custom model.", on(run))
        }
        Topic::Is(State::Queued | State::Launching, run) => format!("{} is {}.", id(run), run.state.as_str()),
        Topic::Again(State::Rejected, run) => {
            format!(
                "The content dropped again for {dataset} was judged before, and is still not accepted: {}.",
                errors_and_warnings(run.errors, run.warnings)
            )
        }
        Topic::Again(State::Queued, run) if run.launch_after.is_some() => format!(
            "The content dropped again for {dataset} is that of {}, whose training starts after {}.",
            id(run),
            starts(run)
        ),
        Topic::Again(state, run) => format!(
            "The content dropped again for {dataset} is that of {}, {}; nothing was started again.",
            id(run),
            again(state)
        ),
    }
}

/// When a run that waits for further files is launched.
fn starts(run: &RunDetail) -> String {
    moment(run.launch_after.as_deref().unwrap_or_default())
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

fn facts(topic: Topic<'_>) -> Vec<(&'static str, String)> {
    let run = match topic {
        Topic::Misnamed(_) => return Vec::new(),
        Topic::Incomplete(set) => return vec![("Dropped", moment(&set.dropped_at))],
        Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => run,
    };
    let mut facts = Vec::new();
    let mut add = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    let text = |value: &Option<String>| value.as_deref().map(visible);
    add("Run", Some(visible(&run.run_id)));
    add("Base model", text(&run.base_model));
    add("Records", run.records.map(grouped));
    add("Findings", Some(errors_and_warnings(run.errors, run.warnings)));
    add("Custom model", text(&run.model_arn));
    add("Job", text(&run.job_arn));
    add("Training loss", run.training_loss.map(loss));
    add("Validation loss", run.validation_loss.map(loss));
    add("Dropped", Some(moment(&run.dropped_at)));
    facts
}

/// The first findings, and how many there are of all.
fn findings(topic: Topic<'_>) -> (&[String], u64) {
    match topic {
        Topic::Misnamed(file) => (&file.findings, 1),
        Topic::Incomplete(_) => (&[], 0),
        Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => {
            (&run.findings, run.errors.saturating_add(run.warnings))
        }
    }
}

/// A finished run's findings are in its first report; here they would only distract.
fn shows_findings(topic: Topic<'_>) -> bool {
    matches!(
        topic,
        Topic::Misnamed(_)
            | Topic::Is(State::Rejected | State::Held, _)
            | Topic::Again(State::Rejected | State::Held, _)
    )
}

pub(super) fn next_steps(topic: Topic<'_>, stack: &str) -> String {
    let dataset = visible(topic.dataset());
    let command = |verb: &str, run: &RunDetail| format!("  {}", crate::wording::command(verb, &run.run_id, stack));
    match topic {
        Topic::Misnamed(_) => {
            "Drop the file again under the name that was meant, and remove this one. It is told only once.".to_owned()
        }
        Topic::Incomplete(_) => format!(
            "Drop what is missing into datasets/{dataset}/; the run starts by itself when the set is complete and valid."
        ),
        Topic::Waiting(run) if is_idle(run) => format!(
            "Look at it in the Bedrock console, or ask AWS Support: Bedrock says nothing more. A job that doesn't train bills nothing. To stop it, and then start it again as a new run:\n{}\n{}",
            command("stop", run),
            command("retry", run)
        ),
        Topic::Waiting(run) => format!(
            "It is launched by itself as soon as that allows. If Bedrock names the account's custom models, delete some (aws bedrock list-custom-models shows them) or have the quota raised; if it names jobs, others hold the slots; if it says that something is not authorized, launches were denied, perhaps by a budget. To give up:\n{}",
            command("stop", run)
        ),
        Topic::Settling(run) => settling(&command("approve", run), &command("stop", run)),
        Topic::Again(State::Queued, run) if run.launch_after.is_some() => {
            settling(&command("approve", run), &command("stop", run))
        }
        Topic::Is(State::Rejected, _) | Topic::Again(State::Rejected, _) => {
            format!("Mend what the report lists, and drop the changed files into datasets/{dataset}/ again.")
        }
        Topic::Is(State::Held, run) | Topic::Again(State::Held, run) => {
            format!("Launch it:\n{}\nOr let it be:\n{}", command("approve", run), command("stop", run))
        }
        Topic::Is(State::Superseded, run) | Topic::Again(State::Superseded, run) => {
            format!(
                "Nothing, if the newer set is the one you want. To train on this one after all:\n{}",
                command("retry", run)
            )
        }
        Topic::Is(State::Running | State::Launching, run) | Topic::Again(State::Running | State::Launching, run) => {
            format!(
                "Nothing: you are told how it ends. To stop it (tokens already trained on are billed):\n{}",
                command("stop", run)
            )
        }
        Topic::Is(State::Queued, run) | Topic::Again(State::Queued, run) => {
            format!("Nothing: it is launched when a job slot is free. To stop it:\n{}", command("stop", run))
        }
        Topic::Is(State::Succeeded, run) | Topic::Again(State::Succeeded, run) => after_success(run),
        Topic::Is(State::Refused, run) | Topic::Again(State::Refused, run) => match run.run_id.next() {
            Some(next) => format!(
                "Mend what the reason names, and drop the recipe again with `attempt: {}`: a guard or a price that changed alone starts no new run. Once the stack allows it, run it as it is:\n{}",
                next.attempt(),
                command("retry", run)
            ),
            None => format!("Mend what the reason names. {NO_ATTEMPT}"),
        },
        Topic::Is(state @ (State::Failed | State::Stopped), run)
        | Topic::Again(state @ (State::Failed | State::Stopped), run) => {
            let mend = "Mend what the reason names: a changed recipe or file starts a new run by itself. ";
            let mend = if state == State::Failed { mend } else { "" };
            match run.run_id.next() {
                Some(next) => format!(
                    "{mend}To run the same content once more, put `attempt: {}` into the recipe and drop it, or:\n{}",
                    next.attempt(),
                    command("retry", run)
                ),
                None => format!("{mend}{NO_ATTEMPT}"),
            }
        }
    }
}

fn settling(approve: &str, stop: &str) -> String {
    format!(
        "Nothing, if you have uploaded every file. Changed files that you upload before then replace this run, and nothing is billed for it.\nTo start the training now:\n{approve}\nTo stop it:\n{stop}"
    )
}

/// Deploying and deleting are the two things that cost or save money from here on.
fn after_success(run: &RunDetail) -> String {
    match &run.model_arn {
        Some(arn) => crate::outcome::next_commands(&run.run_id, arn, run.base_model.as_deref().unwrap_or_default())
            .into_iter()
            .map(|(what, command)| format!("{what}:\n  {command}"))
            .collect::<Vec<_>>()
            .join("\n"),
        None => "Look at the report for the custom model and what to do with it.".to_owned(),
    }
}

fn indented(text: &str) -> String {
    visible_lines(text)
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("  {line}") })
        .collect::<Vec<_>>()
        .join("\n")
}
