//! The kinds of events, which are their `detail-type`s.

use crate::State;

/// Defines all kinds in one list.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// The kind of an event or a command: its `detail-type`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind {
            $($(#[$doc])* $name,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Kind] = &[$(Kind::$name,)+];

            /// Returns the `detail-type`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Kind::$name => $text,)+
                }
            }
        }
    };
}

kinds! {
    /// A dataset is valid and complete. Its run is in the ledger.
    DatasetAccepted = "Dataset Accepted",
    /// A dataset, its recipe or a file's name is invalid. The report has the findings.
    DatasetRejected = "Dataset Rejected",
    /// Files of a dataset have been missing for more than ten minutes.
    DatasetIncomplete = "Dataset Incomplete",
    /// A run waits for approval.
    RunHeld = "Run Held",
    /// A newer version of the same dataset replaced this run.
    RunSuperseded = "Run Superseded",
    /// Bedrock has the job.
    RunLaunched = "Run Launched",
    /// Bedrock or a guard refused the launch.
    RunRefused = "Run Refused",
    /// A quota has blocked the run for a day, or a free job slot won't help: another quota or a permission blocks it.
    RunBlocked = "Run Blocked",
    /// The custom model is ready.
    RunSucceeded = "Run Succeeded",
    /// The job failed.
    RunFailed = "Run Failed",
    /// The job or the run was stopped.
    RunStopped = "Run Stopped",
    /// The sweep found the end of a job whose event was lost: record asks Bedrock.
    JobStateObserved = "Job State Observed",
    /// The sweep found runs that wait to be launched, or a run that launch must check.
    LaunchDue = "Launch Due",
    /// A deployment serves a run's model.
    RunDeployed = "Run Deployed",
    /// A deployment is deleted soon, because its time ends.
    DeploymentExpiring = "Deployment Expiring",
    /// A deployment doesn't exist any more.
    DeploymentDeleted = "Deployment Deleted",
    /// Bedrock could not create a deployment, or not change it to another model.
    DeploymentFailed = "Deployment Failed",
    /// The sweep found a deployment that deploy must check.
    DeploymentDue = "Deployment Due",
    /// An evaluation ended with a decision: the model is kept, dropped, or undecided.
    RunEvaluated = "Run Evaluated",
    /// An evaluation ended without a decision: it failed, a guard refused it, or somebody stopped it.
    EvaluationFailed = "Evaluation Failed",
    /// The sweep found an evaluation that evaluate must check.
    EvaluationDue = "Evaluation Due",
    /// A custom model is proposed for deletion, because its dataset has newer ones.
    ModelExpiring = "Model Expiring",
    /// A custom model was deleted.
    ModelDeleted = "Model Deleted",
    /// Bedrock named a day on which a base model becomes legacy or is shut down.
    BaseModelEnding = "Base Model Ending",
    /// A message was sent to people. The event contains the message.
    MessageSent = "Message Sent",
    /// A command: launch a held run.
    ApproveRun = "Approve Run",
    /// A command: stop a run in any state.
    StopRun = "Stop Run",
    /// A command: run the same content again, as the next attempt.
    RetryRun = "Retry Run",
    /// A command: deploy a run's model.
    DeployRun = "Deploy Run",
    /// A command: serve the previous run's model again.
    RollBackDeployment = "Roll Back Deployment",
    /// A command: delete a deployment.
    DeleteDeployment = "Delete Deployment",
    /// A command: evaluate a run's model.
    EvaluateRun = "Evaluate Run",
    /// A command: stop the evaluation of a run.
    StopEvaluation = "Stop Evaluation",
}

impl Kind {
    /// Parses a `detail-type`. `None` for one that this version doesn't know.
    pub fn parse(detail_type: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.as_str() == detail_type)
    }
}

/// The kinds that announce the state of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunKind {
    /// [`Kind::DatasetAccepted`].
    Accepted,
    /// [`Kind::DatasetRejected`] with a run. That of a misnamed file has no run.
    Rejected,
    /// [`Kind::RunHeld`].
    Held,
    /// [`Kind::RunSuperseded`].
    Superseded,
    /// [`Kind::RunLaunched`].
    Launched,
    /// [`Kind::RunRefused`].
    Refused,
    /// [`Kind::RunBlocked`].
    Blocked,
    /// [`Kind::RunSucceeded`].
    Succeeded,
    /// [`Kind::RunFailed`].
    Failed,
    /// [`Kind::RunStopped`].
    Stopped,
}

impl RunKind {
    /// Returns the kind on the bus.
    pub const fn kind(self) -> Kind {
        match self {
            RunKind::Accepted => Kind::DatasetAccepted,
            RunKind::Rejected => Kind::DatasetRejected,
            RunKind::Held => Kind::RunHeld,
            RunKind::Superseded => Kind::RunSuperseded,
            RunKind::Launched => Kind::RunLaunched,
            RunKind::Refused => Kind::RunRefused,
            RunKind::Blocked => Kind::RunBlocked,
            RunKind::Succeeded => Kind::RunSucceeded,
            RunKind::Failed => Kind::RunFailed,
            RunKind::Stopped => Kind::RunStopped,
        }
    }

    /// Returns the kind that announces a state. `None` for a state that isn't announced.
    pub const fn of(state: State) -> Option<RunKind> {
        match state {
            State::Rejected => Some(RunKind::Rejected),
            State::Held => Some(RunKind::Held),
            State::Queued => Some(RunKind::Accepted),
            State::Launching => None,
            State::Running => Some(RunKind::Launched),
            State::Succeeded => Some(RunKind::Succeeded),
            State::Failed => Some(RunKind::Failed),
            State::Stopped => Some(RunKind::Stopped),
            State::Superseded => Some(RunKind::Superseded),
            State::Refused => Some(RunKind::Refused),
        }
    }

    /// Returns the state that it announces. `None` if it announces none.
    pub fn state(self) -> Option<State> {
        State::ALL.into_iter().find(|state| RunKind::of(*state) == Some(self))
    }
}

/// The commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunCommand {
    /// [`Kind::ApproveRun`].
    Approve,
    /// [`Kind::StopRun`].
    Stop,
    /// [`Kind::RetryRun`].
    Retry,
}

impl RunCommand {
    /// Returns the command of this kind. `None` if the kind isn't a command.
    pub fn of(kind: Kind) -> Option<RunCommand> {
        [RunCommand::Approve, RunCommand::Stop, RunCommand::Retry].into_iter().find(|command| command.kind() == kind)
    }

    /// Returns the kind on the bus.
    pub const fn kind(self) -> Kind {
        match self {
            RunCommand::Approve => Kind::ApproveRun,
            RunCommand::Stop => Kind::StopRun,
            RunCommand::Retry => Kind::RetryRun,
        }
    }
}
