//! sweep: which events it puts on the bus. Ages are in seconds.

use crate::state::JobStatus;
use crate::{Blocker, State};

/// Age at which people are notified of an incomplete dataset: they upload files one by one.
pub const INCOMPLETE_AFTER_S: i64 = 600;
/// Age at which a state that nobody was notified of is published again. Before that, its first event may still arrive.
pub const REPUBLISH_AFTER_S: i64 = 120;
/// Age at which people are notified that a run waits for a job slot.
pub const BLOCKED_AFTER_S: i64 = 86_400;
/// Age at which a job that Bedrock doesn't know counts as gone, because Get may lag behind Create.
pub const JOB_GONE_AFTER_S: i64 = 3600;
/// How long a missing job is looked up after its run failed: no known training takes a day.
pub const JOB_LOOKUP_S: i64 = 86_400;
/// Default age at which a running job counts as stuck.
pub const STUCK_RUNNING_AFTER_S: i64 = 86_400;
/// Age at which a job counts as idle if no phase has started or ended since: phases normally follow each other within
/// minutes. One job was idle for three days.
pub const IDLE_AFTER_S: i64 = 4 * 3600;
/// The reason of a run that is blocked by an idle job.
pub const IDLE: &str = "the job hasn't started its next phase for hours";
/// Seconds after the end of its lease at which a launch counts as stuck: three sweeps have tried to resume it.
pub const STUCK_LAUNCHING_AFTER_S: i64 = 900;
/// Age at which a launch counts as failing: whether it created a job is known after an hour at most.
pub const FAILING_AFTER_S: i64 = 2 * JOB_GONE_AFTER_S;

/// Whether somebody must look at the run. `age`: seconds since its last change. A running run is stuck after
/// `running_s`. A queued run waits for a slot and a held run for approval, so neither is stuck.
pub fn is_stuck(state: State, lease_until: Option<i64>, age: i64, now: i64, running_s: i64) -> bool {
    match state {
        State::Running => age >= running_s,
        State::Launching => now - lease_until.unwrap_or_default() >= STUCK_LAUNCHING_AFTER_S || age >= FAILING_AFTER_S,
        _ => false,
    }
}

/// Whether the run's state is published again. `age`: seconds since its last change.
pub fn is_republished(state: State, age: i64) -> bool {
    state.is_notified() && age >= REPUBLISH_AFTER_S
}

/// Returns the end of a running run's job, if the sweep found one. `job`: its status at Bedrock, `None` if Bedrock
/// doesn't find it. `age`: seconds since the run's last change. A job that is gone counts as failed.
pub fn observed(job: Option<Option<JobStatus>>, age: i64) -> Option<JobStatus> {
    match job {
        Some(status) => status.filter(|status| status.is_end()),
        None => (age >= JOB_GONE_AFTER_S).then_some(JobStatus::Failed),
    }
}

/// How long the job of a run that ended without one is looked up, in seconds. Bedrock may show the job of a refused run
/// later, as after an unanswered call. That is uncertain for an hour.
pub fn job_lookup_s(state: State) -> Option<i64> {
    match state {
        State::Failed => Some(JOB_LOOKUP_S),
        State::Refused => Some(JOB_GONE_AFTER_S),
        _ => None,
    }
}

/// Whether record must handle a run that was refused or failed without a job: Bedrock shows the job (`shown`), or the
/// time for the lookup is over. `age`: seconds since the run's last change.
pub fn needs_record(state: State, looks_up_job: bool, shown: bool, age: i64) -> bool {
    looks_up_job && job_lookup_s(state).is_some_and(|seconds| shown || age >= seconds)
}

/// Whether launch must ask Bedrock again to stop the job: somebody asked to stop the run, but the job still trains.
/// Bedrock answered "not found" or "conflict", or wasn't called.
pub fn needs_stop(stop_asked: bool, job: Option<JobStatus>) -> bool {
    stop_asked && job == Some(JobStatus::InProgress)
}

/// Whether a job is idle: a phase hasn't started, and none is in progress. `phases`: the status of each, and the
/// seconds since it changed. `age`: seconds since the run's last change. A job without phases is never idle. API
/// reference, `GetModelCustomizationJob`, `statusDetails`.
pub fn is_idle<'p>(phases: impl IntoIterator<Item = (&'p str, Option<i64>)>, age: i64) -> bool {
    let (mut waits, mut works, mut since) = (false, false, age);
    for (status, changed) in phases {
        waits |= status == "NotStarted";
        works |= !matches!(status, "NotStarted" | "Completed");
        since = since.min(changed.unwrap_or(age));
    }
    waits && !works && since >= IDLE_AFTER_S
}

/// Whether people are notified that the run is blocked: a running run by an idle job, a queued one by a quota or a
/// permission. `age`: seconds since its upload. A job slot becomes free when a job ends, and a daily limit ends with
/// the day, so people are notified of those after a day, and of the others at once.
pub fn is_blocked(state: State, blocked_by: Option<Blocker>, notified: bool, age: i64) -> bool {
    !notified
        && blocked_by.is_some_and(|hold| match state {
            State::Queued => !hold.ends_by_itself() || age >= BLOCKED_AFTER_S,
            State::Running => hold == Blocker::IdleJob,
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
    fn notifies_of_an_idle_job_within_the_day() {
        let idle = Some(Blocker::IdleJob);
        assert!(is_blocked(State::Running, idle, false, 0));
        assert!(!is_blocked(State::Running, idle, true, 90_000) && !is_blocked(State::Running, None, false, 90_000));
        assert!(!is_blocked(State::Running, Some(Blocker::Slot), false, 90_000));
        for state in State::ALL {
            let waits = matches!(state, State::Queued | State::Running);
            assert_eq!(is_blocked(state, idle, false, BLOCKED_AFTER_S), waits, "{state:?}");
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
    fn notifies_of_quotas_at_once_and_of_slots_after_a_day() {
        for hold in
            [Blocker::Slot, Blocker::Quota, Blocker::Budget, Blocker::DailyLimit, Blocker::Permission, Blocker::Unknown]
        {
            let at_once = matches!(hold, Blocker::Quota | Blocker::Budget | Blocker::Permission);
            assert_eq!(is_blocked(State::Queued, Some(hold), false, BLOCKED_AFTER_S - 1), at_once, "{hold:?}");
            assert!(is_blocked(State::Queued, Some(hold), false, BLOCKED_AFTER_S));
            assert!(!is_blocked(State::Queued, Some(hold), true, BLOCKED_AFTER_S));
            assert!(!is_blocked(State::Running, Some(hold), false, BLOCKED_AFTER_S));
        }
        assert!(!is_blocked(State::Queued, None, false, BLOCKED_AFTER_S), "it only waits its turn");
    }
}
