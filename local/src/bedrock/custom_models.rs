//! Custom models: reading, listing, deleting.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::errors;
use super::job::CustomModel;
use super::jobs::{describe, moment, without_nulls};
use super::permissions;
use super::wire::{self, Answer, Refusal, ok, time};
use super::world::Shared;

/// `GET /custom-models/{id}`: by ARN or by name.
pub(super) async fn get(State(standin): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let caller = wire::enter(&standin, "GetCustomModel", &headers).await?;
    permissions::require(&standin, &caller, "bedrock:GetCustomModel", &resource(&standin, &id)).await?;
    let world = standin.world();
    let model = world.model(&id).ok_or_else(|| unknown(&id))?;
    let mut shown = summary(&standin, model);
    if let Some(job) = world.job(&model.job_arn).map(describe) {
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

/// `DELETE /custom-models/{id}`
pub(super) async fn delete(State(standin): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let caller = wire::enter(&standin, "DeleteCustomModel", &headers).await?;
    permissions::require(&standin, &caller, "bedrock:DeleteCustomModel", &resource(&standin, &id)).await?;
    let mut world = standin.world();
    let arn = world.model(&id).ok_or_else(|| unknown(&id))?.arn.clone();
    world.models.retain(|model| model.arn != arn);
    world.tags.remove(&arn);
    Ok(ok(json!({})))
}

/// `GET /custom-models`
pub(super) async fn list(
    State(standin): State<Shared>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Answer {
    let caller = wire::enter(&standin, "ListCustomModels", &headers).await?;
    permissions::require(&standin, &caller, "bedrock:ListCustomModels", "*").await?;
    let after = moment(&query, "creationTimeAfter")?;
    let before = moment(&query, "creationTimeBefore")?;
    let part = query.get("nameContains").map_or("", String::as_str);
    let world = standin.world();
    let fits = |model: &&CustomModel| {
        after.is_none_or(|after| model.created > after)
            && before.is_none_or(|before| model.created < before)
            && model.name.contains(part)
            && query.get("baseModelArnEquals").is_none_or(|arn| *arn == model.base_model_arn)
            && query.get("modelStatus").is_none_or(|status| status == "Active")
    };
    let mut models: Vec<&CustomModel> = world.models.iter().filter(fits).collect();
    if query.get("sortOrder").is_none_or(|order| order != "Ascending") {
        models.reverse();
    }
    let (models, next) = wire::page(models, query.get("maxResults"), query.get("nextToken"))?;
    let summaries: Vec<Value> = models.into_iter().map(|model| summary(&standin, model)).collect();
    Ok(ok(without_nulls(json!({ "modelSummaries": summaries, "nextToken": next }))))
}

fn summary(standin: &Shared, model: &CustomModel) -> Value {
    json!({
        "modelArn": model.arn,
        "modelName": model.name,
        "creationTime": time(model.created),
        "baseModelArn": model.base_model_arn,
        "baseModelName": model.model.name,
        "customizationType": model.kind,
        "ownerAccountId": standin.config.account,
        "modelStatus": "Active",
    })
}

fn resource(standin: &Shared, id: &str) -> String {
    let known = standin.world().model(id).map(|model| model.arn.clone());
    known.unwrap_or_else(|| {
        if id.starts_with("arn:") { id.to_owned() } else { standin.arn(&format!("custom-model/{id}")) }
    })
}

fn unknown(id: &str) -> Refusal {
    errors::CUSTOM_MODEL_UNKNOWN.with(&[&id])
}
