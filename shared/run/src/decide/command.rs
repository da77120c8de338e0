//! Commands (approve, stop and retry): what each changes in a run.

use crate::State;
use crate::state::{Input, next};

/// How an approval is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approve {
    /// The run changes to this state.
    Moves(State),
    /// The run is queued, and waits because more files may be uploaded. It becomes due at once.
    AtOnce,
    /// Nothing changes, for this reason.
    Ignored(&'static str),
}

/// Returns how a run in `state` is approved. `settles`: it isn't launched yet, because more files may be uploaded.
pub fn approve(state: State, settles: bool) -> Approve {
    match next(state, Input::Approved) {
        Ok(state) => Approve::Moves(state),
        Err(_) if settles && state == State::Queued => Approve::AtOnce,
        Err(reason) => Approve::Ignored(reason),
    }
}

/// How a request to stop a run is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop<J> {
    /// Bedrock stops the job, and the end of the job ends the run. The request is stored first, so that the sweep repeats
    /// it until the job has ended.
    AtBedrock(J),
    /// The run may have a job that isn't known yet. The request is stored, and carried out when that is known.
    Noted,
    /// The run changes to this state.
    Here(State),
    /// Nothing changes, for this reason.
    Ignored(&'static str),
}

/// Returns how a run in `state` with this `job` is stopped. `unconfirmed`: it may have a job that Bedrock doesn't show,
/// because its creation wasn't answered, or because Bedrock didn't find the job or refused the run.
pub fn stop<J>(state: State, job: Option<J>, unconfirmed: bool) -> Stop<J> {
    match (state, job, next(state, Input::StopAsked)) {
        (State::Running, Some(job), _) => Stop::AtBedrock(job),
        (State::Launching, ..) => Stop::Noted,
        (State::Queued | State::Failed | State::Refused, ..) if unconfirmed => Stop::Noted,
        (.., Ok(state)) => Stop::Here(state),
        (.., Err(reason)) => Stop::Ignored(reason),
    }
}

/// Whether the run can be retried: it has ended, and not because of its data, which must be fixed first.
pub fn may_retry(state: State) -> bool {
    state.is_end() && state != State::Rejected
}

/// The reason of a run that is stopped before its launch.
pub fn stopped_before(by: &str) -> String {
    format!("stopped by {by} before it was launched")
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
