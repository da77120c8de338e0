//! The Bedrock stand-in on a thread of its own: it outlives the runtime of the test that started it.

use std::net::TcpListener;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::oneshot;

use crate::bedrock::{self, Config};

/// How long requests under way may take when it is stopped.
const GRACE: Duration = Duration::from_millis(500);

/// The running stand-in; dropping it stops it.
#[derive(Debug)]
pub(crate) struct Standin {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Standin {
    /// Serves on `listener`, which is bound already.
    pub(crate) fn start(config: Config, listener: TcpListener) -> Result<Standin> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.context("the Bedrock stand-in could not be started")?;
        listener.set_nonblocking(true).context("the Bedrock stand-in could not be started")?;
        let (stop, stopped) = oneshot::channel::<()>();
        let serve = move || {
            let (leave, left) = oneshot::channel::<()>();
            let served = async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                bedrock::serve(config, listener, async { left.await.unwrap_or(()) }).await
            };
            let asked = async {
                // An error is as good as a message: both mean that nobody wants it any more.
                stopped.await.unwrap_or(());
                drop(leave);
                tokio::time::sleep(GRACE).await;
            };
            runtime.block_on(async {
                tokio::select! {
                    result = served => if let Err(error) = result {
                        tracing::error!("the Bedrock stand-in stopped: {error}");
                    },
                    () = asked => {}
                }
            });
            runtime.shutdown_background();
        };
        let thread = std::thread::Builder::new().name("bedrock-stand-in".into()).spawn(serve);
        Ok(Standin { stop: Some(stop), thread: Some(thread.context("the Bedrock stand-in could not be started")?) })
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the Bedrock stand-in panicked");
        }
    }
}
