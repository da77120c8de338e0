//! `CreateProvisionedModelThroughput` and `UpdateProvisionedModelThroughput`.
//!
//! The API model lists no `ConflictException` for either, so a name or a token in use is a `ValidationException` here.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::{Timestamp, ToSpan, Zoned};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::broken::{Broken, few_tags};
use super::super::errors::{self, Refusal};
use super::super::faults::SameToken;
use super::super::models::Life;
use super::super::names::{self, Base};
use super::super::patterns;
use super::super::permissions;
use super::super::request::Tag;
use super::super::state::{Shared, Simulator, SimulatorState};
use super::super::wire::{self, Answer, ok};
use super::{Throughput, ThroughputStatus, finish, resource, unknown};

const CREATE: &str = "CreateProvisionedModelThroughput";
const UPDATE: &str = "UpdateProvisionedModelThroughput";

/// The base models that can have Provisioned Throughput, themselves or customized: user guide, "Supported Region and
/// models for Provisioned Throughput" (`prov-thru-supported`), of those that can be customized.
const SUPPORTED: &[&str] = &[
    "amazon.nova-micro-v1:0:128k",
    "amazon.nova-lite-v1:0:300k",
    "amazon.nova-pro-v1:0:300k",
    "amazon.nova-2-lite-v1:0:256k",
    "amazon.nova-canvas-v1:0",
    "amazon.titan-embed-image-v1:0",
    "amazon.titan-image-generator-v1:0",
    "amazon.titan-image-generator-v2:0",
    "amazon.titan-text-express-v1:0:8k",
    "amazon.titan-text-lite-v1:0:4k",
    "anthropic.claude-3-haiku-20240307-v1:0:200k",
    "meta.llama3-1-8b-instruct-v1:0:128k",
    "meta.llama3-1-70b-instruct-v1:0:128k",
    "meta.llama3-2-1b-instruct-v1:0:128k",
    "meta.llama3-2-3b-instruct-v1:0:128k",
    "meta.llama3-2-11b-instruct-v1:0:128k",
    "meta.llama3-2-90b-instruct-v1:0:128k",
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateRequest {
    model_units: Option<i64>,
    provisioned_model_name: Option<String>,
    model_id: Option<String>,
    commitment_duration: Option<String>,
    tags: Option<Vec<Tag>>,
    client_request_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateRequest {
    desired_provisioned_model_name: Option<String>,
    desired_model_id: Option<String>,
}

/// `POST /provisioned-model-throughput`
pub(in crate::bedrock) async fn create(State(simulator): State<Shared>, headers: HeaderMap, bytes: Bytes) -> Answer {
    let caller = wire::enter(&simulator, CREATE, &headers).await?;
    let body: Value = wire::body(&bytes)?;
    let request: CreateRequest = wire::body(&bytes)?;
    request.check()?;
    let name = request.provisioned_model_name.clone().unwrap_or_default();
    simulator.fault_about(CREATE, &name)?;
    let base = find(&simulator, request.model_id.as_deref().unwrap_or_default())?;
    let arn = simulator.arn(&format!("provisioned-model/{}", names::fresh_id()));
    let tags = request.tags.as_deref().unwrap_or_default();
    let action = "bedrock:CreateProvisionedModelThroughput";
    permissions::require_for_new(&simulator, &caller, action, &[&base.arn], tags, &arn).await?;

    let mut state = simulator.state();
    let arn = match repeated(&simulator, &state, &request, &body)? {
        Some(arn) => arn,
        None => {
            check_model(&simulator, &base)?;
            if state.throughput(&name).is_some() {
                return Err(errors::THROUGHPUT_NAME_IN_USE.refusal());
            }
            check_units(&simulator, &state, request.units())?;
            open(&mut state, &arn, request, body, base);
            let task = tokio::spawn(finish(simulator.clone(), arn.clone(), name));
            state.keep(task.abort_handle());
            arn
        }
    };
    drop(state);
    wire::leave(&simulator, CREATE, wire::answer(StatusCode::CREATED, json!({ "provisionedModelArn": arn })))
}

/// `PATCH /provisioned-model-throughput/{id}`: another name, or another custom model of the same base model.
pub(in crate::bedrock) async fn update(
    State(simulator): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let caller = wire::enter(&simulator, UPDATE, &headers).await?;
    let request: UpdateRequest = wire::body(&bytes)?;
    let mut broken = Broken::default();
    broken.text("provisionedModelId", Some(&id), true, patterns::provisioned_id);
    let new_name = request.desired_provisioned_model_name.as_deref();
    broken.text("desiredProvisionedModelName", new_name, false, patterns::provisioned_name);
    broken.text("desiredModelId", request.desired_model_id.as_deref(), false, patterns::model_identifier);
    broken.result()?;
    let action = "bedrock:UpdateProvisionedModelThroughput";
    permissions::require(&simulator, &caller, action, &resource(&simulator, &id)).await?;
    let desired = request.desired_model_id.as_deref().map(|id| find(&simulator, id)).transpose()?;
    if let Some(base) = &desired {
        permissions::require(&simulator, &caller, action, &base.arn).await?;
    }
    let name = simulator.state().throughput(&id).map(|one| one.name.clone()).ok_or_else(|| unknown(&id))?;
    simulator.fault_about(UPDATE, &name)?;

    let mut state = simulator.state();
    if new_name.is_some_and(|new| new != name && state.throughput(new).is_some()) {
        return Err(errors::THROUGHPUT_NAME_IN_USE.refusal());
    }
    let throughput = state.throughput_mut(&id).ok_or_else(|| unknown(&id))?;
    if throughput.status != ThroughputStatus::InService {
        let status = format!("{:?}", throughput.status);
        return Err(errors::THROUGHPUT_NOT_UPDATABLE.with(&[&status]));
    }
    if let Some(base) = desired {
        // API reference: the model can be replaced with another custom model of the same base model, or with that base
        // model. A base model can't be replaced.
        let custom = throughput.model_arn.contains(":custom-model/");
        if !custom || base.model.id != throughput.model.id {
            return Err(errors::THROUGHPUT_OTHER_BASE.refusal());
        }
        throughput.desired_model_arn = base.arn;
        throughput.turn(ThroughputStatus::Updating);
    }
    let arn = throughput.arn.clone();
    if let Some(new) = request.desired_provisioned_model_name {
        throughput.name = new;
    }
    if throughput.status == ThroughputStatus::Updating {
        let task = tokio::spawn(finish(simulator.clone(), arn, name));
        state.keep(task.abort_handle());
    }
    drop(state);
    wire::leave(&simulator, UPDATE, ok(json!({})))
}

impl CreateRequest {
    fn check(&self) -> Result<(), Refusal> {
        let mut broken = Broken::default();
        broken.text("provisionedModelName", self.provisioned_model_name.as_deref(), true, patterns::provisioned_name);
        broken.text("modelId", self.model_id.as_deref(), true, patterns::model_identifier);
        broken.text("clientRequestToken", self.client_request_token.as_deref(), false, patterns::token);
        let known = |term: &str| matches!(term, "OneMonth" | "SixMonths");
        broken.text("commitmentDuration", self.commitment_duration.as_deref(), false, known);
        let least = "Member must have value greater than or equal to 1";
        broken.unless(self.model_units.is_some_and(|units| units >= 1), "modelUnits", least);
        let tags = self.tags.as_deref().unwrap_or_default();
        broken.tags("tags", tags);
        broken.result()?;
        few_tags(tags)
    }

    fn units(&self) -> u64 {
        self.model_units.and_then(|units| u64::try_from(units).ok()).unwrap_or(1)
    }
}

fn find(simulator: &Simulator, id: &str) -> Result<Base, Refusal> {
    names::base(simulator, &simulator.state(), id).map_err(|_| errors::THROUGHPUT_MODEL_INVALID.refusal())
}

/// Handles a token that was used before, as `CreateCustomModelDeployment` does.
fn repeated(
    simulator: &Simulator,
    state: &SimulatorState,
    request: &CreateRequest,
    body: &Value,
) -> Result<Option<String>, Refusal> {
    let way = simulator.faults().same_token;
    let token = request.client_request_token.as_ref().filter(|_| way != SameToken::Forgotten);
    let Some(token) = token else { return Ok(None) };
    let Some(first) = state.throughputs.iter().find(|one| one.token.as_ref() == Some(token)) else { return Ok(None) };
    if first.body != *body {
        return Err(errors::THROUGHPUT_TOKEN_OF_ANOTHER.refusal());
    }
    if way == SameToken::Conflict {
        Err(errors::THROUGHPUT_TOKEN_IN_USE.refusal())
    } else {
        Ok(Some(first.arn.clone()))
    }
}

/// Checks the lifecycle: for a Legacy model, no new Provisioned Throughput can be bought (user guide,
/// `model-lifecycle`).
fn check_model(simulator: &Simulator, base: &Base) -> Result<(), Refusal> {
    if !SUPPORTED.contains(&base.model.id) {
        return Err(errors::THROUGHPUT_UNSUPPORTED.with(&[&base.model.id]));
    }
    match names::life(simulator, base.model) {
        Life::Active => Ok(()),
        Life::Legacy | Life::Gone => Err(errors::THROUGHPUT_LEGACY.with(&[&base.model.id])),
    }
}

fn check_units(simulator: &Simulator, state: &SimulatorState, wanted: u64) -> Result<(), Refusal> {
    let Some(most) = simulator.faults().throughputs.units else { return Ok(()) };
    let taken: u64 = state.throughputs.iter().map(|one| one.units).sum();
    if taken + wanted > most { Err(errors::THROUGHPUTS_FULL.with(&[&most])) } else { Ok(()) }
}

fn open(state: &mut SimulatorState, arn: &str, request: CreateRequest, body: Value, base: Base) {
    let units = request.units();
    let tags = request.tags.into_iter().flatten().map(|tag| (tag.key, tag.value));
    state.tags.insert(arn.to_owned(), tags.collect());
    let now = Timestamp::now();
    let months = match request.commitment_duration.as_deref() {
        Some("OneMonth") => Some(1),
        Some(_) => Some(6),
        None => None,
    };
    let after = |months: i64| Zoned::new(now, jiff::tz::TimeZone::UTC).checked_add(months.months()).ok();
    state.throughputs.push(Throughput {
        arn: arn.to_owned(),
        name: request.provisioned_model_name.unwrap_or_default(),
        status: ThroughputStatus::Creating,
        model_arn: base.arn.clone(),
        desired_model_arn: base.arn,
        model: base.model,
        units,
        commitment: request.commitment_duration,
        expires: months.and_then(after).map(|end| end.timestamp()),
        token: request.client_request_token,
        body,
        created: now,
        modified: now,
        failure: None,
    });
}
