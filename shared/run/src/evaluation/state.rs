//! The states of an evaluation, and the one function that moves between them.

use serde::{Deserialize, Serialize};
use tunedrop_evaluation::Outcome;

/// The state of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EvaluationState {
    /// It was requested. The held-out file wasn't read yet.
    Waiting,
    /// The deployments of the models are created.
    Deploying,
    /// The models are asked.
    Answering,
    /// An evaluation job scores the answers.
    Scoring,
    /// The model is as good as required.
    Kept,
    /// The model is worse than required.
    Dropped,
    /// The answers don't decide it.
    Undecided,
    /// It could not be completed.
    Failed,
    /// A guard refused it before a model was asked.
    Refused,
    /// Somebody stopped it.
    Stopped,
}

impl EvaluationState {
    /// Every state.
    pub const ALL: [EvaluationState; 10] = [
        EvaluationState::Waiting,
        EvaluationState::Deploying,
        EvaluationState::Answering,
        EvaluationState::Scoring,
        EvaluationState::Kept,
        EvaluationState::Dropped,
        EvaluationState::Undecided,
        EvaluationState::Failed,
        EvaluationState::Refused,
        EvaluationState::Stopped,
    ];

    /// The name in the ledger and in events.
    pub fn as_str(self) -> &'static str {
        match self {
            EvaluationState::Waiting => "Waiting",
            EvaluationState::Deploying => "Deploying",
            EvaluationState::Answering => "Answering",
            EvaluationState::Scoring => "Scoring",
            EvaluationState::Kept => "Kept",
            EvaluationState::Dropped => "Dropped",
            EvaluationState::Undecided => "Undecided",
            EvaluationState::Failed => "Failed",
            EvaluationState::Refused => "Refused",
            EvaluationState::Stopped => "Stopped",
        }
    }

    /// Whether nothing more happens to it, except by a new request.
    pub fn is_end(self) -> bool {
        !matches!(
            self,
            EvaluationState::Waiting
                | EvaluationState::Deploying
                | EvaluationState::Answering
                | EvaluationState::Scoring
        )
    }

    /// Whether it ended with a decision.
    pub fn is_decided(self) -> bool {
        matches!(self, EvaluationState::Kept | EvaluationState::Dropped | EvaluationState::Undecided)
    }

    /// The state after a decision.
    pub fn of(outcome: Outcome) -> EvaluationState {
        match outcome {
            Outcome::Keep => EvaluationState::Kept,
            Outcome::Drop => EvaluationState::Dropped,
            Outcome::Undecided => EvaluationState::Undecided,
        }
    }
}

/// What can happen to an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvaluationInput {
    /// An evaluation is requested.
    Requested,
    /// The held-out file was read, and no guard refuses the evaluation.
    Prepared,
    /// A guard refuses it.
    Refused,
    /// Every deployment that it needs answers.
    Ready,
    /// A temporary deployment doesn't answer any more, or another model needs one.
    DeploymentGone,
    /// All answers are there, and an evaluation job was started to judge them.
    JudgeStarted,
    /// All answers and judgments are there.
    Decided(Outcome),
    /// It can't be completed.
    Failed,
    /// Somebody asked to stop it.
    StopAsked,
}

/// The state after `input`, or why nothing changes. A stale or duplicate input is no error.
pub fn next(state: EvaluationState, input: EvaluationInput) -> Result<EvaluationState, &'static str> {
    use EvaluationInput as Input;
    use EvaluationState::*;
    match (state, input) {
        (Kept | Dropped | Undecided | Failed | Refused | Stopped, Input::Requested) => Ok(Waiting),
        (_, Input::Requested) => Err("an evaluation of the run is in progress"),

        (Waiting, Input::Prepared) => Ok(Deploying),
        (_, Input::Prepared) => Err("the evaluation was prepared before"),
        (Waiting, Input::Refused) => Ok(Refused),
        (_, Input::Refused) => Err("the evaluation isn't waiting"),

        (Deploying, Input::Ready) => Ok(Answering),
        (_, Input::Ready) => Err("the evaluation isn't waiting for deployments"),
        (Answering, Input::DeploymentGone) => Ok(Deploying),
        (_, Input::DeploymentGone) => Err("the evaluation isn't asking models"),

        (Answering, Input::JudgeStarted) => Ok(Scoring),
        (_, Input::JudgeStarted) => Err("the evaluation isn't asking models"),
        (Answering | Scoring, Input::Decided(outcome)) => Ok(EvaluationState::of(outcome)),
        (_, Input::Decided(_)) => Err("the evaluation isn't asking models"),

        (Waiting | Deploying | Answering | Scoring, Input::Failed) => Ok(Failed),
        (Waiting | Deploying | Answering | Scoring, Input::StopAsked) => Ok(Stopped),
        (_, Input::Failed | Input::StopAsked) => Err("the evaluation has ended"),
    }
}

#[cfg(test)]
mod tests;
