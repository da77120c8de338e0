//! Prints what an erasure deletes, for people.

use std::fmt::Write;

use tunedrop_run::LEGAL_HOLD;
use tunedrop_run::erasure::{Hindrance, OUT_OF_REACH};

use super::plan::Plan;
use crate::format::{BOLD, ERROR, counted, grouped, visible};
use crate::stack::Stack;

pub(super) fn of(plan: &Plan, stack: &Stack) -> String {
    let mut out = format!("{BOLD}Dataset {} in stack {}{BOLD:#}\n", visible(&plan.dataset), stack.name);
    let mut add = |name: &str, value: String| {
        let _ = writeln!(out, "  {name:<14}{value}");
    };
    let names = |all: Vec<String>| if all.is_empty() { "none".to_owned() } else { all.join(", ") };
    add("Deployments", names(plan.deployments.iter().map(|one| visible(&one.name)).collect()));
    add("Models", plan.models.len().to_string());
    for arn in &plan.models {
        add("", visible(arn));
    }
    let (versions, bytes) = plan.size();
    add("Objects", format!("{}, {} bytes", counted(versions as u64, "version"), grouped(bytes)));
    for (prefix, versions) in &plan.versions {
        add("", format!("{} in {}", grouped(versions.len() as u64), visible(prefix)));
    }
    let left = plan.unerased().count() as u64;
    let erased = plan.runs.len() as u64 - left;
    let erased = if erased > 0 { format!("; {erased} erased before") } else { String::new() };
    add("Ledger", format!("text of {}, which stay and can't be retried{erased}", counted(left, "run")));
    out.push_str("\nOut of reach:\n");
    for what in OUT_OF_REACH {
        let _ = writeln!(out, "  - {what}");
    }
    if !plan.hindrances.is_empty() {
        let _ = writeln!(out, "\n{ERROR}Nothing is deleted{ERROR:#}, because something must end first:");
        for one in &plan.hindrances {
            let (what, command) = hindrance(one, &stack.named);
            let _ = writeln!(out, "  {what}:\n    {command}");
        }
    }
    out
}

/// What must end first, and the command that ends it.
fn hindrance(one: &Hindrance, named: &str) -> (String, String) {
    match one {
        Hindrance::Run { run_id, state } => {
            let id = visible(run_id);
            (format!("run {id} is {}", state.as_str()), format!("tunedrop stop {id}{named}"))
        }
        Hindrance::Evaluation { run_id } => {
            let id = visible(run_id);
            (format!("the evaluation of run {id} is in progress"), format!("tunedrop evaluate {id} --stop{named}"))
        }
        Hindrance::Continued { run_id, from } => {
            let (id, from) = (visible(run_id), visible(from));
            (format!("run {id} continues from the model of {from}"), format!("tunedrop stop {id}{named}"))
        }
        Hindrance::Held { what } if what.starts_with("arn:") => {
            let arn = visible(what);
            let untag = format!("aws bedrock untag-resource --resource-arn {arn} --tag-keys {LEGAL_HOLD}");
            (format!("{arn} has the tag {LEGAL_HOLD}"), untag)
        }
        Hindrance::Held { what } => {
            let key = visible(what);
            (
                format!("{key} has the tag {LEGAL_HOLD}"),
                format!("aws s3api delete-object-tagging --bucket BUCKET --key {key}"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hindrance_has_the_command_that_ends_it() {
        let id = || "bot-000000000001".parse::<tunedrop_run::RunId>().expect("an id");
        for (one, starts) in [
            (
                Hindrance::Run { run_id: id(), state: tunedrop_run::State::Running },
                "tunedrop stop bot-000000000001 --local",
            ),
            (Hindrance::Evaluation { run_id: id() }, "tunedrop evaluate bot-000000000001 --stop --local"),
            (Hindrance::Continued { run_id: id(), from: id() }, "tunedrop stop"),
            (Hindrance::Held { what: "arn:aws:bedrock:x".to_owned() }, "aws bedrock untag-resource"),
            (Hindrance::Held { what: "datasets/bot/job.yaml".to_owned() }, "aws s3api delete-object-tagging"),
        ] {
            let (what, command) = hindrance(&one, " --local");
            assert!(command.starts_with(starts) && !what.is_empty(), "{command}");
        }
    }
}
