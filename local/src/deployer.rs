//! The deployer's process, `local/emulator/deploy.py`. One serves all deployments of an emulator, side by side.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::oneshot;

use crate::build::workspace;
use crate::emulator::client_command;

/// What the deployer prints, or its error.
type Answer = Result<String, String>;

/// A line of the deployer.
#[derive(Deserialize)]
struct Line {
    id: u64,
    printed: Option<String>,
    error: Option<String>,
}

/// Who waits for an answer, by the request's id. `None` once the process has ended.
type Waiting = Arc<Mutex<Option<HashMap<u64, oneshot::Sender<Answer>>>>>;

/// The running deployer. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Deployer {
    child: Child,
    requests: Mutex<(u64, ChildStdin)>,
    waiting: Waiting,
}

impl Deployer {
    /// Starts it for the emulator at `endpoint`. A thread reads its answers.
    pub(crate) fn start(python: &Path, endpoint: &str) -> Result<Deployer> {
        let mut command = client_command(python, endpoint);
        command.arg(workspace().join("local/emulator/deploy.py")).arg("serve");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("the deployer could not be started")?;
        let requests = child.stdin.take().context("the deployer has no standard input")?;
        let answers = child.stdout.take().context("the deployer has no standard output")?;
        let waiting: Waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        let answered = Arc::clone(&waiting);
        std::thread::spawn(move || {
            for line in BufReader::new(answers).lines().map_while(Result::ok) {
                let Ok(Line { id, printed, error }) = serde_json::from_str(&line) else { continue };
                let waiting = lock(&answered).as_mut().and_then(|waiting| waiting.remove(&id));
                // The caller may have given up.
                let _ = waiting.map(|waiting| waiting.send(error.map_or(Ok(printed.unwrap_or_default()), Err)));
            }
            // Those who still wait learn that there is no answer.
            lock(&answered).take();
        });
        Ok(Deployer { child, requests: Mutex::new((0, requests)), waiting })
    }

    /// Runs `deploy.py` with these arguments, and returns what it prints.
    pub(crate) async fn run(&self, arguments: &[String]) -> Result<String> {
        let (sender, answer) = oneshot::channel();
        {
            let mut requests = lock(&self.requests);
            requests.0 += 1;
            let id = requests.0;
            lock(&self.waiting).as_mut().context("the deployer has ended")?.insert(id, sender);
            let line = json!({ "id": id, "arguments": arguments });
            writeln!(requests.1, "{line}").context("the deployer has ended")?;
        }
        answer.await.context("the deployer has ended")?.map_err(|error| anyhow!(error))
    }
}

impl Drop for Deployer {
    fn drop(&mut self) {
        // Nothing waits for it any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A panic of another holder leaves nothing half done here.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
