//! `tunedrop deploy`, `rollback` and `undeploy`: put a command for a deployment on the stack's event bus.

mod args;
mod follow;
mod propose;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use tunedrop_run::decide::deploy::{delete, rollback as previous_run};
use tunedrop_run::decide::evaluate::deployment_name;
use tunedrop_run::deployment::requested_name_fault;
use tunedrop_run::event::{DeploymentCommand, Event};
use tunedrop_run::{Deployment, DeploymentState, Timestamp};

pub(crate) use args::{DeployArgs, RollbackArgs, UndeployArgs};
pub(crate) use follow::{Wanted, active, follow, is_recent, of_recipe};
use propose::units_max;
pub(crate) use propose::{not_on_demand, propose, propose_rollback, serves_already};

use crate::command::sender;
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
        let name = args.name.as_deref().unwrap_or_else(|| deployment_name(&run));
        let was = stack.ledger()?.deployment(name).await.map_err(explain)?;
        if let Some(was) = &was
            && serves_already(was, &run.run_id)
            && named.is_none_or(|named| named == was.capacity)
        {
            return already(&stack, was, args).await;
        }
        let proposed = match propose(&stack, &run, was.as_ref(), name, args.expires, named)? {
            Ok(proposed) => proposed,
            Err(why) => return nothing_sent(&why),
        };
        print(&proposed.plan)?;
        let after = was.as_ref().map_or(0, |was| was.request);
        put(&stack, proposed.command, name, args.wait).await?;
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
        match propose_rollback(&stack, &was, &run_id).await? {
            Ok(plan) => print(&plan)?,
            Err(why) => return nothing_sent(&why),
        }
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

/// Puts a command for a deployment on the stack's event bus.
pub(crate) async fn send(stack: &Stack, command: DeploymentCommand) -> Result<()> {
    let by = sender();
    stack.bus()?.put(&stack.name, &Event::DeploymentCommand { command, by }).await.map_err(explain)
}

/// Sends a command, and prints how to follow it unless the caller does.
async fn put(stack: &Stack, command: DeploymentCommand, name: &str, followed: bool) -> Result<()> {
    let kind = command.kind().as_str();
    send(stack, command).await?;
    let then = match followed {
        true => String::new(),
        false => format!(" See its state with `tunedrop deployments{}`; you also get a message", stack.named),
    };
    print(&format!("Sent \"{kind}\" for {} to stack {}.{then}\n", visible(name), stack.name))
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

pub(crate) fn now() -> String {
    format!("{:.3}", Timestamp::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_the_largest_unit_that_fits() {
        for (seconds, expected) in [(3600, "1 hour"), (86_400, "1 day"), (259_200, "3 days"), (90_000, "25 hours")] {
            assert_eq!(lasting(seconds), expected);
        }
    }
}
