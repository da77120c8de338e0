//! The Bedrock simulator: Amazon Bedrock's model customization, deployments and Provisioned Throughput, evaluation jobs
//! and the Converse API, with Bedrock's own protocol (restJson1). Both of AWS's endpoints, `bedrock` and
//! `bedrock-runtime`, are this server, and so is that of the AWS Price List.
//!
//! It checks what Bedrock checks: patterns, enums, hyperparameter ranges, lifecycle and Region of models, quotas, names
//! and tokens. Its limits are copied from AWS's documentation and not shared with the validator, so it is an
//! independent check. It reads the uploaded data from S3, validates it, trains a byte-level model with it, writes
//! Bedrock's metrics files, and puts Bedrock's events on the bus.
//!
//! Tests set faults (lost events, throttling, held jobs, unknown behaviors of Bedrock) with
//! `/_simulator/faults`; see [`Faults`].

mod base_models;
mod broken;
mod conditions;
mod constraints;
mod control;
mod conversation;
mod costs;
mod create;
mod custom_models;
mod customization;
mod data;
mod deploy;
mod deployment;
mod deployment_faults;
mod deployments;
mod errors;
mod evaluation;
mod event_fault_rates;
mod events;
mod faults;
mod foundation;
mod hyperparameters;
mod iam;
mod inference;
mod job;
mod jobs;
mod launches;
mod lifecycle;
mod memory;
mod metrics;
mod models;
mod names;
mod output;
mod patterns;
mod permissions;
mod prices;
mod reading;
mod records;
mod request;
mod search;
mod state;
mod storage;
mod tags;
mod throughput;
mod train;
mod wire;

pub use costs::CostSettings;
pub use deployment_faults::{DeploymentFault, DeploymentFaults, InferenceSettings};
pub use errors::{ERRORS, Known, Source};
pub use evaluation::{EvaluationFault, EvaluationFaults};
pub use event_fault_rates::{EventFaultRates, chance};
pub use faults::{CallFault, EventAction, EventFault, Faults, JobFault, NameInUse, SameToken};
pub use prices::{ListedPrice, PriceFaults};
pub use throughput::ThroughputFaults;

use std::future::Future;

use axum::routing::{get, post};
use axum::{Router, middleware};
use tokio::net::TcpListener;

use crate::browser;

/// The simulator's settings, and the addresses of the rest of the local stack.
#[derive(Clone, Debug)]
pub struct Config {
    /// The emulator's address, `http://127.0.0.1:<port>`: S3, IAM, STS and the bus.
    pub emulator: String,
    /// The simulated Region. Each model is available in some Regions only.
    pub region: String,
    /// The account: twelve digits, and the emulator's root access key.
    pub account: String,
    /// Whether the emulator enforces IAM. If so, callers' policies are checked, and S3 is called with the job's role.
    pub auth: bool,
    /// The initial faults. `DELETE /_simulator/faults` restores them.
    pub faults: Faults,
}

/// Serves the simulator on `listener` until `shutdown` resolves. Jobs that are still running then are canceled.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let port = listener.local_addr()?.port();
    let simulator = state::Simulator::start(config);
    let app = router(simulator.clone()).layer(middleware::from_fn_with_state(port, browser::keep_out));
    let served = axum::serve(listener, app).with_graceful_shutdown(shutdown).await;
    simulator.abandon_jobs();
    served
}

fn router(simulator: state::Shared) -> Router {
    Router::new()
        .route("/model-customization-jobs", post(create::create).get(jobs::list))
        .route("/model-customization-jobs/{id}", get(jobs::get))
        .route("/model-customization-jobs/{id}/stop", post(jobs::stop))
        .route("/custom-models", get(custom_models::list))
        .route("/custom-models/{id}", get(custom_models::get).delete(custom_models::delete))
        .route("/model-customization/custom-model-deployments", post(deploy::create).get(deployments::list))
        .route(
            "/model-customization/custom-model-deployments/{id}",
            get(deployments::get).patch(deploy::update).delete(deployments::delete),
        )
        .route("/provisioned-model-throughput", post(throughput::create))
        .route(
            "/provisioned-model-throughput/{id}",
            get(throughput::get).patch(throughput::update).delete(throughput::delete),
        )
        .route("/provisioned-model-throughputs", get(throughput::list))
        .route("/evaluation-jobs", post(evaluation::create).get(evaluation::list))
        .route("/evaluation-jobs/{id}", get(evaluation::get))
        .route("/evaluation-job/{id}/stop", post(evaluation::stop))
        .route("/model/{id}/converse", post(inference::converse))
        .route("/model/{id}/converse-stream", post(inference::converse_stream))
        .route("/foundation-models", get(foundation::list))
        .route("/foundation-models/{id}", get(foundation::get))
        .route("/", post(costs::by_target))
        .route("/listTagsForResource", post(tags::list))
        .route("/tagResource", post(tags::tag))
        .route("/untagResource", post(tags::untag))
        .route("/_simulator/jobs", get(control::show_jobs))
        .route("/_simulator/models", post(control::add_models))
        .route("/_simulator/search", post(search::search))
        .route("/_simulator/inference", get(control::show_inference))
        .route("/_simulator/faults", get(control::show).post(control::set_faults).delete(control::reset_faults))
        .fallback(wire::unknown_operation)
        .with_state(simulator)
}
