//! Custom models: reading, listing, deleting.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::errors;
use super::job::CustomModel;
use super::jobs::{describe, moment, without_nulls};
use super::permissions;
use super::state::Shared;
use super::wire::{self, Answer, Refusal, ok, time};

/// `GET /custom-models/{id}`: by ARN or by name.
pub(super) async fn get(State(simulator): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let caller = wire::enter(&simulator, "GetCustomModel", &headers).await?;
    permissions::require(&simulator, &caller, "bedrock:GetCustomModel", &resource(&simulator, &id)).await?;
    let state = simulator.state();
    let model = state.model(&id).ok_or_else(|| unknown(&id))?;
    let mut shown = summary(&simulator, model);
    if let Some(job) = state.job(&model.job_arn).map(describe) {
        for name in [
            "jobName",
            "jobArn",
            "hyperParameters",
            "trainingDataConfig",
            "validationDataConfig",
            "outputDataConfig",
            "trainingMetrics",
            "validationMetrics",
            "customizationConfig",
        ] {
            shown[name] = job[name].clone();
        }
        shown["modelKmsKeyArn"] = job["outputModelKmsKeyArn"].clone();
    }
    Ok(ok(without_nulls(shown)))
}

/// `DELETE /custom-models/{id}`: not while it has a deployment or Provisioned Throughput.
pub(super) async fn delete(State(simulator): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let caller = wire::enter(&simulator, "DeleteCustomModel", &headers).await?;
    permissions::require(&simulator, &caller, "bedrock:DeleteCustomModel", &resource(&simulator, &id)).await?;
    let mut state = simulator.state();
    let arn = state.model(&id).ok_or_else(|| unknown(&id))?.arn.clone();
    let deployed = state.deployments.iter().any(|deployment| deployment.uses(&arn));
    if deployed || state.throughputs.iter().any(|throughput| throughput.uses(&arn)) {
        return Err(errors::MODEL_DEPLOYED.with(&[&arn]));
    }
    state.models.retain(|model| model.arn != arn);
    state.tags.remove(&arn);
    Ok(ok(json!({})))
}

/// `GET /custom-models`
pub(super) async fn list(
    State(simulator): State<Shared>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Answer {
    let caller = wire::enter(&simulator, "ListCustomModels", &headers).await?;
    permissions::require(&simulator, &caller, "bedrock:ListCustomModels", "*").await?;
    let after = moment(&query, "creationTimeAfter")?;
    let before = moment(&query, "creationTimeBefore")?;
    let part = query.get("nameContains").map_or("", String::as_str);
    let state = simulator.state();
    let fits = |model: &&CustomModel| {
        after.is_none_or(|after| model.created > after)
            && before.is_none_or(|before| model.created < before)
            && model.name.contains(part)
            && query.get("baseModelArnEquals").is_none_or(|arn| *arn == model.base_model_arn)
            && query.get("modelStatus").is_none_or(|status| status == "Active")
    };
    let mut models: Vec<&CustomModel> = state.models.iter().filter(fits).collect();
    if query.get("sortOrder").is_none_or(|order| order != "Ascending") {
        models.reverse();
    }
    let (models, next) = wire::page(models, query.get("maxResults"), query.get("nextToken"))?;
    let summaries: Vec<Value> = models.into_iter().map(|model| summary(&simulator, model)).collect();
    Ok(ok(without_nulls(json!({ "modelSummaries": summaries, "nextToken": next }))))
}

fn summary(simulator: &Shared, model: &CustomModel) -> Value {
    json!({
        "modelArn": model.arn,
        "modelName": model.name,
        "creationTime": time(model.created),
        "baseModelArn": model.base_model_arn,
        "baseModelName": model.model.name,
        "customizationType": model.kind,
        "ownerAccountId": simulator.config.account,
        "modelStatus": "Active",
    })
}

fn resource(simulator: &Shared, id: &str) -> String {
    let known = simulator.state().model(id).map(|model| model.arn.clone());
    known.unwrap_or_else(|| {
        if id.starts_with("arn:") { id.to_owned() } else { simulator.arn(&format!("custom-model/{id}")) }
    })
}

fn unknown(id: &str) -> Refusal {
    errors::CUSTOM_MODEL_UNKNOWN.with(&[&id])
}
