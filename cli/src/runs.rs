//! `tunedrop runs` and `tunedrop show`: runs in the ledger.

mod base;
mod lineage;
mod page;
mod table;

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use tunedrop_aws::{Ledger, Open};
use tunedrop_run::{Deployment, Run, State};

pub(crate) use page::{facts, starts};
pub(crate) use table::{style, time};

use crate::format::visible;
use crate::stack::{StackArgs, block_on, explain};
use crate::{deployments, evaluations, print, print_exactly};

/// List runs, newest first
///
/// If models were evaluated, a column has the states of their evaluations. If deployments serve some of the models, the last
/// column names them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop runs
  tunedrop runs --dataset support-bot --state failed
  tunedrop runs --base nova-lite                       from this base model
  tunedrop runs --base support-bot-0123456789ab        from this run's model
  tunedrop runs --json | jq -r '.runs[].model_arn'

Exit codes:
  0: listed, even if there are none
  2: a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct RunsArgs {
    /// Only runs of this dataset
    #[arg(long, value_name = "DATASET")]
    dataset: Option<String>,
    /// Only runs in this state
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Option<State>,
    /// Only runs that started from this base model: a model's short name or identifier, a
    /// custom model's ARN, a run whose model they continue from, or run:RUN
    #[arg(long, value_name = "MODEL-OR-RUN")]
    base: Option<String>,
    /// Number of runs to list
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Print the ledger's entries as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

/// Show a run: its state, settings, evaluation and lineage, and what to do next
///
/// The lineage has the files of the dataset version, the runs that the run continues from, its custom model, the
/// deployments of that model, and the runs that continue from it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop show support-bot                     the dataset's newest run
  tunedrop show support-bot-3fa9                an id, or the beginning of one
  tunedrop show arn:aws:bedrock:us-east-1:123456789012:custom-model/…

Exit codes:
  0: shown
  2: no such run, a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct ShowArgs {
    /// A run's id or the beginning of one, a dataset, or a custom model's ARN
    run: String,
    /// Print the ledger's entry as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

fn state(text: &str) -> Result<State, String> {
    let named = State::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(text));
    let all = || State::ALL.map(|state| state.as_str().to_lowercase()).join(", ");
    named.ok_or_else(|| format!("expected one of {}", all()))
}

pub(crate) fn runs(args: &RunsArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find().await?;
        let ledger = stack.ledger()?;
        let base = match &args.base {
            Some(text) => Some(base::BaseFilter::of(&stack, text).await?),
            None => None,
        };
        let (mut all, mut runs) = (ledger.recent(), Vec::new());
        while runs.len() < args.limit {
            let Some(run) = all.next().await.map_err(explain)? else { break };
            let fits = args.dataset.as_ref().is_none_or(|dataset| run.dataset == *dataset)
                && args.state.is_none_or(|state| run.state == state)
                && base.as_ref().is_none_or(|base| base.fits(&run));
            if fits {
                runs.push(run);
            }
        }
        for key in all.unreadable() {
            anstream::eprintln!("warning: skipped {}, which this version can't read", visible(key));
        }
        let deployments = if runs.is_empty() { Vec::new() } else { deployments::of(&stack).await? };
        let evaluations = evaluations::of(&stack, &runs).await?;
        if args.json {
            let served = |one: &&Deployment| runs.iter().any(|run| one.serving.as_ref() == Some(&run.run_id));
            let deployments: Vec<_> = deployments.iter().filter(served).collect();
            let page = json!({
                "version": 1, "stack": stack.name, "runs": runs, "deployments": deployments, "evaluations": evaluations,
            });
            print_exactly(&format!("{page:#}\n"))?;
        } else if runs.is_empty() {
            print(&format!("No runs in stack {} match\n", stack.name))?;
        } else {
            print(&table::of(&runs, &evaluations, &deployments))?;
            for run in runs.iter().filter(|run| run.settles_until().is_some()) {
                let (id, named) = (visible(&run.run_id), &stack.named);
                print(&format!("{id} is accepted{}. Start it now with `tunedrop approve {id}{named}`\n", starts(run)))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

pub(crate) fn show(args: &ShowArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find().await?;
        let run = stack.run(&args.run).await?;
        let all = if run.model_arn.is_some() { deployments::of(&stack).await? } else { Vec::new() };
        let deployments = deployments::that_need(&all, &run.run_id);
        let evaluation = stack.ledger()?.evaluation(&run.run_id).await.map_err(explain)?;
        let lineage = lineage::Shown::of(&stack.ledger()?, &run).await?;
        if args.json {
            let page = json!({
                "version": 1, "stack": stack.name, "run": run, "deployments": deployments, "evaluation": evaluation,
                "lineage": lineage.json(),
            });
            print_exactly(&format!("{page:#}\n"))?;
            return Ok(ExitCode::SUCCESS);
        }
        let ahead = if run.state == State::Queued { Some(ahead(&stack.ledger()?, &run).await?) } else { None };
        print(&page::of(&run, ahead, evaluation.as_ref(), &deployments, &lineage, &stack.named))?;
        Ok(ExitCode::SUCCESS)
    })
}

/// The number of runs in the queue before this one.
pub(crate) async fn ahead(ledger: &Ledger, run: &Run) -> Result<usize> {
    let (mut open, mut ahead) = (ledger.open(), 0);
    while let Some(one) = open.next().await.map_err(explain)? {
        if let Open::Run(other) = one {
            if other.run_id == run.run_id {
                break;
            }
            // A run that waits for more files blocks no other.
            let waits = matches!(other.state, State::Queued | State::Launching) && other.settles_until().is_none();
            ahead += usize::from(waits);
        }
    }
    Ok(ahead)
}
