//! sweep: what is put on the bus for what it finds. Ages are in seconds.

use super::limit::RESUMES;
use crate::State;
use crate::state::JobStatus;

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
/// A launch whose lease ran out this long ago was woken by three sweeps in vain.
pub const STUCK_LAUNCHING_AFTER_S: i64 = 900;

/// Whether the run doesn't get on by itself; `age` is since its last change, and a running one is stuck after `running_s`.
/// A queued run waits for a slot, and a held one for somebody: neither is stuck.
pub fn is_stuck(state: State, lease_until: Option<i64>, age: i64, now: i64, running_s: i64) -> bool {
    match state {
        State::Running => age >= running_s,
        State::Launching => now - lease_until.unwrap_or_default() >= STUCK_LAUNCHING_AFTER_S,
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

/// Whether record is to look at a run that failed since Bedrock denied its job: the job is there again (`shown`), or is
/// looked for no more; `age` is since the run's last change.
pub fn is_back_or_gone(state: State, forgotten: bool, shown: bool, age: i64) -> bool {
    state == State::Failed && forgotten && (shown || age >= GONE_AFTER_S)
}

/// Whether launch is to ask Bedrock once more to stop the job, which people want stopped and which still trains: Bedrock
/// may have answered "not found" or "conflict", or was never asked.
pub fn is_to_stop(stop_asked: bool, job: Option<JobStatus>) -> bool {
    stop_asked && job == Some(JobStatus::InProgress)
}

/// Whether people are told that a quota holds the run; `age` is since it was dropped. A job slot gets free by itself,
/// and a limit on launches a day ends with the day; another quota doesn't, and neither does one that has held the run for a day.
pub fn held_up(state: State, waiting: Option<&str>, told: bool, age: i64) -> bool {
    let no_slot = |words: &str| words.to_lowercase().contains("job") || words.ends_with(RESUMES);
    state == State::Queued && !told && waiting.is_some_and(|words| !no_slot(words) || age >= HELD_UP_AFTER_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_job_of_a_day_and_a_launch_that_nobody_took_up_are_stuck() {
        for state in State::ALL {
            let stuck = |age, now, running_s| is_stuck(state, Some(2000), age, now, running_s);
            assert_eq!(stuck(86_400, 2899, STUCK_RUNNING_AFTER_S), state == State::Running, "{state:?}");
            assert_eq!(stuck(86_399, 2900, STUCK_RUNNING_AFTER_S), state == State::Launching, "{state:?}");
            assert!(!stuck(86_400, 2899, 7 * 86_400), "a stack that trains for days: {state:?}");
        }
    }
}
