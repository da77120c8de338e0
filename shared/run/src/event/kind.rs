//! The kinds of events: their `detail-type`s.

use crate::State;

/// The one list of all kinds.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// What happened, or what is asked for: the `detail-type`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind {
            $($(#[$doc])* $name,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Kind] = &[$(Kind::$name,)+];

            /// The `detail-type`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Kind::$name => $text,)+
                }
            }
        }
    };
}

kinds! {
    /// A dataset is valid and complete; its run is in the ledger.
    DatasetAccepted = "Dataset Accepted",
    /// A dataset, its recipe or a file's name is invalid; the report says where.
    DatasetRejected = "Dataset Rejected",
    /// Files of a dataset have been missing for more than ten minutes.
    DatasetIncomplete = "Dataset Incomplete",
    /// A run waits for approval.
    RunHeld = "Run Held",
    /// A newer upload of the same dataset took this run's place.
    RunSuperseded = "Run Superseded",
    /// Bedrock has the job.
    RunLaunched = "Run Launched",
    /// Bedrock or a guard refused the launch.
    RunRefused = "Run Refused",
    /// A quota has held the run for a day, or no free slot will help it: another quota, or a permission.
    RunWaiting = "Run Waiting",
    /// The custom model is ready.
    RunSucceeded = "Run Succeeded",
    /// The job failed.
    RunFailed = "Run Failed",
    /// The job or the run was stopped.
    RunStopped = "Run Stopped",
    /// The sweep saw a job's end that no event had brought: record is to ask Bedrock.
    JobStateObserved = "Job State Observed",
    /// The sweep found runs that wait to be launched, or one that launch is to look at.
    LaunchDue = "Launch Due",
    /// People were notified; carries the message itself.
    MessageSent = "Message Sent",
    /// A command: launch a held run.
    ApproveRun = "Approve Run",
    /// A command: stop a run, whatever it is doing.
    StopRun = "Stop Run",
    /// A command: run the same content once more, as the next attempt.
    RetryRun = "Retry Run",
}

impl Kind {
    /// Reads a `detail-type`; `None` for one that this version doesn't know.
    pub fn parse(detail_type: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.as_str() == detail_type)
    }
}

/// The kinds that say what became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunKind {
    /// [`Kind::DatasetAccepted`].
    Accepted,
    /// [`Kind::DatasetRejected`], of a run; the one of a misnamed file is no run's.
    Rejected,
    /// [`Kind::RunHeld`].
    Held,
    /// [`Kind::RunSuperseded`].
    Superseded,
    /// [`Kind::RunLaunched`].
    Launched,
    /// [`Kind::RunRefused`].
    Refused,
    /// [`Kind::RunWaiting`].
    Waiting,
    /// [`Kind::RunSucceeded`].
    Succeeded,
    /// [`Kind::RunFailed`].
    Failed,
    /// [`Kind::RunStopped`].
    Stopped,
}

impl RunKind {
    /// The kind on the bus.
    pub const fn kind(self) -> Kind {
        match self {
            RunKind::Accepted => Kind::DatasetAccepted,
            RunKind::Rejected => Kind::DatasetRejected,
            RunKind::Held => Kind::RunHeld,
            RunKind::Superseded => Kind::RunSuperseded,
            RunKind::Launched => Kind::RunLaunched,
            RunKind::Refused => Kind::RunRefused,
            RunKind::Waiting => Kind::RunWaiting,
            RunKind::Succeeded => Kind::RunSucceeded,
            RunKind::Failed => Kind::RunFailed,
            RunKind::Stopped => Kind::RunStopped,
        }
    }

    /// The kind that announces a state; `None` for a state that isn't announced.
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

    /// The state that it announces; `None` where it announces none.
    pub fn state(self) -> Option<State> {
        State::ALL.into_iter().find(|state| RunKind::of(*state) == Some(self))
    }
}

/// What people ask of a run.
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
    /// The command of this kind; `None` where the kind is no command.
    pub fn of(kind: Kind) -> Option<RunCommand> {
        [RunCommand::Approve, RunCommand::Stop, RunCommand::Retry].into_iter().find(|command| command.kind() == kind)
    }

    /// The kind on the bus.
    pub const fn kind(self) -> Kind {
        match self {
            RunCommand::Approve => Kind::ApproveRun,
            RunCommand::Stop => Kind::StopRun,
            RunCommand::Retry => Kind::RetryRun,
        }
    }
}
