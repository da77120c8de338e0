//! Finds evaluations that don't move.

use tunedrop_aws::{Failure, Open};
use tunedrop_run::evaluation::EVALUATION_MAX_S;
use tunedrop_run::{EvaluationEntry, EvaluationState, Timestamp};

use super::asked;
use crate::doctor::Check;
use crate::format::counted;
use crate::stack::Stack;

const WHAT: &str = "evaluations";

/// How long a step may take that waits for no service, and a lease be over before another function takes it, in seconds. The
/// sweep comes every few minutes.
const STEP_MAX_S: i64 = 3600;

/// Checks that each evaluation that isn't over makes progress.
pub(super) async fn check(stack: &Stack) -> Check {
    let answer = in_progress(stack).await.map(|all| {
        let now = Timestamp::now().as_second();
        let stuck: Vec<String> =
            all.iter().filter_map(|one| Some(format!("{} {}", one.run_id, stuck(one, now)?))).collect();
        match all.len() {
            0 => Ok("none in progress".to_owned()),
            count if stuck.is_empty() => Ok(format!("{} in progress", counted(count as u64, "evaluation"))),
            _ => Err(stuck.join("; ")),
        }
    });
    let fix = format!(
        "see why with `tunedrop logs RUN{0}`, retry failed messages with `tunedrop redrive{0}`, or stop it with `tunedrop evaluate RUN --stop{0}`",
        stack.named
    );
    asked(WHAT, answer, &fix)
}

async fn in_progress(stack: &Stack) -> Result<Vec<EvaluationEntry>, Failure> {
    let Ok(ledger) = stack.ledger() else { return Ok(Vec::new()) };
    let (mut open, mut all) = (ledger.open(), Vec::new());
    while let Some(one) = open.next().await? {
        let Open::Evaluation(listed) = one else { continue };
        // The index lags.
        all.extend(ledger.evaluation(&listed.run_id).await?.filter(|now| !now.state.is_end()));
    }
    Ok(all)
}

/// Why an evaluation seems not to move, as a clause; `None` if it may.
fn stuck(one: &EvaluationEntry, now_s: i64) -> Option<String> {
    let age = |time: &str| time.parse::<Timestamp>().map_or(0, |time| now_s - time.as_second());
    let state = one.state.as_str();
    let hours = |seconds: i64| counted((seconds / 3600).unsigned_abs(), "hour");
    let whole = age(&one.requested_at);
    if whole > EVALUATION_MAX_S {
        return Some(format!("is {state}, {} after its request", hours(whole)));
    }
    let step = age(&one.changed_at);
    let lease_over = one.lease_until.map_or(0, |until| now_s - until);
    match one.state {
        EvaluationState::Waiting if step > STEP_MAX_S => Some(format!("is {state} for {}", hours(step))),
        // Creating a job is tried for an hour before the evaluation is decided without the judge.
        EvaluationState::Scoring if one.judge_jobs.len() < one.sides.len() && step > 2 * STEP_MAX_S => {
            Some(format!("is {state} for {}, and the judge has too few jobs", hours(step)))
        }
        EvaluationState::Answering if lease_over > STEP_MAX_S => {
            Some(format!("is {state}, and its last function ended {} ago without an answer", hours(lease_over)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evaluations::tests::evaluation;

    #[test]
    fn finds_evaluations_that_dont_move() {
        let now = "2026-12-01T10:30:00Z".parse::<Timestamp>().expect("a time").as_second();
        let at = |hours: i64| json!({ "lease_until": now - hours * 3600 - 60 });
        assert_eq!(stuck(&evaluation("Waiting", &json!({})), now), None);
        assert_eq!(stuck(&evaluation("Answering", &at(-1)), now), None);
        assert_eq!(stuck(&evaluation("Answering", &at(0)), now), None);
        assert_eq!(
            stuck(&evaluation("Answering", &at(2)), now).as_deref(),
            Some("is Answering, and its last function ended 2 hours ago without an answer")
        );
        // Bedrock may have no free slot for hours.
        assert_eq!(stuck(&evaluation("Deploying", &json!({})), now + 10 * 3600), None);
        assert_eq!(
            stuck(&evaluation("Waiting", &json!({})), now + 3 * 3600).as_deref(),
            Some("is Waiting for 3 hours")
        );
        let sides = json!({ "sides": [{ "name": "base" }] });
        assert_eq!(
            stuck(&evaluation("Scoring", &sides), now + 3 * 3600).as_deref(),
            Some("is Scoring for 3 hours, and the judge has too few jobs")
        );
        let at_work = json!({ "sides": [{ "name": "base" }], "judge_jobs": { "base": "arn" } });
        assert_eq!(stuck(&evaluation("Scoring", &at_work), now + 10 * 3600), None, "a job may take hours");
        assert_eq!(
            stuck(&evaluation("Deploying", &json!({})), now + 24 * 3600).as_deref(),
            Some("is Deploying, 25 hours after its request")
        );
    }
}
