//! Deployments: the ledger's item of one, its names, and its states.
//!
//! A deployment serves a run's custom model under an ARN that doesn't change when another run's model takes its place. At
//! Bedrock it is a custom model deployment, or provisioned throughput.
//!
//! What to do about one is decided in [`decide::deploy`](crate::decide::deploy).

mod capacity;
mod name;
mod on_demand;
mod state;
mod throughput;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::RunId;
pub use capacity::{Capacity, MODEL_UNITS_MAX};
pub(crate) use name::TEMPORARY;
pub use name::{DEPLOYMENT_NAME_MAX, bedrock_name, deployment_name_fault, requested_name_fault};
pub use on_demand::{ON_DEMAND_ALIASES, on_demand_regions};
pub use state::{DeploymentInput, DeploymentState, next};
pub use throughput::{ThroughputSupport, throughput_support};

/// The shortest time after which a deployment may expire, in seconds: the owner is notified at half time, and the sweep
/// comes every few minutes.
pub const EXPIRES_AFTER_MIN_S: i64 = 3600;
/// The longest time after which a deployment may expire, in seconds: a year.
pub const EXPIRES_AFTER_MAX_S: i64 = 365 * 86_400;

/// What people are notified of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DeploymentOutcome {
    /// Another model answers than before.
    Deployed,
    /// It could not be created, or not be changed to another model.
    Failed,
    /// It doesn't exist any more.
    Deleted,
}

impl DeploymentOutcome {
    /// The name in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            DeploymentOutcome::Deployed => "Deployed",
            DeploymentOutcome::Failed => "Failed",
            DeploymentOutcome::Deleted => "Deleted",
        }
    }
}

/// The number of commands that a deployment remembers. EventBridge and SQS deliver a command again within minutes.
const COMMANDS_KEPT: usize = 10;

/// A run whose model a deployment may have been created with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Candidate {
    /// The run.
    pub run_id: RunId,
    /// The ARN of its custom model.
    pub model_arn: String,
}

/// A deployment. The ledger's attributes have the names of these fields; `None` is not written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Deployment {
    /// [`SCHEMA`](crate::SCHEMA).
    pub schema: u32,
    /// Its name in this stack, such as `support-bot`.
    pub name: String,
    /// Its name at Bedrock, which is unique in the account and Region: [`bedrock_name`].
    pub bedrock_name: String,
    /// Incremented by every write. A conditional write names the revision that it was computed from.
    pub revision: u64,
    /// The dataset that owns the name.
    pub dataset: String,
    /// The state.
    pub state: DeploymentState,
    /// How Bedrock serves its model: the attributes `type` and `model_units`. It doesn't change until nothing is left of the
    /// deployment at Bedrock.
    #[serde(flatten)]
    pub capacity: Capacity,
    /// The run whose model it is to serve.
    pub run_id: RunId,
    /// The ARN of that run's custom model.
    pub model_arn: String,
    /// Counts the requests to serve a run; with the name it makes the token of a creation, so that a repeated call creates
    /// nothing, and a request after a deletion creates a new one.
    pub request: u64,
    /// Whether Bedrock was asked to change the model to this request's.
    #[serde(default)]
    pub update_sent: bool,
    /// Whether Bedrock accepted the deletion that was asked for last.
    #[serde(default)]
    pub deletion_sent: bool,
    /// The runs that were requested before, and not yet served: the deployment is created with one of their models if another
    /// run is requested meanwhile.
    #[serde(default)]
    pub candidates: Vec<Candidate>,
    /// The run whose model answers; absent while none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serving: Option<RunId>,
    /// The ARN of the custom model that answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serving_model_arn: Option<String>,
    /// The run that was served before, for a rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<RunId>,
    /// The ARN of that run's custom model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_model_arn: Option<String>,
    /// The deployment's ARN, which callers use as the model id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// RFC 3339: the last change of state.
    pub changed_at: String,
    /// Seconds after which it is deleted, counted from the time at which the requested model answers; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after_s: Option<i64>,
    /// RFC 3339: when the model that answers was deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed_at: Option<String>,
    /// RFC 3339: when it is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<String>,
    /// Unix seconds until which a function may be calling Bedrock to change it; no other one does before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<i64>,
    /// Why it failed, waits or was deleted, in Bedrock's words or ours: not redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What people are notified of next, or were last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DeploymentOutcome>,
    /// RFC 3339: when that happened. Two outcomes differ in this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome_at: Option<String>,
    /// The run whose model could not be served; absent if the last outcome isn't a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_run: Option<RunId>,
    /// The ids of the last commands that were carried out, and of the runs whose recipes asked. What is delivered again is
    /// ignored.
    #[serde(default)]
    pub commands: Vec<String>,
    /// Who asked for the last change; absent if the recipe did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<String>,
    /// The run whose evaluation needs it: the deployment is temporary. It is deleted when the evaluation ends, and nobody is
    /// notified of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<RunId>,
    /// The value of the recipe's tag `owner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The recipe's `notify`: e-mail addresses.
    #[serde(default)]
    pub notify: Vec<String>,
    /// RFC 3339: when people were notified, by mark.
    #[serde(default)]
    pub notified: BTreeMap<String, String>,
    /// Present while something may still have to be done; the key of the sparse index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
}

impl Deployment {
    /// The ledger's key for a deployment.
    pub fn key(name: &str) -> String {
        format!("deployment#{name}")
    }

    /// The deployment after the command with this id (the event's). A command is remembered with what it changes.
    #[must_use]
    pub fn after_command(mut self, id: &str) -> Deployment {
        self.commands.push(id.to_owned());
        let surplus = self.commands.len().saturating_sub(COMMANDS_KEPT);
        self.commands.drain(..surplus);
        self
    }

    /// Whether the command with this id was carried out.
    pub fn has_carried_out(&self, id: &str) -> bool {
        self.commands.iter().any(|known| known == id)
    }

    /// Whether the run is requested, served, or was served before, or its recipe's request was carried out. Its event may be
    /// delivered again after a rollback or a deletion.
    pub fn knows(&self, run_id: &RunId) -> bool {
        let served = [Some(&self.run_id), self.serving.as_ref(), self.previous.as_ref()].contains(&Some(run_id));
        served || self.has_carried_out(run_id)
    }

    /// The token of this request's creation: `clientRequestToken` has at most 256 letters, digits and hyphens (API
    /// reference, CreateCustomModelDeployment and CreateProvisionedModelThroughput).
    ///
    /// The time is that of the request, as long as the deployment is Requested. If a stack is created again, its first requests
    /// have the numbers of earlier ones, whose tokens Bedrock may remember.
    pub fn token(&self) -> String {
        let time: String = self.changed_at.chars().filter(char::is_ascii_digit).collect();
        format!("{}-{}-{time}", self.bedrock_name, self.request)
    }

    /// By what to ask Bedrock for it: its ARN, or before it is created its name.
    pub fn identifier(&self) -> &str {
        let arn = self.arn.as_deref().filter(|_| self.state != DeploymentState::Requested);
        arn.unwrap_or(&self.bedrock_name)
    }
}
