//! Runs a function's real binary outside the emulator. It gets its events from a Lambda runtime API in this process,
//! one at a time, and can be killed while it handles one.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use bytes::Bytes;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

use crate::browser;
use crate::stack::{ACCOUNT, REGION, SECRET};

/// Lambda's own paths start with this.
const API: &str = "/2018-06-01/runtime";
/// The deadline of each event. It is longer than validate's timeout in the template.
const DEADLINE: Duration = Duration::from_secs(300);

/// The result of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Its answer.
    Answer(Value),
    /// Its error, in Lambda's form.
    Error(Value),
    /// The process ended before it answered.
    Gone,
}

/// A running function. Dropping this value kills it.
#[derive(Debug)]
pub struct Function {
    child: Child,
    events: mpsc::Sender<Bytes>,
    outcomes: mpsc::Receiver<Outcome>,
    server: JoinHandle<()>,
}

/// What the runtime API's handlers share.
struct Desk {
    events: Mutex<mpsc::Receiver<Bytes>>,
    outcomes: mpsc::Sender<Outcome>,
}

impl Function {
    /// Starts `binary` with `variables`, as Lambda would. Its output goes to `log`.
    pub async fn start(binary: &Path, variables: &[(String, String)], log: &File) -> Result<Function> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port for the runtime API")?;
        let api = listener.local_addr().context("no port for the runtime API")?;
        let (events, taken) = mpsc::channel(1);
        let (outcomes, made) = mpsc::channel(1);
        let router = Router::new()
            .route(&format!("{API}/invocation/next"), get(next))
            .route(&format!("{API}/invocation/{{id}}/response"), post(response))
            .route(&format!("{API}/invocation/{{id}}/error"), post(error))
            .route(&format!("{API}/init/error"), post(error))
            .with_state(Arc::new(Desk { events: Mutex::new(taken), outcomes }))
            .layer(middleware::from_fn_with_state(api.port(), browser::keep_out));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!("the runtime API stopped: {error}");
            }
        });
        let own = |what: &str| log.try_clone().with_context(|| format!("no {what} for the function"));
        let mut command = Command::new(binary);
        command.env_clear().envs([
            ("AWS_LAMBDA_RUNTIME_API", api.to_string().as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "local"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "local"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", ACCOUNT),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(own("standard output")?).stderr(own("standard error")?);
        let child = command.kill_on_drop(true).spawn();
        let child = child.with_context(|| format!("{} could not be started", binary.display()))?;
        Ok(Function { child, events, outcomes: made, server })
    }

    /// Sends one event to the function, and waits until it answers or exits.
    pub async fn invoke(&mut self, event: &Value) -> Result<Outcome> {
        self.events.send(Bytes::from(event.to_string())).await.context("the runtime API is gone")?;
        tokio::select! {
            outcome = self.outcomes.recv() => outcome.context("the runtime API is gone"),
            status = self.child.wait() => {
                status.context("the function's end is not known")?;
                Ok(Outcome::Gone)
            }
        }
    }

    /// Kills it (SIGKILL) and waits until it is gone.
    pub async fn kill(mut self) -> Result<()> {
        self.child.kill().await.context("the function could not be killed")
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(desk): State<Arc<Desk>>) -> Response {
    let Some(event) = desk.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = jiff::Timestamp::now() + DEADLINE;
    let headers = [
        ("lambda-runtime-aws-request-id", "00000000-0000-4000-8000-000000000000".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.as_millisecond().to_string()),
        ("lambda-runtime-invoked-function-arn", format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:local")),
    ];
    (headers, event).into_response()
}

async fn response(State(desk): State<Arc<Desk>>, body: Bytes) -> StatusCode {
    hand_over(&desk, Outcome::Answer(serde_json::from_slice(&body).unwrap_or_default())).await
}

async fn error(State(desk): State<Arc<Desk>>, body: Bytes) -> StatusCode {
    hand_over(&desk, Outcome::Error(serde_json::from_slice(&body).unwrap_or_default())).await
}

async fn hand_over(desk: &Desk, outcome: Outcome) -> StatusCode {
    // The receiver exists as long as the function. Without it, no caller waits for the answer.
    match desk.outcomes.send(outcome).await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::GONE,
    }
}
