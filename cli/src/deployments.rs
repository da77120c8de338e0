//! `tunedrop deployments`: deployments in the ledger.

use std::fmt::Write;
use std::process::ExitCode;

use anstyle::Style;
use anyhow::Result;
use clap::Args;
use serde_json::json;
use tunedrop_run::{Deployment, DeploymentState, RunId};

use crate::deploy::expiry;
use crate::format::{ERROR, GOOD, WARNING, counted, visible};
use crate::runs::time;
use crate::stack::{Stack, StackArgs, block_on, explain};
use crate::{print, print_exactly};

/// List deployments of custom models, newest first
///
/// Shows which run each deployment serves, and the run that `tunedrop rollback` returns to. The ARN is what callers use as
/// the model id. Temporary deployments belong to an evaluation, and are deleted when it ends.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop deployments
  tunedrop deployments --all
  tunedrop deployments --json | jq -r '.deployments[].arn'

Exit codes:
  0: listed, even if there are none
  2: a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct DeploymentsArgs {
    /// Also list deleted deployments
    #[arg(long)]
    all: bool,
    /// Print the ledger's entries as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

/// The color of a state.
pub(crate) fn style(state: DeploymentState) -> Style {
    match state {
        DeploymentState::Active => GOOD,
        DeploymentState::Failed => ERROR,
        DeploymentState::Requested
        | DeploymentState::Creating
        | DeploymentState::Updating
        | DeploymentState::Deleting => WARNING,
        DeploymentState::Deleted => Style::new(),
    }
}

pub(crate) fn deployments(args: &DeploymentsArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find().await?;
        let mut all = of(&stack).await?;
        all.retain(|one| args.all || one.state != DeploymentState::Deleted);
        if args.json {
            print_exactly(&format!("{:#}\n", json!({ "version": 1, "stack": stack.name, "deployments": all })))?;
        } else if all.is_empty() {
            let (name, named) = (&stack.name, &stack.named);
            print(&format!("No deployments in stack {name}. Deploy a run with `tunedrop deploy RUN{named}`\n"))?;
        } else {
            print(&all.iter().map(page).collect::<Vec<_>>().join("\n"))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Every deployment in the ledger, deleted ones included. Warns of those that can't be read.
pub(crate) async fn of(stack: &Stack) -> Result<Vec<Deployment>> {
    let (all, unreadable) = stack.ledger()?.deployments().await.map_err(explain)?;
    for key in unreadable {
        anstream::eprintln!("warning: skipped {}, which this version can't read", visible(&key));
    }
    Ok(all)
}

/// The deployments whose model is this run's, or that could return to it.
pub(crate) fn that_need<'d>(all: &'d [Deployment], run_id: &RunId) -> Vec<&'d Deployment> {
    all.iter().filter(|one| !one.state.is_end() && one.knows(run_id)).collect()
}

/// What a deployment does for a run, as a short clause.
pub(crate) fn part_of(deployment: &Deployment, run_id: &RunId) -> String {
    let state = deployment.state.as_str();
    let name = visible(&deployment.name);
    if let Some(evaluation) = &deployment.evaluation {
        format!("{name} is {state}, for the evaluation of {}", visible(evaluation))
    } else if deployment.state == DeploymentState::Deleting {
        format!("{name} is {state}")
    } else if deployment.serving.as_ref() == Some(run_id) && deployment.run_id == *run_id {
        format!("{name} serves it")
    } else if deployment.serving.as_ref() == Some(run_id) {
        format!("{name} serves it, and is changing to {}", visible(&deployment.run_id))
    } else if deployment.run_id == *run_id {
        format!("{name} is {state}, and will serve it")
    } else {
        format!("{name} served it before, and can return to it")
    }
}

/// How provisioned throughput is billed.
pub(crate) fn billed(model_units: u32) -> String {
    format!("by the hour, {}", counted(u64::from(model_units), "model unit"))
}

fn page(one: &Deployment) -> String {
    let state = style(one.state);
    let mut out = format!("{} is {state}{}{state:#}\n", visible(&one.name), one.state.as_str());
    let changing = one.state.is_in_motion() && one.serving.as_ref() != Some(&one.run_id);
    let changing = changing && one.state != DeploymentState::Deleting;
    let run = |run_id: &RunId| visible(run_id);
    let facts = [
        ("Temporary", one.evaluation.as_ref().map(|run_id| format!("for the evaluation of {}", visible(run_id)))),
        ("Serves", one.serving.as_ref().map(run)),
        ("Changing to", changing.then(|| run(&one.run_id))),
        ("Previous", one.previous.as_ref().map(run)),
        ("Dataset", Some(visible(&one.dataset)).filter(|_| one.dataset != one.name)),
        ("ARN", one.arn.as_deref().map(visible)),
        ("Billed", one.capacity.model_units().filter(|_| !one.state.is_end()).map(billed)),
        ("Expires", expiry(one).filter(|_| !one.state.is_end())),
        ("State since", Some(format!("{} UTC", time(&one.changed_at)))),
        ("Requested by", one.requested_by.as_deref().map(visible)),
        ("Reason", one.reason.as_deref().map(visible)),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            let _ = writeln!(out, "  {name:<14}{value}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(state: &str) -> Deployment {
        serde_json::from_value(json!({
            "schema": 1, "name": "bot", "bedrock_name": "bot-0", "revision": 1, "dataset": "bot", "state": state,
            "run_id": "bot-000000000002", "model_arn": "m", "request": 2, "changed_at": "2026-11-30T08:00:00.000Z",
            "serving": "bot-000000000001", "previous": "bot-000000000000",
        }))
        .expect("a deployment")
    }

    fn id(text: &str) -> RunId {
        text.parse().expect("an id")
    }

    #[test]
    fn models_that_are_served_requested_or_the_way_back_are_needed() {
        let all = [deployment("Updating")];
        for (run_id, part) in [
            ("bot-000000000000", "bot served it before, and can return to it"),
            ("bot-000000000001", "bot serves it, and is changing to bot-000000000002"),
            ("bot-000000000002", "bot is Updating, and will serve it"),
        ] {
            assert_eq!(that_need(&all, &id(run_id)).len(), 1, "{run_id}");
            assert_eq!(part_of(&all[0], &id(run_id)), part);
        }
        assert!(that_need(&all, &id("bot-000000000003")).is_empty());
        for state in ["Deleted", "Failed"] {
            assert!(that_need(&[deployment(state)], &id("bot-000000000002")).is_empty(), "{state}");
        }
    }

    #[test]
    fn temporary_deployments_name_their_evaluation() {
        let temporary = Deployment { evaluation: Some(id("bot-000000000002")), previous: None, ..deployment("Active") };
        assert_eq!(
            part_of(&temporary, &id("bot-000000000001")),
            "bot is Active, for the evaluation of bot-000000000002"
        );
        let page = anstream::adapter::strip_str(&page(&temporary)).to_string();
        assert!(page.contains("\n  Temporary     for the evaluation of bot-000000000002\n"), "{page}");
    }

    #[test]
    fn provisioned_throughput_shows_how_it_is_billed() {
        let two = tunedrop_run::Capacity::Provisioned { model_units: 2 };
        let shown = |state| {
            let provisioned = Deployment { capacity: two, ..deployment(state) };
            anstream::adapter::strip_str(&page(&provisioned)).to_string()
        };
        assert!(shown("Active").contains("\n  Billed        by the hour, 2 model units\n"), "{}", shown("Active"));
        assert!(!shown("Deleted").contains("Billed"), "{}", shown("Deleted"));
    }

    #[test]
    fn page_has_the_served_and_the_requested_run() {
        let page = anstream::adapter::strip_str(&page(&deployment("Updating"))).to_string();
        assert_eq!(
            page,
            "bot is Updating\n  Serves        bot-000000000001\n  Changing to   bot-000000000002\n  Previous      bot-000000000000\n  State since   2026-11-30 08:00 UTC\n"
        );
    }
}
