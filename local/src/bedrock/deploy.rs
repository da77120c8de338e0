//! `CreateCustomModelDeployment` and `UpdateCustomModelDeployment`.
//!
//! The API model lists no `ConflictException` for either, so a name or a token in use is a `ValidationException` here.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::broken::{Broken, few_tags};
use super::deployment::{self, CustomModelDeployment, DeploymentStatus, Update, UpdateStatus};
use super::deployments::{resource, unknown};
use super::errors;
use super::faults::SameToken;
use super::names;
use super::patterns;
use super::permissions;
use super::request::Tag;
use super::state::{Shared, Simulator, SimulatorState};
use super::wire::{self, Answer, Refusal};

const CREATE: &str = "CreateCustomModelDeployment";
const UPDATE: &str = "UpdateCustomModelDeployment";

/// The base models whose custom models can be deployed on demand, with their Regions. User guide, "Deploy a custom
/// model for on-demand inference" (`deploy-custom-model-on-demand`). New deployments of models that are Legacy are
/// allowed ("Model lifecycle", `model-lifecycle`).
const ON_DEMAND: &[(&str, &str)] = &[
    ("amazon.nova-micro-v1:0:128k", "us-east-1"),
    ("amazon.nova-lite-v1:0:300k", "us-east-1"),
    ("amazon.nova-pro-v1:0:300k", "us-east-1"),
    ("amazon.nova-2-lite-v1:0:256k", "us-east-1"),
    ("meta.llama3-3-70b-instruct-v1:0:128k", "us-west-2"),
];

/// The request. A missing member is reported like any other violation.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateRequest {
    model_deployment_name: Option<String>,
    model_arn: Option<String>,
    description: Option<String>,
    tags: Option<Vec<Tag>>,
    client_request_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateRequest {
    model_arn: Option<String>,
}

/// `POST /model-customization/custom-model-deployments`
pub(super) async fn create(State(simulator): State<Shared>, headers: HeaderMap, bytes: Bytes) -> Answer {
    let caller = wire::enter(&simulator, CREATE, &headers).await?;
    let body: Value = wire::body(&bytes)?;
    let request: CreateRequest = wire::body(&bytes)?;
    request.check()?;
    let name = request.model_deployment_name.clone().unwrap_or_default();
    let model = request.model_arn.clone().unwrap_or_default();
    let tags = request.tags.as_deref().unwrap_or_default();
    simulator.fault_about(CREATE, &name)?;
    let arn = simulator.arn(&format!("custom-model-deployment/{}", names::fresh_id()));
    permissions::require_for_new(&simulator, &caller, "bedrock:CreateCustomModelDeployment", &[&model], tags, &arn)
        .await?;

    let mut state = simulator.state();
    let arn = match repeated(&simulator, &state, &request, &body)? {
        Some(arn) => arn,
        None => {
            check_model(&simulator, &state, &model)?;
            if state.deployment(&name).is_some() {
                return Err(errors::DEPLOYMENT_NAME_IN_USE.refusal());
            }
            check_quotas(&simulator, &state)?;
            open(&mut state, &arn, request, body);
            let task = tokio::spawn(deployment::finish_creation(simulator.clone(), arn.clone(), name));
            state.keep(task.abort_handle());
            arn
        }
    };
    drop(state);
    wire::leave(&simulator, CREATE, wire::answer(StatusCode::ACCEPTED, json!({ "customModelDeploymentArn": arn })))
}

/// `PATCH /model-customization/custom-model-deployments/{id}`: another model behind the same ARN.
pub(super) async fn update(
    State(simulator): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let caller = wire::enter(&simulator, UPDATE, &headers).await?;
    let request: UpdateRequest = wire::body(&bytes)?;
    let mut broken = Broken::default();
    broken.text("customModelDeploymentIdentifier", Some(&id), true, patterns::deployment_id);
    broken.text("modelArn", request.model_arn.as_deref(), true, patterns::custom_model_arn);
    broken.result()?;
    let model = request.model_arn.unwrap_or_default();
    for resource in [model.as_str(), &resource(&simulator, &id)] {
        permissions::require(&simulator, &caller, "bedrock:UpdateCustomModelDeployment", resource).await?;
    }
    let name = simulator.state().deployment(&id).map(|deployment| deployment.name.clone());
    let name = name.ok_or_else(|| unknown(&id))?;
    simulator.fault_about(UPDATE, &name)?;

    let mut state = simulator.state();
    check_model(&simulator, &state, &model)?;
    let deployment = state.deployment_mut(&id).ok_or_else(|| unknown(&id))?;
    let blocked = if deployment.status == DeploymentStatus::Failed { Some("Failed") } else { deployment.busy() };
    if let Some(status) = blocked {
        return Err(errors::DEPLOYMENT_NOT_UPDATABLE.with(&[&status]));
    }
    deployment.update = Some(Update { model_arn: model, status: UpdateStatus::Updating });
    deployment.updated = Some(Timestamp::now());
    let arn = deployment.arn.clone();
    let task = tokio::spawn(deployment::finish_update(simulator.clone(), arn.clone(), name));
    state.keep(task.abort_handle());
    drop(state);
    wire::leave(&simulator, UPDATE, wire::answer(StatusCode::ACCEPTED, json!({ "customModelDeploymentArn": arn })))
}

impl CreateRequest {
    fn check(&self) -> Result<(), Refusal> {
        let mut broken = Broken::default();
        let token = self.client_request_token.as_deref();
        // The shape `ModelDeploymentName` has the lengths and the pattern of `CustomModelName`.
        broken.text("modelDeploymentName", self.model_deployment_name.as_deref(), true, patterns::model_name);
        broken.text("modelArn", self.model_arn.as_deref(), true, patterns::custom_model_arn);
        broken.text("clientRequestToken", token, false, patterns::token);
        let described = |text: &str| (1..=2_048).contains(&text.chars().count()) && !text.contains(['\n', '\r']);
        broken.text("description", self.description.as_deref(), false, described);
        let tags = self.tags.as_deref().unwrap_or_default();
        broken.tags("tags", tags);
        broken.result()?;
        few_tags(tags)
    }
}

/// Handles a token that was used before: the same request is ignored without an error.
fn repeated(
    simulator: &Simulator,
    state: &SimulatorState,
    request: &CreateRequest,
    body: &Value,
) -> Result<Option<String>, Refusal> {
    let way = simulator.faults().same_token;
    let token = request.client_request_token.as_ref().filter(|_| way != SameToken::Forgotten);
    let Some(token) = token else { return Ok(None) };
    let Some(first) = state.deployments.iter().find(|one| one.token.as_ref() == Some(token)) else { return Ok(None) };
    if first.body != *body {
        return Err(errors::DEPLOYMENT_TOKEN_OF_ANOTHER.refusal());
    }
    if way == SameToken::Conflict {
        Err(errors::DEPLOYMENT_TOKEN_IN_USE.refusal())
    } else {
        Ok(Some(first.arn.clone()))
    }
}

/// The model exists, and its base model can be deployed in this Region.
fn check_model(simulator: &Simulator, state: &SimulatorState, arn: &str) -> Result<(), Refusal> {
    let model = state.models.iter().find(|model| model.arn == arn);
    let base = model.ok_or_else(|| errors::CUSTOM_MODEL_UNKNOWN.with(&[&arn]))?.model;
    if ON_DEMAND.contains(&(base.id, simulator.config.region.as_str())) {
        Ok(())
    } else {
        Err(errors::MODEL_NOT_DEPLOYABLE.with(&[&base.id]))
    }
}

fn check_quotas(simulator: &Simulator, state: &SimulatorState) -> Result<(), Refusal> {
    let (in_progress, total) = {
        let faults = simulator.faults();
        (faults.deployments.in_progress, faults.deployments.total)
    };
    let creating = state.deployments.iter().filter(|one| one.status == DeploymentStatus::Creating).count();
    if creating >= in_progress {
        return Err(errors::DEPLOYMENTS_IN_PROGRESS_FULL.with(&[&in_progress]));
    }
    if state.deployments.len() >= total {
        return Err(errors::DEPLOYMENTS_FULL.with(&[&total]));
    }
    Ok(())
}

fn open(state: &mut SimulatorState, arn: &str, request: CreateRequest, body: Value) {
    let tags = request.tags.into_iter().flatten().map(|tag| (tag.key, tag.value));
    state.tags.insert(arn.to_owned(), tags.collect());
    state.deployments.push(CustomModelDeployment {
        arn: arn.to_owned(),
        name: request.model_deployment_name.unwrap_or_default(),
        model_arn: request.model_arn.unwrap_or_default(),
        description: request.description,
        token: request.client_request_token,
        body,
        status: DeploymentStatus::Creating,
        update: None,
        created: Timestamp::now(),
        updated: None,
        failure: None,
    });
}
