//! The evaluate function: wires the clients to the step.

#![deny(clippy::print_stderr, clippy::print_stdout)] // standard output is the log, of which every line is JSON

use tunedrop_steps::{Evaluate, log_as_json, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    log_as_json();
    let evaluate = Evaluate::from_env().await?;
    serve(async |event, deadline| evaluate.step(event, deadline).await).await
}
