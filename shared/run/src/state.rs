//! The states of a run, and the one function that moves between them.

use serde::{Deserialize, Serialize};

use crate::event::{Kind, RunKind};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum State {
    /// The data or the recipe is wrong.
    Rejected,
    /// `launch: manual`, not yet approved.
    Held,
    /// Waits for a free job slot.
    Queued,
    /// Claimed by a launch; the lease says until when.
    Launching,
    /// Bedrock has the job.
    Running,
    /// The custom model is there.
    Succeeded,
    /// The job failed.
    Failed,
    /// The job, or the run before it had one, was stopped.
    Stopped,
    /// A newer set of the same dataset took its place.
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

    /// The state's name, as the ledger and the events have it.
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

    /// Whether nothing more happens by itself.
    pub fn is_end(self) -> bool {
        !matches!(self, State::Held | State::Queued | State::Launching | State::Running)
    }

    /// The event that says that a run is in this state.
    pub fn announcement(self) -> Option<Kind> {
        RunKind::of(self).map(RunKind::kind)
    }

    /// Whether people are told of this state (and the ledger marks that they were).
    pub fn is_told(self) -> bool {
        !matches!(self, State::Queued | State::Launching)
    }
}

/// What can happen to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Its content was judged valid, now or again; `held` where its launch waits for approval.
    Accepted {
        /// `launch: manual`.
        held: bool,
    },
    /// Somebody approved it.
    Approved,
    /// Somebody wants it stopped.
    StopAsked,
    /// A newer set of the same dataset was accepted.
    Overtaken,
    /// A launch claimed it.
    Claimed,
    /// The launch gave it back: no free slot, or a passing fault.
    GivenBack,
    /// Bedrock has the job.
    Launched,
    /// Bedrock or a guard refused it for good.
    Refused,
    /// The job was seen in this state.
    Job(JobStatus),
    /// The run failed since Bedrock denied its job, or was refused, and now Bedrock shows its job, in this state.
    ShownAgain(JobStatus),
}

/// Bedrock's states of a job (API reference, GetModelCustomizationJob).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobStatus {
    /// Validating, processing or training.
    InProgress,
    /// On its way to Stopped.
    Stopping,
    /// Done; the custom model is there.
    Completed,
    /// Failed.
    Failed,
    /// Stopped.
    Stopped,
}

impl JobStatus {
    /// Reads Bedrock's word; `None` for one that it didn't have when this was written.
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

    /// Bedrock's word.
    pub fn as_str(self) -> &'static str {
        match self {
            JobStatus::InProgress => "InProgress",
            JobStatus::Stopping => "Stopping",
            JobStatus::Completed => "Completed",
            JobStatus::Failed => "Failed",
            JobStatus::Stopped => "Stopped",
        }
    }

    /// Whether the job is over.
    pub fn is_end(self) -> bool {
        !matches!(self, JobStatus::InProgress | JobStatus::Stopping)
    }
}

/// The state after `input`, or why nothing changes. A stale or repeated input is ignored, never an error.
pub fn next(state: State, input: Input) -> Result<State, &'static str> {
    use State::*;
    match (state, input) {
        (Rejected | Superseded, Input::Accepted { held: true }) => Ok(Held),
        // Dropped again without `launch: manual`, a held run has been approved.
        (Rejected | Superseded | Held, Input::Accepted { held: false }) => Ok(Queued),
        (_, Input::Accepted { .. }) => Err("this content has its run already"),

        (Held, Input::Approved) => Ok(Queued),
        (_, Input::Approved) => Err("only a held run waits for approval"),

        (Held | Queued, Input::StopAsked) => Ok(Stopped),
        (Launching | Running, Input::StopAsked) => Err("the job is stopped at Bedrock, whose event ends the run"),
        (_, Input::StopAsked) => Err("the run is over"),

        (Held | Queued, Input::Overtaken) => Ok(Superseded),
        (_, Input::Overtaken) => Err("only a run that still waits is superseded"),

        // Claimed again, when a lease ran out.
        (Queued | Launching, Input::Claimed) => Ok(Launching),
        (_, Input::Claimed) => Err("only a queued run is launched"),
        (Launching, Input::GivenBack) => Ok(Queued),
        (_, Input::GivenBack) => Err("the run is not being launched"),
        // From Queued where a launch finds a job that an earlier one had created.
        (Queued | Launching, Input::Launched) => Ok(Running),
        (_, Input::Launched) => Err("the run does not wait for a launch"),
        (Queued | Launching, Input::Refused) => Ok(Refused),
        (_, Input::Refused) => Err("the run does not wait for a launch"),

        // A job's event may overtake our own write of its ARN, so it counts from Queued on.
        (Queued | Launching, Input::Job(JobStatus::InProgress | JobStatus::Stopping)) => Ok(Running),
        (Running, Input::Job(JobStatus::InProgress | JobStatus::Stopping)) => Err("the run is known to be running"),
        (Queued | Launching | Running, Input::Job(JobStatus::Completed)) => Ok(Succeeded),
        (Queued | Launching | Running, Input::Job(JobStatus::Failed)) => Ok(Failed),
        (Queued | Launching | Running, Input::Job(JobStatus::Stopped)) => Ok(Stopped),
        (Succeeded | Failed | Stopped, Input::Job(_)) => Err("the run is over, and the first end stands"),
        (Rejected | Held | Superseded | Refused, Input::Job(_)) => Err("the run was never launched"),

        (Failed | Refused, Input::ShownAgain(JobStatus::InProgress | JobStatus::Stopping)) => Ok(Running),
        (Failed | Refused, Input::ShownAgain(JobStatus::Completed)) => Ok(Succeeded),
        (Failed | Refused, Input::ShownAgain(JobStatus::Failed)) => Ok(Failed),
        (Failed | Refused, Input::ShownAgain(JobStatus::Stopped)) => Ok(Stopped),
        (_, Input::ShownAgain(_)) => Err("the run didn't end for want of its job"),
    }
}

#[cfg(test)]
mod tests;
