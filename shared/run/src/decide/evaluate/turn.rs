//! The temporary deployments of an evaluation: one at a time.

use super::moved;
use crate::Deployment;
use crate::decide::deploy::delete;
use crate::evaluation::{EvaluationEntry, EvaluationInput, EvaluationState, next};

/// The claimed evaluation whose next side is deployed, after all answers of those that were asked are there. `answered`:
/// whether all answers of each side are there, in their order. `now` is RFC 3339.
pub fn next_turn(claimed: &EvaluationEntry, answered: &[bool], now: &str) -> Result<EvaluationEntry, &'static str> {
    let state = next(claimed.state, EvaluationInput::DeploymentGone)?;
    let mut next = moved(claimed, state, now);
    for (side, answered) in next.sides.iter_mut().zip(answered) {
        side.answered = *answered;
    }
    Ok(next)
}

/// The temporary deployment with a request to delete it; `None` if its evaluation needs it, or if it is about to be deleted.
/// It isn't needed if the evaluation has ended, doesn't exist, or asks another deployment at the moment.
pub fn unneeded(was: &Deployment, evaluation: Option<&EvaluationEntry>, now: &str) -> Option<Deployment> {
    if was.evaluation.is_none() || evaluation.is_some_and(|entry| has(entry, &was.name)) {
        return None;
    }
    delete(Some(was), None, "its evaluation doesn't need it any more", now).ok()
}

/// Whether an evaluation needs the temporary deployment of this name now.
fn has(entry: &EvaluationEntry, name: &str) -> bool {
    let side = entry.turn().and_then(|at| entry.sides.get(at));
    matches!(entry.state, EvaluationState::Deploying | EvaluationState::Answering)
        && side.is_some_and(|side| side.deployment.as_deref() == Some(name))
}
