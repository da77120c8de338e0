//! One run, for people.

use std::fmt::Write;

use tunedrop_run::{Run, State};

use super::table::{seconds, style, time};
use crate::format::{counted, grouped, visible};

/// `ahead`: how many runs wait before it. `named`: what the next commands need to find the stack.
pub(super) fn of(run: &Run, ahead: Option<usize>, named: &str) -> String {
    let mut out = String::new();
    let state = style(run.state);
    let _ = writeln!(out, "{} is {state}{}{state:#}{}", visible(&run.run_id), run.state.as_str(), wait(run, ahead));
    for (name, value) in facts(run) {
        let _ = writeln!(out, "  {name:<16}{value}");
    }
    if let Some(reason) = run.reason.as_deref().or(run.waiting.as_deref()).filter(|reason| !reason.is_empty()) {
        let _ = writeln!(out, "\n{}", visible(reason));
    }
    let next = next(run, named);
    if !next.is_empty() {
        let _ = writeln!(out, "\nNext:");
        for (what, command) in next {
            let _ = writeln!(out, "  {what:<32}{command}");
        }
    }
    out
}

fn wait(run: &Run, ahead: Option<usize>) -> String {
    match (run.state, ahead) {
        _ if run.settles_until().is_some() => starts(run),
        (_, Some(0)) => ", and the next to be launched".to_owned(),
        (_, Some(ahead)) => format!(", with {} before it", counted(ahead as u64, "run")),
        (State::Held, _) => ", and waits for your approval".to_owned(),
        _ => String::new(),
    }
}

/// When a run that waits for further files is launched.
pub(crate) fn starts(run: &Run) -> String {
    let after = run.settles_until().map(visible).unwrap_or_default();
    format!(", and starts after {}, unless newer files come before", seconds(&after))
}

fn facts(run: &Run) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Dataset", visible(&run.dataset))];
    let mut add = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    let text = |value: &Option<String>| value.as_deref().map(visible);
    if let Some(plan) = &run.plan {
        add("Base model", Some(visible(&plan.base_model)));
        add("Customization", Some(plan.customization.as_str().to_owned()));
        let set: Vec<String> = plan.hyperparameters.iter().map(|(name, value)| format!("{name} {value}")).collect();
        add("Hyperparameters", Some(set.join(", ")).filter(|set| !set.is_empty()).map(|set| visible(&set)));
        add("Training file", text(&plan.train));
        add("Validation file", text(&plan.validation));
        add("Output", Some(visible(&plan.output)));
    }
    add("Attempt", Some(run.attempt).filter(|attempt| *attempt > 1).map(|attempt| attempt.to_string()));
    add("Records", run.records.map(grouped));
    add("Findings", Some(format!("{}, {}", counted(run.errors, "error"), counted(run.warnings, "warning"))));
    add("Dropped", Some(time(&run.since)));
    add("Dropped by", text(&run.dropped_by));
    add("Since", Some(time(&run.changed_at)));
    add("Approved by", text(&run.approved_by));
    add("Stopped by", text(&run.stopped_by));
    add("Job", text(&run.job_arn));
    add("Custom model", text(&run.model_arn));
    add("Training loss", run.training_loss.map(|loss| format!("{loss:.4}")));
    add("Validation loss", run.validation_loss.map(|loss| format!("{loss:.4}")));
    add("Report", text(&run.report));
    facts
}

/// What can be done with it now, and the command.
fn next(run: &Run, named: &str) -> Vec<(&'static str, String)> {
    let id = &run.run_id;
    let command = |verb: &str| format!("tunedrop {verb} {id}{named}");
    match run.state {
        State::Held => vec![("launch it", command("approve")), ("let it be", command("stop"))],
        State::Queued if run.settles_until().is_some() => {
            vec![("start it now", command("approve")), ("follow it", command("watch")), ("stop it", command("stop"))]
        }
        State::Queued | State::Launching | State::Running => {
            vec![("follow it", command("watch")), ("stop it", command("stop"))]
        }
        State::Succeeded => {
            let mut next = vec![("see how it went", command("report"))];
            next.extend(run.model_arn.iter().map(|arn| ("delete the model", format!("tunedrop rm {arn}{named}"))));
            next
        }
        State::Rejected => vec![("see what to mend", command("report"))],
        State::Failed | State::Stopped | State::Superseded | State::Refused => {
            vec![("see why", command("report")), ("run the same content once more", command("retry"))]
        }
    }
}
