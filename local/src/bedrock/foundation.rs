//! Foundation models as Bedrock lists them, with their lifecycle.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::base_models::MODELS;
use super::errors;
use super::models::{Life, Model};
use super::names::{self, foundation_prefix};
use super::permissions;
use super::wire::{self, Answer, ok};
use super::world::{Shared, Standin};

/// `GET /foundation-models/{id}`: by id or ARN. A model past its end of life is not found.
pub(super) async fn get(State(standin): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let caller = wire::enter(&standin, "GetFoundationModel", &headers).await?;
    let prefix = foundation_prefix(&standin);
    let id = id.strip_prefix(&prefix).unwrap_or(&id);
    permissions::require(&standin, &caller, "bedrock:GetFoundationModel", &format!("{prefix}{id}")).await?;
    let model = Model::named(id).filter(|model| offered(&standin, model));
    let model = model.ok_or_else(|| errors::FOUNDATION_MODEL_UNKNOWN.refusal())?;
    Ok(ok(json!({ "modelDetails": describe(&standin, model, id) })))
}

/// `GET /foundation-models`
pub(super) async fn list(
    State(standin): State<Shared>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Answer {
    let caller = wire::enter(&standin, "ListFoundationModels", &headers).await?;
    permissions::require(&standin, &caller, "bedrock:ListFoundationModels", "*").await?;
    let fits = |model: &&Model| {
        query.get("byProvider").is_none_or(|provider| provider.eq_ignore_ascii_case(model.provider))
            && query.get("byCustomizationType").is_none_or(|kind| model.kinds.contains(&kind.as_str()))
    };
    let offered = MODELS.iter().filter(|model| offered(&standin, model)).filter(fits);
    let summaries: Vec<Value> = offered.map(|model| describe(&standin, model, model.id)).collect();
    Ok(ok(json!({ "modelSummaries": summaries })))
}

fn offered(standin: &Standin, model: &Model) -> bool {
    model.regions.contains(&standin.config.region.as_str()) && names::life(standin, model) != Life::Gone
}

fn describe(standin: &Standin, model: &Model, id: &str) -> Value {
    let status = if names::life(standin, model) == Life::Active { "ACTIVE" } else { "LEGACY" };
    // The reply's enum does not know reinforcement fine-tuning.
    let kinds: Vec<&str> = model.kinds.iter().copied().filter(|kind| *kind != "REINFORCEMENT_FINE_TUNING").collect();
    json!({
        "modelArn": format!("{}{id}", foundation_prefix(standin)),
        "modelId": id,
        "modelName": model.name,
        "providerName": model.provider,
        "inputModalities": model.inputs,
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": true,
        "customizationsSupported": kinds,
        "inferenceTypesSupported": ["ON_DEMAND"],
        "modelLifecycle": { "status": status },
    })
}
