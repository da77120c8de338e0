//! sweep: what is put on the bus for what it finds. Ages are in seconds.

use crate::state::JobStatus;
use crate::{Hold, State};

/// An incomplete set is told after ten minutes: people upload files one by one.
pub const INCOMPLETE_AFTER_S: i64 = 600;
/// A state that nobody was told of is announced again after this; sooner, its first event may still be under way.
pub const UNTOLD_AFTER_S: i64 = 120;
/// A run that waited this long for a job slot is told.
pub const HELD_UP_AFTER_S: i64 = 86_400;
/// A job that Bedrock doesn't know is believed gone only after this, for Get may lag behind Create.
pub const FORGOTTEN_AFTER_S: i64 = 3600;
/// A job that Bedrock denies is looked for this long after its run failed for it: no training that is known of takes a day.
pub const GONE_AFTER_S: i64 = 86_400;
/// A job that runs this long is looked at by somebody, unless the stack says otherwise.
pub const STUCK_RUNNING_AFTER_S: i64 = 86_400;
/// A job is idle once no phase of it has begun or ended for this long: phases follow each other within minutes, and no
/// training ends in the night that nobody looked. A job was seen to stand so for three days.
pub const IDLE_AFTER_S: i64 = 4 * 3600;
/// Why a run waits whose job is idle.
pub const IDLE: &str = "Bedrock has had the job for hours, and has not begun its next phase";
/// A launch whose lease ran out this long ago was woken by three sweeps in vain.
pub const STUCK_LAUNCHING_AFTER_S: i64 = 900;
/// A launch that was begun this long ago fails again and again: all doubt whether it made a job ends after an hour.
pub const FAILING_AFTER_S: i64 = 2 * FORGOTTEN_AFTER_S;

/// Whether the run doesn't get on by itself; `age` is since its last change, and a running one is stuck after `running_s`.
/// A queued run waits for a slot, and a held one for somebody: neither is stuck.
pub fn is_stuck(state: State, lease_until: Option<i64>, age: i64, now: i64, running_s: i64) -> bool {
    match state {
        State::Running => age >= running_s,
        State::Launching => now - lease_until.unwrap_or_default() >= STUCK_LAUNCHING_AFTER_S || age >= FAILING_AFTER_S,
        _ => false,
    }
}

/// Whether the run's state is said again; `age` is since its last change.
pub fn says_again(state: State, age: i64) -> bool {
    state.is_told() && age >= UNTOLD_AFTER_S
}

/// What is put on the bus of a running run's job: `job` as Bedrock has it, `None` where it knows none; `age` is since
/// the run's last change. A job that is gone counts as failed.
pub fn observed(job: Option<Option<JobStatus>>, age: i64) -> Option<JobStatus> {
    match job {
        Some(status) => status.filter(|status| status.is_end()),
        None => (age >= FORGOTTEN_AFTER_S).then_some(JobStatus::Failed),
    }
}

/// How long the job of a run is looked for that ended without one. A refusal may mean a job that Bedrock doesn't show yet;
/// like an unanswered creation, it is in doubt for an hour.
pub fn looked_for_s(state: State) -> Option<i64> {
    match state {
        State::Failed => Some(GONE_AFTER_S),
        State::Refused => Some(FORGOTTEN_AFTER_S),
        _ => None,
    }
}

/// Whether record is to look at a run that failed since Bedrock denied its job, or was refused: the job is there
/// (`shown`), or is looked for no more; `age` is since the run's last change.
pub fn is_back_or_gone(state: State, forgotten: bool, shown: bool, age: i64) -> bool {
    forgotten && looked_for_s(state).is_some_and(|seconds| shown || age >= seconds)
}

/// Whether launch is to ask Bedrock once more to stop the job, which people want stopped and which still trains: Bedrock
/// may have answered "not found" or "conflict", or was never asked.
pub fn is_to_stop(stop_asked: bool, job: Option<JobStatus>) -> bool {
    stop_asked && job == Some(JobStatus::InProgress)
}

/// Whether a job in progress stands still: a phase has not begun, and none is in progress. `phases` are the status of
/// each, and how many seconds ago it changed; `age` is since the run's last change. A job without phases tells nothing.
/// API reference, `GetModelCustomizationJob`, `statusDetails`.
pub fn is_idle<'p>(phases: impl IntoIterator<Item = (&'p str, Option<i64>)>, age: i64) -> bool {
    let (mut waits, mut works, mut since) = (false, false, age);
    for (status, changed) in phases {
        waits |= status == "NotStarted";
        works |= !matches!(status, "NotStarted" | "Completed");
        since = since.min(changed.unwrap_or(age));
    }
    waits && !works && since >= IDLE_AFTER_S
}

/// Whether people are told that an idle job holds a running run, or a quota or a permission a queued one; `age` is since it was dropped. A job slot gets free
/// by itself, and a limit on launches a day ends with the day. The rest is told at once; so is whatever has held the run
/// for a day.
pub fn held_up(state: State, held_by: Option<Hold>, told: bool, age: i64) -> bool {
    !told
        && held_by.is_some_and(|hold| match state {
            State::Queued => !hold.ends_by_itself() || age >= HELD_UP_AFTER_S,
            State::Running => hold == Hold::Idle,
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_whose_next_phase_has_not_begun_for_hours_is_idle() {
        let (long, short) = (Some(IDLE_AFTER_S), Some(IDLE_AFTER_S - 1));
        for (phases, age, idle) in [
            (vec![("NotStarted", None)], IDLE_AFTER_S, true),
            (vec![("NotStarted", None)], IDLE_AFTER_S - 1, false),
            (vec![("NotStarted", long), ("NotStarted", None), ("NotStarted", None)], 2 * IDLE_AFTER_S, true),
            (vec![("Completed", long), ("Completed", long), ("NotStarted", None)], 2 * IDLE_AFTER_S, true),
            (vec![("Completed", short), ("NotStarted", None)], 2 * IDLE_AFTER_S, false),
            (vec![("Completed", long), ("InProgress", long), ("NotStarted", None)], 9 * IDLE_AFTER_S, false),
            (vec![("Completed", long), ("Completed", long)], 9 * IDLE_AFTER_S, false),
            (vec![("Failed", long), ("NotStarted", None)], 9 * IDLE_AFTER_S, false),
            (vec![("Paused", long), ("NotStarted", None)], 9 * IDLE_AFTER_S, false),
            (vec![], 9 * IDLE_AFTER_S, false),
        ] {
            assert_eq!(is_idle(phases.clone(), age), idle, "{phases:?}");
        }
    }

    #[test]
    fn an_idle_job_is_told_once_before_the_day_is_over() {
        let idle = Some(Hold::Idle);
        assert!(held_up(State::Running, idle, false, 0));
        assert!(!held_up(State::Running, idle, true, 90_000) && !held_up(State::Running, None, false, 90_000));
        assert!(!held_up(State::Running, Some(Hold::Slot), false, 90_000));
        for state in State::ALL {
            let waits = matches!(state, State::Queued | State::Running);
            assert_eq!(held_up(state, idle, false, HELD_UP_AFTER_S), waits, "{state:?}");
        }
    }

    #[test]
    fn only_a_job_of_a_day_and_a_launch_that_nobody_took_up_are_stuck() {
        for state in State::ALL {
            let stuck = |age, now, running_s| is_stuck(state, Some(2000), age, now, running_s);
            assert_eq!(stuck(7199, 2899, 7199), state == State::Running, "{state:?}");
            assert_eq!(stuck(7199, 2900, STUCK_RUNNING_AFTER_S), state == State::Launching, "{state:?}");
            let long = matches!(state, State::Running | State::Launching);
            assert_eq!(stuck(86_400, 2899, STUCK_RUNNING_AFTER_S), long, "{state:?}");
            let days = stuck(86_400, 2899, 7 * 86_400);
            assert_eq!(days, state == State::Launching, "a stack that trains for days: {state:?}");
        }
    }

    #[test]
    fn a_launch_that_fails_again_and_again_is_stuck_whatever_its_lease() {
        assert!(!is_stuck(State::Launching, Some(9000), FAILING_AFTER_S - 1, 8999, STUCK_RUNNING_AFTER_S));
        assert!(is_stuck(State::Launching, Some(9000), FAILING_AFTER_S, 8999, STUCK_RUNNING_AFTER_S));
    }

    #[test]
    fn people_are_told_of_what_no_ending_job_frees_and_of_what_lasts_a_day() {
        for hold in [Hold::Slot, Hold::Quota, Hold::Day, Hold::Permission, Hold::Unknown] {
            let at_once = matches!(hold, Hold::Quota | Hold::Permission);
            assert_eq!(held_up(State::Queued, Some(hold), false, HELD_UP_AFTER_S - 1), at_once, "{hold:?}");
            assert!(held_up(State::Queued, Some(hold), false, HELD_UP_AFTER_S));
            assert!(!held_up(State::Queued, Some(hold), true, HELD_UP_AFTER_S));
            assert!(!held_up(State::Running, Some(hold), false, HELD_UP_AFTER_S));
        }
        assert!(!held_up(State::Queued, None, false, HELD_UP_AFTER_S), "it only waits its turn");
    }
}
