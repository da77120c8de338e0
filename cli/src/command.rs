//! Approve, stop and retry: an event onto the stack's bus; what becomes of it is told by message.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use tunedrop_run::decide::command::{Approve, approve, may_retry};
use tunedrop_run::event::{Event, RunCommand};
use tunedrop_run::{Run, State};
use tunedrop_validation::{Customization, estimate};

use crate::format::{bracket, visible};
use crate::print;
use crate::rm::confirmed;
use crate::stack::{StackArgs, block_on, explain};

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// A run's id or the beginning of one, as the message or the report has it; or a dataset, for its newest run
    run: String,
    #[command(flatten)]
    stack: StackArgs,
}

/// Run the same content once more, as the next attempt
///
/// The data isn't uploaded or checked again. Where the run has succeeded already, you are asked first: the next attempt
/// is a job of its own, and billed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop retry support-bot                    the dataset's newest run
  tunedrop retry support-bot-3fa9 --yes         without a question, though it succeeded

Exit codes: 0 sent, 1 you said no, or there is nothing to retry; 2 used wrongly or a service failed; 130 Ctrl-C")]
pub(crate) struct RetryArgs {
    #[command(flatten)]
    run: RunArgs,
    /// Don't ask
    #[arg(long, short)]
    yes: bool,
}

pub(crate) fn retry(args: &RetryArgs) -> Result<ExitCode> {
    let question = |run: &Run| (run.state == State::Succeeded && !args.yes).then(|| paid_again(run));
    send_for(RunCommand::Retry, &args.run, question)
}

/// Approves or stops a run.
pub(crate) fn send(command: RunCommand, args: &RunArgs) -> Result<ExitCode> {
    send_for(command, args, |_| None)
}

/// Sends a command for a run to its stack, after the question that it needs. One that can't be followed any more is not
/// sent.
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
            print("Nothing was started\n")?;
            return Ok(ExitCode::from(1));
        }
        let by = std::env::var("USER").ok().filter(|user| !user.is_empty());
        let event = Event::Command { command, run_id: run.run_id.clone(), by };
        stack.bus()?.put(&stack.name, &event).await.map_err(explain)?;
        let (kind, id, stack, named) = (command.kind().as_str(), visible(&run.run_id), &stack.name, &stack.named);
        print(&format!(
            "{kind} sent to stack {stack} for {id}; the answer comes as a message, and so does: tunedrop watch {id}{named}\n"
        ))?;
        Ok(ExitCode::SUCCESS)
    })
}

/// What another attempt of a run that succeeded means: which model, and what it is billed.
fn paid_again(run: &Run) -> String {
    let plan = run.plan.as_ref();
    let model = plan.map_or("the same model", |plan| &plan.base_model);
    let billed = plan.filter(|plan| plan.customization != Customization::ReinforcementFineTuning);
    let billed = billed.and_then(|plan| Some(estimate(plan.tokens?, plan.epochs?, plan.price_per_1k_tokens)));
    let cost = match billed.map(|billed| (bracket(billed.billed), billed.cost_usd)) {
        Some((tokens, Some((low, high)))) => {
            format!("It is billed about {low:.2} to {high:.2} USD, for {tokens} tokens.")
        }
        Some((tokens, None)) => format!("It is billed for {tokens} tokens, at a price that tunedrop doesn't know."),
        None => "It is billed; its cost can't be estimated.".to_owned(),
    };
    let id = &run.run_id;
    visible(&format!(
        "{id} has succeeded. A retry trains {model} on the same data once more, as a new job. {cost} Retry?"
    ))
}

/// Why the command would change nothing. The functions decide again, by the state that the run is in then.
fn pointless(command: RunCommand, run: &Run) -> Option<&'static str> {
    match command {
        RunCommand::Approve if matches!(approve(run.state, run.settles_until().is_some()), Approve::Ignored(_)) => {
            Some("only a run that is held, or that waits for further files, takes an approval")
        }
        RunCommand::Stop if run.state.is_end() => Some("there is nothing to stop"),
        RunCommand::Retry if run.state == State::Rejected => {
            Some("mend what its report lists, and drop the files again")
        }
        RunCommand::Retry if !may_retry(run.state) => Some("it is not over yet"),
        _ => None,
    }
}
