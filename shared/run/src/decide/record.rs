//! record: how the status of a job changes its run. An event only says which run to check.

use super::Write;
use super::sweep::{JOB_GONE_AFTER_S, job_lookup_s};
use crate::State;
use crate::state::{Input, JobStatus, next};

/// The reason of a run that fails because its job is gone.
pub const JOB_GONE: &str = "Bedrock can't find this job anymore";

/// A job as Bedrock shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobObservation<'j> {
    /// Its ARN.
    pub arn: &'j str,
    /// Whether it was created for this run: [`is_ours`](super::launch::is_ours).
    pub ours: bool,
    /// Its status; `None` for an unknown one.
    pub status: Option<JobStatus>,
}

/// What record does after Bedrock's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordDecision {
    /// The job isn't the run's: ignore it.
    OtherJob,
    /// Nothing changes, for this reason.
    Stale(&'static str),
    /// The time for looking up a missing job is over.
    StopLookup,
    /// Write this.
    Write(Write),
}

/// Whether a job can still change a run in `state`, so that it is worth asking Bedrock. `looks_up_job`: the run failed
/// because Bedrock didn't find its job.
pub fn asks(state: State, looks_up_job: bool) -> bool {
    matches!(state, State::Queued | State::Launching | State::Running | State::Refused)
        || looks_up_job && state == State::Failed
}

/// Whether a job that Bedrock shows changes the run although the run has ended. A refused run changes whenever an event
/// names its job. The sweep looks for the job only while `looks_up_job` is true.
pub fn is_moved_again(state: State, looks_up_job: bool) -> bool {
    state == State::Refused || looks_up_job && state == State::Failed
}

/// Applies Bedrock's answer to a run in `state`. `known`: the ARN of its job, if that is known. `job`: `None` if
/// Bedrock doesn't find one. `age`: seconds since the run's last change in the ledger.
pub fn apply(
    state: State,
    looks_up_job: bool,
    known: Option<&str>,
    job: Option<JobObservation<'_>>,
    age: i64,
) -> RecordDecision {
    let again = is_moved_again(state, looks_up_job);
    let gives_up = looks_up_job && job_lookup_s(state).is_some_and(|seconds| age >= seconds);
    let (arn, input) = match job {
        Some(JobObservation { ours: false, .. }) if gives_up => return RecordDecision::StopLookup,
        Some(JobObservation { ours: false, .. }) => return RecordDecision::OtherJob,
        Some(job) if known.is_some_and(|known| known != job.arn) => return RecordDecision::OtherJob,
        Some(JobObservation { status: None, .. }) => {
            return RecordDecision::Stale("a job state that this version doesn't know");
        }
        Some(JobObservation { arn, status: Some(status), .. }) if again => {
            (Some(arn.to_owned()), Input::JobFoundAgain(status))
        }
        Some(JobObservation { arn, status: Some(status), .. }) => (Some(arn.to_owned()), Input::Job(status)),
        None if gives_up => return RecordDecision::StopLookup,
        None if state != State::Running => return RecordDecision::Stale("Bedrock knows no job of this run"),
        None if age < JOB_GONE_AFTER_S => return RecordDecision::Stale("Bedrock doesn't know the job, or not yet"),
        None => (None, Input::Job(JobStatus::Failed)),
    };
    match next(state, input) {
        Err(reason) => RecordDecision::Stale(reason),
        Ok(state) => RecordDecision::Write(Write {
            state,
            lease_until: None,
            blocked_reason: None,
            blocked_by: None,
            job_arn: arn,
            unconfirmed_until: None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: JobObservation<'static> = JobObservation { arn: "job", ours: true, status: Some(JobStatus::Completed) };

    #[test]
    fn only_the_runs_own_job_moves_it() {
        let moves = |known, job| matches!(apply(State::Running, false, known, Some(job), 0), RecordDecision::Write(_));
        assert!(moves(Some("job"), JOB) && moves(None, JOB));
        assert!(!moves(Some("other"), JOB));
        assert!(
            !moves(None, JobObservation { ours: false, ..JOB })
                && !moves(Some("job"), JobObservation { ours: false, ..JOB })
        );
        assert!(!moves(Some("job"), JobObservation { status: None, ..JOB }));
    }

    #[test]
    fn only_a_running_runs_job_is_gone_and_only_after_an_hour() {
        for state in State::ALL {
            for (age, gone) in [(JOB_GONE_AFTER_S - 1, false), (JOB_GONE_AFTER_S, state == State::Running)] {
                let seen = apply(state, false, Some("job"), None, age);
                let fails = matches!(&seen, RecordDecision::Write(write) if write.state == State::Failed);
                assert_eq!(fails, gone, "{state:?} {age} {seen:?}");
            }
        }
    }

    #[test]
    fn a_job_that_shows_again_within_a_day_goes_on() {
        for state in State::ALL {
            assert_eq!(asks(state, true) && !asks(state, false), state == State::Failed, "{state:?}");
        }
        use crate::decide::sweep::JOB_LOOKUP_S;
        let again = apply(State::Failed, true, Some("job"), Some(JOB), 7);
        assert!(matches!(&again, RecordDecision::Write(write) if write.state == State::Succeeded), "{again:?}");
        assert!(matches!(apply(State::Failed, false, Some("job"), Some(JOB), 7), RecordDecision::Stale(_)));
        assert_eq!(apply(State::Failed, true, Some("job"), None, JOB_LOOKUP_S), RecordDecision::StopLookup);
        assert!(matches!(apply(State::Failed, true, Some("job"), None, JOB_LOOKUP_S - 1), RecordDecision::Stale(_)));
    }

    #[test]
    fn a_refused_run_goes_on_with_its_own_job_whenever_it_shows() {
        for looks_up_job in [false, true] {
            let seen = apply(State::Refused, looks_up_job, None, Some(JOB), 7 * JOB_GONE_AFTER_S);
            assert!(matches!(&seen, RecordDecision::Write(write) if write.state == State::Succeeded), "{seen:?}");
            let other = apply(State::Refused, looks_up_job, None, Some(JobObservation { ours: false, ..JOB }), 7);
            assert_eq!(other, RecordDecision::OtherJob);
            assert!(matches!(apply(State::Refused, looks_up_job, None, None, 7), RecordDecision::Stale(_)));
        }
        // Another run's job with the same name doesn't keep the sweep looking.
        for job in [None, Some(JobObservation { ours: false, ..JOB })] {
            assert_eq!(apply(State::Refused, true, None, job, JOB_GONE_AFTER_S), RecordDecision::StopLookup);
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
