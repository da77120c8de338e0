//! deploy: what to do about a deployment, as the ledger has it and Bedrock shows it. Ages are in seconds.
//!
//! Bedrock has no events about deployments (user guide, "Monitor Amazon Bedrock using Amazon EventBridge"), so the step
//! asks, and the sweep has it ask again while something changes.

mod answer;
mod end;
mod request;
mod view;

use crate::Timestamp;
use crate::deployment::{Deployment, DeploymentInput, DeploymentOutcome, DeploymentState, next};
use answer::accepted;
pub use answer::{DeployAnswer, answered, not_allowed};
pub use end::{NOTICE_S, ends_soon, has_ended};
use end::{end_of, expired, later};
pub use request::{Request, delete, extend, other_capacity, request, request_temporary, rollback};
pub use view::{BedrockStatus, DeploymentView, Throughput, ThroughputStatus, UpdateStatus};

/// Seconds after which an expired deployment that is billed by the hour is deleted although Bedrock didn't accept its update.
pub const UPDATE_REFUSED_S: i64 = 3600;
/// Seconds for which a deployment that Bedrock accepted may not show up: Get may lag behind Create.
pub const UNSEEN_S: i64 = 900;
/// Seconds for which the event that started a change waits in deploy's queue for its end. After that the sweep asks.
pub const FOLLOWED_S: i64 = 900;
/// How often the event that started a change may be received while it follows it.
pub const LOOKS_MAX: i64 = SOON_S / LOOK_SOON_S + (FOLLOWED_S - SOON_S) / LOOK_EVERY_S;
/// Seconds for which a change is looked at more often. AWS doesn't document how long Bedrock takes.
const SOON_S: i64 = 60;
/// Seconds between two looks in that time.
const LOOK_SOON_S: i64 = 5;
/// Seconds between two looks after that.
const LOOK_EVERY_S: i64 = 15;
/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DeployStep {
    /// Claim it, and ask Bedrock to create it.
    Create,
    /// Claim it, and ask Bedrock to change the model.
    Update,
    /// Claim it, and ask Bedrock to delete the deployment with this ARN. A name could mean another one by then.
    Delete(String),
    /// Write this, and look again.
    Write(Box<Deployment>),
    /// Bedrock is working.
    Wait,
    /// Nothing: it is as requested.
    Done,
}

/// What to do about a deployment. `seen`: what Bedrock shows, asked after the item was read; `None` if it knows none.
/// `now` is RFC 3339, and `age` is since the last change of state.
pub fn decide(was: &Deployment, seen: Option<&DeploymentView>, age: i64, now: &str) -> DeployStep {
    use DeploymentState::*;
    if is_claimed(was, now) {
        return DeployStep::Wait;
    }
    match was.state {
        // Nobody is notified that a temporary deployment is gone, so its item is closed here.
        Deleted | Failed if was.evaluation.is_some() && was.open.is_some() && was.arn.is_none() && seen.is_none() => {
            DeployStep::Write(Box::new(Deployment { open: None, ..revised(was) }))
        }
        Requested => requested(was, seen, now),
        Creating | Updating | Active => match seen {
            None if was.state == Creating && age < UNSEEN_S => DeployStep::Wait,
            None => gone(was, now, Some("it was deleted outside tunedrop")),
            Some(seen) => existing(was, seen, age, now),
        },
        Deleting => match seen {
            // One that never answered, or whose creation has no answer, may still show up.
            None if was.serving_model_arn.is_none() && !was.deletion_sent && age < UNSEEN_S => DeployStep::Wait,
            None => gone(was, now, None),
            Some(seen) => DeployStep::Delete(seen.arn.clone()),
        },
        // A failed one still counts as a deployment at Bedrock.
        Failed => match seen {
            Some(seen) => DeployStep::Delete(seen.arn.clone()),
            None if was.arn.is_some() => DeployStep::Write(Box::new(Deployment { arn: None, ..revised(was) })),
            None => DeployStep::Done,
        },
        // Bedrock may show one again that it didn't show for a moment. It may have callers, so it isn't deleted.
        Deleted => DeployStep::Done,
    }
}

fn requested(was: &Deployment, seen: Option<&DeploymentView>, now: &str) -> DeployStep {
    let Some(seen) = seen else { return DeployStep::Create };
    match seen.status {
        // That of an earlier request, which has the name.
        Some(BedrockStatus::Failed) if was.arn.as_deref() == Some(seen.arn.as_str()) => {
            DeployStep::Delete(seen.arn.clone())
        }
        Some(BedrockStatus::Failed) => create_failed(was, seen, now),
        // The creation was interrupted before it was written.
        _ => accepted(was, &seen.arn, now),
    }
}

fn existing(was: &Deployment, seen: &DeploymentView, age: i64, now: &str) -> DeployStep {
    if was.arn.as_deref() != Some(seen.arn.as_str()) {
        return DeployStep::Write(Box::new(Deployment { arn: Some(seen.arn.clone()), ..revised(was) }));
    }
    match seen.status {
        Some(BedrockStatus::Creating) => return DeployStep::Wait,
        Some(BedrockStatus::Failed) if was.state == DeploymentState::Creating => return create_failed(was, seen, now),
        _ => {}
    }
    let ours = seen.update.as_ref().filter(|(model, _)| *model == was.model_arn);
    match (was.state, ours, &seen.update) {
        (DeploymentState::Active, ..) if has_ended(was, now) => expired(was, now),
        (DeploymentState::Active, ..) => DeployStep::Done,
        _ if seen.serves() == was.model_arn && !is_updating(seen) => {
            to(was, DeploymentInput::Served, now, |next| served(next, was, now))
        }
        (DeploymentState::Creating, ..) => to(was, DeploymentInput::Outdated, now, |next| {
            let made = was.candidates.iter().find(|run| run.model_arn == seen.serves());
            Deployment {
                update_sent: false,
                candidates: Vec::new(),
                serving: made.map(|run| run.run_id.clone()),
                serving_model_arn: Some(seen.serves().to_owned()),
                // It answers, and would never expire if Bedrock didn't accept or complete the update.
                ends_at: end_of(was, now),
                ..next
            }
        }),
        (_, _, Some((_, Some(UpdateStatus::Updating)))) => DeployStep::Wait,
        // It would be billed for as long as Bedrock refuses the update.
        _ if was.capacity.is_provisioned() && age >= UPDATE_REFUSED_S && has_ended(was, now) => expired(was, now),
        (_, Some((_, Some(UpdateStatus::Failed))), _) if was.update_sent => {
            let reason = seen.failure.as_deref().unwrap_or("Bedrock gave no reason");
            to(was, DeploymentInput::UpdateFailed, now, |next| failed(next, was, reason, now))
        }
        _ => DeployStep::Update,
    }
}

fn create_failed(was: &Deployment, seen: &DeploymentView, now: &str) -> DeployStep {
    let reason = seen.failure.as_deref().unwrap_or("Bedrock gave no reason");
    to(was, DeploymentInput::CreateFailed, now, |next| Deployment {
        arn: Some(seen.arn.clone()),
        ..failed(next, was, reason, now)
    })
}

fn is_updating(seen: &DeploymentView) -> bool {
    matches!(seen.update, Some((_, Some(UpdateStatus::Updating))))
}

/// The requested model answers.
fn served(next: Deployment, was: &Deployment, now: &str) -> Deployment {
    let changed = was.serving.as_ref() != Some(&was.run_id);
    let next = Deployment {
        deployed_at: Some(now.to_owned()),
        ends_at: end_of(was, now),
        serving: Some(was.run_id.clone()),
        serving_model_arn: Some(was.model_arn.clone()),
        reason: None,
        candidates: Vec::new(),
        outcome: Some(DeploymentOutcome::Deployed),
        outcome_at: Some(now.to_owned()),
        ..next
    };
    if changed && was.serving.is_some() {
        return Deployment { previous: was.serving.clone(), previous_model_arn: was.serving_model_arn.clone(), ..next };
    }
    next
}

/// The creation or the update failed. After an update the previous model is what is requested again.
fn failed(next: Deployment, was: &Deployment, reason: &str, now: &str) -> Deployment {
    let next = Deployment {
        reason: Some(reason.to_owned()),
        outcome: Some(DeploymentOutcome::Failed),
        outcome_at: Some(now.to_owned()),
        failed_run: Some(was.run_id.clone()),
        candidates: Vec::new(),
        update_sent: false,
        ..next
    };
    match (&was.serving, &was.serving_model_arn) {
        (Some(run_id), Some(model_arn)) if next.state == DeploymentState::Active => {
            Deployment { run_id: run_id.clone(), model_arn: model_arn.clone(), ..next }
        }
        _ => next,
    }
}

fn gone(was: &Deployment, now: &str, why: Option<&str>) -> DeployStep {
    to(was, DeploymentInput::Gone, now, |next| Deployment {
        reason: why.map(str::to_owned).or(next.reason),
        arn: None,
        candidates: Vec::new(),
        serving: None,
        serving_model_arn: None,
        previous: None,
        previous_model_arn: None,
        ends_at: None,
        outcome: Some(DeploymentOutcome::Deleted),
        outcome_at: Some(now.to_owned()),
        ..next
    })
}

/// Whether deploy has to look at it: it is changing, it has expired, it must still exist, or it is temporary and not closed.
pub fn is_due(deployment: &Deployment) -> bool {
    let is_unclosed = deployment.evaluation.is_some() && deployment.open.is_some();
    deployment.state.is_in_motion() || deployment.state.answers() || deployment.arn.is_some() || is_unclosed
}

/// Seconds until the event that follows a change looks at it again; `None` if the sweep takes over. `age` is since the last
/// change of state.
pub fn looks_again_after(age: i64) -> Option<i64> {
    match age {
        _ if age < SOON_S => Some(LOOK_SOON_S),
        _ if age < FOLLOWED_S => Some(LOOK_EVERY_S),
        _ => None,
    }
}

/// Whether a function may be calling Bedrock to change the deployment.
fn is_claimed(deployment: &Deployment, now: &str) -> bool {
    let now = now.parse::<Timestamp>().map_or(0, Timestamp::as_second);
    deployment.lease_until.is_some_and(|until| until > now)
}

/// The deployment with a claim on it until `until` (Unix seconds), to write before a call that changes it at Bedrock. The
/// caller makes no call after that.
pub fn claim(was: &Deployment, until: i64) -> Deployment {
    Deployment { lease_until: Some(until), ..revised(was) }
}

/// The next revision, without a claim.
fn revised(was: &Deployment) -> Deployment {
    Deployment { revision: was.revision + 1, lease_until: None, ..was.clone() }
}

/// The next revision in `state`.
fn moved(was: &Deployment, state: DeploymentState, now: &str) -> Deployment {
    let changed_at = if state == was.state { was.changed_at.clone() } else { now.to_owned() };
    Deployment { state, changed_at, open: Some("open".to_owned()), ..revised(was) }
}

/// A temporary deployment has no outcome: nobody is notified of it.
fn quiet(next: Deployment) -> Deployment {
    match next.evaluation {
        Some(_) => Deployment { outcome: None, outcome_at: None, ..next },
        None => next,
    }
}

fn to(
    was: &Deployment,
    input: DeploymentInput,
    now: &str,
    change: impl FnOnce(Deployment) -> Deployment,
) -> DeployStep {
    match next(was.state, input) {
        Ok(state) => DeployStep::Write(Box::new(quiet(change(moved(was, state, now))))),
        Err(_) => DeployStep::Done,
    }
}

#[cfg(test)]
mod tests;
