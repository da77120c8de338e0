//! `tunedrop deploy`, `rollback` and `undeploy`: put a command for a deployment on the stack's event bus.

mod args;
mod follow;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use tunedrop_run::decide::deploy::{Request, delete, request, rollback as previous_run};
use tunedrop_run::decide::evaluate::deployment_name;
use tunedrop_run::deployment::{on_demand_regions, requested_name_fault, throughput_support};
use tunedrop_run::event::{DeploymentCommand, Event};
use tunedrop_run::{Capacity, Deployment, DeploymentState, RunId, Timestamp};

pub(crate) use args::{DeployArgs, RollbackArgs, UndeployArgs};
pub(crate) use follow::{Wanted, active, follow, is_recent, of_recipe};

use crate::format::visible;
use crate::print;
use crate::rm::confirmed;
use crate::runs::time;
use crate::stack::{Stack, block_on, explain};

pub(crate) fn deploy(args: &DeployArgs) -> Result<ExitCode> {
    block_on(async {
        if let Some(fault) = args.name.as_deref().and_then(requested_name_fault) {
            bail!("invalid name: {fault}");
        }
        let named = args.capacity()?;
        let stack = args.stack.find_to_change().await?;
        let run = stack.run(&args.run).await?;
        let plan = run.plan.as_ref().and_then(|plan| plan.deploy.as_ref());
        let name = args.name.as_deref().unwrap_or_else(|| deployment_name(&run));
        let expires_after_s = args.expires.or_else(|| plan?.expires_after_s);
        let was = stack.ledger()?.deployment(name).await.map_err(explain)?;
        if let Some(was) = &was
            && serves_already(was, &run.run_id)
            && named.is_none_or(|named| named == was.capacity)
        {
            return already(&stack, was, args).await;
        }
        // The account and the time only matter to what is written.
        let units_max = units_max(&stack, named)?;
        let wanted = Request { name, run: &run, expires_after_s, capacity: named, units_max, by: None };
        let next = match request(was.as_ref(), &wanted, &stack.name, "", &now()) {
            Ok(next) => next,
            Err(why) => return nothing_sent(&why),
        };
        let region = stack.configs.all.region().map(ToString::to_string).unwrap_or_default();
        let unserved = |base: &str| match next.capacity {
            Capacity::OnDemand => not_on_demand(base, &region),
            Capacity::Provisioned { .. } => throughput_support(base).fault(base, Some(&region)),
        };
        if let Some(why) = run.plan.as_ref().and_then(|plan| unserved(&plan.base_model)) {
            return nothing_sent(&why);
        }
        print(&plan_of(&next, was.as_ref()))?;
        let sent = DeploymentCommand::Deploy {
            run_id: run.run_id.clone(),
            name: Some(name.to_owned()),
            expires_after_s: args.expires,
            capacity: named,
        };
        let after = was.as_ref().map_or(0, |was| was.request);
        put(&stack, sent, name, args.wait).await?;
        match args.wait {
            true => follow(&stack, name, &Wanted::Serves { run_id: &run.run_id, after }).await,
            false => Ok(ExitCode::SUCCESS),
        }
    })
}

pub(crate) fn rollback(args: &RollbackArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find_to_change().await?;
        let was = stack.ledger()?.deployment(&args.name).await.map_err(explain)?;
        let run_id = match previous_run(was.as_ref()) {
            Ok(run_id) => run_id.clone(),
            Err(why) => return not_possible(&stack, &args.name, was.as_ref(), why),
        };
        let was = was.context("a deployment that can be rolled back exists")?;
        let run = stack.ledger()?.run(&run_id).await.map_err(explain)?;
        if run.is_none_or(|run| run.model_arn.is_none()) {
            return nothing_sent(&format!("run {run_id}, which {} served before, has no custom model", was.name));
        }
        let from = was.serving.as_ref().unwrap_or(&was.run_id);
        print(&format!(
            "{} will serve run {} again, in place of {}. The ARN stays the same, and calls are answered during the change\n",
            visible(&was.name),
            visible(&run_id),
            visible(if *from == run_id { &was.run_id } else { from }),
        ))?;
        put(&stack, DeploymentCommand::RollBack { name: was.name.clone() }, &was.name, args.wait).await?;
        match args.wait {
            true => follow(&stack, &was.name, &Wanted::Serves { run_id: &run_id, after: was.request }).await,
            false => Ok(ExitCode::SUCCESS),
        }
    })
}

pub(crate) fn undeploy(args: &UndeployArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find_to_change().await?;
        let was = stack.ledger()?.deployment(&args.name).await.map_err(explain)?;
        if let Err(why) = delete(was.as_ref(), None, "", &now()) {
            return not_possible(&stack, &args.name, was.as_ref(), why);
        }
        let was = was.context("a deployment that can be deleted exists")?;
        if let Some(run_id) = &was.evaluation {
            return nothing_sent(&format!(
                "the evaluation of {run_id} needs it, and it is deleted at its end. Stop that with `tunedrop evaluate {run_id} --stop{}`",
                stack.named
            ));
        }
        let name = visible(&was.name);
        let serves = was.serving.as_ref().map(|run_id| format!(", which serves run {}", visible(run_id)));
        let question = format!(
            "Delete the deployment {name}{}? Its ARN stops answering. The custom model stays. Delete?",
            serves.unwrap_or_default()
        );
        if !args.yes && !confirmed(&question).await? {
            print("Canceled: nothing was deleted\n")?;
            return Ok(ExitCode::from(1));
        }
        put(&stack, DeploymentCommand::Delete { name: was.name.clone() }, &was.name, args.wait).await?;
        match args.wait {
            true => follow(&stack, &was.name, &Wanted::Gone).await,
            false => Ok(ExitCode::SUCCESS),
        }
    })
}

/// Sends a command, and prints how to follow it unless the caller does.
async fn put(stack: &Stack, command: DeploymentCommand, name: &str, followed: bool) -> Result<()> {
    let kind = command.kind().as_str();
    let by = std::env::var("USER").ok().filter(|user| !user.is_empty());
    stack.bus()?.put(&stack.name, &Event::DeploymentCommand { command, by }).await.map_err(explain)?;
    let then = match followed {
        true => String::new(),
        false => format!(" See its state with `tunedrop deployments{}`; you also get a message", stack.named),
    };
    print(&format!("Sent \"{kind}\" for {} to stack {}.{then}\n", visible(name), stack.name))
}

/// Whether a request for this run would change nothing.
fn serves_already(was: &Deployment, run_id: &RunId) -> bool {
    was.run_id == *run_id && !was.state.is_end() && was.state != DeploymentState::Deleting
}

/// For a run that is served already: moves the end if the command names one, else prints how to call the model.
async fn already(stack: &Stack, was: &Deployment, args: &DeployArgs) -> Result<ExitCode> {
    let (name, run_id) = (visible(&was.name), visible(&was.run_id));
    match (was.state, args.expires) {
        (DeploymentState::Active, None) => {
            print(&active(stack, was))?;
            Ok(ExitCode::SUCCESS)
        }
        (DeploymentState::Active, Some(seconds)) => {
            if let Some(why) = was.capacity.forbidden(units_max(stack, None)?) {
                return nothing_sent(&why);
            }
            if ends_after(was, Timestamp::now().as_second().saturating_add(seconds)) {
                return nothing_sent(&format!("{name} ends later already: {}", expiry(was).unwrap_or_default()));
            }
            print(&format!("{name} serves run {run_id} already. It is deleted {} from now\n", lasting(seconds)))?;
            let (run_id, name) = (was.run_id.clone(), Some(was.name.clone()));
            let sent = DeploymentCommand::Deploy { run_id, name, expires_after_s: args.expires, capacity: None };
            put(stack, sent, &was.name, false).await?;
            Ok(ExitCode::SUCCESS)
        }
        (state, Some(_)) => nothing_sent(&format!("{name} is {}; change its end when it is Active", state.as_str())),
        (state, None) => {
            print(&format!("{name} is {}: it is about to serve run {run_id}\n", state.as_str()))?;
            match args.wait {
                true => follow(stack, &was.name, &Wanted::Serves { run_id: &was.run_id, after: was.request - 1 }).await,
                false => Ok(ExitCode::SUCCESS),
            }
        }
    }
}

/// Whether it is deleted after this time, in Unix seconds; false if it never is.
fn ends_after(was: &Deployment, time_s: i64) -> bool {
    let end = was.ends_at.as_deref().and_then(|end| end.parse::<Timestamp>().ok());
    end.is_some_and(|end| end.as_second() >= time_s)
}

fn nothing_sent(why: &str) -> Result<ExitCode> {
    print(&format!("Nothing was sent: {}\n", visible(why)))?;
    Ok(ExitCode::from(1))
}

fn not_possible(stack: &Stack, name: &str, was: Option<&Deployment>, why: &str) -> Result<ExitCode> {
    if was.is_none() {
        bail!("stack {} has no deployment {}; list them with `tunedrop deployments{}`", stack.name, name, stack.named);
    }
    nothing_sent(why)
}

/// The most model units that the stack allows; `None` if an older version deployed it. `wanted`: what the command names, which
/// an older version would ignore.
fn units_max(stack: &Stack, wanted: Option<Capacity>) -> Result<Option<u32>> {
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

/// A time in days or hours.
fn lasting(seconds: i64) -> String {
    let counted = |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    match seconds % 86_400 {
        0 => counted(seconds / 86_400, "day"),
        _ => counted(seconds / 3600, "hour"),
    }
}

/// When it is deleted, to the minute.
pub(crate) fn expiry(deployment: &Deployment) -> Option<String> {
    match (&deployment.ends_at, deployment.expires_after_s) {
        (Some(at), _) => Some(format!("{} UTC", time(at))),
        (None, Some(seconds)) => Some(format!("{} after it is active", lasting(seconds))),
        (None, None) => None,
    }
}

fn now() -> String {
    format!("{:.3}", Timestamp::now())
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

    #[test]
    fn times_are_in_the_largest_unit_that_fits() {
        for (seconds, expected) in [(3600, "1 hour"), (86_400, "1 day"), (259_200, "3 days"), (90_000, "25 hours")] {
            assert_eq!(lasting(seconds), expected);
        }
    }
}
