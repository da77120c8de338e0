//! Approve, stop and retry: what a command means for the run as it stands.

use crate::State;
use crate::state::{Input, next};

/// What approving a run takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approve {
    /// It goes into this state.
    Moves(State),
    /// It is queued, and waits for files that may still come: it waits no longer.
    AtOnce,
    /// Nothing, for this reason.
    Ignored(&'static str),
}

/// How a run in `state` is approved; `settles` where it is not launched yet, since files may still come.
pub fn approve(state: State, settles: bool) -> Approve {
    match next(state, Input::Approved) {
        Ok(state) => Approve::Moves(state),
        Err(_) if settles && state == State::Queued => Approve::AtOnce,
        Err(reason) => Approve::Ignored(reason),
    }
}

/// What stopping a run takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop<J> {
    /// Bedrock has its job, and is asked to stop it; the job's own end then ends the run. The wish is noted first, so
    /// that the sweep asks again until the job is over.
    AtBedrock(J),
    /// It may have a job that isn't known yet: the wish is noted, and whoever learns more carries it out.
    Noted,
    /// It goes into this state.
    Here(State),
    /// Nothing, for this reason.
    Ignored(&'static str),
}

/// How a run in `state`, whose job is `job`, is stopped; `unsure` where it may have a job that Bedrock doesn't show: an
/// unanswered creation may have made one, or the run failed since Bedrock denied it, or was refused.
pub fn stop<J>(state: State, job: Option<J>, unsure: bool) -> Stop<J> {
    match (state, job, next(state, Input::StopAsked)) {
        (State::Running, Some(job), _) => Stop::AtBedrock(job),
        (State::Launching, ..) => Stop::Noted,
        (State::Queued | State::Failed | State::Refused, ..) if unsure => Stop::Noted,
        (.., Ok(state)) => Stop::Here(state),
        (.., Err(reason)) => Stop::Ignored(reason),
    }
}

/// Whether there may be another attempt: the run has ended, and not by its data, which must be mended first.
pub fn may_retry(state: State) -> bool {
    state.is_end() && state != State::Rejected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_run_is_approved_and_one_that_waits_for_files() {
        for state in State::ALL {
            for settles in [false, true] {
                let approved = match (state, settles) {
                    (State::Held, _) => Approve::Moves(State::Queued),
                    (State::Queued, true) => Approve::AtOnce,
                    _ => Approve::Ignored("only a held run waits for approval"),
                };
                assert_eq!(approve(state, settles), approved, "{state:?} {settles}");
            }
        }
    }

    #[test]
    fn a_run_that_may_have_a_job_is_not_stopped_here() {
        for state in State::ALL {
            let noted = matches!(state, State::Queued | State::Launching | State::Failed | State::Refused);
            assert_eq!(stop(state, None::<u8>, true) == Stop::Noted, noted, "{state:?}");
            let here = matches!(state, State::Held | State::Queued);
            assert_eq!(stop(state, None::<u8>, false) == Stop::Here(State::Stopped), here, "{state:?}");
        }
        assert_eq!(stop(State::Running, Some(7), false), Stop::AtBedrock(7));
    }
}
