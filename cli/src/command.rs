//! Approve, stop and retry: an event onto the stack's bus; what becomes of it is told by message.

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use tunedrop_aws::Bus;
use tunedrop_run::event::{Detail, Kind, VERSION};

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The run's id, as the message or the report has it
    run: String,
    /// The stack's name
    #[arg(long, env = "TUNEDROP_STACK", default_value = "tunedrop")]
    stack: String,
}

/// Sends a command for a run to its stack.
pub(crate) fn send(kind: Kind, args: &RunArgs) -> anyhow::Result<ExitCode> {
    let RunArgs { run, stack } = args;
    let detail = Detail {
        version: VERSION,
        stack: stack.clone(),
        run_id: Some(run.clone()),
        by: std::env::var("USER").ok().filter(|user| !user.is_empty()),
        ..Detail::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no async runtime")?;
    runtime.block_on(async {
        let bus = Bus::new(&tunedrop_aws::config().await);
        bus.put(kind, &detail)
            .await
            .context("the command could not be sent; are credentials and Region set, as for the AWS CLI?")
    })?;
    println!("{} sent to stack {stack} for {run}; the answer comes as a message", kind.as_str());
    Ok(ExitCode::SUCCESS)
}
