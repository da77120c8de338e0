//! What tunedrop reads from an event on its bus: which item of the ledger it is about. Everything else comes from the
//! ledger or from Bedrock, so nothing else in an event can be read.

use std::fmt;

use serde_json::Value;

use super::{
    DeploymentCommand, DeploymentKind, EvaluationCommand, EvaluationKind, Kind, ModelKind, RunCommand, RunKind, VERSION,
};
use crate::{Blocker, DatasetEntry, MisnamedFile, RunId, Timestamp, dataset_fault};

/// The maximum length of a time in RFC 3339.
const TIME_MAX: usize = 40;

/// The item that an event of the stack names.
#[derive(Debug, Clone, PartialEq)]
pub enum Hint {
    /// A run changed to this state.
    Run(RunKind, RunId),
    /// Bedrock doesn't start the next phase of the run's job.
    Idle(RunId),
    /// A run was accepted, and waits because more files may be uploaded.
    Settling {
        /// The run.
        run_id: RunId,
        /// RFC 3339: it isn't launched before this time.
        launch_after: String,
    },
    /// A run's content was uploaded again.
    Reuploaded {
        /// The run.
        run_id: RunId,
        /// RFC 3339: when it was uploaded.
        uploaded_at: String,
    },
    /// A file has a name that isn't read.
    Misnamed {
        /// The ledger's key of the entry about it.
        item: String,
    },
    /// Files of a dataset are missing.
    Incomplete {
        /// The dataset.
        dataset: String,
        /// RFC 3339: when its newest file was uploaded.
        uploaded_at: String,
    },
    /// The run's job may have ended.
    JobStateObserved(RunId),
    /// Runs wait to be launched. With a run, launch checks that run.
    LaunchDue(Option<RunId>),
    /// A command.
    Command {
        /// The command.
        command: RunCommand,
        /// The run.
        run_id: RunId,
        /// Who sent it, as the sender claims.
        by: Option<String>,
    },
    /// An outcome of a deployment, or its coming end.
    Deployment {
        /// The kind.
        kind: DeploymentKind,
        /// The deployment's name.
        name: String,
        /// RFC 3339: when, or of a coming end the end itself.
        at: String,
    },
    /// deploy must check the deployment of this name.
    DeploymentDue(String),
    /// A command about a deployment.
    DeploymentCommand {
        /// The command.
        command: DeploymentCommand,
        /// Who sent it, as the sender claims.
        by: Option<String>,
    },
    /// The end of an evaluation.
    Evaluation {
        /// The kind.
        kind: EvaluationKind,
        /// The run.
        run_id: RunId,
        /// RFC 3339: when it ended.
        at: String,
    },
    /// evaluate must check the evaluation of this run.
    EvaluationDue(RunId),
    /// A command about an evaluation.
    EvaluationCommand {
        /// The command.
        command: EvaluationCommand,
        /// Who sent it, as the sender claims.
        by: Option<String>,
    },
    /// What happens to a model.
    Model {
        /// The kind.
        kind: ModelKind,
        /// The ledger's key of the notice about it.
        item: String,
        /// RFC 3339: when.
        at: String,
    },
    /// People were notified.
    MessageSent,
}

/// Why an event isn't read. It repeats nothing of the event, which anybody may have sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HintError {
    /// It is another stack's event.
    OtherStack,
    /// It has this version, which is newer than [`VERSION`].
    Newer(u64),
    /// Its kind is one that this version doesn't know.
    UnknownKind,
    /// A required field is missing or invalid.
    Malformed {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        fault: String,
    },
}

impl fmt::Display for HintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HintError::OtherStack => f.write_str("the event is another stack's"),
            HintError::Newer(version) => {
                write!(f, "the event is of version {version}, and this function reads versions up to {VERSION}")
            }
            HintError::UnknownKind => f.write_str("this version doesn't know the event's kind"),
            HintError::Malformed { field, fault } => write!(f, "the event's {field} can't be read: {fault}"),
        }
    }
}

impl Hint {
    /// Parses an event of source [`SOURCE`](super::SOURCE), for the stack of this name.
    pub fn read(detail_type: &str, detail: &Value, stack: &str) -> Result<Hint, HintError> {
        let detail = Fields(detail);
        if detail.text("stack")? != stack {
            return Err(HintError::OtherStack);
        }
        let version = detail.0.get("version").and_then(Value::as_u64);
        match version.ok_or_else(|| malformed("version", "expected a whole number"))? {
            version if version > u64::from(VERSION) => return Err(HintError::Newer(version)),
            _ => {}
        }
        let kind = Kind::parse(detail_type).ok_or(HintError::UnknownKind)?;
        let run = |kind| detail.run_id().map(|run_id| Hint::Run(kind, run_id));
        let command = |command| {
            let by = detail.text_if_any("by")?.map(str::to_owned);
            Ok(Hint::Command { command, run_id: detail.run_id()?, by })
        };
        let deployments = |command| {
            let by = detail.text_if_any("by")?.map(str::to_owned);
            Ok(Hint::DeploymentCommand { command, by })
        };
        let evaluations = |command| {
            let by = detail.text_if_any("by")?.map(str::to_owned);
            Ok(Hint::EvaluationCommand { command, by })
        };
        match kind {
            Kind::DatasetAccepted => detail.validation(RunKind::Accepted),
            Kind::DatasetRejected if detail.has("run_id") => detail.validation(RunKind::Rejected),
            Kind::DatasetRejected => Ok(Hint::Misnamed { item: detail.note()? }),
            Kind::DatasetIncomplete => detail.incomplete(),
            Kind::RunHeld => run(RunKind::Held),
            Kind::RunSuperseded => run(RunKind::Superseded),
            Kind::RunLaunched => run(RunKind::Launched),
            Kind::RunRefused => run(RunKind::Refused),
            Kind::RunBlocked if detail.0.get("blocked_by") == Some(&Blocker::IdleJob.as_str().into()) => {
                Ok(Hint::Idle(detail.run_id()?))
            }
            Kind::RunBlocked => run(RunKind::Blocked),
            Kind::RunSucceeded => run(RunKind::Succeeded),
            Kind::RunFailed => run(RunKind::Failed),
            Kind::RunStopped => run(RunKind::Stopped),
            Kind::JobStateObserved => Ok(Hint::JobStateObserved(detail.run_id()?)),
            Kind::LaunchDue if detail.has("run_id") => Ok(Hint::LaunchDue(Some(detail.run_id()?))),
            Kind::LaunchDue => Ok(Hint::LaunchDue(None)),
            Kind::RunDeployed => detail.deployment(DeploymentKind::Deployed),
            Kind::DeploymentExpiring => detail.deployment(DeploymentKind::Expiring),
            Kind::DeploymentDeleted => detail.deployment(DeploymentKind::Deleted),
            Kind::DeploymentFailed => detail.deployment(DeploymentKind::Failed),
            Kind::DeploymentDue => Ok(Hint::DeploymentDue(detail.deployment_name()?)),
            Kind::DeployRun => deployments(detail.deploy()?),
            Kind::RollBackDeployment => deployments(DeploymentCommand::RollBack { name: detail.deployment_name()? }),
            Kind::DeleteDeployment => deployments(DeploymentCommand::Delete { name: detail.deployment_name()? }),
            Kind::RunEvaluated => detail.evaluation(EvaluationKind::Evaluated),
            Kind::EvaluationFailed => detail.evaluation(EvaluationKind::Failed),
            Kind::EvaluationDue => Ok(Hint::EvaluationDue(detail.run_id()?)),
            Kind::EvaluateRun => evaluations(detail.evaluate()?),
            Kind::StopEvaluation => evaluations(EvaluationCommand::Stop { run_id: detail.run_id()? }),
            Kind::ModelExpiring => detail.model(ModelKind::Expiring),
            Kind::ModelDeleted => detail.model(ModelKind::Deleted),
            Kind::BaseModelEnding => detail.model(ModelKind::BaseEnding),
            Kind::MessageSent => Ok(Hint::MessageSent),
            Kind::ApproveRun => command(RunCommand::Approve),
            Kind::StopRun => command(RunCommand::Stop),
            Kind::RetryRun => command(RunCommand::Retry),
        }
    }
}

/// A detail that wasn't checked yet.
#[derive(Clone, Copy)]
pub(super) struct Fields<'v>(pub(super) &'v Value);

impl<'v> Fields<'v> {
    /// Whether the field is present. `null` counts as absent.
    pub(super) fn has(self, field: &str) -> bool {
        self.0.get(field).is_some_and(|value| !value.is_null())
    }

    pub(super) fn text_if_any(self, field: &'static str) -> Result<Option<&'v str>, HintError> {
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(malformed(field, "expected text")),
        }
    }

    pub(super) fn text(self, field: &'static str) -> Result<&'v str, HintError> {
        self.text_if_any(field)?.ok_or_else(|| malformed(field, "it is missing"))
    }

    pub(super) fn run_id(self) -> Result<RunId, HintError> {
        self.text("run_id")?.parse().map_err(|error: crate::RunIdError| malformed("run_id", &error.to_string()))
    }

    /// Returns a time as it is written, because it must be the same text as in the ledger.
    pub(super) fn time(self, field: &'static str) -> Result<String, HintError> {
        let time = self.text(field)?;
        if time.len() > TIME_MAX || time.parse::<Timestamp>().is_err() {
            return Err(malformed(field, "expected a time in RFC 3339"));
        }
        Ok(time.to_owned())
    }

    fn note(self) -> Result<String, HintError> {
        let item = self.text("item")?;
        if !MisnamedFile::is_key(item) {
            return Err(malformed("item", "expected the key of a misnamed file's note"));
        }
        Ok(item.to_owned())
    }

    /// Parses the result of a validation, or the answer to content that was uploaded again.
    fn validation(self, kind: RunKind) -> Result<Hint, HintError> {
        let run_id = self.run_id()?;
        match self.0.get("reuploaded") {
            None | Some(Value::Bool(false)) if kind == RunKind::Accepted && self.has("launch_after") => {
                Ok(Hint::Settling { run_id, launch_after: self.time("launch_after")? })
            }
            None | Some(Value::Bool(false)) => Ok(Hint::Run(kind, run_id)),
            Some(Value::Bool(true)) => Ok(Hint::Reuploaded { run_id, uploaded_at: self.time("uploaded_at")? }),
            Some(_) => Err(malformed("reuploaded", "expected true or false")),
        }
    }

    fn incomplete(self) -> Result<Hint, HintError> {
        let dataset = self.text("dataset")?;
        if let Some(fault) = dataset_fault(dataset) {
            return Err(malformed("dataset", &fault));
        }
        if self.text("item")? != DatasetEntry::key(dataset) {
            return Err(malformed("item", "expected the key of the dataset"));
        }
        Ok(Hint::Incomplete { dataset: dataset.to_owned(), uploaded_at: self.time("uploaded_at")? })
    }
}

pub(super) fn malformed(field: &'static str, fault: &str) -> HintError {
    HintError::Malformed { field, fault: fault.to_owned() }
}

#[cfg(test)]
mod tests;
