//! Prints what an erasure deletes, for people.

use std::collections::BTreeSet;
use std::fmt::Write;

use tunedrop_run::LEGAL_HOLD;
use tunedrop_run::erasure::{Hindrance, OUT_OF_REACH};

use super::plan::Plan;
use crate::format::{BOLD, ERROR, counted, grouped, visible};
use crate::stack::Stack;

pub(super) fn of(plan: &Plan, stack: &Stack) -> String {
    let mut out = format!("{BOLD}{} in stack {}{BOLD:#}\n", upper(&plan.name()), stack.name);
    let mut add = |name: &str, value: String| {
        let _ = writeln!(out, "  {name:<14}{value}");
    };
    let names = |all: Vec<String>| if all.is_empty() { "none".to_owned() } else { all.join(", ") };
    if let Some(records) = &plan.scope.records {
        add("Records", format!("{} different ones", grouped(records.hashes.len() as u64)));
    }
    add("Deployments", names(plan.deployments.iter().map(|one| visible(&one.name)).collect()));
    add("Models", plan.existing.models.len().to_string());
    for arn in &plan.existing.models {
        add("", visible(arn));
    }
    let unconfirmed = plan.existing.unconfirmed.len() as u64;
    if unconfirmed > 0 {
        add("", format!("{} gone, by --models-gone: Bedrock knows no job of theirs", counted(unconfirmed, "model")));
    }
    let (versions, bytes) = plan.size();
    add("Objects", format!("{}, {} bytes", counted(versions as u64, "version"), grouped(bytes)));
    for (prefix, versions) in &plan.scope.versions {
        add("", format!("{} in {}", grouped(versions.len() as u64), visible(prefix)));
    }
    let left = plan.unerased().count() as u64;
    let erased = plan.scope.runs.len() as u64 - left;
    let erased = if erased > 0 { format!("; {erased} erased before") } else { String::new() };
    add("Ledger", format!("text of {}, which stay and can't be retried{erased}", counted(left, "run")));
    if plan.progress.open.is_some() {
        add("Resumes", format!("an erasure with {} so far", counted(plan.progress.attempts.len() as u64, "attempt")));
    }
    consequences(&mut out, plan, &stack.named);
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

/// What follows for people.
fn consequences(out: &mut String, plan: &Plan, named: &str) {
    if let Some(records) = &plan.scope.records {
        if !records.upload_again.is_empty() {
            out.push_str("\nUpload these datasets again, without the records:\n");
            for dataset in &records.upload_again {
                let _ = writeln!(out, "  {}", visible(dataset));
            }
        }
        if !records.not_searched.is_empty() {
            let count = counted(records.not_searched.len() as u64, "run");
            let _ = writeln!(out, "\nNot searched, without index and files: {count}, whose models stay:");
            for run_id in &records.not_searched {
                let _ = writeln!(out, "  {}", visible(run_id));
            }
        }
    }
    if !plan.scope.derived.is_empty() {
        out.push_str("\nRuns of other datasets continued from these models, and stay. To erase them, too:\n");
        let datasets: BTreeSet<&str> = plan.scope.derived.iter().map(|run_id| run_id.dataset()).collect();
        for dataset in datasets {
            let _ = writeln!(out, "  tunedrop erase {}{named}", visible(dataset));
        }
    }
}

/// With an upper-case letter at the beginning.
fn upper(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
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
        Hindrance::Served { arn, model } => {
            let (arn, model) = (visible(arn), visible(model));
            let command = match arn.contains(":provisioned-model/") {
                true => format!("aws bedrock delete-provisioned-model-throughput --provisioned-model-id {arn}"),
                false => {
                    format!("aws bedrock delete-custom-model-deployment --custom-model-deployment-identifier {arn}")
                }
            };
            (format!("{arn} serves {model}, and isn't a deployment of the stack"), command)
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
            (
                Hindrance::Served { arn: "arn:aws:bedrock:r:1:provisioned-model/x".to_owned(), model: "m".to_owned() },
                "aws bedrock delete-provisioned-model-throughput --provisioned-model-id arn:",
            ),
            (
                Hindrance::Served {
                    arn: "arn:aws:bedrock:r:1:custom-model-deployment/x".to_owned(),
                    model: "m".to_owned(),
                },
                "aws bedrock delete-custom-model-deployment --custom-model-deployment-identifier arn:",
            ),
            (Hindrance::Held { what: "arn:aws:bedrock:x".to_owned() }, "aws bedrock untag-resource"),
            (Hindrance::Held { what: "datasets/bot/job.yaml".to_owned() }, "aws s3api delete-object-tagging"),
        ] {
            let (what, command) = hindrance(&one, " --local");
            assert!(command.starts_with(starts) && !what.is_empty(), "{command}");
        }
    }
}
