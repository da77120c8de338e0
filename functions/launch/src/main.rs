//! The launch function: wires the clients to the step.

#![deny(clippy::print_stderr, clippy::print_stdout)] // standard output is the log, of which every line is JSON

use tunedrop_steps::{Launch, Trigger, log_as_json, serve_batch};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    log_as_json();
    let launch = Launch::from_env().await?;
    let step = async |event, _| launch.step(event).await;
    serve_batch(
        step,
        async |triggers: &[Trigger], deadline| launch.drain(triggers, deadline).await,
        Trigger::may_be_redelivered,
    )
    .await
}
