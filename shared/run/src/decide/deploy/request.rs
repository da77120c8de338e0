//! What people and recipes ask of a deployment: serve a run, go back to the previous one, delete it.

use super::{later, moved, revised};
use crate::custom_model::CustomModelArn;
use crate::deployment::{
    Candidate, Capacity, Deployment, DeploymentInput, DeploymentState, bedrock_name, next, requested_name_fault,
};
use crate::evaluation::temporary_deployment;
use crate::{Run, RunId, SCHEMA, State};

/// A request to serve a run's model.
#[derive(Debug, Clone, PartialEq)]
pub struct Request<'r> {
    /// The deployment's name in this stack.
    pub name: &'r str,
    /// The run, which has succeeded.
    pub run: &'r Run,
    /// Seconds after which the deployment is deleted. `None`: never, or for provisioned throughput, which always has an end,
    /// after the time of the request before.
    pub expires_after_s: Option<i64>,
    /// How Bedrock serves the model; `None`: as before, if the deployment exists, or else as the run's recipe says.
    pub capacity: Option<Capacity>,
    /// The most model units that the stack allows; `None`: not known.
    pub units_max: Option<u32>,
    /// Who asks; `None`: the recipe.
    pub by: Option<&'r str>,
}

/// The deployment with a request in it, to write as a new revision; or why the request is ignored.
///
/// `was`: the ledger's item of this name. A repeated request changes nothing. `now` is RFC 3339.
pub fn request(
    was: Option<&Deployment>,
    request: &Request<'_>,
    stack: &str,
    account: &str,
    now: &str,
) -> Result<Deployment, String> {
    if let Some(fault) = requested_name_fault(request.name) {
        return Err(fault.to_owned());
    }
    let has = was.filter(|was| !is_free(was));
    let of_recipe = || request.run.plan.as_ref().and_then(|plan| Some(plan.deploy.as_ref()?.capacity));
    let capacity = request.capacity.or(has.map(|was| was.capacity)).or_else(of_recipe).unwrap_or_default();
    if let Some(why) = capacity.forbidden(request.units_max) {
        return Err(why);
    }
    let before = has.filter(|was| was.capacity.is_provisioned()).and_then(|was| was.expires_after_s);
    let expires_after_s = request.expires_after_s.or(before.filter(|_| capacity.is_provisioned()));
    if capacity.is_provisioned() && expires_after_s.is_none() {
        let why = "provisioned throughput is billed by the hour, so the deployment needs a time after which it expires";
        return Err(why.to_owned());
    }
    fill_in(was, &Request { capacity: Some(capacity), expires_after_s, ..request.clone() }, stack, account, now)
}

/// The temporary deployment that serves a run's model to the evaluation of the run `evaluation`; `None` if that evaluation has
/// one, which may have been requested in the meantime; or why there is none. `was`: the ledger's item of that name. Nobody
/// is notified of it.
pub fn request_temporary(
    was: Option<&Deployment>,
    run: &Run,
    evaluation: &RunId,
    stack: &str,
    account: &str,
    now: &str,
) -> Result<Option<Deployment>, String> {
    if was.is_some_and(|was| was.evaluation.as_ref() == Some(evaluation) && !is_free(was)) {
        return Ok(None);
    }
    let name = temporary_deployment(evaluation, &run.run_id);
    let capacity = Some(Capacity::OnDemand);
    let request = Request { name: &name, run, expires_after_s: None, capacity, units_max: None, by: None };
    let next = fill_in(was, &request, stack, account, now)?;
    Ok(Some(Deployment { evaluation: Some(evaluation.clone()), notify: Vec::new(), ..next }))
}

/// Whether nothing of it is left at Bedrock.
fn is_free(was: &Deployment) -> bool {
    was.state.is_end() && was.arn.is_none()
}

fn fill_in(
    was: Option<&Deployment>,
    request: &Request<'_>,
    stack: &str,
    account: &str,
    now: &str,
) -> Result<Deployment, String> {
    let Request { name, run, .. } = *request;
    if run.state != State::Succeeded {
        return Err(format!("run {} is {}, so it has no model to deploy", run.run_id, run.state.as_str()));
    }
    let Some(model_arn) = run.model_arn.clone() else {
        return Err(format!("run {} has no custom model", run.run_id));
    };
    let Some(was) = was else {
        return Ok(fill(
            Deployment {
                schema: SCHEMA,
                name: name.to_owned(),
                bedrock_name: bedrock_name(stack, account, name),
                revision: 1,
                dataset: run.dataset.clone(),
                state: DeploymentState::Requested,
                capacity: request.capacity.unwrap_or_default(),
                run_id: run.run_id.clone(),
                model_arn,
                request: 1,
                update_sent: false,
                deletion_sent: false,
                candidates: Vec::new(),
                serving: None,
                serving_model_arn: None,
                previous: None,
                previous_model_arn: None,
                arn: None,
                changed_at: now.to_owned(),
                expires_after_s: None,
                deployed_at: None,
                ends_at: None,
                lease_until: None,
                reason: None,
                outcome: None,
                outcome_at: None,
                failed_run: None,
                commands: Vec::new(),
                requested_by: None,
                evaluation: None,
                owner: None,
                notify: Vec::new(),
                notified: std::collections::BTreeMap::new(),
                open: None,
            },
            request,
        ));
    };
    if was.dataset != run.dataset && !is_free(was) {
        return Err(format!("the name belongs to the dataset {}; deploy the run under another name", was.dataset));
    }
    let capacity = request.capacity.unwrap_or_default();
    if let Some(why) = fixed(was, capacity, &model_arn) {
        return Err(why);
    }
    if was.run_id == run.run_id && !was.state.is_end() && was.state != DeploymentState::Deleting {
        return Err(format!("the deployment serves run {} already, or is about to", run.run_id));
    }
    let state = next(was.state, DeploymentInput::Requested)?;
    let moved = moved(was, state, now);
    let mut candidates = was.candidates.clone();
    if matches!(was.state, DeploymentState::Requested | DeploymentState::Creating) {
        candidates.push(Candidate { run_id: was.run_id.clone(), model_arn: was.model_arn.clone() });
    }
    Ok(fill(
        Deployment {
            candidates,
            capacity,
            run_id: run.run_id.clone(),
            model_arn,
            request: was.request + 1,
            update_sent: false,
            reason: None,
            failed_run: None,
            // A call in progress was for the request before.
            lease_until: was.lease_until,
            ..moved
        },
        request,
    ))
}

/// Why what is at Bedrock can't become what is requested: its capacity can't be changed, and provisioned throughput takes only
/// models of the base model that it has (API reference, UpdateProvisionedModelThroughput).
fn fixed(was: &Deployment, capacity: Capacity, model_arn: &str) -> Option<String> {
    if is_free(was) {
        return None;
    }
    if was.capacity != capacity {
        return Some(other_capacity(was, capacity));
    }
    let base = |arn: &'_ str| CustomModelArn::parse(arn).ok().map(|arn| arn.base.to_owned());
    let (has, wants) = base(&was.model_arn).zip(base(model_arn))?;
    (capacity.is_provisioned() && has != wants).then(|| {
        format!(
            "the deployment's provisioned throughput is for models of {has}, not of {wants}; delete the deployment first, or use another name"
        )
    })
}

/// Why a deployment can't change to another capacity, and what to do first.
pub fn other_capacity(was: &Deployment, capacity: Capacity) -> String {
    let first = match was.state {
        DeploymentState::Deleting | DeploymentState::Failed => "deploy the run again when it is deleted".to_owned(),
        _ => format!("delete it first with `tunedrop undeploy {}`, or use another name", was.name),
    };
    format!("the deployment is {}, which can't be changed to {capacity}; {first}", was.capacity)
}

/// What a request says about the deployment itself.
fn fill(deployment: Deployment, request: &Request<'_>) -> Deployment {
    let run = request.run;
    Deployment {
        expires_after_s: request.expires_after_s,
        dataset: run.dataset.clone(),
        requested_by: request.by.map(str::to_owned),
        owner: run.owner.clone(),
        notify: run.notify.clone(),
        open: Some("open".to_owned()),
        ..deployment
    }
}

/// The deployment that ends later, or why that is ignored: it ends `seconds` after `since` (RFC 3339), the time of the
/// command. A repeated command changes nothing. The caller checks that the stack allows the capacity.
pub fn extend(was: &Deployment, seconds: i64, since: &str) -> Result<Deployment, &'static str> {
    if was.state != DeploymentState::Active {
        return Err("the deployment isn't active");
    }
    let end = later(since, seconds).ok_or("the time can't be read")?;
    if was.ends_at.as_deref().is_some_and(|known| known >= end.as_str()) {
        return Err("the deployment ends later already");
    }
    Ok(Deployment { ends_at: Some(end), expires_after_s: Some(seconds), lease_until: was.lease_until, ..revised(was) })
}

/// The run that a rollback serves again, or why there is none.
pub fn rollback(was: Option<&Deployment>) -> Result<&RunId, &'static str> {
    let was = was.ok_or("there is no deployment of this name")?;
    if was.state == DeploymentState::Updating {
        // The update didn't arrive yet, so the model before it is the one that answers.
        return was.serving.as_ref().ok_or("the deployment serves no run yet");
    }
    if was.state != DeploymentState::Active {
        return Err("the deployment isn't active");
    }
    was.previous.as_ref().ok_or("the deployment served no other run before")
}

/// The deployment with a request to delete it, or why that is ignored.
pub fn delete(was: Option<&Deployment>, by: Option<&str>, reason: &str, now: &str) -> Result<Deployment, &'static str> {
    let was = was.ok_or("there is no deployment of this name")?;
    let state = next(was.state, DeploymentInput::DeleteAsked)?;
    let by = by.map(str::to_owned).or_else(|| was.requested_by.clone());
    let lease_until = was.lease_until;
    // Until a creation is accepted, the ARN is that of an earlier deployment that failed. The name finds both.
    let arn = was.arn.clone().filter(|_| was.state != DeploymentState::Requested);
    let deletion_sent = false;
    let next = moved(was, state, now);
    Ok(Deployment { reason: Some(reason.to_owned()), requested_by: by, arn, deletion_sent, lease_until, ..next })
}
