//! The Bedrock simulator on a thread of its own, so that it runs longer than the runtime of the test that started it.

use std::net::TcpListener;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::oneshot;

use crate::bedrock::{self, Config};

/// How long requests in progress may take when it is stopped.
const GRACE: Duration = Duration::from_millis(500);

/// The running simulator. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct SimulatorThread {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl SimulatorThread {
    /// Serves on `listener`, which is bound already.
    pub(crate) fn start(config: Config, listener: TcpListener) -> Result<SimulatorThread> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.context("the Bedrock simulator could not be started")?;
        listener.set_nonblocking(true).context("the Bedrock simulator could not be started")?;
        let (stop, stopped) = oneshot::channel::<()>();
        let serve = move || {
            let (leave, left) = oneshot::channel::<()>();
            let served = async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                bedrock::serve(config, listener, async { left.await.unwrap_or(()) }).await
            };
            let asked = async {
                // An error counts as a message: both mean that the owner no longer exists.
                stopped.await.unwrap_or(());
                drop(leave);
                tokio::time::sleep(GRACE).await;
            };
            runtime.block_on(async {
                tokio::select! {
                    result = served => if let Err(error) = result {
                        tracing::error!("the Bedrock simulator stopped: {error}");
                    },
                    () = asked => {}
                }
            });
            runtime.shutdown_background();
        };
        let thread = std::thread::Builder::new().name("bedrock-simulator".into()).spawn(serve);
        Ok(SimulatorThread {
            stop: Some(stop),
            thread: Some(thread.context("the Bedrock simulator could not be started")?),
        })
    }
}

impl Drop for SimulatorThread {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the Bedrock simulator panicked");
        }
    }
}
