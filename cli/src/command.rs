//! `tunedrop approve`, `stop` and `retry`: put a command on the stack's event bus.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use tunedrop_run::decide::command::{Approve, approve, may_retry};
use tunedrop_run::event::{Event, RunCommand};
use tunedrop_run::{Run, RunId, State};
use tunedrop_validation::money::usd_range;
use tunedrop_validation::{Customization, estimate};

use crate::format::{bracket, visible};
use crate::print;
use crate::rm::confirmed;
use crate::stack::{Stack, StackArgs, block_on, explain};

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// A run's id or the beginning of one, or a dataset for its newest run
    run: String,
    #[command(flatten)]
    stack: StackArgs,
}

/// Start a new attempt of a run, with the same content
///
/// The data isn't uploaded or checked again. If the run succeeded, you are asked first, because the new attempt is another
/// job and is billed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop retry support-bot                the dataset's newest run
  tunedrop retry support-bot-3fa9 --yes     without asking

Exit codes:
  0: sent
  1: you declined, or the run can't be retried
  2: a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct RetryArgs {
    #[command(flatten)]
    run: RunArgs,
    /// Don't ask for confirmation
    #[arg(long, short)]
    yes: bool,
}

pub(crate) fn retry(args: &RetryArgs) -> Result<ExitCode> {
    let question = |run: &Run| (run.state == State::Succeeded && !args.yes).then(|| paid_again(run));
    send_for(RunCommand::Retry, &args.run, question)
}

/// Sends an approval or a stop for a run.
pub(crate) fn send(command: RunCommand, args: &RunArgs) -> Result<ExitCode> {
    send_for(command, args, |_| None)
}

/// Sends a command for a run to its stack, after a confirmation if `question` returns one. A command that can have no
/// effect is not sent.
fn send_for(command: RunCommand, args: &RunArgs, question: impl Fn(&Run) -> Option<String>) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find_to_change().await?;
        let run = stack.run(&args.run).await?;
        if let Some(why) = pointless(command, &run) {
            print(&format!("{} is {}: {why}\n", visible(&run.run_id), run.state.as_str()))?;
            return Ok(ExitCode::from(1));
        }
        if let Some(question) = question(&run)
            && !confirmed(&question).await?
        {
            print("Canceled: nothing was started\n")?;
            return Ok(ExitCode::from(1));
        }
        put(&stack, command, &run.run_id).await?;
        let (kind, id, stack, named) = (command.kind().as_str(), visible(&run.run_id), &stack.name, &stack.named);
        print(&format!(
            "Sent \"{kind}\" for {id} to stack {stack}. Follow it with `tunedrop watch {id}{named}`; you also get a message\n"
        ))?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Puts a command for a run on the stack's event bus.
pub(crate) async fn put(stack: &Stack, command: RunCommand, run_id: &RunId) -> Result<()> {
    let event = Event::Command { command, run_id: run_id.clone(), by: sender() };
    stack.bus()?.put(&stack.name, &event).await.map_err(explain)
}

/// Who sends a command: the user of this machine.
pub(crate) fn sender() -> Option<String> {
    std::env::var("USER").ok().filter(|user| !user.is_empty())
}

/// What another attempt of a run bills, as a sentence.
pub(crate) fn cost(run: &Run) -> String {
    let billed = run.plan.as_ref().filter(|plan| plan.customization != Customization::ReinforcementFineTuning);
    let billed = billed.and_then(|plan| Some(estimate(plan.tokens?, plan.epochs?, plan.price_per_1k_tokens)));
    match billed.map(|billed| (bracket(billed.billed), billed.cost_usd)) {
        Some((tokens, Some(cost))) => format!("Estimated cost: {}, for {tokens} tokens.", usd_range(cost)),
        Some((tokens, None)) => format!("It bills {tokens} tokens, at an unknown price."),
        None => "Its cost can't be estimated.".to_owned(),
    }
}

/// The question before another attempt of a run that succeeded, with the model and the estimated cost.
fn paid_again(run: &Run) -> String {
    let model = run.plan.as_ref().map_or("the same model", |plan| &plan.base_model);
    let cost = cost(run);
    let id = &run.run_id;
    visible(&format!(
        "{id} succeeded. A retry trains {model} on the same data again, as a new job that is billed. {cost} Retry?"
    ))
}

/// Why the command can have no effect. The functions decide again, with the run's state at that time.
pub(crate) fn pointless(command: RunCommand, run: &Run) -> Option<&'static str> {
    match command {
        RunCommand::Approve if matches!(approve(run.state, run.settles_until().is_some()), Approve::Ignored(_)) => {
            Some("only a held run, or one that waits for more files, can be approved")
        }
        RunCommand::Stop if run.state.is_end() => Some("there is nothing to stop"),
        RunCommand::Retry if run.erased_at.is_some() => Some("its data were erased"),
        RunCommand::Retry if run.state == State::Rejected => {
            Some("fix the errors in its report, then upload the files again")
        }
        RunCommand::Retry if !may_retry(run.state) => Some("it hasn't ended yet"),
        _ => None,
    }
}
