//! Domain events: what tunedrop puts on the stack's own bus, and the commands that it receives from it.
//!
//! An [`Event`] is what is sent: each kind has its own details. A [`Hint`] is what is read: which item to look at.
//! `docs/events.schema.json` documents the JSON for those who subscribe their own targets, and
//! `docs/events.examples.jsonl` has an example of each kind.

mod deployment;
mod details;
mod evaluation;
mod hint;
mod kind;
mod model;
pub mod senders;
mod wire;

pub use deployment::{DeploymentCommand, DeploymentDetail, DeploymentKind};
pub use details::{IncompleteDetail, MisnamedDetail, RunDetail, SentMessage, Severity};
pub use evaluation::{EvaluationCommand, EvaluationDetail, EvaluationKind, EvaluationSettings, JudgeSettings};
pub use hint::{Hint, HintError};
pub use kind::{Kind, RunCommand, RunKind};
pub use model::{ModelDetail, ModelKind};

use crate::RunId;

/// The `source` of tunedrop's events.
pub const SOURCE: &str = "tunedrop";

/// The detail's version that this code writes, and the highest that it reads.
pub const VERSION: u32 = 1;

/// An event or a command, with the details of its kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A run changed to a state that is announced.
    Run(RunKind, Box<RunDetail>),
    /// The content of a run was uploaded again: `Dataset Rejected` where the run is Rejected, else `Dataset Accepted`.
    Reuploaded(Box<RunDetail>),
    /// A file has a name that isn't read: `Dataset Rejected` without a run.
    Misnamed(MisnamedDetail),
    /// Files of a dataset have been missing for more than ten minutes.
    Incomplete(IncompleteDetail),
    /// The sweep found the end of this run's job, whose event was lost: record asks Bedrock.
    JobStateObserved(RunId),
    /// The sweep found runs that wait to be launched. With a run, launch checks that run.
    LaunchDue(Option<RunId>),
    /// A command.
    Command {
        /// The command.
        command: RunCommand,
        /// The run.
        run_id: RunId,
        /// Who sent it.
        by: Option<String>,
    },
    /// An outcome of a deployment, or its coming end.
    Deployment(DeploymentKind, Box<DeploymentDetail>),
    /// deploy must check the deployment of this name.
    DeploymentDue(String),
    /// A command about a deployment.
    DeploymentCommand {
        /// The command.
        command: DeploymentCommand,
        /// Who sent it.
        by: Option<String>,
    },
    /// The end of an evaluation.
    Evaluation(EvaluationKind, Box<EvaluationDetail>),
    /// evaluate must check the evaluation of this run.
    EvaluationDue(RunId),
    /// A command about an evaluation.
    EvaluationCommand {
        /// The command.
        command: EvaluationCommand,
        /// Who sent it.
        by: Option<String>,
    },
    /// A model is proposed for deletion or was deleted, or a base model's lifecycle ends.
    Model(ModelKind, Box<ModelDetail>),
    /// People were notified.
    MessageSent(SentMessage),
}

impl Event {
    /// Returns the `detail-type`.
    pub fn kind(&self) -> Kind {
        match self {
            Event::Run(kind, _) => kind.kind(),
            Event::Reuploaded(run) if run.state == crate::State::Rejected => Kind::DatasetRejected,
            Event::Reuploaded(_) => Kind::DatasetAccepted,
            Event::Misnamed(_) => Kind::DatasetRejected,
            Event::Incomplete(_) => Kind::DatasetIncomplete,
            Event::JobStateObserved(_) => Kind::JobStateObserved,
            Event::LaunchDue(_) => Kind::LaunchDue,
            Event::Command { command, .. } => command.kind(),
            Event::Deployment(kind, _) => kind.kind(),
            Event::DeploymentDue(_) => Kind::DeploymentDue,
            Event::DeploymentCommand { command, .. } => command.kind(),
            Event::Evaluation(kind, _) => kind.kind(),
            Event::EvaluationDue(_) => Kind::EvaluationDue,
            Event::EvaluationCommand { command, .. } => command.kind(),
            Event::Model(kind, _) => kind.kind(),
            Event::MessageSent(_) => Kind::MessageSent,
        }
    }

    /// Returns the run that it is about, if there is one.
    pub fn run_id(&self) -> Option<&RunId> {
        match self {
            Event::Run(_, run) | Event::Reuploaded(run) => Some(&run.run_id),
            Event::JobStateObserved(run_id) | Event::Command { run_id, .. } => Some(run_id),
            Event::LaunchDue(run_id) => run_id.as_ref(),
            Event::Deployment(_, deployment) => Some(&deployment.run_id),
            Event::DeploymentCommand { command, .. } => command.run_id(),
            Event::Evaluation(_, evaluation) => Some(&evaluation.run_id),
            Event::EvaluationDue(run_id) => Some(run_id),
            Event::EvaluationCommand { command, .. } => Some(command.run_id()),
            Event::Model(_, model) => model.run_id.as_ref(),
            Event::MessageSent(message) => message.event.run_id(),
            Event::Misnamed(_) | Event::Incomplete(_) | Event::DeploymentDue(_) => None,
        }
    }

    /// Returns the dataset that it is about, or the folder of a misnamed file. `None` if there is none.
    pub fn dataset(&self) -> Option<&str> {
        match self {
            Event::Misnamed(file) => Some(&file.dataset),
            Event::Incomplete(set) => Some(&set.dataset),
            Event::MessageSent(message) => message.event.dataset(),
            _ => self.run_id().map(RunId::dataset),
        }
    }
}

#[cfg(test)]
mod tests;
