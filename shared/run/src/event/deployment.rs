//! Events about deployments: what they say, and the commands.

use serde_json::Value;

use super::hint::Fields;
use super::{Event, Hint, HintError, Kind, hint};
use crate::deployment::{Capacity, EXPIRES_AFTER_MAX_S, EXPIRES_AFTER_MIN_S, deployment_name_fault};
use crate::{Deployment, DeploymentOutcome, DeploymentState, RunId};

/// The kinds that announce an outcome of a deployment, or its coming end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeploymentKind {
    /// [`Kind::RunDeployed`].
    Deployed,
    /// [`Kind::DeploymentExpiring`].
    Expiring,
    /// [`Kind::DeploymentDeleted`].
    Deleted,
    /// [`Kind::DeploymentFailed`].
    Failed,
}

impl DeploymentKind {
    /// Every kind.
    pub const ALL: [DeploymentKind; 4] =
        [DeploymentKind::Deployed, DeploymentKind::Expiring, DeploymentKind::Deleted, DeploymentKind::Failed];

    /// The kind on the bus.
    pub const fn kind(self) -> Kind {
        match self {
            DeploymentKind::Deployed => Kind::RunDeployed,
            DeploymentKind::Expiring => Kind::DeploymentExpiring,
            DeploymentKind::Deleted => Kind::DeploymentDeleted,
            DeploymentKind::Failed => Kind::DeploymentFailed,
        }
    }

    /// The kind that announces an outcome.
    pub const fn of(outcome: DeploymentOutcome) -> DeploymentKind {
        match outcome {
            DeploymentOutcome::Deployed => DeploymentKind::Deployed,
            DeploymentOutcome::Failed => DeploymentKind::Failed,
            DeploymentOutcome::Deleted => DeploymentKind::Deleted,
        }
    }

    /// The outcome that it announces; `None` for a coming end.
    pub fn outcome(self) -> Option<DeploymentOutcome> {
        match self {
            DeploymentKind::Deployed => Some(DeploymentOutcome::Deployed),
            DeploymentKind::Failed => Some(DeploymentOutcome::Failed),
            DeploymentKind::Deleted => Some(DeploymentOutcome::Deleted),
            DeploymentKind::Expiring => None,
        }
    }
}

/// A deployment in an event.
#[derive(Debug, Clone, PartialEq)]
pub struct DeploymentDetail {
    /// Its name in the stack.
    pub name: String,
    /// Its state after what happened.
    pub state: DeploymentState,
    /// How Bedrock serves its model.
    pub capacity: Capacity,
    /// The run that the event is about: the one that is served, was requested, or was served last.
    pub run_id: RunId,
    /// The run that was served before, for a rollback.
    pub previous: Option<RunId>,
    /// The run whose model answers now.
    pub serving: Option<RunId>,
    /// The deployment's ARN.
    pub arn: Option<String>,
    /// The ARN of the run's custom model.
    pub model_arn: String,
    /// RFC 3339: the outcome's time, or of a coming end the end itself. Two events of the same kind differ in this.
    pub at: String,
    /// RFC 3339: when it is deleted.
    pub ends_at: Option<String>,
    /// Why; redacted.
    pub reason: Option<String>,
    /// The value of the recipe's tag `owner`.
    pub owner: Option<String>,
    /// Addresses from the recipe's `notify`.
    pub notify: Vec<String>,
}

/// A command about a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeploymentCommand {
    /// Serve a run's model.
    Deploy {
        /// The run.
        run_id: RunId,
        /// The deployment's name; `None`: as the recipe says, or the dataset's name.
        name: Option<String>,
        /// Seconds after which the deployment is deleted; `None`: as the recipe says.
        expires_after_s: Option<i64>,
        /// How Bedrock serves the model; `None`: as it does already, or as the recipe says.
        capacity: Option<Capacity>,
    },
    /// Serve the previous run's model again.
    RollBack {
        /// The deployment's name.
        name: String,
    },
    /// Delete the deployment.
    Delete {
        /// The deployment's name.
        name: String,
    },
}

impl DeploymentCommand {
    /// The kind on the bus.
    pub fn kind(&self) -> Kind {
        match self {
            DeploymentCommand::Deploy { .. } => Kind::DeployRun,
            DeploymentCommand::RollBack { .. } => Kind::RollBackDeployment,
            DeploymentCommand::Delete { .. } => Kind::DeleteDeployment,
        }
    }

    /// The run that it names.
    pub fn run_id(&self) -> Option<&RunId> {
        match self {
            DeploymentCommand::Deploy { run_id, .. } => Some(run_id),
            _ => None,
        }
    }

    /// The deployment that it names.
    pub fn name(&self) -> Option<&str> {
        match self {
            DeploymentCommand::Deploy { name, .. } => name.as_deref(),
            DeploymentCommand::RollBack { name } | DeploymentCommand::Delete { name } => Some(name),
        }
    }
}

impl Event {
    /// Returns the event about the deployment's last outcome; `None` if there is none yet.
    pub fn deployment(deployment: &Deployment, redact: impl Fn(&str) -> String) -> Option<Event> {
        let (outcome, at) = deployment.outcome.zip(deployment.outcome_at.clone())?;
        let mut detail = detail(deployment, at, redact);
        if outcome == DeploymentOutcome::Failed
            && let Some(failed) = &deployment.failed_run
        {
            detail.run_id = failed.clone();
        }
        if outcome == DeploymentOutcome::Deployed {
            // A newer request may be in the item already.
            detail.run_id = deployment.serving.clone()?;
            detail.model_arn = deployment.serving_model_arn.clone()?;
        }
        Some(Event::Deployment(DeploymentKind::of(outcome), Box::new(detail)))
    }

    /// Returns the event about the deployment's coming end; `None` if it has none.
    pub fn expiring(deployment: &Deployment, redact: impl Fn(&str) -> String) -> Option<Event> {
        let at = deployment.ends_at.clone()?;
        Some(Event::Deployment(DeploymentKind::Expiring, Box::new(detail(deployment, at, redact))))
    }
}

fn detail(deployment: &Deployment, at: String, redact: impl Fn(&str) -> String) -> DeploymentDetail {
    DeploymentDetail {
        name: deployment.name.clone(),
        state: deployment.state,
        capacity: deployment.capacity,
        run_id: deployment.run_id.clone(),
        previous: deployment.previous.clone(),
        serving: deployment.serving.clone(),
        arn: deployment.arn.clone(),
        model_arn: deployment.model_arn.clone(),
        at,
        ends_at: deployment.ends_at.clone(),
        reason: deployment.reason.as_deref().map(redact),
        owner: deployment.owner.clone(),
        notify: deployment.notify.clone(),
    }
}

impl Fields<'_> {
    /// Reads an outcome of a deployment, or its coming end.
    pub(super) fn deployment(self, kind: DeploymentKind) -> Result<Hint, HintError> {
        Ok(Hint::Deployment { kind, name: self.deployment_name()?, at: self.time("at")? })
    }

    /// The name of a deployment.
    pub(super) fn deployment_name(self) -> Result<String, HintError> {
        let name = self.text("deployment")?;
        match deployment_name_fault(name) {
            Some(fault) => Err(hint::malformed("deployment", fault)),
            None => Ok(name.to_owned()),
        }
    }

    /// The command to deploy a run.
    pub(super) fn deploy(self) -> Result<DeploymentCommand, HintError> {
        let name = if self.has("deployment") { Some(self.deployment_name()?) } else { None };
        let expires_after_s =
            match self.0.get("expires_after_s") {
                None | Some(Value::Null) => None,
                Some(value) => {
                    let seconds = value.as_i64().filter(|s| (EXPIRES_AFTER_MIN_S..=EXPIRES_AFTER_MAX_S).contains(s));
                    Some(seconds.ok_or_else(|| {
                        hint::malformed("expires_after_s", "expected seconds, from an hour to a year")
                    })?)
                }
            };
        Ok(DeploymentCommand::Deploy { run_id: self.run_id()?, name, expires_after_s, capacity: self.capacity()? })
    }

    /// The capacity of a command; `None` if it names none.
    fn capacity(self) -> Result<Option<Capacity>, HintError> {
        let is_given = |field: &str| !self.0.get(field).is_none_or(Value::is_null);
        if !is_given("type") && !is_given("model_units") {
            return Ok(None);
        }
        let units = self.0.get("model_units").filter(|units| !units.is_null());
        let wrong = || hint::malformed("model_units", "expected a number from 1, with the type `provisioned` only");
        let model_units = units.map(|units| units.as_u64().ok_or_else(wrong)).transpose()?;
        match self.text("type")? {
            kind @ ("on-demand" | "provisioned") => Capacity::of(kind, model_units).ok_or_else(wrong).map(Some),
            _ => Err(hint::malformed("type", "expected `on-demand` or `provisioned`")),
        }
    }
}
