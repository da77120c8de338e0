//! Follows an evaluation until it ends.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tunedrop_run::{EvaluationEntry, RunId};

use crate::evaluations::{progress, style};
use crate::format::visible;
use crate::stack::Stack;
use crate::watch::{answered, bar, pause};

/// How long the stack may take to pick a request up. Other evaluations may be ahead of it in the queue.
const PICKED_UP: Duration = Duration::from_secs(3600);
/// How often a line is printed without a terminal, while the state doesn't change.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Prints for people: to standard output, or to standard error if that has JSON.
pub(crate) type Say = fn(&str) -> Result<()>;

/// The evaluation to follow.
pub(crate) struct Request {
    /// The number of the last evaluation before it.
    pub(crate) after: u64,
    /// The id of the event that asked for it; `None`: any evaluation after that.
    pub(crate) sent: Option<String>,
}

/// Prints the states of the run's evaluation until it ends, and returns it.
pub(crate) async fn follow(stack: &Stack, run_id: &RunId, request: Request, say: Say) -> Result<EvaluationEntry> {
    let again = || {
        let named = &stack.named;
        format!("lost the connection. The evaluation continues; resume with `tunedrop watch {run_id}{named}`")
    };
    look_on(stack, run_id, &request, say).await.with_context(again)
}

async fn look_on(stack: &Stack, run_id: &RunId, request: &Request, say: Say) -> Result<EvaluationEntry> {
    let (ledger, begin, bar) = (stack.ledger()?, Instant::now(), bar());
    let (mut printed, mut silent) = (None, None);
    let mut last = (String::new(), Instant::now());
    loop {
        let Some(seen) = answered(ledger.evaluation(run_id).await, &mut silent, &bar, say)? else {
            bar.set_message(format!("no connection, watching for {} s", begin.elapsed().as_secs()));
            pause(stack).await;
            continue;
        };
        let Some(seen) = seen.filter(|seen| seen.number > request.after) else {
            if begin.elapsed() > PICKED_UP {
                bar.finish_and_clear();
                let named = &stack.named;
                bail!(
                    "the evaluation didn't start within {} minutes, and may still start; check the stack with `tunedrop doctor{named}`, and its logs with `tunedrop logs {run_id}{named}`",
                    PICKED_UP.as_secs() / 60
                );
            }
            bar.set_message(format!(
                "sent, waiting for {} s; other evaluations may be ahead",
                begin.elapsed().as_secs()
            ));
            pause(stack).await;
            continue;
        };
        if request.sent.as_deref().is_some_and(|id| !seen.has_carried_out(id)) {
            bar.finish_and_clear();
            let (id, named) = (visible(run_id), &stack.named);
            bail!(
                "another evaluation of {id} started first, so this one was ignored. Follow the other one with `tunedrop watch {id}{named}`, and try again when it has ended"
            );
        }
        let is_new = printed != Some(seen.state);
        if is_new {
            let style = style(seen.state);
            let line = format!("evaluation of {} {style}{}{style:#}\n", visible(run_id), seen.state.as_str());
            bar.suspend(|| say(&line))?;
            printed = Some(seen.state);
        }
        let Some(now) = progress(&seen) else {
            bar.finish_and_clear();
            return Ok(seen);
        };
        if now != last.0 && bar.is_hidden() && (is_new || last.1.elapsed() >= LINE_EVERY) {
            say(&format!("  {now}\n"))?;
            last = (now.clone(), Instant::now());
        }
        bar.set_message(format!("{now}, watching for {} s", begin.elapsed().as_secs()));
        pause(stack).await;
        bar.tick();
    }
}
