//! Calls to models that fail: they are throttled, or Bedrock is in trouble.

use super::{failed, revised};
use crate::evaluation::EvaluationEntry;

/// How often asking may fail before a chunk is completed. Answers of a failed attempt are stored, but a call that fails on
/// this side may be billed. With the pause below, the evaluation fails after more than an hour of trouble, as long as other
/// messages are tried again before they move to the dead-letter queue.
pub const FAILURES_MAX: u32 = 20;
/// Failures after which no pause is made: most trouble ends within seconds.
const WITHOUT_PAUSE: u32 = 3;
/// Seconds of the pause after each further failure: as long as between two sweeps, whose events continue the evaluation.
const PAUSE_S: i64 = 240;

/// The claimed evaluation after a call to a model failed, without the claim: to be continued after a pause, or failed. `now` is
/// RFC 3339, `now_s` the same in Unix seconds; `words`: why, in Bedrock's words or ours.
pub fn failed_to_ask(
    claimed: &EvaluationEntry,
    side: &str,
    words: &str,
    now: &str,
    now_s: i64,
) -> Result<EvaluationEntry, &'static str> {
    let failures = claimed.failures + 1;
    if failures >= FAILURES_MAX {
        let reason = format!("asking the model of {side} failed {failures} times: {words}");
        return failed(&EvaluationEntry { failures, ..claimed.clone() }, &reason, now);
    }
    let lease_until = (failures > WITHOUT_PAUSE).then_some(now_s + PAUSE_S);
    Ok(EvaluationEntry { failures, lease_until, ..revised(claimed) })
}
