//! Follows a deployment until it serves a run, fails, or is gone.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tunedrop_run::decide::evaluate::deployment_name;
use tunedrop_run::{Deployment, DeploymentOutcome, DeploymentState, Run, RunId, Timestamp};

use super::expiry;
use crate::deployments::{billed, style};
use crate::format::{BOLD, visible};
use crate::print;
use crate::stack::Stack;
use crate::watch::{answered, bar, pause};

/// How long the stack may take to pick a request up.
const PICKED_UP: Duration = Duration::from_secs(300);

/// What a command waits for.
pub(crate) enum Wanted<'w> {
    /// The run's model answers. `after`: the number of the last request before this one.
    Serves { run_id: &'w RunId, after: u64 },
    /// The model of a run answers, because its recipe asks for it. `since`: when that became due.
    Recipe { run_id: &'w RunId, since: &'w str },
    /// The deployment doesn't exist any more.
    Gone,
}

/// How far it is.
#[derive(Debug, PartialEq, Eq)]
enum Progress {
    /// The stack didn't pick the request up yet.
    NotYet,
    Changing,
    Done,
    Failed(String),
    /// Another request came after this one, for this run.
    Replaced(RunId),
}

fn progress(seen: Option<&Deployment>, wanted: &Wanted<'_>) -> Progress {
    let Some(seen) = seen else {
        return if matches!(wanted, Wanted::Gone) { Progress::Done } else { Progress::NotYet };
    };
    let failed = || Progress::Failed(seen.reason.clone().unwrap_or_else(|| "Bedrock gave no reason".to_owned()));
    let run_id = match wanted {
        Wanted::Gone => {
            return match seen.state {
                DeploymentState::Deleted | DeploymentState::Failed => Progress::Done,
                DeploymentState::Deleting => Progress::Changing,
                _ => Progress::NotYet,
            };
        }
        Wanted::Serves { after, .. } if seen.request <= *after => return Progress::NotYet,
        Wanted::Serves { run_id, .. } | Wanted::Recipe { run_id, .. } => *run_id,
    };
    if seen.run_id == *run_id {
        return match seen.state {
            DeploymentState::Active => Progress::Done,
            DeploymentState::Failed => failed(),
            DeploymentState::Deleting | DeploymentState::Deleted => {
                Progress::Failed(seen.reason.clone().unwrap_or_else(|| "it was deleted".to_owned()))
            }
            _ => Progress::Changing,
        };
    }
    // After a failed update the deployment is of the run that it served before.
    let update_failed = seen.outcome == Some(DeploymentOutcome::Failed) && !seen.state.is_in_motion();
    match wanted {
        Wanted::Serves { after, .. } if update_failed && seen.request == after + 1 => failed(),
        Wanted::Recipe { since, .. } if update_failed && is_later(seen.outcome_at.as_deref(), since) => failed(),
        Wanted::Recipe { .. } if !seen.knows(run_id) => Progress::NotYet,
        _ => Progress::Replaced(seen.run_id.clone()),
    }
}

fn is_later(time: Option<&str>, than: &str) -> bool {
    let parse = |text: &str| text.parse::<Timestamp>().ok();
    matches!((time.and_then(parse), parse(than)), (Some(time), Some(than)) if time > than)
}

/// Prints the deployment's states until it is as wanted, or can't be.
pub(crate) async fn follow(stack: &Stack, name: &str, wanted: &Wanted<'_>) -> Result<ExitCode> {
    let again = || {
        let named = &stack.named;
        format!(
            "lost the connection. The stack continues; see the deployment's state with `tunedrop deployments{named}`"
        )
    };
    look_on(stack, name, wanted).await.with_context(again)
}

async fn look_on(stack: &Stack, name: &str, wanted: &Wanted<'_>) -> Result<ExitCode> {
    let (ledger, begin, bar) = (stack.ledger()?, Instant::now(), bar());
    let (mut said, mut silent) = (None, None);
    loop {
        let Some(seen) = answered(ledger.deployment(name).await, &mut silent, &bar, print)? else {
            bar.set_message(format!("no connection, watching for {} s", begin.elapsed().as_secs()));
            pause(stack).await;
            continue;
        };
        let progress = progress(seen.as_ref(), wanted);
        if let Some(seen) = seen.as_ref().filter(|_| progress != Progress::NotYet)
            && said != Some(seen.state)
        {
            let style = style(seen.state);
            bar.suspend(|| print(&format!("{} {style}{}{style:#}\n", visible(name), seen.state.as_str())))?;
            said = Some(seen.state);
        }
        let ended = match progress {
            Progress::NotYet if begin.elapsed() > PICKED_UP => {
                bar.finish_and_clear();
                let named = &stack.named;
                bail!(
                    "the stack didn't start within {} minutes; check it with `tunedrop doctor{named}`, and the state with `tunedrop deployments{named}`",
                    PICKED_UP.as_secs() / 60
                );
            }
            Progress::NotYet | Progress::Changing => None,
            Progress::Done => match (wanted, &seen) {
                (Wanted::Serves { .. } | Wanted::Recipe { .. }, Some(seen)) => Some((active(stack, seen), 0)),
                _ => Some((String::new(), 0)),
            },
            Progress::Failed(why) => Some((failure(seen.as_ref(), &why, wanted), 1)),
            Progress::Replaced(other) => {
                Some((format!("  {} was asked to serve run {} instead\n", visible(name), visible(&other)), 1))
            }
        };
        if let Some((page, code)) = ended {
            bar.finish_and_clear();
            print(&page)?;
            return Ok(ExitCode::from(code));
        }
        let waits = seen.as_ref().and_then(|seen| seen.reason.as_deref()).filter(|_| progress_waits(said));
        let now = waits.map_or("waiting for Bedrock".to_owned(), |words| format!("waiting: {}", visible(words)));
        bar.set_message(format!("{now}, watching for {} s", begin.elapsed().as_secs()));
        pause(stack).await;
        bar.tick();
    }
}

/// Whether a deployment in this state has a reason that says what it waits for.
fn progress_waits(state: Option<DeploymentState>) -> bool {
    matches!(state, Some(DeploymentState::Requested | DeploymentState::Updating))
}

fn failure(seen: Option<&Deployment>, why: &str, wanted: &Wanted<'_>) -> String {
    let mut page = format!("  {}\n", visible(why));
    if matches!(wanted, Wanted::Gone) {
        return page;
    }
    if let Some((seen, run_id)) = seen.and_then(|seen| Some((seen, seen.serving.as_ref()?))) {
        page.push_str(&format!("  {} continues to serve run {}\n", visible(&seen.name), visible(run_id)));
    }
    page
}

/// Follows the deployment that the recipe of a run asks for. `since`: when that became due. Returns whether the command
/// succeeded.
pub(crate) async fn of_recipe(stack: &Stack, run: &Run, since: &str) -> Result<ExitCode> {
    let name = deployment_name(run);
    let wanted = Wanted::Recipe { run_id: &run.run_id, since };
    let seen = stack.ledger()?.deployment(name).await.map_err(crate::stack::explain)?;
    let progress = progress(seen.as_ref(), &wanted);
    // Of a run from long ago, people may have deleted or replaced the deployment.
    if progress != Progress::Changing && !is_recent(since) {
        let serves = seen.as_ref().and_then(|seen| seen.serving.as_ref());
        let state = match (&seen, serves) {
            (_, Some(serves)) => format!("serves run {}", visible(serves)),
            (Some(seen), None) => format!("is {}", seen.state.as_str()),
            (None, None) => "doesn't exist".to_owned(),
        };
        print(&format!("  The recipe deploys it as {}, which {state}\n", visible(name)))?;
        return Ok(ExitCode::SUCCESS);
    }
    print(&format!("  The recipe deploys it as {}\n", visible(name)))?;
    follow(stack, name, &wanted).await
}

/// Whether the stack may still be about to do what became due at this time.
pub(crate) fn is_recent(time: &str) -> bool {
    let passed = time.parse::<Timestamp>().map(|at| Timestamp::now().as_second() - at.as_second());
    passed.is_ok_and(|seconds| seconds <= PICKED_UP.as_secs() as i64)
}

/// An active deployment: its ARN, its end, and how to call it.
pub(crate) fn active(stack: &Stack, seen: &Deployment) -> String {
    let name = visible(&seen.name);
    let mut page =
        format!("{BOLD}{name}{BOLD:#} serves run {}\n", visible(seen.serving.as_ref().unwrap_or(&seen.run_id)));
    if let Some(model_units) = seen.capacity.model_units() {
        page.push_str(&format!("  Billed   {}\n", billed(model_units)));
    }
    if let Some(expiry) = expiry(seen) {
        page.push_str(&format!("  Expires  {expiry}\n"));
    }
    if let Some(arn) = &seen.arn {
        page.push_str(&format!("  ARN      {}\n", visible(arn)));
        page.push_str(&format!("\nAsk it:\n  tunedrop try {name} \"Hello\"{}\n", stack.named));
        page.push_str(&format!("\nCall it:\n  {}\n", converse(stack, arn)));
    }
    page
}

/// The command of the AWS CLI that asks a model.
fn converse(stack: &Stack, arn: &str) -> String {
    let region = stack.configs.all.region().map(|region| format!(" --region {region}")).unwrap_or_default();
    let endpoint = stack.configs.bedrock.endpoint_url().map(|url| format!(" --endpoint-url {url}")).unwrap_or_default();
    format!(
        "aws bedrock-runtime converse{region}{endpoint} --model-id {} --messages '[{{\"role\":\"user\",\"content\":[{{\"text\":\"Hello\"}}]}}]'",
        visible(arn)
    )
}

#[cfg(test)]
mod tests;
