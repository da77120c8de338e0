//! What Bedrock's answer to a call means for the deployment.

use super::{DeployStep, failed, revised, to};
use crate::deployment::{Deployment, DeploymentInput, DeploymentState};

/// Bedrock's answer to a request that changes a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeployAnswer {
    /// Accepted; the deployment's ARN.
    Accepted(String),
    /// Not now, in Bedrock's words: a quota, a permission, or another change in progress.
    Later(String),
    /// Never, in Bedrock's words.
    Refused(String),
    /// Bedrock doesn't know the deployment, or the custom model.
    NotFound(String),
}

/// The answer to a creation that the stack doesn't allow any more, instead of Bedrock's: `MaxModelUnits` may be lower than when
/// the deployment was requested. `None`: it may be created.
pub fn not_allowed(deployment: &Deployment, units_max: u32) -> Option<DeployAnswer> {
    deployment.capacity.forbidden(Some(units_max)).map(DeployAnswer::Refused)
}

/// What to write after a call that the deployment was claimed for. `step`: the call. `now` is RFC 3339.
pub fn answered(claimed: &Deployment, step: &DeployStep, answer: DeployAnswer, now: &str) -> Deployment {
    let next = match (step, answer) {
        (DeployStep::Create, DeployAnswer::Accepted(arn)) => accepted(claimed, &arn, now),
        (DeployStep::Update, DeployAnswer::Accepted(_)) => return Deployment { update_sent: true, ..revised(claimed) },
        // Bedrock refuses to repeat an update that it accepted and hasn't shown yet. Updates have no conflict (API reference,
        // UpdateCustomModelDeployment and UpdateProvisionedModelThroughput).
        (DeployStep::Update, DeployAnswer::Refused(words)) if claimed.update_sent => {
            return Deployment { reason: Some(words), ..revised(claimed) };
        }
        (DeployStep::Create | DeployStep::Update, DeployAnswer::Refused(words) | DeployAnswer::NotFound(words)) => {
            refused(claimed, &words, now)
        }
        (_, DeployAnswer::Later(words) | DeployAnswer::Refused(words)) => {
            return Deployment { reason: Some(words), ..revised(claimed) };
        }
        (DeployStep::Delete(_), DeployAnswer::Accepted(_)) => {
            return Deployment { deletion_sent: true, ..revised(claimed) };
        }
        // It is deleted, or about to be: the next read shows it.
        (_, DeployAnswer::Accepted(_) | DeployAnswer::NotFound(_)) => DeployStep::Done,
    };
    match next {
        DeployStep::Write(next) => *next,
        _ => revised(claimed),
    }
}

/// The creation was accepted.
pub(super) fn accepted(was: &Deployment, arn: &str, now: &str) -> DeployStep {
    to(was, DeploymentInput::Accepted, now, |next| Deployment { arn: Some(arn.to_owned()), reason: None, ..next })
}

/// Bedrock refused the creation or the update permanently, in these words.
fn refused(was: &Deployment, words: &str, now: &str) -> DeployStep {
    let input = match was.state {
        DeploymentState::Updating => DeploymentInput::UpdateFailed,
        _ => DeploymentInput::CreateFailed,
    };
    to(was, input, now, |next| failed(next, was, words, now))
}
