//! `tunedrop runs` and `tunedrop show`: what the ledger has.

mod page;
mod table;

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use tunedrop_aws::{Ledger, Open};
use tunedrop_run::{Run, State};

pub(crate) use page::starts;
pub(crate) use table::{style, time};

use crate::format::visible;
use crate::stack::{StackArgs, block_on, explain};
use crate::{print, print_exactly};

/// List runs, the newest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop runs
  tunedrop runs --dataset support-bot --state failed
  tunedrop runs --json | jq -r '.runs[] | select(.state == \"Succeeded\") | .model_arn'

Exit codes: 0 listed, also where there are none; 2 used wrongly or a service failed; 130 Ctrl-C")]
pub(crate) struct RunsArgs {
    /// Only this dataset's
    #[arg(long, value_name = "DATASET")]
    dataset: Option<String>,
    /// Only those in this state
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Option<State>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Print JSON: the ledger's entries as they are
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

/// Show one run: where it stands, what it was made of, and what to do next
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop show support-bot                     the dataset's newest run
  tunedrop show support-bot-3fa9                an id, or the beginning of one
  tunedrop show arn:aws:bedrock:us-east-1:123456789012:custom-model/…   the run and the files that a model came from

Exit codes: 0 shown, 2 no such run, used wrongly, or a service failed; 130 Ctrl-C")]
pub(crate) struct ShowArgs {
    /// A run's id or the beginning of one, a dataset, or a custom model's ARN
    run: String,
    /// Print JSON: the ledger's entry as it is
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

const STATES: [State; 10] = [
    State::Rejected,
    State::Held,
    State::Queued,
    State::Launching,
    State::Running,
    State::Succeeded,
    State::Failed,
    State::Stopped,
    State::Superseded,
    State::Refused,
];

fn state(text: &str) -> Result<State, String> {
    let named = STATES.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(text));
    let all = || STATES.map(|state| state.as_str().to_lowercase()).join(", ");
    named.ok_or_else(|| format!("a state is one of {}", all()))
}

pub(crate) fn runs(args: &RunsArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find().await?;
        let ledger = stack.ledger()?;
        let (mut all, mut runs) = (ledger.recent(), Vec::new());
        while runs.len() < args.limit {
            let Some(run) = all.next().await.map_err(explain)? else { break };
            let fits = args.dataset.as_ref().is_none_or(|dataset| run.dataset == *dataset)
                && args.state.is_none_or(|state| run.state == state);
            if fits {
                runs.push(run);
            }
        }
        for key in all.unreadable() {
            anstream::eprintln!("passed over {}: this version can't read it", visible(key));
        }
        if args.json {
            print_exactly(&format!("{:#}\n", json!({ "version": 1, "stack": stack.name, "runs": runs })))?;
        } else if runs.is_empty() {
            print(&format!("no such run in the stack {}\n", stack.name))?;
        } else {
            print(&table::of(&runs))?;
            for run in runs.iter().filter(|run| run.settles_until().is_some()) {
                let (id, named) = (visible(&run.run_id), &stack.named);
                print(&format!("{id} is accepted{}: tunedrop approve {id}{named} starts it now\n", starts(run)))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

pub(crate) fn show(args: &ShowArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find().await?;
        let run = stack.run(&args.run).await?;
        if args.json {
            print_exactly(&format!("{:#}\n", json!({ "version": 1, "stack": stack.name, "run": run })))?;
            return Ok(ExitCode::SUCCESS);
        }
        let ahead = if run.state == State::Queued { Some(ahead(&stack.ledger()?, &run).await?) } else { None };
        print(&page::of(&run, ahead, &stack.named))?;
        Ok(ExitCode::SUCCESS)
    })
}

/// How many runs wait before this one.
pub(crate) async fn ahead(ledger: &Ledger, run: &Run) -> Result<usize> {
    let (mut open, mut ahead) = (ledger.open(), 0);
    while let Some(one) = open.next().await.map_err(explain)? {
        if let Open::Run(other) = one {
            if other.run_id == run.run_id {
                break;
            }
            // One that waits for further files holds up nobody.
            let waits = matches!(other.state, State::Queued | State::Launching) && other.settles_until().is_none();
            ahead += usize::from(waits);
        }
    }
    Ok(ahead)
}
