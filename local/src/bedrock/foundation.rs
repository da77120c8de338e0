//! Lists and describes foundation models, with their lifecycle.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::base_models::MODELS;
use super::errors;
use super::models::{Life, Model};
use super::names::{self, foundation_prefix};
use super::permissions;
use super::state::{Shared, Simulator};
use super::wire::{self, Answer, ok};

/// `GET /foundation-models/{id}`: by ID or ARN. A model that has reached its end of life isn't found.
pub(super) async fn get(State(simulator): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let caller = wire::enter(&simulator, "GetFoundationModel", &headers).await?;
    let prefix = foundation_prefix(&simulator);
    let id = id.strip_prefix(&prefix).unwrap_or(&id);
    permissions::require(&simulator, &caller, "bedrock:GetFoundationModel", &format!("{prefix}{id}")).await?;
    let model = Model::named(id).filter(|model| offered(&simulator, model));
    let model = model.ok_or_else(|| errors::FOUNDATION_MODEL_UNKNOWN.refusal())?;
    Ok(ok(json!({ "modelDetails": describe(&simulator, model, id) })))
}

/// `GET /foundation-models`
pub(super) async fn list(
    State(simulator): State<Shared>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Answer {
    let caller = wire::enter(&simulator, "ListFoundationModels", &headers).await?;
    permissions::require(&simulator, &caller, "bedrock:ListFoundationModels", "*").await?;
    let fits = |model: &&Model| {
        query.get("byProvider").is_none_or(|provider| provider.eq_ignore_ascii_case(model.provider))
            && query.get("byCustomizationType").is_none_or(|kind| model.kinds.contains(&kind.as_str()))
    };
    let offered = MODELS.iter().filter(|model| offered(&simulator, model)).filter(fits);
    let summaries: Vec<Value> = offered.map(|model| describe(&simulator, model, model.id)).collect();
    Ok(ok(json!({ "modelSummaries": summaries })))
}

fn offered(simulator: &Simulator, model: &Model) -> bool {
    model.regions.contains(&simulator.config.region.as_str()) && names::life(simulator, model) != Life::Gone
}

fn describe(simulator: &Simulator, model: &Model, id: &str) -> Value {
    let status = if names::life(simulator, model) == Life::Active { "ACTIVE" } else { "LEGACY" };
    // The answer's enum has no value for reinforcement fine-tuning.
    let kinds: Vec<&str> = model.kinds.iter().copied().filter(|kind| *kind != "REINFORCEMENT_FINE_TUNING").collect();
    let mut lifecycle = json!({ "status": status });
    if let Some(day) = simulator.faults().legacy_from.get(model.id) {
        lifecycle["legacyTime"] = json!(day);
    }
    json!({
        "modelArn": format!("{}{id}", foundation_prefix(simulator)),
        "modelId": id,
        "modelName": model.name,
        "providerName": model.provider,
        "inputModalities": model.inputs,
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": true,
        "customizationsSupported": kinds,
        "inferenceTypesSupported": ["ON_DEMAND"],
        "modelLifecycle": lifecycle,
    })
}
