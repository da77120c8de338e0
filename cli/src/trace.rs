//! `tunedrop trace`: the runs that a record went into.

mod asked;
mod erased;
mod page;
pub(crate) mod search;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{ArgGroup, Args};
use serde_json::json;

use crate::stack::{StackArgs, block_on};
use crate::{deployments, print, print_exactly};
pub(crate) use asked::Asked;

/// Find the runs, models and deployments that a record went into
///
/// --record looks the records of a file up in the index that each run has: a keyed hash of each record, which isn't its text.
/// They are found even if the run's files were deleted. Runs that were erased are listed with their certificate. --match reads the files of every run that still has them, which takes
/// longer, and then looks the records up that contain the text.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true)))]
#[command(after_help = "Examples:
  tunedrop trace --record record.jsonl
  tunedrop trace --match 'ada@example.com'
  tunedrop trace --match 'ada@example.com' --json | jq -r '.runs[].dataset'

Exit codes:
  0: looked up, even if no run has it
  2: a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct TraceArgs {
    /// A file of JSON Lines with the records
    #[arg(long, value_name = "FILE", group = "what")]
    record: Option<PathBuf>,
    /// A text in a record
    #[arg(long = "match", value_name = "TEXT", group = "what")]
    matching: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

pub(crate) fn trace(args: &TraceArgs) -> Result<ExitCode> {
    let asked = Asked::read(args.record.as_deref(), args.matching.as_deref())?;
    block_on(async {
        let stack = args.stack.find().await?;
        let found = search::search(&stack, &asked).await?;
        let deployments = deployments::of(&stack).await?;
        if args.json {
            let page = json!({
                "version": 1, "stack": stack.name, "records": found.records,
                "runs": found.runs.iter().map(|one| one.json(&deployments)).collect::<Vec<_>>(),
                "runs_searched": found.searched, "not_searched": found.not_searched,
                "erased": found.erased.iter().map(erased::Erased::json).collect::<Vec<_>>(),
            });
            print_exactly(&format!("{page:#}\n"))?;
        } else {
            print(&page::of(&found, &deployments, &stack.named))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}
