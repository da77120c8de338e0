//! Provisioned Throughput: model units for one model, by the hour or with a commitment.
//!
//! API reference, `CreateProvisionedModelThroughput` and related operations. Bedrock sends no event when its status
//! changes.

mod create;
mod faults;

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::broken::Broken;
use super::errors;
use super::jobs::{moment, one_of, without_nulls};
use super::models::Model;
use super::names::foundation_prefix;
use super::patterns;
use super::permissions;
use super::state::{Shared, Simulator, SimulatorState};
use super::wire::{self, Answer, Refusal, ok, time};
pub(super) use create::{create, update};
pub use faults::ThroughputFaults;

/// The status of a Provisioned Throughput in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(super) enum ThroughputStatus {
    Creating,
    InService,
    Updating,
    Failed,
}

/// A Provisioned Throughput.
pub(super) struct Throughput {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) status: ThroughputStatus,
    /// The model that answers: during an update, the old one.
    pub(super) model_arn: String,
    desired_model_arn: String,
    /// The base model that the model is based on.
    pub(super) model: &'static Model,
    units: u64,
    commitment: Option<String>,
    expires: Option<Timestamp>,
    token: Option<String>,
    /// The original request, which a repeated one is compared with.
    body: Value,
    created: Timestamp,
    modified: Timestamp,
    failure: Option<String>,
}

impl Throughput {
    /// Whether it answers with this model, or will if its update succeeds.
    pub(super) fn uses(&self, model_arn: &str) -> bool {
        self.model_arn == model_arn || self.desired_model_arn == model_arn
    }

    fn describe(&self, simulator: &Simulator) -> Value {
        let mut shown = self.summary(simulator);
        shown["failureMessage"] = json!(self.failure);
        without_nulls(shown)
    }

    fn summary(&self, simulator: &Simulator) -> Value {
        without_nulls(json!({
            "provisionedModelName": self.name,
            "provisionedModelArn": self.arn,
            "modelArn": self.model_arn,
            "desiredModelArn": self.desired_model_arn,
            "foundationModelArn": format!("{}{}", foundation_prefix(simulator), self.model.id),
            "modelUnits": self.units,
            "desiredModelUnits": self.units,
            "status": self.status,
            "commitmentDuration": self.commitment,
            "commitmentExpirationTime": self.expires.map(time),
            "creationTime": time(self.created),
            "lastModifiedTime": time(self.modified),
        }))
    }

    fn turn(&mut self, status: ThroughputStatus) {
        self.status = status;
        self.modified = Timestamp::now();
    }
}

impl SimulatorState {
    /// Returns the Provisioned Throughput with this ARN or name.
    pub(super) fn throughput(&self, id: &str) -> Option<&Throughput> {
        self.throughputs.iter().find(|one| one.arn == id || one.name == id)
    }

    fn throughput_mut(&mut self, id: &str) -> Option<&mut Throughput> {
        self.throughputs.iter_mut().find(|one| one.arn == id || one.name == id)
    }
}

/// Ends a creation or an update, after the time that it takes. A failed update keeps the old model.
async fn finish(simulator: Shared, arn: String, name: String) {
    let ms = simulator.faults().throughputs.ms;
    tokio::time::sleep(Duration::from_millis(ms)).await;
    while simulator.faults().throughputs.holds(&name) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let failure = simulator.faults().throughputs.failure(&name);
    let mut state = simulator.state();
    let Some(throughput) = state.throughput_mut(&arn) else { return };
    match (throughput.status, failure) {
        (ThroughputStatus::Creating, Some(words)) => {
            throughput.failure = Some(words.chars().take(2_048).collect());
            throughput.turn(ThroughputStatus::Failed);
        }
        (_, Some(words)) => {
            throughput.failure = Some(words.chars().take(2_048).collect());
            throughput.desired_model_arn.clone_from(&throughput.model_arn);
            throughput.turn(ThroughputStatus::InService);
        }
        (_, None) => {
            throughput.failure = None;
            throughput.model_arn.clone_from(&throughput.desired_model_arn);
            throughput.turn(ThroughputStatus::InService);
        }
    }
}

/// `GET /provisioned-model-throughput/{id}`: by ARN or by name.
pub(super) async fn get(State(simulator): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    enter(&simulator, "GetProvisionedModelThroughput", &id, &headers).await?;
    let state = simulator.state();
    state.throughput(&id).map(|one| ok(one.describe(&simulator))).ok_or_else(|| unknown(&id))
}

/// `DELETE /provisioned-model-throughput/{id}`: not before its commitment ends, and not while it changes.
pub(super) async fn delete(State(simulator): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    enter(&simulator, "DeleteProvisionedModelThroughput", &id, &headers).await?;
    {
        let mut state = simulator.state();
        let throughput = state.throughput(&id).ok_or_else(|| unknown(&id))?;
        if matches!(throughput.status, ThroughputStatus::Creating | ThroughputStatus::Updating) {
            let status = format!("{:?}", throughput.status);
            return Err(errors::THROUGHPUT_BUSY.with(&[&status]));
        }
        if throughput.expires.is_some_and(|end| end > Timestamp::now()) {
            return Err(errors::THROUGHPUT_COMMITTED.refusal());
        }
        let arn = throughput.arn.clone();
        state.throughputs.retain(|one| one.arn != arn);
        state.tags.remove(&arn);
    }
    wire::leave(&simulator, "DeleteProvisionedModelThroughput", ok(json!({})))
}

/// `GET /provisioned-model-throughputs`
pub(super) async fn list(
    State(simulator): State<Shared>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Answer {
    let caller = wire::enter(&simulator, "ListProvisionedModelThroughputs", &headers).await?;
    permissions::require(&simulator, &caller, "bedrock:ListProvisionedModelThroughputs", "*").await?;
    let after = moment(&query, "creationTimeAfter")?;
    let before = moment(&query, "creationTimeBefore")?;
    let status = one_of(&query, "statusEquals", &["Creating", "InService", "Updating", "Failed"])?;
    one_of(&query, "sortBy", &["CreationTime"])?;
    let ascending = one_of(&query, "sortOrder", &["Ascending", "Descending"])? == Some("Ascending");
    let part = query.get("nameContains").map_or("", String::as_str);
    let state = simulator.state();
    let fits = |one: &&Throughput| {
        after.is_none_or(|after| one.created > after)
            && before.is_none_or(|before| one.created < before)
            && status.is_none_or(|status| json!(one.status) == status)
            && query.get("modelArnEquals").is_none_or(|arn| *arn == one.model_arn)
            && one.name.contains(part)
    };
    let mut found: Vec<&Throughput> = state.throughputs.iter().filter(fits).collect();
    if !ascending {
        found.reverse();
    }
    let (page, next) = wire::page(found, query.get("maxResults"), query.get("nextToken"))?;
    let summaries: Vec<Value> = page.into_iter().map(|one| one.summary(&simulator)).collect();
    Ok(ok(without_nulls(json!({ "provisionedModelSummaries": summaries, "nextToken": next }))))
}

/// Starts a call about one Provisioned Throughput: checks its identifier, faults and permissions.
async fn enter(simulator: &Shared, operation: &str, id: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let caller = wire::enter(simulator, operation, headers).await?;
    let mut broken = Broken::default();
    broken.text("provisionedModelId", Some(id), true, patterns::provisioned_id);
    broken.result()?;
    permissions::require(simulator, &caller, &format!("bedrock:{operation}"), &resource(simulator, id)).await?;
    let name = simulator.state().throughput(id).map(|one| one.name.clone());
    simulator.fault_about(operation, name.as_deref().unwrap_or(id))
}

/// Returns the resource for policies: the ARN, even if the caller gave the name.
fn resource(simulator: &Simulator, id: &str) -> String {
    let known = simulator.state().throughput(id).map(|one| one.arn.clone());
    known.unwrap_or_else(|| {
        if id.starts_with("arn:") { id.to_owned() } else { simulator.arn(&format!("provisioned-model/{id}")) }
    })
}

fn unknown(id: &str) -> Refusal {
    errors::THROUGHPUT_UNKNOWN.with(&[&id])
}
