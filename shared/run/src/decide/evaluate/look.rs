//! How long an event waits in evaluate's queue.

use crate::evaluation::EvaluationState;

/// Seconds for which an event waits in the queue for the deployments of an evaluation, or for its judge. After that the sweep's events continue
/// it.
pub const FOLLOWED_S: i64 = 900;
/// How often an event is received while it waits. The template allows few more, because each may take a quarter of an hour.
pub const LOOKS_MAX: i64 = SOON_S / LOOK_SOON_S + (FOLLOWED_S - SOON_S) / LOOK_EVERY_S;
/// Seconds for which deployments are looked at more often.
const SOON_S: i64 = 60;
/// Seconds between two looks in that time.
const LOOK_SOON_S: i64 = 5;
/// Seconds between two looks after that.
const LOOK_EVERY_S: i64 = 60;

/// Seconds until an event looks again at an evaluation for which it can't do anything now; `None` if it is acknowledged.
/// `age`: seconds since the last change of state.
///
/// Only deployments and the judge are waited for. Who asks the models has the evaluation continued by an event of its
/// own (`Evaluation Due`), which is received for the first time: one event that returned after each quarter of an hour
/// would be received a hundred times in a day.
pub fn looks_again_after(state: EvaluationState, age: i64) -> Option<i64> {
    match age {
        _ if !matches!(state, EvaluationState::Deploying | EvaluationState::Scoring) => None,
        _ if age < SOON_S => Some(LOOK_SOON_S),
        _ if age < FOLLOWED_S => Some(LOOK_EVERY_S),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_waits_for_deployments_a_quarter_of_an_hour_at_most() {
        let (mut age, mut looks) = (0, 0);
        while let Some(seconds) = looks_again_after(EvaluationState::Deploying, age) {
            (age, looks) = (age + seconds, looks + 1);
        }
        assert_eq!((age, looks), (FOLLOWED_S, LOOKS_MAX));
    }

    #[test]
    fn an_event_waits_for_nothing_else() {
        for state in EvaluationState::ALL {
            let waits = matches!(state, EvaluationState::Deploying | EvaluationState::Scoring);
            assert_eq!(looks_again_after(state, 0).is_some(), waits, "{state:?}");
        }
    }
}
