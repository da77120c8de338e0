//! `tunedrop erase`: what a stack has of a dataset or of some records, and its deletion.

mod apply;
mod at_bedrock;
mod found;
mod page;
mod plan;
mod progress;
mod records;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{ArgGroup, Args};
use serde_json::json;

use crate::rm::confirmed;
use crate::stack::{StackArgs, block_on};
use crate::trace::Asked;
use crate::{print, print_exactly};

/// Erase a dataset or records: files, copies, reports, models, texts in the ledger
///
/// Without --apply, shows what would be deleted and what can't be reached, and changes nothing. With --apply, deletes all
/// versions of the objects, deployments first, then models, and writes a certificate. Runs stay in the ledger without text,
/// and can't be retried. A run or an evaluation in progress must end first, and nothing is deleted while a legal hold tag is
/// set. After an interruption, run the command again: the certificate lists what all attempts deleted.
///
/// With --record or --match, erases the uploaded files that have the records, in all versions, and everything of the runs
/// that had them, and of runs that continue from their models. Upload the files again without the records.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true)))]
#[command(after_help = "Examples:
  tunedrop erase support-bot                      what would be deleted
  tunedrop erase support-bot --json               the same, every version
  tunedrop erase support-bot --apply
  tunedrop erase --record record.jsonl --apply

Exit codes:
  0: shown or erased
  1: you declined, something must end first, or something is left
  2: a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct EraseArgs {
    /// The dataset
    #[arg(group = "what")]
    dataset: Option<String>,
    /// Erase the records of a JSON Lines file
    #[arg(long, value_name = "FILE", group = "what")]
    record: Option<PathBuf>,
    /// Erase the records that contain a text
    #[arg(long = "match", value_name = "TEXT", group = "what")]
    matching: Option<String>,
    /// Show what would be deleted; the default
    #[arg(long, conflicts_with = "apply")]
    plan: bool,
    /// Delete it
    #[arg(long)]
    apply: bool,
    /// Don't ask for confirmation
    #[arg(long, short, requires = "apply")]
    yes: bool,
    /// Continue if Bedrock knows neither a model nor its job any more
    #[arg(long)]
    models_gone: bool,
    /// Where to write the certificate [default: erasure-NAME-TIME.json]
    #[arg(long, value_name = "FILE", requires = "apply")]
    certificate: Option<PathBuf>,
    /// Print the plan as JSON, with every version
    #[arg(long, conflicts_with = "apply")]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

/// What is to be erased, as the options say it.
enum What {
    Dataset(String),
    Records(Asked),
}

pub(crate) fn erase(args: &EraseArgs) -> Result<ExitCode> {
    let what = match &args.dataset {
        Some(dataset) => What::Dataset(dataset.clone()),
        None => What::Records(Asked::read(args.record.as_deref(), args.matching.as_deref())?),
    };
    block_on(async {
        let stack = args.stack.find_to_change().await?;
        let plan = plan::Plan::of(&stack, &what, args.models_gone).await?;
        if args.json {
            print_exactly(&format!("{:#}\n", json!({ "version": 2, "stack": stack.name, "plan": plan.json() })))?;
            return Ok(ExitCode::from(u8::from(!plan.hindrances.is_empty())));
        }
        if args.apply && plan.is_done() {
            return apply::repeat(&stack, &plan, args.certificate.as_deref());
        }
        print(&page::of(&plan, &stack))?;
        if !plan.hindrances.is_empty() {
            return Ok(ExitCode::from(1));
        }
        if !args.apply {
            return Ok(ExitCode::SUCCESS);
        }
        let question = format!("Erase all of this of {}? It can't be undone.", plan.name());
        if !args.yes && !confirmed(&question).await? {
            print("Canceled: nothing was deleted\n")?;
            return Ok(ExitCode::from(1));
        }
        apply::apply(&stack, &what, plan, args).await
    })
}
