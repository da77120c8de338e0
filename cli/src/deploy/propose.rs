//! What a command for a deployment will do, or why it is not sent. The stack decides again, with the same functions.

use anyhow::{Context, Result};
use tunedrop_run::decide::deploy::{Request, request};
use tunedrop_run::deployment::{on_demand_regions, throughput_support};
use tunedrop_run::event::DeploymentCommand;
use tunedrop_run::{Capacity, Deployment, DeploymentState, Run, RunId};

use super::{lasting, now};
use crate::format::visible;
use crate::stack::{Stack, explain};

/// A command, and what it will do.
pub(crate) struct Proposed {
    /// For people, with a line break at the end.
    pub(crate) plan: String,
    pub(crate) command: DeploymentCommand,
}

/// The command that deploys a run as `name`; or why the stack would ignore it. `was`: the ledger's item of that name.
pub(crate) fn propose(
    stack: &Stack,
    run: &Run,
    was: Option<&Deployment>,
    name: &str,
    expires: Option<i64>,
    capacity: Option<Capacity>,
) -> Result<Result<Proposed, String>> {
    let plan = run.plan.as_ref().and_then(|plan| plan.deploy.as_ref());
    let expires_after_s = expires.or_else(|| plan?.expires_after_s);
    // The account and the time only matter to what is written.
    let units_max = units_max(stack, capacity)?;
    let wanted = Request { name, run, expires_after_s, capacity, units_max, by: None };
    let next = match request(was, &wanted, &stack.name, "", &now()) {
        Ok(next) => next,
        Err(why) => return Ok(Err(why)),
    };
    let region = stack.configs.all.region().map(ToString::to_string).unwrap_or_default();
    let unserved = |base: &str| match next.capacity {
        Capacity::OnDemand => not_on_demand(base, &region),
        Capacity::Provisioned { .. } => throughput_support(base).fault(base, Some(&region)),
    };
    if let Some(why) = run.plan.as_ref().and_then(|plan| unserved(&plan.base_model)) {
        return Ok(Err(why));
    }
    let command = DeploymentCommand::Deploy {
        run_id: run.run_id.clone(),
        name: Some(name.to_owned()),
        expires_after_s: expires,
        capacity,
    };
    Ok(Ok(Proposed { plan: plan_of(&next, was), command }))
}

/// What a rollback to a run will do, with a line break at the end; or why it isn't possible.
pub(crate) async fn propose_rollback(
    stack: &Stack,
    was: &Deployment,
    run_id: &RunId,
) -> Result<Result<String, String>> {
    let run = stack.ledger()?.run(run_id).await.map_err(explain)?;
    if run.is_none_or(|run| run.model_arn.is_none()) {
        return Ok(Err(format!("run {run_id}, which {} served before, has no custom model", was.name)));
    }
    let from = was.serving.as_ref().unwrap_or(&was.run_id);
    Ok(Ok(format!(
        "{} will serve run {} again, in place of {}. The ARN stays the same, and calls are answered during the change\n",
        visible(&was.name),
        visible(run_id),
        visible(if from == run_id { &was.run_id } else { from }),
    )))
}

/// Whether a request for this run would change nothing.
pub(crate) fn serves_already(was: &Deployment, run_id: &RunId) -> bool {
    was.run_id == *run_id && !was.state.is_end() && was.state != DeploymentState::Deleting
}

/// The most model units that the stack allows; `None` if an older version deployed it. `wanted`: what the command names, which
/// an older version would ignore.
pub(super) fn units_max(stack: &Stack, wanted: Option<Capacity>) -> Result<Option<u32>> {
    match (stack.output("MaxModelUnits"), wanted) {
        (Ok(most), _) => Ok(Some(most.parse().context("the stack's MaxModelUnits isn't a number")?)),
        (Err(_), None | Some(Capacity::OnDemand)) => Ok(None),
        (Err(error), Some(_)) => Err(error),
    }
}

/// Why Bedrock can't serve custom models of this base model on demand in a Region.
pub(crate) fn not_on_demand(base: &str, region: &str) -> Option<String> {
    let regions = on_demand_regions(base);
    if regions.is_empty() {
        return Some(format!(
            "Bedrock can't deploy custom models of {base} on demand{}",
            match throughput_support(base).fault(base, Some(region)) {
                None => ". `tunedrop deploy --type provisioned --expires 8h` serves one by the hour",
                Some(_) => "",
            }
        ));
    }
    (!regions.contains(&region)).then(|| {
        let there = regions.join(", ");
        format!("Bedrock can deploy custom models of {base} in {there} only, and this stack is in {region}")
    })
}

/// What a request will do. `next`: the deployment with the request in it.
fn plan_of(next: &Deployment, was: Option<&Deployment>) -> String {
    let (name, run_id) = (visible(&next.name), visible(&next.run_id));
    let what = match was {
        Some(was) if was.state.answers() => format!(
            "{name} will serve run {run_id}, in place of {}. The ARN stays the same, and calls are answered during the change",
            visible(was.serving.as_ref().unwrap_or(&was.run_id))
        ),
        _ if next.capacity.is_provisioned() => {
            format!("Bedrock will deploy run {run_id} as {name}, {}, under a new ARN", next.capacity)
        }
        _ => format!("Bedrock will deploy run {run_id} as {name}, under a new ARN"),
    };
    let end = match next.expires_after_s {
        Some(seconds) => format!("It is deleted {} after that", lasting(seconds)),
        None => "It doesn't expire".to_owned(),
    };
    let billed = match next.capacity.model_units() {
        Some(_) => {
            ". Until then, each model unit is billed by the hour, called or not. tunedrop doesn't know the price"
        }
        None => "",
    };
    format!("{what}. {end}{billed}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_model_must_be_served_on_demand_in_the_region() {
        assert_eq!(not_on_demand("amazon.nova-lite-v1:0:300k", "us-east-1"), None);
        let elsewhere = not_on_demand("amazon.nova-lite-v1:0:300k", "us-west-2").expect("a reason");
        assert!(elsewhere.contains("in us-east-1 only, and this stack is in us-west-2"), "{elsewhere}");
        let never = not_on_demand("amazon.titan-text-express-v1:0:8k", "us-east-1").expect("a reason");
        assert!(never.contains("can't deploy custom models of amazon.titan-text-express-v1:0:8k"), "{never}");
    }
}
