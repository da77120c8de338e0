//! evaluate: what to do about an evaluation, as the ledger has it and its deployments. Ages are in seconds.
//!
//! The item says how far the evaluation is. Answers are in S3, in chunks that are written once.

mod failures;
mod judge;
mod look;
mod prepare;
mod recipe;
mod request;
mod turn;

use crate::evaluation::{
    EVALUATION_MAX_S, EvaluationEntry, EvaluationInput, EvaluationResult, EvaluationSide, EvaluationState, next,
    profile, temporary_deployment,
};
use crate::{Deployment, DeploymentState, RunId, Timestamp};
pub use failures::{FAILURES_MAX, failed_to_ask};
pub use judge::{JUDGE_MAX_S, JudgeCreated, JudgeStep, judge, judge_created, scoring, seen, without_stops};
pub use look::{FOLLOWED_S, LOOKS_MAX, looks_again_after};
pub use prepare::{Billing, Compared, Prepared, deployment_name, judge_fault, prepared, refusal, sides, with_price};
pub use recipe::{recipe_is_next, still_claimed, with_recipe_waiting, without_recipe};
pub use request::{AGAINST_MAX, EvaluationRequest, request, stop};
pub use turn::{next_turn, unneeded};

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum EvaluateStep {
    /// Read the held-out file, and choose the models.
    Prepare,
    /// Request the temporary deployment that serves this run.
    Deploy(RunId),
    /// Write this, and look again.
    Write(Box<EvaluationEntry>),
    /// Claim it, and ask the models.
    Answer,
    /// Look at the judge's jobs: see [`judge`](fn@judge).
    Judge,
    /// A deployment changes, or another function works on it.
    Wait,
    /// Request the recipe's evaluation, which waited for the end of this one.
    Recipe,
    /// Nothing: it has ended.
    Done,
}

/// What to do about an evaluation. `deployments`: that of each side, in their order, read after the item. `age`: seconds since
/// the request. `now` is RFC 3339.
pub fn decide(was: &EvaluationEntry, deployments: &[Option<Deployment>], age: i64, now: &str) -> EvaluateStep {
    if was.state.is_end() {
        return if recipe_is_next(was) { EvaluateStep::Recipe } else { EvaluateStep::Done };
    }
    if age >= EVALUATION_MAX_S {
        return fail(was, &overdue(was, deployments), now);
    }
    let side = |at: usize| deployments.get(at).and_then(Option::as_ref);
    match was.state {
        EvaluationState::Waiting => EvaluateStep::Prepare,
        EvaluationState::Deploying => deploying(was, side, now),
        EvaluationState::Answering | EvaluationState::Scoring if is_claimed(was, now) => EvaluateStep::Wait,
        EvaluationState::Scoring => EvaluateStep::Judge,
        EvaluationState::Answering => match changed(was, side) {
            Changed::No => EvaluateStep::Answer,
            Changed::Gone => to(was, EvaluationInput::DeploymentGone, now),
            Changed::OtherModel(name) => fail(
                was,
                &format!(
                    "deployment {name} changed its model, or was deleted, during the evaluation; evaluate the run again"
                ),
                now,
            ),
        },
        _ => EvaluateStep::Wait,
    }
}

/// Why an evaluation is overdue.
fn overdue(was: &EvaluationEntry, deployments: &[Option<Deployment>]) -> String {
    let why = match was.state {
        EvaluationState::Deploying => "not all models were deployed within a day",
        EvaluationState::Answering => "not all answers were there within a day",
        _ => "it wasn't completed within a day",
    };
    let waits = deployments.iter().flatten().find(|deployment| deployment.state.is_in_motion());
    match waits.and_then(|deployment| deployment.reason.as_deref()) {
        Some(words) => format!("{why}: {words}"),
        None => why.to_owned(),
    }
}

fn deploying<'d>(
    was: &EvaluationEntry,
    deployment: impl Fn(usize) -> Option<&'d Deployment>,
    now: &str,
) -> EvaluateStep {
    let (mut sides, mut missing, mut waits, mut replaced) = (Vec::new(), None, false, false);
    for (at, side) in was.sides.iter().enumerate() {
        let Some(run_id) = side.run_id.as_ref().filter(|_| was.asks(at)) else {
            sides.push(side.clone());
            continue;
        };
        match deployment(at) {
            Some(one) if prepare::serves(one, run_id) && is_own(was, side, one) => sides.push(EvaluationSide {
                model_id: one.arn.clone(),
                deployed_at: one.deployed_at.clone(),
                ..side.clone()
            }),
            // Somebody put another model behind it. This one is asked through a deployment of its own.
            _ if !side.temporary => {
                replaced = true;
                let name = temporary_deployment(&was.run_id, run_id);
                sides.push(EvaluationSide { deployment: Some(name), temporary: true, ..side.clone() });
            }
            Some(one) if !is_own(was, side, one) && !is_gone(one) => {
                return fail(was, &format!("the name {} belongs to another deployment", one.name), now);
            }
            Some(one) if one.state == DeploymentState::Failed && one.changed_at >= was.requested_at => {
                let words = one.reason.as_deref().unwrap_or("Bedrock gave no reason");
                return fail(was, &format!("the model of run {run_id} could not be deployed: {words}"), now);
            }
            Some(one) if !is_gone(one) => waits = true,
            // One side has its turn.
            _ => missing = Some(run_id.clone()),
        }
    }
    if replaced {
        return EvaluateStep::Write(Box::new(EvaluationEntry { sides, ..revised(was) }));
    }
    if let Some(run_id) = missing {
        return EvaluateStep::Deploy(run_id);
    }
    if waits {
        return EvaluateStep::Wait;
    }
    match to(was, EvaluationInput::Ready, now) {
        EvaluateStep::Write(next) => EvaluateStep::Write(Box::new(EvaluationEntry { sides, ..*next })),
        other => other,
    }
}

/// Whether a temporary deployment is this evaluation's.
fn is_own(was: &EvaluationEntry, side: &EvaluationSide, deployment: &Deployment) -> bool {
    deployment.evaluation.as_ref() == side.temporary.then_some(&was.run_id)
}

/// Whether nothing of it is left at Bedrock, so that it can be requested again.
fn is_gone(deployment: &Deployment) -> bool {
    deployment.state.is_end() && deployment.arn.is_none()
}

/// How the deployments have changed since the models are asked.
enum Changed<'c> {
    No,
    /// A temporary deployment doesn't answer any more. Its model is deployed again.
    Gone,
    /// Another model may have answered.
    OtherModel(&'c str),
}

fn changed<'c, 'd>(was: &'c EvaluationEntry, deployment: impl Fn(usize) -> Option<&'d Deployment>) -> Changed<'c> {
    let mut gone = false;
    for (at, side) in was.sides.iter().enumerate().filter(|(at, _)| was.asks(*at)) {
        let (Some(run_id), Some(name)) = (&side.run_id, &side.deployment) else { continue };
        let same = deployment(at).is_some_and(|one| {
            prepare::serves(one, run_id) && one.arn == side.model_id && one.deployed_at == side.deployed_at
        });
        match same {
            true => {}
            // Whatever happened to it, it served no other run.
            false if side.temporary => gone = true,
            false => return Changed::OtherModel(name),
        }
    }
    if gone { Changed::Gone } else { Changed::No }
}

/// Whether a function may be asking models.
fn is_claimed(was: &EvaluationEntry, now: &str) -> bool {
    let now = now.parse::<Timestamp>().map_or(0, Timestamp::as_second);
    was.lease_until.is_some_and(|until| until > now)
}

/// The evaluation with a claim on it until `until` (Unix seconds), to write before models are asked. The caller asks none
/// after that.
pub fn claim(was: &EvaluationEntry, until: i64) -> EvaluationEntry {
    EvaluationEntry { lease_until: Some(until), ..revised(was) }
}

/// The evaluation without the claim, after `answered` chunks are there.
pub fn progressed(claimed: &EvaluationEntry, answered: u64) -> EvaluationEntry {
    EvaluationEntry { answered, ..revised(claimed) }
}

/// The claimed evaluation whose side is asked by its inference profile from now on; `None` if the side has none.
pub fn by_profile(claimed: &EvaluationEntry, side: usize, region: &str) -> Option<EvaluationEntry> {
    let model = claimed.sides.get(side)?.model_id.as_deref()?;
    let model = profile(model, region)?;
    let mut next = EvaluationEntry { lease_until: claimed.lease_until, ..revised(claimed) };
    next.sides.get_mut(side)?.model_id = Some(model);
    Some(next)
}

/// The evaluation with its decision. `judged`: whether no job of a judge has to be stopped.
pub fn decided(
    was: &EvaluationEntry,
    result: EvaluationResult,
    judged: bool,
    now: &str,
) -> Result<EvaluationEntry, &'static str> {
    let state = next(was.state, EvaluationInput::Decided(result.outcome))?;
    let answered = was.chunks.unwrap_or(was.answered);
    let kept_for_recipe = was.kept_for_recipe || (state == EvaluationState::Kept && was.is_of_recipe());
    let next = EvaluationEntry { result: Some(result), answered, kept_for_recipe, ..moved(was, state, now) };
    let next = ended(next, state, None, now);
    Ok(if judged { next } else { judge::with_stop(was, next, now) })
}

/// The evaluation that can't be completed, for a reason in Bedrock's words or ours.
pub fn failed(was: &EvaluationEntry, reason: &str, now: &str) -> Result<EvaluationEntry, &'static str> {
    let state = next(was.state, EvaluationInput::Failed)?;
    Ok(ended(revised(was), state, Some(reason.to_owned()), now))
}

fn fail(was: &EvaluationEntry, reason: &str, now: &str) -> EvaluateStep {
    failed(was, reason, now).map_or(EvaluateStep::Done, |next| EvaluateStep::Write(Box::new(next)))
}

fn to(was: &EvaluationEntry, input: EvaluationInput, now: &str) -> EvaluateStep {
    match next(was.state, input) {
        Ok(state) => EvaluateStep::Write(Box::new(moved(was, state, now))),
        Err(_) => EvaluateStep::Done,
    }
}

/// The next revision, without a claim.
fn revised(was: &EvaluationEntry) -> EvaluationEntry {
    EvaluationEntry { revision: was.revision + 1, lease_until: None, ..was.clone() }
}

/// The next revision in `state`.
fn moved(was: &EvaluationEntry, state: EvaluationState, now: &str) -> EvaluationEntry {
    let changed_at = if state == was.state { was.changed_at.clone() } else { now.to_owned() };
    EvaluationEntry { state, changed_at, ..revised(was) }
}

/// The evaluation in a state that is an end. Jobs of its judge may have to be stopped.
fn ended(was: EvaluationEntry, state: EvaluationState, reason: Option<String>, now: &str) -> EvaluationEntry {
    let next = judge::with_stop(&was, was.clone(), now);
    EvaluationEntry {
        state,
        changed_at: now.to_owned(),
        outcome_at: Some(now.to_owned()),
        lease_until: None,
        reason,
        open: Some("open".to_owned()),
        ..next
    }
}

#[cfg(test)]
mod tests;
