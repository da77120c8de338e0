//! The control API for tests, next to Bedrock's own paths.
//!
//! - `GET /_simulator/jobs`: every job with its original request, and how often each operation was called.
//! - `POST /_simulator/models`: adds custom models that nobody trained, `{"count": n, "tags": {…}}`.
//! - `POST /_simulator/search`: where the simulator has a text, `{"text": "…"}`.
//! - `GET /_simulator/inference`: calls and tokens by model.
//! - `GET /_simulator/faults`: the current faults.
//! - `POST /_simulator/faults`: replaces the fields of [`Faults`] that the JSON object has, and keeps the others.
//! - `DELETE /_simulator/faults`: restores the faults with which the simulator was started.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::errors;
use super::faults::Faults;
use super::job::CustomModel;
use super::jobs::describe;
use super::models::Model;
use super::names::foundation_prefix;
use super::state::Shared;
use super::wire::{Answer, ok};

/// `GET /_simulator/faults`
pub(super) async fn show(State(simulator): State<Shared>) -> Json<Faults> {
    Json(simulator.faults().clone())
}

/// `POST /_simulator/faults`
pub(super) async fn set_faults(
    State(simulator): State<Shared>,
    Json(changes): Json<serde_json::Map<String, Value>>,
) -> Answer {
    let mut faults = simulator.faults();
    let mut merged = json!(*faults);
    for (name, value) in changes {
        merged[name] = value;
    }
    *faults = serde_json::from_value(merged).map_err(|error| errors::INVALID_FAULTS.with(&[&error]))?;
    Ok(ok(json!(*faults)))
}

/// `DELETE /_simulator/faults`
pub(super) async fn reset_faults(State(simulator): State<Shared>) -> Json<Faults> {
    let start = simulator.config.faults.clone();
    *simulator.faults() = start.clone();
    Json(start)
}

/// `GET /_simulator/jobs`: `{"jobs": […], "calls": {"<operation>": n}, "events": {"lost": n, …}, "launches": […]}`. Each job
/// is the answer of `GetModelCustomizationJob`, with the original `request` and the number of `creates` that it answered.
/// With `count_tokens`, each launch has the tokens that its job can bill, and the sum of all jobs at that moment.
pub(super) async fn show_jobs(State(simulator): State<Shared>) -> Response {
    let state = simulator.state();
    let jobs: Vec<Value> = state
        .jobs
        .iter()
        .map(|job| {
            let mut shown = describe(job);
            shown["request"] = job.body.clone();
            shown["creates"] = json!(job.creates);
            shown
        })
        .collect();
    ok(json!({ "jobs": jobs, "calls": state.calls, "events": state.events, "launches": state.launches }))
}

/// `GET /_simulator/inference`: `{"models": {"<modelId>": {"calls": n, "inputTokens": n, "outputTokens": n}}}`, by the
/// `modelId` of the calls that were answered.
pub(super) async fn show_inference(State(simulator): State<Shared>) -> Response {
    ok(json!({ "models": simulator.state().usage }))
}

/// A request for models.
#[derive(serde::Deserialize)]
pub(super) struct AddModels {
    count: u32,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

/// `POST /_simulator/models`: an account with many models, without a job for each.
pub(super) async fn add_models(State(simulator): State<Shared>, Json(add): Json<AddModels>) -> Answer {
    let Some(model) = Model::named("amazon.nova-lite-v1:0:300k") else {
        return Err(errors::FOUNDATION_MODEL_UNKNOWN.refusal());
    };
    let mut state = simulator.state();
    let first = state.models.len();
    for n in first..first + add.count as usize {
        let arn = simulator.arn(&format!("custom-model/{}/{n:012}", model.id));
        state.tags.insert(arn.clone(), add.tags.clone());
        state.models.push(CustomModel {
            arn,
            name: format!("added-{n:06}"),
            job_arn: String::new(),
            base_model_arn: format!("{}{}", foundation_prefix(&simulator), model.id),
            model,
            kind: "FINE_TUNING".to_owned(),
            memory: Arc::default(),
            created: Timestamp::now(),
        });
    }
    Ok(ok(json!({ "models": state.models.len() })))
}
