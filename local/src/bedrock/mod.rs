//! A stand-in for Amazon Bedrock's model customization, spoken to over Bedrock's own wire (restJson1).
//!
//! It is strict where Bedrock is strict: patterns, enums, hyperparameter ranges, lifecycle and Region of
//! models, quotas, names and tokens. Its limits are typed from AWS's documentation and not shared with the
//! validator, so that it is a second opinion. It reads the dropped data from S3, judges it, trains a
//! byte-level model on it, writes Bedrock's metrics files, and puts Bedrock's events on the bus.
//!
//! What tests may bend (lost events, throttling, held jobs, unknown behaviours of Bedrock) is set over
//! `/_standin/faults`; see [`Faults`].

mod base_models;
mod conditions;
mod constraints;
mod control;
mod conversation;
mod create;
mod custom_models;
mod customization;
mod data;
mod errors;
mod events;
mod faults;
mod foundation;
mod hyperparameters;
mod iam;
mod job;
mod jobs;
mod life;
mod models;
mod names;
mod output;
mod patterns;
mod permissions;
mod reading;
mod records;
mod request;
mod storage;
mod tags;
mod train;
mod weather;
mod wire;
mod world;

pub use errors::{ERRORS, Known, Source};
pub use faults::{CallFault, Deed, EventFault, Faults, JobFault, NameInUse, SameToken};
pub use weather::{Weather, chance};

use std::future::Future;

use axum::routing::{get, post};
use axum::{Router, middleware};
use tokio::net::TcpListener;

use crate::browser;

/// Where the stand-in finds the rest of the local stack, and how it starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// The emulator's address, `http://127.0.0.1:<port>`: S3, IAM, STS and the bus.
    pub emulator: String,
    /// The Region it plays. Models live in some Regions only.
    pub region: String,
    /// The account: twelve digits, and the emulator's root access key.
    pub account: String,
    /// Whether the emulator enforces IAM: then callers' policies are asked for, and S3 is used as the job role.
    pub auth: bool,
    /// What is bent from the start; `DELETE /_standin/faults` comes back to it.
    pub faults: Faults,
}

/// Serves the stand-in on `listener` until `shutdown` resolves; jobs still running then are dropped.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let port = listener.local_addr()?.port();
    let standin = world::Standin::start(config);
    let app = router(standin.clone()).layer(middleware::from_fn_with_state(port, browser::keep_out));
    let served = axum::serve(listener, app).with_graceful_shutdown(shutdown).await;
    standin.abandon_jobs();
    served
}

fn router(standin: world::Shared) -> Router {
    Router::new()
        .route("/model-customization-jobs", post(create::create).get(jobs::list))
        .route("/model-customization-jobs/{id}", get(jobs::get))
        .route("/model-customization-jobs/{id}/stop", post(jobs::stop))
        .route("/custom-models", get(custom_models::list))
        .route("/custom-models/{id}", get(custom_models::get).delete(custom_models::delete))
        .route("/foundation-models", get(foundation::list))
        .route("/foundation-models/{id}", get(foundation::get))
        .route("/listTagsForResource", post(tags::list))
        .route("/tagResource", post(tags::tag))
        .route("/untagResource", post(tags::untag))
        .route("/_standin/jobs", get(control::show_jobs))
        .route("/_standin/faults", get(control::show).post(control::bend).delete(control::straighten))
        .fallback(wire::unknown_operation)
        .with_state(standin)
}
