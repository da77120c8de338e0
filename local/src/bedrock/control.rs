//! The control API of tests, apart from Bedrock's own paths.
//!
//! - `GET /_standin/jobs`: every job with the request word for word, and how often each operation was called.
//! - `GET /_standin/faults`: what is bent now.
//! - `POST /_standin/faults`: a JSON object of the fields of [`Faults`]; those it names are replaced, the rest stay.
//! - `DELETE /_standin/faults`: back to how the stand-in was started.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::errors;
use super::faults::Faults;
use super::jobs::describe;
use super::wire::{Answer, ok};
use super::world::Shared;

/// `GET /_standin/faults`
pub(super) async fn show(State(standin): State<Shared>) -> Json<Faults> {
    Json(standin.faults().clone())
}

/// `POST /_standin/faults`
pub(super) async fn bend(State(standin): State<Shared>, Json(changes): Json<serde_json::Map<String, Value>>) -> Answer {
    let mut faults = standin.faults();
    let mut merged = json!(*faults);
    for (name, value) in changes {
        merged[name] = value;
    }
    *faults = serde_json::from_value(merged).map_err(|error| errors::BEND_BROKEN.with(&[&error]))?;
    Ok(ok(json!(*faults)))
}

/// `DELETE /_standin/faults`
pub(super) async fn straighten(State(standin): State<Shared>) -> Json<Faults> {
    let start = standin.config.faults.clone();
    *standin.faults() = start.clone();
    Json(start)
}

/// `GET /_standin/jobs`: `{"jobs": […], "calls": {"<operation>": n}, "events": {"lost": n, …}}`, each job as `GetModelCustomizationJob`
/// gives it, with the `request` as it came and how many `creates` it answered.
pub(super) async fn show_jobs(State(standin): State<Shared>) -> Response {
    let world = standin.world();
    let jobs: Vec<Value> = world
        .jobs
        .iter()
        .map(|job| {
            let mut shown = describe(job);
            shown["request"] = job.body.clone();
            shown["creates"] = json!(job.creates);
            shown
        })
        .collect();
    ok(json!({ "jobs": jobs, "calls": world.calls, "events": world.events }))
}
