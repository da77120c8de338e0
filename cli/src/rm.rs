//! `tunedrop rm`: deletes a custom model.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use tunedrop_aws::{Ledger, Open};
use tunedrop_run::decide::clean_up::{asks, continues_from};
use tunedrop_run::{Deployment, DeploymentState, RunId};

use crate::deployments;
use crate::format::visible;
use crate::print;
use crate::stack::{StackArgs, block_on, explain};

/// Delete a custom model
///
/// Keeps the run, its data, its reports and its evaluation. A model that a deployment serves, or served before and can return
/// to, is kept: delete the deployment first, with `tunedrop undeploy`. So is a model while it is evaluated, and one that an
/// unfinished run continues from.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop rm support-bot       the model of the dataset's newest run
  tunedrop rm arn:aws:bedrock:us-east-1:123456789012:custom-model/… --yes

Exit codes:
  0: deleted
  1: you declined, there is no such model, or a deployment, an evaluation or a
     run needs it
  2: a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct RmArgs {
    /// A custom model's ARN, or the run that made it
    model: String,
    /// Don't ask for confirmation
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    stack: StackArgs,
}

pub(crate) fn rm(args: &RmArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find_to_change().await?;
        let run = stack.run(&args.model).await?;
        let Some(arn) = &run.model_arn else {
            bail!("run {} is {}: it has no custom model", run.run_id, run.state.as_str());
        };
        let evaluation = stack.ledger()?.evaluation(&run.run_id).await.map_err(explain)?;
        if let Some(one) = evaluation.filter(|one| !one.state.is_end()) {
            let state = one.state.as_str();
            print(&format!("Nothing was deleted: {}\n", evaluated(&run.run_id, state, &stack.named)))?;
            return Ok(ExitCode::from(1));
        }
        let all = deployments::of(&stack).await?;
        if let Some(why) = needed(&all, &run.run_id, &stack.named) {
            print(&format!("Nothing was deleted: {why}\n"))?;
            return Ok(ExitCode::from(1));
        }
        if let Some(why) = waited_for(&stack.ledger()?, &run.run_id, arn, &stack.named).await? {
            print(&format!("Nothing was deleted: {why}\n"))?;
            return Ok(ExitCode::from(1));
        }
        let question = format!("Delete the custom model {} of run {}?", visible(arn), run.run_id);
        if !args.yes && !confirmed(&question).await? {
            print("Canceled: nothing was deleted\n")?;
            return Ok(ExitCode::from(1));
        }
        if !stack.jobs().delete_model(arn).await.map_err(explain)? {
            print(&format!("Bedrock has no model {}; it was probably deleted already\n", visible(arn)))?;
            return Ok(ExitCode::from(1));
        }
        print(&format!("Deleted {}\n", visible(arn)))?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Why a run's model can't be deleted, and what to do first; `None` if no deployment needs it.
fn needed(all: &[Deployment], run_id: &RunId, named: &str) -> Option<String> {
    let one = *deployments::that_need(all, run_id).first()?;
    let (name, part) = (visible(&one.name), deployments::part_of(one, run_id));
    if let Some(evaluation) = &one.evaluation {
        return Some(evaluated(evaluation, "in progress, and asks the model", named));
    }
    Some(match one.state {
        DeploymentState::Deleting => format!("deployment {part}; try again when it is gone"),
        _ => format!("deployment {part}. Delete the deployment first, with `tunedrop undeploy {name}{named}`"),
    })
}

/// Why a model is kept while an evaluation asks it, and what to do.
fn evaluated(run_id: &RunId, is: &str, named: &str) -> String {
    let id = visible(run_id);
    format!(
        "the evaluation of {id} is {is}. Try again when it has ended, or stop it with `tunedrop evaluate {id} --stop{named}`"
    )
}

/// Which unfinished run continues from the model, or which evaluation is going to ask it, and what to do; `None` if none needs
/// it.
async fn waited_for(ledger: &Ledger, run_id: &RunId, arn: &str, named: &str) -> Result<Option<String>> {
    let mut open = ledger.open();
    while let Some(one) = open.next().await.map_err(explain)? {
        match one {
            Open::Run(run) if continues_from(&run, arn) => {
                let (id, state) = (visible(&run.run_id), run.state.as_str());
                return Ok(Some(format!(
                    "run {id}, which is {state}, continues from it. Wait until it ends, or stop it with `tunedrop stop {id}{named}`"
                )));
            }
            Open::Evaluation(one) if asks(&one, run_id) => {
                return Ok(Some(evaluated(&one.run_id, "in progress, and asks the model", named)));
            }
            _ => {}
        }
    }
    Ok(None)
}

/// Asks for confirmation on the terminal; without one, it is an error. Ctrl-C works while it waits.
pub(crate) async fn confirmed(question: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("not a terminal: pass --yes to confirm");
    }
    let mut out = std::io::stderr();
    write!(out, "{question} [y/N] ")?;
    out.flush()?;
    let answer = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer).map(|_| answer)
    });
    Ok(matches!(answer.await??.trim(), "y" | "Y" | "yes"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tunedrop_run::EvaluationEntry;

    use super::*;

    #[test]
    fn a_model_that_an_evaluation_asks_is_kept() {
        let temporary: Deployment = serde_json::from_value(json!({
            "schema": 1, "name": "evaluation-0123456789ab", "bedrock_name": "e-0", "revision": 1, "dataset": "bot",
            "state": "Active", "run_id": "bot-000000000001", "model_arn": "m", "request": 1,
            "changed_at": "2026-11-30T08:00:00.000Z", "serving": "bot-000000000001", "evaluation": "bot-000000000002",
        }))
        .expect("a deployment");
        let of = |run_id: &str| needed(std::slice::from_ref(&temporary), &run_id.parse().expect("an id"), " --local");
        insta::assert_snapshot!(of("bot-000000000001").expect("a reason"), @"the evaluation of bot-000000000002 is in progress, and asks the model. Try again when it has ended, or stop it with `tunedrop evaluate bot-000000000002 --stop --local`");
        assert_eq!(of("bot-000000000002"), None);
    }

    #[test]
    fn a_model_that_an_evaluation_is_going_to_ask_is_kept() {
        let side = |id: &str, answered| json!({ "name": id, "run_id": id, "temporary": true, "answered": answered });
        let of = |state: &str, sides: &[serde_json::Value]| -> EvaluationEntry {
            serde_json::from_value(json!({
                "schema": 1, "run_id": "bot-000000000001", "dataset": "bot", "number": 1, "revision": 1, "state": state,
                "plan": { "data": "s3://b/k", "max_records": 200, "against": ["bot-000000000002"] }, "sides": sides,
                "requested_at": "2026-11-30T08:00:00.000Z", "changed_at": "2026-11-30T08:00:00.000Z",
            }))
            .expect("an evaluation")
        };
        let id = |id: &str| id.parse::<RunId>().expect("an id");
        let sides = [side("bot-000000000001", true), side("bot-000000000002", false)];
        assert!(asks(&of("Waiting", &[]), &id("bot-000000000002")));
        assert!(asks(&of("Deploying", &sides), &id("bot-000000000002")));
        assert!(!asks(&of("Deploying", &sides), &id("bot-000000000003")));
        assert!(!asks(&of("Kept", &sides), &id("bot-000000000002")));
    }
}
