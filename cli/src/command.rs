//! Approve, stop and retry: an event onto the stack's bus; what becomes of it is told by message.

use std::process::ExitCode;

use anyhow::Context;
use tunedrop_aws::Bus;
use tunedrop_run::event::{Detail, Kind, VERSION};

/// Sends a command for `run` to the stack.
pub(crate) fn send(kind: Kind, run: &str, stack: &str) -> anyhow::Result<ExitCode> {
    let detail = Detail {
        version: VERSION,
        stack: stack.to_owned(),
        run_id: Some(run.to_owned()),
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
