//! A proxy between the functions and the services, which injects faults into calls.
//!
//! Plain HTTP on loopback. A function's `AWS_ENDPOINT_URL` points here. Calls are forwarded to the emulator or the
//! Bedrock simulator, by the service that the request was signed for. A function of the caller decides what happens to
//! each call; see [`Proxy::start`].

mod answer;
mod call;

pub use call::Call;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use crate::browser;
use answer::Broken;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultAction {
    /// The call is forwarded.
    Pass,
    /// The answer is that the call is throttled. It has no effect.
    Throttle,
    /// The answer is an internal error. `after`: the call took effect nevertheless.
    Fail {
        /// Whether the call is carried out first.
        after: bool,
    },
    /// The connection breaks. With `after`, it breaks in the middle of the answer.
    Reset {
        /// Whether the call is carried out first.
        after: bool,
    },
    /// There is never an answer.
    Hang {
        /// Whether the call is carried out first.
        after: bool,
    },
    /// There is never an answer, and [`ProxyEvent::KillRequested`] asks to kill the caller.
    Kill {
        /// Whether the call is carried out first.
        after: bool,
    },
}

impl FaultAction {
    /// Whether the call reaches the service.
    pub fn takes_effect(self) -> bool {
        !matches!(
            self,
            FaultAction::Throttle
                | FaultAction::Fail { after: false }
                | FaultAction::Reset { after: false }
                | FaultAction::Hang { after: false }
                | FaultAction::Kill { after: false }
        )
    }
}

/// What the proxy reports to its owner.
#[derive(Clone, Debug)]
pub enum ProxyEvent {
    /// A call that a service carried out, with its body.
    Completed {
        /// The call.
        call: Call,
        /// Its body.
        body: Bytes,
    },
    /// The calling process should be killed.
    KillRequested {
        /// During this call.
        call: Call,
    },
}

/// Where calls are forwarded, and what happens to them.
#[derive(Clone)]
pub struct Route {
    /// The emulator, `http://127.0.0.1:<port>`.
    pub emulator: String,
    /// The Bedrock simulator.
    pub bedrock: String,
    /// Called once for each call, in the order of arrival.
    pub decide: Arc<dyn Fn(&Call) -> FaultAction + Send + Sync>,
    /// Receives what the proxy did with each call.
    pub events: UnboundedSender<ProxyEvent>,
}

/// A running proxy. Dropping it stops it.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port of loopback.
    pub async fn start(route: Route) -> Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port for the fault proxy")?;
        let address = listener.local_addr().context("no port for the fault proxy")?;
        let http = crate::http().build().context("no HTTP client for the fault proxy")?;
        let task = tokio::spawn(serve(listener, address.port(), Arc::new(route), http));
        Ok(Proxy { address, task })
    }

    /// Returns the value for `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the port that it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, port: u16, route: Arc<Route>, http: reqwest::Client) {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // For example, there are no file handles left. There may be one a moment later.
                tracing::warn!(%error, "the fault proxy could not accept a connection");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let (route, http) = (route.clone(), http.clone());
        tokio::spawn(async move {
            let one = hyper::service::service_fn(|request: Request<Incoming>| {
                let (route, http) = (route.clone(), http.clone());
                async move {
                    match browser::refusal(request.headers(), port) {
                        Some(why) => Ok(answer::forbidden(why)),
                        None => pass_on(request, peer.port(), route, http).await,
                    }
                }
            });
            let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), one).await;
            if let Err(error) = served {
                tracing::debug!(%error, "a connection to the fault proxy ended");
            }
        });
    }
}

/// Handles one call. An error closes the connection without an answer, which the caller sees as a reset.
async fn pass_on(
    request: Request<Incoming>,
    peer: u16,
    route: Arc<Route>,
    http: reqwest::Client,
) -> Result<Response<answer::Body>, Broken> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let call = Call::of(&head, &body, peer);
    let action = (route.decide)(&call);
    let mut answered = None;
    if action.takes_effect() {
        let target = if matches!(call.service.as_str(), "bedrock" | "ce" | "pricing") {
            &route.bedrock
        } else {
            &route.emulator
        };
        let answer = answer::forward(&http, target, &head, body.clone()).await?;
        if answer.status.is_success() {
            // If nobody receives these events any more, that isn't an error.
            let _ = route.events.send(ProxyEvent::Completed { call: call.clone(), body });
        }
        answered = Some(answer);
    }
    match (action, answered) {
        (FaultAction::Pass, Some(answer)) => Ok(answer.whole()),
        (FaultAction::Throttle, _) => Ok(answer::throttled(&call)),
        (FaultAction::Fail { .. }, _) => Ok(answer::failed(&call)),
        (FaultAction::Reset { .. }, Some(answer)) => Ok(answer.half()),
        (FaultAction::Hang { .. }, _) => Ok(never().await),
        (FaultAction::Kill { .. }, _) => {
            let _ = route.events.send(ProxyEvent::KillRequested { call });
            Ok(never().await)
        }
        _ => Err(Broken),
    }
}

/// Ends only with the connection.
async fn never() -> Response<answer::Body> {
    let never: Infallible = std::future::pending().await;
    match never {}
}
