//! Approve, stop and retry: what a command means for the run as it stands.

use crate::State;
use crate::state::{Input, next};

/// What stopping a run takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop<J> {
    /// Bedrock has its job, and is asked to stop it; the job's own end then ends the run.
    AtBedrock(J),
    /// Whether it has a job is just being settled: the command comes again.
    Later,
    /// It goes into this state.
    Here(State),
    /// Nothing, for this reason.
    Ignored(&'static str),
}

/// How a run in `state`, whose job is `job`, is stopped.
pub fn stop<J>(state: State, job: Option<J>) -> Stop<J> {
    match (state, job, next(state, Input::StopAsked)) {
        (State::Running, Some(job), _) => Stop::AtBedrock(job),
        (State::Launching, ..) => Stop::Later,
        (.., Ok(state)) => Stop::Here(state),
        (.., Err(reason)) => Stop::Ignored(reason),
    }
}

/// Whether there may be another attempt: the run has ended, and not by its data, which must be mended first.
pub fn may_retry(state: State) -> bool {
    state.is_end() && state != State::Rejected
}
