//! Approve, stop and retry: an event onto the stack's bus; what becomes of it is told by message.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use tunedrop_run::decide::command::{Approve, approve, may_retry};
use tunedrop_run::event::{Detail, Kind, VERSION};
use tunedrop_run::{Run, State};

use crate::format::visible;
use crate::print;
use crate::stack::{StackArgs, block_on, explain};

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// A run's id or the beginning of one, as the message or the report has it; or a dataset, for its newest run
    run: String,
    #[command(flatten)]
    stack: StackArgs,
}

/// Sends a command for a run to its stack. One that can't be followed any more is not sent.
pub(crate) fn send(kind: Kind, args: &RunArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find().await?;
        let run = stack.run(&args.run).await?;
        if let Some(why) = pointless(kind, &run) {
            print(&format!("{} is {}: {why}\n", visible(&run.run_id), run.state.as_str()))?;
            return Ok(ExitCode::from(1));
        }
        let detail = Detail {
            version: VERSION,
            stack: stack.name.clone(),
            run_id: Some(run.run_id.to_string()),
            by: std::env::var("USER").ok().filter(|user| !user.is_empty()),
            ..Detail::default()
        };
        stack.bus()?.put(kind, &detail).await.map_err(explain)?;
        let (kind, id, stack, named) = (kind.as_str(), visible(&run.run_id), &stack.name, &stack.named);
        print(&format!(
            "{kind} sent to stack {stack} for {id}; the answer comes as a message, and so does: tunedrop watch {id}{named}\n"
        ))?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Why the command would change nothing. The functions decide again, by the state that the run is in then.
fn pointless(kind: Kind, run: &Run) -> Option<&'static str> {
    match kind {
        Kind::ApproveRun if matches!(approve(run.state, run.settles_until().is_some()), Approve::Ignored(_)) => {
            Some("only a run that is held, or that waits for further files, takes an approval")
        }
        Kind::StopRun if run.state.is_end() => Some("there is nothing to stop"),
        Kind::RetryRun if run.state == State::Rejected => Some("mend what its report lists, and drop the files again"),
        Kind::RetryRun if !may_retry(run.state) => Some("it is not over yet"),
        _ => None,
    }
}
