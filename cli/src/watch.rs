//! `tunedrop watch`: a run, live, until it ends.

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

use crate::format::{counted, visible};
use crate::print;
use crate::runs::{ahead, starts, style};
use crate::stack::{Stack, StackArgs, block_on, explain, is_passing};

/// Between two looks at the ledger.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A local stack trains in seconds.
const LOOK_EVERY_LOCALLY: Duration = Duration::from_millis(200);
/// For so long a network may be away.
const PATIENCE: Duration = Duration::from_secs(600);

/// Follow a run until it ends
///
/// A line for each state and each phase of the job, and how the loss went at the end. Training takes hours: this may be
/// ended with Ctrl-C and started again at any time, and the run goes on.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop watch                    the newest run
  tunedrop watch support-bot        the dataset's newest run

Exit codes: 0 succeeded; 1 failed, stopped, refused, rejected or superseded; 2 used wrongly or a service failed;
3 it is held for approval, which nobody can wait for; 130 Ctrl-C")]
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
                None => bail!("the stack {} has no run yet", stack.name),
            },
        };
        follow(&stack, &run.run_id).await
    })
}

/// Prints what happens to the run until it ends, or waits for somebody.
pub(crate) async fn follow(stack: &Stack, run_id: &str) -> Result<ExitCode> {
    let again =
        || format!("the watching broke off; the run goes on, and so does: tunedrop watch {run_id}{}", stack.named);
    look_on(stack, run_id).await.with_context(again)
}

async fn look_on(stack: &Stack, run_id: &str) -> Result<ExitCode> {
    let (ledger, begin) = (stack.ledger()?, Instant::now());
    let bar = bar();
    let (mut said, mut shown, mut silent) = (None, String::new(), None);
    loop {
        let Some(run) = answered(ledger.run(run_id).await, &mut silent, &bar)? else {
            bar.set_message(format!("no answer, watching for {} s", begin.elapsed().as_secs()));
            tokio::time::sleep(LOOK_EVERY).await;
            continue;
        };
        let Some(run) = run else {
            bail!("the run {run_id} is gone from the ledger");
        };
        if said != Some(run.state) {
            let state = style(run.state);
            bar.suspend(|| print(&format!("{} {state}{}{state:#}\n", visible(run_id), run.state.as_str())))?;
            said = Some(run.state);
        }
        if run.state.is_end() {
            bar.finish_and_clear();
            return ended(stack, &run).await;
        }
        if run.state == State::Held {
            bar.finish_and_clear();
            print(&format!("It waits for your approval: tunedrop approve {run_id}{}\n", stack.named))?;
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
        tokio::time::sleep(if stack.emulated { LOOK_EVERY_LOCALLY } else { LOOK_EVERY }).await;
        bar.tick();
    }
}

/// An answer; `None` where there is none for the moment, which is said once. A network that stays away ends it.
fn answered<T>(answer: Result<T, Failure>, silent: &mut Option<Instant>, bar: &ProgressBar) -> Result<Option<T>> {
    let error = match answer.map_err(explain) {
        Ok(answer) => {
            if silent.take().is_some() {
                bar.suspend(|| print("  there is an answer again\n"))?;
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
            print(&format!(
                "  {}\n  asking again for {} minutes\n",
                visible(&error.to_string()),
                PATIENCE.as_secs() / 60
            ))
        })?;
    }
    Ok(None)
}

/// What it is doing or waiting for; `None` where that can't be asked: only the ledger's state counts.
async fn now(stack: &Stack, ledger: &Ledger, run: &Run) -> Option<String> {
    Some(match run.state {
        State::Queued if run.settles_until().is_some() => format!(
            "accepted{}; start it now with: tunedrop approve {}{}",
            starts(run),
            visible(&run.run_id),
            stack.named
        ),
        State::Queued if run.waiting.as_deref().is_some_and(|words| words.ends_with(RESUMES)) => {
            visible(run.waiting.as_deref().unwrap_or_default()).to_string()
        }
        State::Queued => match ahead(ledger, run).await.ok()? {
            0 => match run.waiting.as_deref() {
                Some(words) => format!("next to be launched; Bedrock says: {}", visible(words)),
                None => "next to be launched".to_owned(),
            },
            ahead => format!("{} before it", counted(ahead as u64, "run")),
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

/// How it ended: the reason or the loss, and where the report lies.
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
    page.push_str(&format!("  report: tunedrop report {}{}\n", run.run_id, stack.named));
    print(&page)?;
    Ok(ExitCode::from(u8::from(run.state != State::Succeeded)))
}

/// A line that moves, on a terminal only.
fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {wide_msg}").expect("the template is a constant");
    ProgressBar::new_spinner().with_style(style)
}
