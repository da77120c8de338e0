//! Reads, lists and deletes custom model deployments.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::broken::Broken;
use super::deployment::CustomModelDeployment;
use super::errors;
use super::jobs::{moment, one_of, without_nulls};
use super::patterns;
use super::permissions::{self, Caller};
use super::state::Shared;
use super::wire::{self, Answer, Refusal, ok};

/// `GET /model-customization/custom-model-deployments/{id}`: by ARN or by name.
pub(super) async fn get(State(simulator): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    enter(&simulator, "GetCustomModelDeployment", &id, &headers).await?;
    simulator.state().deployment(&id).map(|deployment| ok(deployment.describe())).ok_or_else(|| unknown(&id))
}

/// `DELETE /model-customization/custom-model-deployments/{id}`: not while it is being created or updated.
pub(super) async fn delete(State(simulator): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    enter(&simulator, "DeleteCustomModelDeployment", &id, &headers).await?;
    {
        let mut state = simulator.state();
        let deployment = state.deployment(&id).ok_or_else(|| unknown(&id))?;
        if let Some(status) = deployment.busy() {
            return Err(errors::DEPLOYMENT_NOT_DELETABLE.with(&[&status]));
        }
        let arn = deployment.arn.clone();
        state.deployments.retain(|deployment| deployment.arn != arn);
        state.tags.remove(&arn);
    }
    wire::leave(&simulator, "DeleteCustomModelDeployment", ok(json!({})))
}

/// `GET /model-customization/custom-model-deployments`
pub(super) async fn list(
    State(simulator): State<Shared>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Answer {
    let caller = wire::enter(&simulator, "ListCustomModelDeployments", &headers).await?;
    permissions::require(&simulator, &caller, "bedrock:ListCustomModelDeployments", "*").await?;
    let after = moment(&query, "createdAfter")?;
    let before = moment(&query, "createdBefore")?;
    let status = one_of(&query, "statusEquals", &["Creating", "Active", "Failed"])?;
    one_of(&query, "sortBy", &["CreationTime"])?;
    let ascending = one_of(&query, "sortOrder", &["Ascending", "Descending"])? == Some("Ascending");
    let (part, model) = (query.get("nameContains"), query.get("modelArnEquals"));
    let mut broken = Broken::default();
    broken.text("nameContains", part.map(String::as_str), false, patterns::model_name);
    broken.text("modelArnEquals", model.map(String::as_str), false, patterns::custom_model_arn);
    broken.result()?;
    let state = simulator.state();
    let fits = |one: &&CustomModelDeployment| {
        after.is_none_or(|after| one.created > after)
            && before.is_none_or(|before| one.created < before)
            && status.is_none_or(|status| json!(one.status) == status)
            && part.is_none_or(|part| one.name.contains(part.as_str()))
            && model.is_none_or(|model| one.model_arn == *model)
    };
    let mut found: Vec<&CustomModelDeployment> = state.deployments.iter().filter(fits).collect();
    if !ascending {
        found.reverse();
    }
    let (page, next) = wire::page(found, query.get("maxResults"), query.get("nextToken"))?;
    let summaries: Vec<Value> = page.into_iter().map(CustomModelDeployment::summary).collect();
    Ok(ok(without_nulls(json!({ "modelDeploymentSummaries": summaries, "nextToken": next }))))
}

/// Starts a call about one deployment: checks its identifier, faults and permissions.
async fn enter(simulator: &Shared, operation: &str, id: &str, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let caller = wire::enter(simulator, operation, headers).await?;
    let mut broken = Broken::default();
    broken.text("customModelDeploymentIdentifier", Some(id), true, patterns::deployment_id);
    broken.result()?;
    permissions::require(simulator, &caller, &format!("bedrock:{operation}"), &resource(simulator, id)).await?;
    let name = simulator.state().deployment(id).map(|deployment| deployment.name.clone());
    simulator.fault_about(operation, name.as_deref().unwrap_or(id))?;
    Ok(caller)
}

/// Returns the resource for policies: the deployment's ARN, even if the caller gave its name.
pub(super) fn resource(simulator: &Shared, id: &str) -> String {
    let known = simulator.state().deployment(id).map(|deployment| deployment.arn.clone());
    known.unwrap_or_else(|| {
        if id.starts_with("arn:") { id.to_owned() } else { simulator.arn(&format!("custom-model-deployment/{id}")) }
    })
}

pub(super) fn unknown(id: &str) -> Refusal {
    errors::DEPLOYMENT_UNKNOWN.with(&[&id])
}
