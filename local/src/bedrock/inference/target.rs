//! Resolves a `modelId`: a deployment, Provisioned Throughput, a base model, or an inference profile.
//!
//! Base models are those that can be customized in the simulated Region.

use std::sync::Arc;

use super::super::base_models::MODELS;
use super::super::deployment::DeploymentStatus;
use super::super::errors::{self, Refusal};
use super::super::memory::{Conversation, Memory};
use super::super::models::{Form, Life, Model};
use super::super::names::{self, foundation_prefix};
use super::super::permissions::{self, Caller};
use super::super::state::Simulator;
use super::super::throughput::ThroughputStatus;
use super::speech::{Settings, Speech, general};

/// Base models that can only be called through an inference profile, by their names without the context length. Source:
/// each model's card in the user guide, such as `model-card-amazon-nova-2-lite`.
const PROFILE_ONLY: &[&str] = &["amazon.nova-2-lite-v1:0", "meta.llama3-3-70b-instruct-v1:0"];

/// System-defined inference profiles: geography and model.
const PROFILES: &[(&str, &str)] = &[
    ("us", "amazon.nova-micro-v1:0"),
    ("us", "amazon.nova-lite-v1:0"),
    ("us", "amazon.nova-pro-v1:0"),
    ("us", "amazon.nova-2-lite-v1:0"),
    ("global", "amazon.nova-2-lite-v1:0"),
    ("us", "meta.llama3-1-8b-instruct-v1:0"),
    ("us", "meta.llama3-1-70b-instruct-v1:0"),
    ("us", "meta.llama3-3-70b-instruct-v1:0"),
];

/// The Regions that profiles of the United States route to.
const UNITED_STATES: &[&str] = &["us-east-1", "us-east-2", "us-west-2"];

/// The first parts of profiles' names.
const GEOGRAPHIES: &[&str] = &["us", "us-gov", "eu", "apac", "jp", "au", "ca", "global"];

/// The resource that a `modelId` names. It may not exist.
pub(super) enum Named<'i> {
    Deployment(&'i str),
    Provisioned(&'i str),
    Foundation(&'i str),
    Profile { geography: &'i str, model: &'i str },
    Other(&'i str),
}

/// The model that answers.
pub(super) struct Target {
    model: &'static Model,
    memory: Option<Arc<Memory>>,
}

/// Parses a `modelId`.
pub(super) fn parse<'i>(simulator: &Simulator, id: &'i str) -> Named<'i> {
    if let Some(model) = id.strip_prefix(&foundation_prefix(simulator)) {
        return Named::Foundation(model);
    }
    let own = id.strip_prefix(&simulator.arn("")).and_then(|rest| rest.split_once('/'));
    match own {
        Some(("custom-model-deployment", _)) => Named::Deployment(id),
        Some(("provisioned-model", _)) => Named::Provisioned(id),
        Some(("inference-profile", profile)) => by_name(profile),
        Some(_) => Named::Other(id),
        None if id.starts_with("arn:") => Named::Other(id),
        None => by_name(id),
    }
}

fn by_name(id: &str) -> Named<'_> {
    match id.split_once('.') {
        Some((geography, model)) if GEOGRAPHIES.contains(&geography) => Named::Profile { geography, model },
        _ => Named::Foundation(id),
    }
}

impl Named<'_> {
    /// Returns an error unless the caller may invoke the model. For a profile, the caller also needs permission on the
    /// model in each Region that the profile routes to: user guide, "Prerequisites for inference profiles" and "Global
    /// cross-Region inference".
    pub(super) async fn require(&self, simulator: &Simulator, caller: &Caller, action: &str) -> Result<(), Refusal> {
        let here = simulator.config.region.as_str();
        let foundation = |region: &str, model: &str| format!("arn:aws:bedrock:{region}::foundation-model/{model}");
        let (geography, model) = match self {
            Self::Deployment(arn) | Self::Provisioned(arn) | Self::Other(arn) => {
                return permissions::require(simulator, caller, action, arn).await;
            }
            Self::Foundation(model) => {
                return permissions::require(simulator, caller, action, &foundation(here, model)).await;
            }
            Self::Profile { geography, model } => (geography, model),
        };
        let profile = simulator.arn(&format!("inference-profile/{geography}.{model}"));
        permissions::require(simulator, caller, action, &profile).await?;
        let regions = match *geography {
            "us" => UNITED_STATES.to_vec(),
            "global" => vec![here, ""],
            _ => vec![here],
        };
        let context = [("bedrock:InferenceProfileArn".to_owned(), profile)];
        for region in regions {
            permissions::require_in(simulator, caller, action, &foundation(region, model), &context).await?;
        }
        Ok(())
    }

    /// Finds the model that answers.
    pub(super) fn find(&self, simulator: &Simulator) -> Result<Target, Refusal> {
        match self {
            Self::Deployment(arn) => deployed(simulator, arn),
            Self::Provisioned(arn) => provisioned(simulator, arn),
            Self::Foundation(id) => {
                let model = base(simulator, id)?;
                if short(model) != *id {
                    return Err(errors::TARGET_PROVISIONED_ONLY.refusal());
                }
                if PROFILE_ONLY.contains(id) {
                    return Err(errors::TARGET_PROFILE_ONLY.with(&[id]));
                }
                Ok(Target { model, memory: None })
            }
            Self::Profile { geography, model } => {
                if !PROFILES.contains(&(geography, model)) {
                    return Err(errors::TARGET_INVALID.refusal());
                }
                Ok(Target { model: base(simulator, model)?, memory: None })
            }
            Self::Other(arn) if arn.starts_with(&simulator.arn("")) => Err(errors::TARGET_UNKNOWN.with(&[arn])),
            Self::Other(_) => Err(errors::TARGET_INVALID.refusal()),
        }
    }
}

impl Target {
    /// Returns the answer to a prompt.
    pub(super) fn answer(&self, prompt: &Conversation, settings: &Settings) -> Speech {
        match self.memory.as_ref().and_then(|memory| memory.answer(prompt)) {
            Some(learned) => Speech::of(learned, settings),
            None => Speech::of(&general(self.model.id, prompt), settings),
        }
    }
}

/// Returns the model of a deployment that is Active. During an update, that is the old model.
fn deployed(simulator: &Simulator, arn: &str) -> Result<Target, Refusal> {
    let state = simulator.state();
    let unknown = || errors::TARGET_UNKNOWN.with(&[&arn]);
    let deployment = state.deployment(arn).ok_or_else(unknown)?;
    if deployment.status != DeploymentStatus::Active {
        let status = format!("{:?}", deployment.status);
        return Err(errors::DEPLOYMENT_NOT_READY.with(&[&status]));
    }
    let model = state.model(&deployment.model_arn).ok_or_else(unknown)?;
    Ok(Target { model: model.model, memory: Some(model.memory.clone()) })
}

/// Returns the model of a Provisioned Throughput that is in service. During an update, that is the old model.
fn provisioned(simulator: &Simulator, arn: &str) -> Result<Target, Refusal> {
    let state = simulator.state();
    let throughput = state.throughput(arn).ok_or_else(|| errors::TARGET_UNKNOWN.with(&[&arn]))?;
    if matches!(throughput.status, ThroughputStatus::Creating | ThroughputStatus::Failed) {
        let status = format!("{:?}", throughput.status);
        return Err(errors::THROUGHPUT_NOT_READY.with(&[&status]));
    }
    if throughput.model.form == Form::Image {
        return Err(errors::TARGET_NO_CHAT.refusal());
    }
    let memory = state.model(&throughput.model_arn).map(|model| model.memory.clone());
    Ok(Target { model: throughput.model, memory })
}

/// Returns the base model with this name, with or without the context length.
fn base(simulator: &Simulator, id: &str) -> Result<&'static Model, Refusal> {
    let here = |model: &&Model| model.regions.contains(&simulator.config.region.as_str());
    let named = MODELS.iter().filter(here).find(|model| model.id == id || short(model) == id);
    let model = named.ok_or_else(|| errors::TARGET_INVALID.refusal())?;
    if names::life(simulator, model) == Life::Gone {
        return Err(errors::TARGET_RETIRED.refusal());
    }
    if model.form == Form::Image {
        return Err(errors::TARGET_NO_CHAT.refusal());
    }
    Ok(model)
}

/// Returns a model's name without its context length: `amazon.nova-lite-v1:0`.
fn short(model: &Model) -> &'static str {
    match model.id.rsplit_once(':') {
        Some((short, length)) if length.ends_with('k') => short,
        _ => model.id,
    }
}
