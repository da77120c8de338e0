//! The clean function: wires the clients to the step.

#![deny(clippy::print_stderr, clippy::print_stdout)] // standard output is the log, of which every line is JSON

use tunedrop_steps::{Clean, log_as_json, serve_schedule};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    log_as_json();
    let clean = Clean::from_env().await?;
    serve_schedule(async || clean.step().await).await
}
