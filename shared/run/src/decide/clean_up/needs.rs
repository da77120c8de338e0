//! What needs a custom model, so that it isn't deleted.

use crate::{Against, Deployment, EvaluationEntry, Run, RunId, State};

/// Whether an evaluation in progress needs a run's model. It may have no deployment of it yet.
pub fn asks(evaluation: &EvaluationEntry, run_id: &RunId) -> bool {
    let planned = || evaluation.plan.against.contains(&Against::Run(run_id.clone()));
    let is_asked = || evaluation.sides.iter().any(|side| side.run_id.as_ref() == Some(run_id) && !side.answered);
    !evaluation.state.is_end() && if evaluation.sides.is_empty() { planned() } else { is_asked() }
}

/// Whether an unfinished run continues from the model with this ARN.
pub fn continues_from(run: &Run, model_arn: &str) -> bool {
    let is_unfinished = matches!(run.state, State::Held | State::Queued | State::Launching | State::Running);
    is_unfinished && run.plan.as_ref().is_some_and(|plan| plan.base_model == model_arn)
}

/// Whether a deployment serves, is going to serve or can return to a run's model.
pub fn deploys(deployment: &Deployment, run_id: &RunId) -> bool {
    !deployment.state.is_end() && deployment.knows(run_id)
}
