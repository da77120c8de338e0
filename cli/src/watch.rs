//! `tunedrop watch`: follows a run until it ends.

mod after;
mod curve;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tunedrop_aws::{Failure, Ledger};
use tunedrop_run::decide::limit::RESUMES;
use tunedrop_run::{Run, State};

pub(crate) use curve::outcome;

use crate::evaluate::Say;
use crate::format::{counted, visible};
use crate::print;
use crate::runs::{ahead, starts, style};
use crate::stack::{Stack, StackArgs, block_on, explain, is_passing};

/// How often the ledger is read.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often the ledger of a local stack is read: it trains in seconds.
const LOOK_EVERY_LOCALLY: Duration = Duration::from_millis(200);
/// How long calls may fail before the command ends.
const PATIENCE: Duration = Duration::from_secs(600);

/// Follow a run until it ends
///
/// Prints a line for each state and each phase of the job, and the loss at the end. Then follows the model's evaluation, and
/// the deployment that the recipe asks for, until the model answers. Training takes hours: you can stop watching with Ctrl-C
/// and watch again at any time. The run continues.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop watch                    the newest run
  tunedrop watch support-bot        the dataset's newest run

Exit codes:
  0: the run succeeded, its evaluation has a decision and its deployment
     answers, if the recipe asks for them
  1: the run failed, or is stopped, refused, rejected or superseded; its
     evaluation or deployment failed; or the recipe deploys only a model
     that the evaluation keeps, and it wasn't kept
  2: a usage error, or a failed service
  3: the run is waiting for approval
  130: Ctrl-C")]
pub(crate) struct WatchArgs {
    /// A run's id or the beginning of one, or a dataset [default: the newest run]
    run: Option<String>,
    #[command(flatten)]
    stack: StackArgs,
}

pub(crate) fn watch(args: &WatchArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find().await?;
        let run = match &args.run {
            Some(text) => stack.run(text).await?,
            None => match stack.ledger()?.recent().next().await.map_err(explain)? {
                Some(run) => run,
                None => bail!("stack {} has no runs yet", stack.name),
            },
        };
        follow(&stack, &run.run_id).await
    })
}

/// Prints the run's states until it ends or waits for approval.
pub(crate) async fn follow(stack: &Stack, run_id: &str) -> Result<ExitCode> {
    let again =
        || format!("lost the connection. The run continues; resume with `tunedrop watch {run_id}{}`", stack.named);
    look_on(stack, run_id).await.with_context(again)
}

async fn look_on(stack: &Stack, run_id: &str) -> Result<ExitCode> {
    let (ledger, begin) = (stack.ledger()?, Instant::now());
    let bar = bar();
    let (mut printed, mut shown, mut silent) = (None, String::new(), None);
    loop {
        let Some(run) = answered(ledger.run(run_id).await, &mut silent, &bar, print)? else {
            bar.set_message(format!("no connection, watching for {} s", begin.elapsed().as_secs()));
            tokio::time::sleep(LOOK_EVERY).await;
            continue;
        };
        let Some(run) = run else {
            bail!("run {run_id} is no longer in the ledger");
        };
        if printed != Some(run.state) {
            let state = style(run.state);
            bar.suspend(|| print(&format!("{} {state}{}{state:#}\n", visible(run_id), run.state.as_str())))?;
            printed = Some(run.state);
        }
        if run.state.is_end() {
            bar.finish_and_clear();
            return ended(stack, &run).await;
        }
        if run.state == State::Held {
            bar.finish_and_clear();
            print(&format!("Waiting for your approval: run `tunedrop approve {run_id}{}`\n", stack.named))?;
            return Ok(ExitCode::from(3));
        }
        if let Some(now) = now(stack, &ledger, &run).await
            && now != shown
        {
            if bar.is_hidden() {
                print(&format!("  {now}\n"))?;
            }
            shown = now;
        }
        bar.set_message(format!("{shown}, watching for {} s", begin.elapsed().as_secs()));
        pause(stack).await;
        bar.tick();
    }
}

/// Waits until the ledger is read again.
pub(crate) async fn pause(stack: &Stack) {
    tokio::time::sleep(if stack.emulated { LOOK_EVERY_LOCALLY } else { LOOK_EVERY }).await;
}

/// The answer. `None` after a temporary failure, which is printed once. After too many of them it is an error.
pub(crate) fn answered<T>(
    answer: Result<T, Failure>,
    silent: &mut Option<Instant>,
    bar: &ProgressBar,
    say: Say,
) -> Result<Option<T>> {
    let error = match answer.map_err(explain) {
        Ok(answer) => {
            if silent.take().is_some() {
                bar.suspend(|| say("  Reconnected\n"))?;
            }
            return Ok(Some(answer));
        }
        Err(error) => error,
    };
    if !is_passing(&error) || silent.is_some_and(|since| since.elapsed() > PATIENCE) {
        return Err(error);
    }
    if silent.is_none() {
        *silent = Some(Instant::now());
        bar.suspend(|| {
            say(&format!("  {}\n  Retrying for {} minutes\n", visible(&error.to_string()), PATIENCE.as_secs() / 60))
        })?;
    }
    Ok(None)
}

/// What the run is doing or waiting for. `None` if a call fails.
async fn now(stack: &Stack, ledger: &Ledger, run: &Run) -> Option<String> {
    Some(match run.state {
        State::Queued if run.settles_until().is_some() => format!(
            "accepted{}; start it now with `tunedrop approve {}{}`",
            starts(run),
            visible(&run.run_id),
            stack.named
        ),
        State::Queued if run.blocked_reason.as_deref().is_some_and(|words| words.ends_with(RESUMES)) => {
            visible(run.blocked_reason.as_deref().unwrap_or_default()).to_string()
        }
        State::Queued => match ahead(ledger, run).await.ok()? {
            0 => match run.blocked_reason.as_deref() {
                Some(words) => format!("next in the queue; Bedrock says: {}", visible(words)),
                None => "next in the queue".to_owned(),
            },
            ahead => format!("{} before it in the queue", counted(ahead as u64, "run")),
        },
        State::Running => {
            let job = stack.jobs().get(run.job_arn.as_deref().unwrap_or(&run.run_id)).await.ok()?;
            let phases = job.map(|job| job.phases).unwrap_or_default();
            let at = phases.iter().rev().find(|(_, status, ..)| status != "NotStarted");
            at.map_or("training".to_owned(), |(name, status, ..)| format!("{}: {}", visible(name), visible(status)))
        }
        state => state.as_str().to_lowercase(),
    })
}

/// Prints how the run ended: the reason or the loss, and how to open the report. Then follows its evaluation and deployment.
async fn ended(stack: &Stack, run: &Run) -> Result<ExitCode> {
    let mut page = String::new();
    if let Some(reason) = run.reason.as_deref() {
        page.push_str(&format!("  {}\n", visible(reason)));
    }
    if run.state == State::Succeeded {
        page.push_str(&curve::of(stack, run).await?);
        if let Some(arn) = &run.model_arn {
            page.push_str(&format!("  model  {}\n", visible(arn)));
        }
    }
    page.push_str(&format!("  Open the report with `tunedrop report {}{}`\n", run.run_id, stack.named));
    print(&page)?;
    match run.state {
        State::Succeeded => after::succeeded(stack, run).await,
        _ => Ok(ExitCode::from(1)),
    }
}

/// A status line, on a terminal only.
pub(crate) fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {wide_msg}").expect("the template is a constant");
    ProgressBar::new_spinner().with_style(style)
}
