//! The states of a run, and the one function that changes them.

use serde::{Deserialize, Serialize};

use crate::event::{Kind, RunKind};

/// The state of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum State {
    /// The dataset has errors.
    Rejected,
    /// Waits for approval.
    Held,
    /// Waits for a free job slot.
    Queued,
    /// Claimed by a launch until the end of its lease.
    Launching,
    /// Bedrock has the job.
    Running,
    /// The custom model exists.
    Succeeded,
    /// The job failed.
    Failed,
    /// The job was stopped, or the run before it had a job.
    Stopped,
    /// A newer version of the dataset replaced it.
    Superseded,
    /// Bedrock or a guard refused the launch.
    Refused,
}

impl State {
    /// Every state.
    pub const ALL: [State; 10] = [
        State::Rejected,
        State::Held,
        State::Queued,
        State::Launching,
        State::Running,
        State::Succeeded,
        State::Failed,
        State::Stopped,
        State::Superseded,
        State::Refused,
    ];

    /// The name in the ledger and in events.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Rejected => "Rejected",
            State::Held => "Held",
            State::Queued => "Queued",
            State::Launching => "Launching",
            State::Running => "Running",
            State::Succeeded => "Succeeded",
            State::Failed => "Failed",
            State::Stopped => "Stopped",
            State::Superseded => "Superseded",
            State::Refused => "Refused",
        }
    }

    /// Whether the run has ended.
    pub fn is_end(self) -> bool {
        !matches!(self, State::Held | State::Queued | State::Launching | State::Running)
    }

    /// The event that announces this state.
    pub fn announcement(self) -> Option<Kind> {
        RunKind::of(self).map(RunKind::kind)
    }

    /// Whether people are notified of this state, which the ledger then marks.
    pub fn is_notified(self) -> bool {
        !matches!(self, State::Queued | State::Launching)
    }
}

/// What can happen to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Its content is valid, for the first time or again; `held` if its launch requires approval.
    Accepted {
        /// `launch: manual`.
        held: bool,
    },
    /// Somebody approved it.
    Approved,
    /// Somebody asked to stop it.
    StopAsked,
    /// A newer version of the dataset was accepted.
    Superseded,
    /// A launch claimed it.
    Claimed,
    /// The launch put it back into the queue: no free slot, or a temporary failure.
    Requeued,
    /// Bedrock has the job.
    Launched,
    /// Bedrock or a guard refused it permanently.
    Refused,
    /// Bedrock shows the job with this status.
    Job(JobStatus),
    /// The run failed because Bedrock no longer knew its job, or was refused, and now Bedrock shows the job with this status.
    JobFoundAgain(JobStatus),
}

/// Bedrock's states of a job (API reference, GetModelCustomizationJob).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobStatus {
    /// Validating, processing or training.
    InProgress,
    /// Being stopped.
    Stopping,
    /// Done: the custom model exists.
    Completed,
    /// Failed.
    Failed,
    /// Stopped.
    Stopped,
}

impl JobStatus {
    /// Reads Bedrock's name of a status; `None` for an unknown one.
    pub fn parse(word: &str) -> Option<JobStatus> {
        Some(match word {
            "InProgress" => JobStatus::InProgress,
            "Stopping" => JobStatus::Stopping,
            "Completed" => JobStatus::Completed,
            "Failed" => JobStatus::Failed,
            "Stopped" => JobStatus::Stopped,
            _ => return None,
        })
    }

    /// Bedrock's name of the status.
    pub fn as_str(self) -> &'static str {
        match self {
            JobStatus::InProgress => "InProgress",
            JobStatus::Stopping => "Stopping",
            JobStatus::Completed => "Completed",
            JobStatus::Failed => "Failed",
            JobStatus::Stopped => "Stopped",
        }
    }

    /// Whether the job has ended.
    pub fn is_end(self) -> bool {
        !matches!(self, JobStatus::InProgress | JobStatus::Stopping)
    }
}

/// Returns the state after `input`, or why nothing changes. A stale or duplicate input isn't an error.
pub fn next(state: State, input: Input) -> Result<State, &'static str> {
    use State::*;
    match (state, input) {
        (Rejected | Superseded, Input::Accepted { held: true }) => Ok(Held),
        // Uploaded again without `launch: manual`, a held run counts as approved.
        (Rejected | Superseded | Held, Input::Accepted { held: false }) => Ok(Queued),
        (_, Input::Accepted { .. }) => Err("this content has its run already"),

        (Held, Input::Approved) => Ok(Queued),
        (_, Input::Approved) => Err("only a held run waits for approval"),

        (Held | Queued, Input::StopAsked) => Ok(Stopped),
        (Launching | Running, Input::StopAsked) => Err("the job is stopped at Bedrock, whose event ends the run"),
        (_, Input::StopAsked) => Err("the run has ended"),

        (Held | Queued, Input::Superseded) => Ok(Superseded),
        (_, Input::Superseded) => Err("only a run that still waits is superseded"),

        // Claimed again after a lease has expired.
        (Queued | Launching, Input::Claimed) => Ok(Launching),
        (_, Input::Claimed) => Err("only a queued run is launched"),
        (Launching, Input::Requeued) => Ok(Queued),
        (_, Input::Requeued) => Err("the run is not being launched"),
        // From Queued if a launch finds a job that an earlier launch created.
        (Queued | Launching, Input::Launched) => Ok(Running),
        (_, Input::Launched) => Err("the run does not wait for a launch"),
        (Queued | Launching, Input::Refused) => Ok(Refused),
        (_, Input::Refused) => Err("the run does not wait for a launch"),

        // A job's event may arrive before launch writes the job's ARN, so it applies from Queued on.
        (Queued | Launching, Input::Job(JobStatus::InProgress | JobStatus::Stopping)) => Ok(Running),
        (Running, Input::Job(JobStatus::InProgress | JobStatus::Stopping)) => Err("the run is known to be running"),
        (Queued | Launching | Running, Input::Job(JobStatus::Completed)) => Ok(Succeeded),
        (Queued | Launching | Running, Input::Job(JobStatus::Failed)) => Ok(Failed),
        (Queued | Launching | Running, Input::Job(JobStatus::Stopped)) => Ok(Stopped),
        (Succeeded | Failed | Stopped, Input::Job(_)) => Err("the run has ended, and its first end is final"),
        (Rejected | Held | Superseded | Refused, Input::Job(_)) => Err("the run was never launched"),

        (Failed | Refused, Input::JobFoundAgain(JobStatus::InProgress | JobStatus::Stopping)) => Ok(Running),
        (Failed | Refused, Input::JobFoundAgain(JobStatus::Completed)) => Ok(Succeeded),
        (Failed | Refused, Input::JobFoundAgain(JobStatus::Failed)) => Ok(Failed),
        (Failed | Refused, Input::JobFoundAgain(JobStatus::Stopped)) => Ok(Stopped),
        (_, Input::JobFoundAgain(_)) => Err("the run didn't end because its job was missing"),
    }
}

#[cfg(test)]
mod tests;
