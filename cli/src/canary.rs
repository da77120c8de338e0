//! `tunedrop canary`: sends a small dataset through a stack, without training.

mod page;
mod trial;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::stack::{StackArgs, or_interrupted, run};
use crate::{print, print_exactly};
use trial::Trial;

/// The dataset's name, which is reserved for this.
pub(crate) const DATASET: &str = "tunedrop-canary";

/// Send a small dataset through the stack, without training
///
/// Uploads 20 records with a recipe that holds the run for approval, and waits until they are validated and reported, and
/// until people are notified. Then it stops the run, so Bedrock never gets a job, and deletes the files. Use it after an
/// upgrade, or on a schedule. People who subscribed get two messages.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop canary
  tunedrop canary --stack tunedrop --wait 2
  tunedrop canary --json | jq -e .passed

Exit codes:
  0: every stage passed
  1: a stage failed
  2: no such stack, or a usage error
  130: Ctrl-C; the run is stopped, and the files are deleted")]
pub(crate) struct CanaryArgs {
    /// Minutes to wait for each stage
    #[arg(long, value_name = "MINUTES", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    wait: u64,
    /// Base model in the recipe. It isn't trained
    #[arg(long, value_name = "MODEL", default_value = "nova-lite")]
    model: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

pub(crate) fn canary(args: &CanaryArgs) -> Result<ExitCode> {
    run(async {
        let Some(stack) = or_interrupted(args.stack.find_to_change()).await? else {
            return Ok(ExitCode::from(130));
        };
        let limit = Duration::from_secs(args.wait * 60);
        let mut trial = Trial::new(&stack, &args.model, limit, !args.json)?;
        let ended = or_interrupted(trial.stages()).await?;
        // What was begun is ended in any case. A second Ctrl-C leaves it.
        let cleaned = or_interrupted(trial.clean_up()).await?;
        if args.json {
            print_exactly(&format!("{:#}\n", page::json(&trial)))?;
        } else {
            print(&page::conclusion(&trial, &stack.named))?;
        }
        Ok(match (ended, cleaned) {
            (Some(()), Some(())) => ExitCode::from(u8::from(!trial.passed())),
            _ => ExitCode::from(130),
        })
    })
}
