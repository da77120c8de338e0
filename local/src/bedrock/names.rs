//! Identifiers: the twelve characters at the end of Bedrock's ARNs, and the identifiers of base models.

use std::hash::{BuildHasher, RandomState};

use super::base_models::MODELS;
use super::errors::{self, Refusal};
use super::models::{Life, Model};
use super::state::{Simulator, SimulatorState};

/// Returns twelve random characters of `[a-z0-9]`, as at the end of Bedrock's ARNs.
pub(super) fn fresh_id() -> String {
    // Each new RandomState has random keys, which are random enough for an identifier.
    let mut number = RandomState::new().hash_one("id");
    let digit = |number: &mut u64| {
        let digit = char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[(*number % 36) as usize]);
        *number /= 36;
        digit
    };
    (0..12).map(|_| digit(&mut number)).collect()
}

/// The model that a job customizes.
pub(super) struct Base {
    /// The ARN of the foundation model or custom model.
    pub(super) arn: String,
    /// The foundation model that it is based on.
    pub(super) model: &'static Model,
}

/// Finds the model with this identifier: a foundation model's id or ARN, or a custom model's ARN or name.
pub(super) fn base(simulator: &Simulator, state: &SimulatorState, identifier: &str) -> Result<Base, Refusal> {
    if let Some(custom) = state.model(identifier) {
        return Ok(Base { arn: custom.arn.clone(), model: custom.model });
    }
    let here = foundation_prefix(simulator);
    let id = match identifier.strip_prefix(&here) {
        Some(id) => id,
        None if identifier.starts_with("arn:") => return Err(invalid()),
        None => identifier,
    };
    let in_region = |model: &&Model| model.regions.contains(&simulator.config.region.as_str());
    let model = MODELS.iter().filter(in_region).find(|model| model.id == id).ok_or_else(invalid)?;
    Ok(Base { arn: format!("{here}{id}"), model })
}

/// `arn:aws:bedrock:<region>::foundation-model/`
pub(super) fn foundation_prefix(simulator: &Simulator) -> String {
    format!("arn:aws:bedrock:{}::foundation-model/", simulator.config.region)
}

/// Returns the lifecycle of a model. Tests can override it.
pub(super) fn life(simulator: &Simulator, model: &Model) -> Life {
    match simulator.faults().lifecycle.get(model.id).map(String::as_str) {
        Some("ACTIVE") => Life::Active,
        Some("LEGACY") => Life::Legacy,
        Some("GONE") => Life::Gone,
        _ => model.life,
    }
}

fn invalid() -> Refusal {
    errors::MODEL_INVALID.refusal()
}
