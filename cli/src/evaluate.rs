//! `tunedrop evaluate`: puts a command for an evaluation on the stack's event bus, and follows it.

mod args;
mod follow;
mod held_out;
mod look;
mod outlook;
mod require;

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;
use tunedrop_evaluation::Evaluation;
use tunedrop_run::event::{EvaluationCommand, Event};
use tunedrop_run::{EvaluationEntry, EvaluationState, RunId};

pub(crate) use args::EvaluateArgs;
pub(crate) use follow::{Request, Say, follow};

use crate::command::sender;
use crate::evaluations::{ended, whole};
use crate::format::visible;
use crate::rm::confirmed;
use crate::stack::{Stack, explain, or_interrupted, run};
use crate::{print, print_exactly};
use look::{Looked, Ready, look, look_in};

/// Returns `None` after Ctrl-C.
macro_rules! unless_interrupted {
    ($done:expr) => {
        match or_interrupted($done).await? {
            Some(done) => done,
            None => return Ok(ExitCode::from(130)),
        }
    };
}

pub(crate) fn evaluate(args: &EvaluateArgs) -> Result<ExitCode> {
    let say: Say = if args.json { to_stderr } else { print };
    if args.stop {
        return crate::stack::block_on(stop(args, say));
    }
    run(async {
        let ready = match unless_interrupted!(look(args)) {
            Looked::Ready(ready) => *ready,
            Looked::Pointless(why) => return nothing_sent(say, &why),
        };
        let Ready { stack, run, settings, local, outlook, after } = ready;
        say(&outlook.page())?;
        if !args.yes && !unless_interrupted!(confirmed("Evaluate?")) {
            say("Canceled: nothing was sent\n")?;
            return Ok(ExitCode::from(1));
        }
        if let Some(local) = local
            && !local.upload(&stack, &run.run_id).await?
        {
            return Ok(ExitCode::from(130));
        }
        let command = EvaluationCommand::Evaluate { run_id: run.run_id.clone(), settings };
        let sent = unless_interrupted!(put(&stack, command, !args.no_wait, say));
        if args.no_wait {
            return Ok(ExitCode::SUCCESS);
        }
        let Some(one) = or_interrupted(follow(&stack, &run.run_id, Request { after, sent }, say)).await? else {
            let (id, named) = (visible(&run.run_id), &stack.named);
            say(&format!(
                "The evaluation continues. Follow it with `tunedrop watch {id}{named}`, or stop it with `tunedrop evaluate {id} --stop{named}`\n"
            ))?;
            return Ok(ExitCode::from(130));
        };
        let whole = unless_interrupted!(async { Ok(whole(&stack, &one).await) });
        say(&ended(&one, whole.as_ref(), &stack.named))?;
        if one.state == EvaluationState::Kept {
            say(&format!("Deploy the model with `tunedrop deploy {}{}`\n", visible(&run.run_id), stack.named))?;
        }
        if args.json {
            print_exactly(&json(&stack, &one, whole.as_ref()))?;
        }
        Ok(ExitCode::from(code(one.state, args.gate)))
    })
}

/// The exit code of an evaluation that ended in this state.
fn code(state: EvaluationState, gate: bool) -> u8 {
    let is_good = if gate { state == EvaluationState::Kept } else { state.is_decided() };
    u8::from(!is_good)
}

fn json(stack: &Stack, one: &EvaluationEntry, whole: Option<&Evaluation>) -> String {
    format!("{:#}\n", json!({ "version": 1, "stack": stack.name, "evaluation": one, "result": whole }))
}

/// Prints text for people to standard error, in color where that is wanted.
fn to_stderr(text: &str) -> Result<()> {
    anstream::eprint!("{text}");
    Ok(())
}

fn nothing_sent(say: Say, why: &str) -> Result<ExitCode> {
    say(&format!("Nothing was sent: {}\n", visible(why)))?;
    Ok(ExitCode::from(1))
}

async fn stop(args: &EvaluateArgs, say: Say) -> Result<ExitCode> {
    let stack = args.stack.find_to_change().await?;
    let run = stack.run(&args.run).await?;
    let was = stack.ledger()?.evaluation(&run.run_id).await.map_err(explain)?;
    match was {
        None => nothing_sent(say, &format!("run {} has no evaluation", run.run_id)),
        Some(was) if was.state.is_end() => {
            nothing_sent(say, &format!("the evaluation of {} is {}: it has ended", run.run_id, was.state.as_str()))
        }
        Some(_) => {
            put(&stack, EvaluationCommand::Stop { run_id: run.run_id }, false, say).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Puts a command for an evaluation on the stack's event bus. Returns the event's id.
pub(crate) async fn send(stack: &Stack, command: EvaluationCommand) -> Result<Option<String>> {
    stack.bus()?.send(&stack.name, &Event::EvaluationCommand { command, by: sender() }).await.map_err(explain)
}

/// The evaluation of a run with the recipe's settings and the defaults.
pub(crate) struct Proposed {
    /// What it will do, in lines for people.
    pub(crate) plan: String,
    pub(crate) command: EvaluationCommand,
}

/// What an evaluation of a run will do; or why it can't begin.
pub(crate) async fn propose(stack: &Stack, run_id: &RunId) -> Result<Result<Proposed, String>> {
    Ok(match look_in(stack.clone(), &EvaluateArgs::of(run_id)).await? {
        Looked::Pointless(why) => Err(why),
        Looked::Ready(ready) => {
            let plan = anstream::adapter::strip_str(&ready.outlook.page()).to_string();
            let command = EvaluationCommand::Evaluate { run_id: run_id.clone(), settings: ready.settings };
            Ok(Proposed { plan, command })
        }
    })
}

/// Sends a command, and prints how to follow it unless the caller does. Returns the event's id.
async fn put(stack: &Stack, command: EvaluationCommand, followed: bool, say: Say) -> Result<Option<String>> {
    let (kind, id) = (command.kind().as_str(), visible(command.run_id()));
    let sent = send(stack, command).await?;
    let then = match followed {
        true => String::new(),
        false => format!(". Follow it with `tunedrop watch {id}{}`; you also get a message", stack.named),
    };
    say(&format!("Sent \"{kind}\" for {id} to stack {}{then}\n", stack.name))?;
    Ok(sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_success_and_a_gate_accepts_only_kept() {
        for state in EvaluationState::ALL.into_iter().filter(|state| state.is_end()) {
            let expected = match state {
                EvaluationState::Kept => (0, 0),
                EvaluationState::Dropped | EvaluationState::Undecided => (0, 1),
                _ => (1, 1),
            };
            assert_eq!((code(state, false), code(state, true)), expected, "{state:?}");
        }
    }
}
