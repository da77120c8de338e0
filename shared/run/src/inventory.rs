//! Inventory: what exists at Bedrock in an account and Region, joined with what the ledger and the catalogue know.

mod billing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::RunId;
use crate::custom_model::CustomModelArn;
pub use billing::{Billing, BillingUnit, StandingCosts, Sum, billing_of_deployment, billing_of_model, standing_costs};

/// A custom model, as Bedrock lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundModel {
    /// Its ARN.
    pub arn: String,
    /// Its name at Bedrock.
    pub name: String,
    /// The ARN of the model that it was trained from: a foundation model, or a custom model.
    pub base_arn: String,
    /// RFC 3339.
    pub created_at: String,
    /// Bedrock's status: `Creating`, `Active` or `Failed`; absent if Bedrock gives none.
    pub status: Option<String>,
}

/// A custom model deployment or provisioned throughput, as Bedrock lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundDeployment {
    /// Its ARN, which callers use as the model id.
    pub arn: String,
    /// Its name at Bedrock.
    pub name: String,
    /// The ARN of the model that it serves, or is going to serve.
    pub model_arn: String,
    /// RFC 3339.
    pub created_at: String,
    /// Bedrock's status.
    pub status: String,
    /// Model units of provisioned throughput; absent for a custom model deployment.
    pub model_units: Option<u32>,
    /// RFC 3339: the end of a commitment, until which it is billed whatever happens; absent without one.
    pub committed_until: Option<String>,
}

/// How it is known who made something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KnownBy {
    /// The ledger of the stack has it.
    Ledger,
    /// Its tags name a stack. Anybody who may tag it can write them.
    Tags,
    /// Neither the ledger nor its tags: tunedrop didn't make it.
    NotByTunedrop,
    /// Not in the ledger, and its tags can't be read.
    Unknown,
}

/// Who made a model or a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Maker {
    /// How that is known.
    pub known_by: KnownBy,
    /// The stack's name.
    pub stack: Option<String>,
    /// The dataset.
    pub dataset: Option<String>,
    /// The run; only the ledger knows it.
    pub run_id: Option<RunId>,
    /// The deployment's name in the stack.
    pub deployment: Option<String>,
}

impl Maker {
    /// Reads the tags of a model or a deployment; `None` if they can't be read.
    pub fn of_tags(tags: Option<&BTreeMap<String, String>>) -> Maker {
        let tag = |name: &str| tags.and_then(|tags| tags.get(name)).cloned();
        let stack = tag("tunedrop:stack");
        let known_by = match (tags, &stack) {
            (None, _) => KnownBy::Unknown,
            (_, Some(_)) => KnownBy::Tags,
            (_, None) => KnownBy::NotByTunedrop,
        };
        let (dataset, deployment) = (tag("tunedrop:dataset"), tag("tunedrop:deployment"));
        Maker { known_by, dataset, deployment, run_id: None, stack }
    }

    /// What the ledger of `stack` says.
    pub fn of_ledger(stack: &str, dataset: &str, run_id: Option<RunId>, deployment: Option<&str>) -> Maker {
        let stack = Some(stack.to_owned());
        let (dataset, deployment) = (Some(dataset.to_owned()), deployment.map(str::to_owned));
        Maker { known_by: KnownBy::Ledger, stack, dataset, run_id, deployment }
    }
}

/// The lifecycle of a base model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BaseLife {
    /// Bedrock's identifier of the foundation model.
    pub model: String,
    /// `active`, `legacy` or `unknown`.
    pub status: &'static str,
    /// RFC 3339: when it becomes or became legacy, if Bedrock names a day.
    pub legacy_at: Option<String>,
    /// RFC 3339: when it and its custom models stop answering, if Bedrock names a day.
    pub end_of_life_at: Option<String>,
    /// The catalogue's sentence about a withdrawn model.
    pub note: Option<String>,
    /// How many of the listed models were trained from it.
    pub models: usize,
}

/// A line of the inventory: a model or a deployment, and what is known about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line<T> {
    /// What Bedrock lists.
    #[serde(flatten)]
    pub found: T,
    /// Bedrock's identifier of the foundation model behind it, if its ARN names one.
    pub base_model: Option<String>,
    /// Who made it.
    pub made_by: Maker,
    /// The last day (`YYYY-MM-DD`) on which CloudWatch counted invocations, within the days that were asked for. A model's
    /// is that of the deployments that serve it now.
    pub last_invoked: Option<String>,
    /// How it is billed.
    pub billing: Billing,
    /// Its tags, if they were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
}

/// The identifier of the foundation model that a foundation model's or a custom model's ARN names.
pub fn foundation_of(arn: &str) -> Option<&str> {
    match arn.split_once(":foundation-model/") {
        Some((_, id)) => Some(id).filter(|id| !id.is_empty()),
        None => CustomModelArn::parse(arn).ok().map(|custom| custom.base),
    }
}

/// Sets each model's last invocation to the latest of its own and of the deployments that serve it.
pub fn join_invocations(models: &mut [Line<FoundModel>], deployments: &[Line<FoundDeployment>]) {
    let mut latest: BTreeMap<&str, &str> = BTreeMap::new();
    for one in deployments {
        if let Some(day) = one.last_invoked.as_deref() {
            let known = latest.entry(&one.found.model_arn).or_insert(day);
            *known = day.max(known);
        }
    }
    for model in models {
        let day = latest.get(model.found.arn.as_str()).map(|day| (*day).to_owned());
        // `None` is less than any day.
        model.last_invoked = model.last_invoked.take().max(day);
    }
}
