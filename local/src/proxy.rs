//! A proxy between the functions and the services, that can be told what goes wrong at which call.
//!
//! Plain HTTP on loopback. A function's `AWS_ENDPOINT_URL` points here; calls go on to the emulator or the
//! Bedrock stand-in, by the service that the request was signed for. What becomes of each call is decided
//! by a function of the caller's; see [`Proxy::start`].

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

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It goes through.
    Pass,
    /// Answered as throttled, without any effect.
    Throttle,
    /// Answered with an internal error. `after`: though it took effect.
    Fail {
        /// Whether the call is carried out first.
        after: bool,
    },
    /// The connection breaks; with `after`, in the middle of the answer.
    Reset {
        /// Whether the call is carried out first.
        after: bool,
    },
    /// No answer ever comes.
    Hang {
        /// Whether the call is carried out first.
        after: bool,
    },
    /// No answer comes, and whoever started the proxy is asked to kill the caller: see [`Seen::Cut`].
    Kill {
        /// Whether the call is carried out first.
        after: bool,
    },
}

impl Deed {
    /// Whether the call reaches the service.
    pub fn takes_effect(self) -> bool {
        !matches!(
            self,
            Deed::Throttle
                | Deed::Fail { after: false }
                | Deed::Reset { after: false }
                | Deed::Hang { after: false }
                | Deed::Kill { after: false }
        )
    }
}

/// What the proxy tells whoever started it.
#[derive(Clone, Debug)]
pub enum Seen {
    /// A call that a service carried out, with its body.
    Done {
        /// Which.
        call: Call,
        /// What was sent.
        body: Bytes,
    },
    /// The process on the other end is to be killed.
    Cut {
        /// In the midst of this call.
        call: Call,
    },
}

/// Where calls go, and what becomes of them.
#[derive(Clone)]
pub struct Route {
    /// The emulator, `http://127.0.0.1:<port>`.
    pub emulator: String,
    /// The Bedrock stand-in.
    pub bedrock: String,
    /// Asked once for each call, in the order in which they come.
    pub decide: Arc<dyn Fn(&Call) -> Deed + Send + Sync>,
    /// Told of what was done.
    pub seen: UnboundedSender<Seen>,
}

/// A running proxy; it ends when it is dropped.
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

    /// For `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port it listens on.
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
                // Out of file handles, for instance; a moment later there may be one.
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

/// One call. An error closes the connection without an answer, which is what a reset looks like to the caller.
async fn pass_on(
    request: Request<Incoming>,
    peer: u16,
    route: Arc<Route>,
    http: reqwest::Client,
) -> Result<Response<answer::Body>, Broken> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let call = Call::of(&head, &body, peer);
    let deed = (route.decide)(&call);
    let mut answered = None;
    if deed.takes_effect() {
        let target = if call.service == "bedrock" { &route.bedrock } else { &route.emulator };
        let answer = answer::forward(&http, target, &head, body.clone()).await?;
        if answer.status.is_success() {
            // Nobody may listen any more; that is no fault.
            let _ = route.seen.send(Seen::Done { call: call.clone(), body });
        }
        answered = Some(answer);
    }
    match (deed, answered) {
        (Deed::Pass, Some(answer)) => Ok(answer.whole()),
        (Deed::Throttle, _) => Ok(answer::throttled(&call)),
        (Deed::Fail { .. }, _) => Ok(answer::failed(&call)),
        (Deed::Reset { .. }, Some(answer)) => Ok(answer.half()),
        (Deed::Hang { .. }, _) => Ok(never().await),
        (Deed::Kill { .. }, _) => {
            let _ = route.seen.send(Seen::Cut { call });
            Ok(never().await)
        }
        _ => Err(Broken),
    }
}

/// Ends with the connection only.
async fn never() -> Response<answer::Body> {
    let never: Infallible = std::future::pending().await;
    match never {}
}
