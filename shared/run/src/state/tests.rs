use super::State::{self, *};
use super::{Input, JobStatus, next};

/// Every state with every input. Inputs that a row doesn't name are ignored.
#[test]
fn every_pair_has_its_row() {
    let (job, again) = (Input::Job, Input::JobFoundAgain);
    let rows: &[(Input, &[(State, State)])] = &[
        (Input::Accepted { held: false }, &[(Rejected, Queued), (Superseded, Queued), (Held, Queued)]),
        (Input::Accepted { held: true }, &[(Rejected, Held), (Superseded, Held)]),
        (Input::Approved, &[(Held, Queued)]),
        (Input::StopAsked, &[(Held, Stopped), (Queued, Stopped)]),
        (Input::Superseded, &[(Held, Superseded), (Queued, Superseded)]),
        (Input::Claimed, &[(Queued, Launching), (Launching, Launching)]),
        (Input::Requeued, &[(Launching, Queued)]),
        (Input::Launched, &[(Queued, Running), (Launching, Running)]),
        (Input::Refused, &[(Queued, Refused), (Launching, Refused)]),
        (job(JobStatus::InProgress), &[(Queued, Running), (Launching, Running)]),
        (job(JobStatus::Stopping), &[(Queued, Running), (Launching, Running)]),
        (job(JobStatus::Completed), &[(Queued, Succeeded), (Launching, Succeeded), (Running, Succeeded)]),
        (job(JobStatus::Failed), &[(Queued, Failed), (Launching, Failed), (Running, Failed)]),
        (job(JobStatus::Stopped), &[(Queued, Stopped), (Launching, Stopped), (Running, Stopped)]),
        (again(JobStatus::InProgress), &[(Failed, Running), (Refused, Running)]),
        (again(JobStatus::Stopping), &[(Failed, Running), (Refused, Running)]),
        (again(JobStatus::Completed), &[(Failed, Succeeded), (Refused, Succeeded)]),
        (again(JobStatus::Failed), &[(Failed, Failed), (Refused, Failed)]),
        (again(JobStatus::Stopped), &[(Failed, Stopped), (Refused, Stopped)]),
    ];
    for (input, moves) in rows {
        for state in State::ALL {
            let wanted = moves.iter().find(|(from, _)| *from == state).map(|(_, to)| *to);
            assert_eq!(next(state, *input).ok(), wanted, "{state:?} {input:?}");
        }
    }
}

#[test]
fn no_end_of_a_job_is_left() {
    for state in [Succeeded, Failed, Stopped] {
        for status in
            [JobStatus::InProgress, JobStatus::Stopping, JobStatus::Completed, JobStatus::Failed, JobStatus::Stopped]
        {
            assert_eq!(next(state, Input::Job(status)), Err("the run has ended, and its first end is final"));
        }
        for input in [
            Input::Approved,
            Input::StopAsked,
            Input::Superseded,
            Input::Claimed,
            Input::Launched,
            Input::Refused,
            Input::Accepted { held: false },
        ] {
            assert!(next(state, input).is_err(), "{state:?} {input:?}");
        }
    }
}

#[test]
fn notifies_people_of_every_end() {
    for state in State::ALL {
        if state.is_end() {
            assert!(state.is_notified() && state.announcement().is_some(), "{state:?}");
        }
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
    }
}

#[test]
fn job_states_are_read_as_bedrock_writes_them() {
    assert_eq!(JobStatus::parse("InProgress"), Some(JobStatus::InProgress));
    assert_eq!(JobStatus::parse("Completed"), Some(JobStatus::Completed));
    assert_eq!(JobStatus::parse("COMPLETED"), None);
}
