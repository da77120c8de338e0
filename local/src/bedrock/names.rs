//! Identifiers: the twelve characters Bedrock ends its ARNs with, and which base model an identifier means.

use std::hash::{BuildHasher, RandomState};

use super::base_models::MODELS;
use super::errors::{self, Refusal};
use super::models::{Life, Model};
use super::world::{Standin, World};

/// Twelve characters of `[a-z0-9]`, as Bedrock's ARNs end.
pub(super) fn fresh_id() -> String {
    // A new RandomState is keyed differently each time, which is all the randomness an identifier needs.
    let mut number = RandomState::new().hash_one("id");
    let digit = |number: &mut u64| {
        let digit = char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[(*number % 36) as usize]);
        *number /= 36;
        digit
    };
    (0..12).map(|_| digit(&mut number)).collect()
}

/// What a job builds on.
pub(super) struct Base {
    /// The ARN of the foundation model or custom model.
    pub(super) arn: String,
    /// The foundation model at its root.
    pub(super) model: &'static Model,
}

/// Finds the base model an identifier means: a foundation model's id or ARN, a custom model's ARN or name.
pub(super) fn base(standin: &Standin, world: &World, identifier: &str) -> Result<Base, Refusal> {
    if let Some(custom) = world.model(identifier) {
        return Ok(Base { arn: custom.arn.clone(), model: custom.model });
    }
    let here = foundation_prefix(standin);
    let id = match identifier.strip_prefix(&here) {
        Some(id) => id,
        None if identifier.starts_with("arn:") => return Err(invalid()),
        None => identifier,
    };
    let in_region = |model: &&Model| model.regions.contains(&standin.config.region.as_str());
    let model = MODELS.iter().filter(in_region).find(|model| model.id == id).ok_or_else(invalid)?;
    Ok(Base { arn: format!("{here}{id}"), model })
}

/// `arn:aws:bedrock:<region>::foundation-model/`
pub(super) fn foundation_prefix(standin: &Standin) -> String {
    format!("arn:aws:bedrock:{}::foundation-model/", standin.config.region)
}

/// Where a model stands, unless a test says otherwise.
pub(super) fn life(standin: &Standin, model: &Model) -> Life {
    match standin.faults().lifecycle.get(model.id).map(String::as_str) {
        Some("ACTIVE") => Life::Active,
        Some("LEGACY") => Life::Legacy,
        Some("GONE") => Life::Gone,
        _ => model.life,
    }
}

fn invalid() -> Refusal {
    errors::MODEL_INVALID.refusal()
}
