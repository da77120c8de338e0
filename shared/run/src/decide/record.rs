//! record: what a job's state, as Bedrock has it, makes of its run. An event only says which run to look at.

use super::Write;
use super::sweep::{FORGOTTEN_AFTER_S, looked_for_s};
use crate::State;
use crate::state::{Input, JobStatus, next};

/// Why a run fails whose job isn't there any more.
pub const FORGOTTEN: &str = "Bedrock no longer knows this job";

/// A job as Bedrock shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown<'j> {
    /// Its ARN.
    pub arn: &'j str,
    /// Whether it was created for the run: [`is_ours`](super::launch::is_ours).
    pub ours: bool,
    /// Its status; `None` for one that this version doesn't know.
    pub status: Option<JobStatus>,
}

/// What to do with Bedrock's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The run has another job: leave it alone.
    Foreign,
    /// Nothing new, for this reason.
    Stale(&'static str),
    /// The job of a run that failed for want of it never came back: it is looked for no more.
    GivesUp,
    /// Write this.
    Moves(Write),
}

/// Whether a run in `state` can still be moved by its job, so that Bedrock is worth a question. `forgotten` where it
/// failed since Bedrock denied its job.
pub fn asks(state: State, forgotten: bool) -> bool {
    matches!(state, State::Queued | State::Launching | State::Running | State::Refused)
        || forgotten && state == State::Failed
}

/// Whether a job that shows moves the run although the run is over. One that was refused is moved whenever an event tells
/// of its job; the sweep looks for it only while it is `forgotten`.
pub fn is_moved_again(state: State, forgotten: bool) -> bool {
    state == State::Refused || forgotten && state == State::Failed
}

/// Applies Bedrock's answer to a run in `state` whose job, where it is known, is `known`. `job` is `None` where Bedrock
/// knows none; `age` is in seconds since the run's last change, by the ledger.
pub fn apply(state: State, forgotten: bool, known: Option<&str>, job: Option<Shown<'_>>, age: i64) -> Seen {
    let again = is_moved_again(state, forgotten);
    let gives_up = forgotten && looked_for_s(state).is_some_and(|seconds| age >= seconds);
    let (arn, input) = match job {
        Some(Shown { ours: false, .. }) if gives_up => return Seen::GivesUp,
        Some(Shown { ours: false, .. }) => return Seen::Foreign,
        Some(job) if known.is_some_and(|known| known != job.arn) => return Seen::Foreign,
        Some(Shown { status: None, .. }) => return Seen::Stale("a job state that this version doesn't know"),
        Some(Shown { arn, status: Some(status), .. }) if again => (Some(arn.to_owned()), Input::ShownAgain(status)),
        Some(Shown { arn, status: Some(status), .. }) => (Some(arn.to_owned()), Input::Job(status)),
        None if gives_up => return Seen::GivesUp,
        None if state != State::Running => return Seen::Stale("Bedrock knows no job of this run"),
        None if age < FORGOTTEN_AFTER_S => return Seen::Stale("Bedrock doesn't know the job, or not yet"),
        None => (None, Input::Job(JobStatus::Failed)),
    };
    match next(state, input) {
        Err(reason) => Seen::Stale(reason),
        Ok(state) => Seen::Moves(Write {
            state,
            lease_until: None,
            waiting: None,
            held_by: None,
            job_arn: arn,
            unsure_until: None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: Shown<'static> = Shown { arn: "job", ours: true, status: Some(JobStatus::Completed) };

    #[test]
    fn only_the_runs_own_job_moves_it() {
        let moves = |known, job| matches!(apply(State::Running, false, known, Some(job), 0), Seen::Moves(_));
        assert!(moves(Some("job"), JOB) && moves(None, JOB));
        assert!(!moves(Some("other"), JOB));
        assert!(!moves(None, Shown { ours: false, ..JOB }) && !moves(Some("job"), Shown { ours: false, ..JOB }));
        assert!(!moves(Some("job"), Shown { status: None, ..JOB }));
    }

    #[test]
    fn only_a_running_runs_job_is_gone_and_only_after_an_hour() {
        for state in State::ALL {
            for (age, gone) in [(FORGOTTEN_AFTER_S - 1, false), (FORGOTTEN_AFTER_S, state == State::Running)] {
                let seen = apply(state, false, Some("job"), None, age);
                let fails = matches!(&seen, Seen::Moves(write) if write.state == State::Failed);
                assert_eq!(fails, gone, "{state:?} {age} {seen:?}");
            }
        }
    }

    #[test]
    fn a_job_that_shows_again_within_a_day_goes_on() {
        for state in State::ALL {
            assert_eq!(asks(state, true) && !asks(state, false), state == State::Failed, "{state:?}");
        }
        use crate::decide::sweep::GONE_AFTER_S;
        let again = apply(State::Failed, true, Some("job"), Some(JOB), 7);
        assert!(matches!(&again, Seen::Moves(write) if write.state == State::Succeeded), "{again:?}");
        assert!(matches!(apply(State::Failed, false, Some("job"), Some(JOB), 7), Seen::Stale(_)));
        assert_eq!(apply(State::Failed, true, Some("job"), None, GONE_AFTER_S), Seen::GivesUp);
        assert!(matches!(apply(State::Failed, true, Some("job"), None, GONE_AFTER_S - 1), Seen::Stale(_)));
    }

    #[test]
    fn a_refused_run_goes_on_with_its_own_job_whenever_it_shows() {
        for forgotten in [false, true] {
            let seen = apply(State::Refused, forgotten, None, Some(JOB), 7 * FORGOTTEN_AFTER_S);
            assert!(matches!(&seen, Seen::Moves(write) if write.state == State::Succeeded), "{seen:?}");
            let other = apply(State::Refused, forgotten, None, Some(Shown { ours: false, ..JOB }), 7);
            assert_eq!(other, Seen::Foreign);
            assert!(matches!(apply(State::Refused, forgotten, None, None, 7), Seen::Stale(_)));
        }
        // Somebody else's job of its name doesn't keep the sweep looking.
        for job in [None, Some(Shown { ours: false, ..JOB })] {
            assert_eq!(apply(State::Refused, true, None, job, FORGOTTEN_AFTER_S), Seen::GivesUp);
        }
    }

    #[test]
    fn bedrock_is_asked_wherever_its_answer_can_move_the_run() {
        for state in State::ALL {
            let moved = [JobStatus::InProgress, JobStatus::Completed]
                .iter()
                .any(|status| next(state, Input::Job(*status)).is_ok());
            assert_eq!(asks(state, false), moved || state == State::Refused, "{state:?}");
        }
    }
}
