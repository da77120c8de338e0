//! The deploy function: wires the clients to the step.

#![deny(clippy::print_stderr, clippy::print_stdout)] // standard output is the log, of which every line is JSON

use tunedrop_steps::{Deploy, log_as_json, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    log_as_json();
    let deploy = Deploy::from_env().await?;
    serve(async |event, deadline| deploy.step(event, deadline).await).await
}
