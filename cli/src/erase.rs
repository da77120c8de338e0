//! `tunedrop erase`: what a stack has of a dataset, and its deletion.

mod apply;
mod page;
mod plan;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::format::visible;
use crate::rm::confirmed;
use crate::stack::{StackArgs, block_on};
use crate::{print, print_exactly};

/// Erase a dataset: its files, copies, reports, models, deployments and texts in the ledger
///
/// Without --apply, shows what would be deleted and what can't be reached, and changes nothing. With --apply, deletes all
/// versions of the objects, deployments first, then models, and writes a certificate. Runs stay in the ledger without text,
/// and can't be retried. A run or an evaluation in progress must end first, and nothing is deleted while a legal hold tag is
/// set. After an interruption, run the command again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop erase support-bot                      what would be deleted
  tunedrop erase support-bot --json               the same, every version
  tunedrop erase support-bot --apply

Exit codes:
  0: shown or erased
  1: you declined, something must end first, or something is left
  2: a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct EraseArgs {
    /// The dataset
    dataset: String,
    /// Show what would be deleted; the default
    #[arg(long, conflicts_with = "apply")]
    plan: bool,
    /// Delete it
    #[arg(long)]
    apply: bool,
    /// Don't ask for confirmation
    #[arg(long, short, requires = "apply")]
    yes: bool,
    /// Where to write the certificate [default: erasure-DATASET-TIME.json]
    #[arg(long, value_name = "FILE", requires = "apply")]
    certificate: Option<PathBuf>,
    /// Print the plan as JSON, with every version
    #[arg(long, conflicts_with = "apply")]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

pub(crate) fn erase(args: &EraseArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find_to_change().await?;
        let plan = plan::Plan::of(&stack, &args.dataset).await?;
        if args.json {
            print_exactly(&format!("{:#}\n", json!({ "version": 1, "stack": stack.name, "plan": plan.json() })))?;
            return Ok(ExitCode::from(u8::from(!plan.hindrances.is_empty())));
        }
        print(&page::of(&plan, &stack))?;
        if !plan.hindrances.is_empty() {
            return Ok(ExitCode::from(1));
        }
        if !args.apply {
            return Ok(ExitCode::SUCCESS);
        }
        let question = format!("Erase all of this of dataset {}? It can't be undone.", visible(&args.dataset));
        if !args.yes && !confirmed(&question).await? {
            print("Canceled: nothing was deleted\n")?;
            return Ok(ExitCode::from(1));
        }
        apply::apply(&stack, plan, args.certificate.as_deref()).await
    })
}
