//! The page that says what an action will do, and the request that does it.

use std::sync::Arc;

use anyhow::{Error, Result};
use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tunedrop_run::decide::deploy::{delete, rollback};
use tunedrop_run::decide::evaluate::deployment_name;
use tunedrop_run::event::{DeploymentCommand, EvaluationCommand, RunCommand};
use tunedrop_run::{Deployment, Run, RunId, State as RunState};

use super::action::Action;
use super::activity::{Activity, address};
use super::console::Console;
use super::page::{Answer, Fault, Frame, Here, html};
use super::runs::model;
use crate::command::{self, cost, pointless};
use crate::deploy::{self, now, propose, propose_rollback, serves_already};
use crate::evaluate;
use crate::format::visible;
use crate::stack::explain;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new()
        .route("/runs/{id}/{action}", get(ask_run).post(do_run))
        .route("/deployments/{name}/{action}", get(ask_deployment).post(do_deployment))
}

/// What is sent if it is confirmed.
enum Command {
    Run(RunCommand, RunId),
    Deployment(DeploymentCommand),
    Evaluation(EvaluationCommand),
}

/// An action on something in its present state.
struct Proposal {
    /// What it will do. The first line is a sentence.
    words: String,
    command: Command,
}

/// What an action is about.
struct Target {
    action: Action,
    /// What it is about, for people.
    about: String,
    /// Where the form is.
    address: String,
    /// Where it leads.
    back: String,
    /// The revisions that the proposal was made from.
    seen: String,
    /// Or why it isn't possible.
    proposal: Result<Proposal, String>,
}

#[derive(Template)]
#[template(path = "ui/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    about: String,
    label: &'static str,
    is_danger: bool,
    address: String,
    back: String,
    seen: String,
    /// The sentence, and lines after it.
    words: Result<(String, String), String>,
    is_changed: bool,
}

fn missing(what: &'static str) -> Fault {
    Fault::new(StatusCode::NOT_FOUND, what, "The console has no page at this address.")
}

/// Looks at a run as the ledger has it now, not at the copy.
async fn of_run(console: &Console, id: &str, word: &str) -> Result<Target, Fault> {
    let action = Action::parse(word).ok_or_else(|| missing("Page not found"))?;
    let run_id: RunId = id.parse().map_err(|_| missing("Run not found"))?;
    let run = console.ledger.run(&run_id).await.map_err(explain)?.ok_or_else(|| missing("Run not found"))?;
    let evaluation = console.ledger.evaluation(&run_id).await.map_err(explain)?;
    let proposal = match action {
        Action::Approve => of_command(RunCommand::Approve, &run),
        Action::Stop => of_command(RunCommand::Stop, &run),
        Action::Retry => of_command(RunCommand::Retry, &run),
        Action::Deploy => deployed(console, &run).await?,
        Action::Evaluate => evaluated(console, &run_id).await,
        Action::StopEvaluation => match &evaluation {
            Some(one) if !one.state.is_end() => Ok(Proposal {
                words: "Stops the evaluation. What was answered is billed, and there is no decision.".to_owned(),
                command: Command::Evaluation(EvaluationCommand::Stop { run_id: run_id.clone() }),
            }),
            _ => Err("no evaluation of the run is in progress".to_owned()),
        },
        Action::RollBack | Action::Undeploy => return Err(missing("Page not found")),
    };
    let home = address(&run_id);
    Ok(Target {
        action,
        about: visible(&run_id),
        address: format!("{home}/{word}"),
        back: home,
        seen: format!("{}.{}", run.revision, evaluation.map_or(0, |one| one.revision)),
        proposal,
    })
}

fn of_command(command: RunCommand, run: &Run) -> Result<Proposal, String> {
    if let Some(why) = pointless(command, run) {
        return Err(format!("the run is {}: {why}", run.state.as_str()));
    }
    let words = match (command, run.state) {
        (RunCommand::Approve, RunState::Held) => format!("Starts training {}. {}", model(run), cost(run)),
        (RunCommand::Approve, _) => format!("Starts the run now, without waiting for more files. {}", cost(run)),
        (RunCommand::Stop, RunState::Held | RunState::Queued) => {
            "Cancels the run. Its job wasn't created, so Bedrock bills nothing.".to_owned()
        }
        (RunCommand::Stop, _) => {
            "Stops the training job. Bedrock bills what the job processed, and there is no model.".to_owned()
        }
        (RunCommand::Retry, _) => {
            format!("Trains {} on the same data again, as a new job that is billed. {}", model(run), cost(run))
        }
    };
    Ok(Proposal { words: visible(&words), command: Command::Run(command, run.run_id.clone()) })
}

async fn deployed(console: &Console, run: &Run) -> Result<Result<Proposal, String>, Fault> {
    let name = deployment_name(run);
    let was = console.ledger.deployment(name).await.map_err(explain)?;
    if was.as_ref().is_some_and(|was| serves_already(was, &run.run_id)) {
        return Ok(Err(format!("{} serves this run already, or is about to", visible(name))));
    }
    let proposed = propose(&console.stack, run, was.as_ref(), name, None, None)?;
    Ok(proposed.map(|proposed| Proposal { words: proposed.plan, command: Command::Deployment(proposed.command) }))
}

/// In a thread of its own: the held-out file is read and sampled.
async fn evaluated(console: &Console, run_id: &RunId) -> Result<Proposal, String> {
    let (stack, run_id, runtime) = (console.stack.clone(), run_id.clone(), Handle::current());
    let looked = spawn_blocking(move || runtime.block_on(evaluate::propose(&stack, &run_id))).await;
    match looked.map_err(Error::from).and_then(|looked| looked) {
        Ok(proposed) => proposed.map(|proposed| Proposal {
            words: format!(
                "Asks the models the held-out records, and compares their answers. Bedrock bills the tokens.\n{}",
                proposed.plan
            ),
            command: Command::Evaluation(proposed.command),
        }),
        Err(error) => Err(format!("{error:#}")),
    }
}

async fn of_deployment(console: &Console, name: &str, word: &str) -> Result<Target, Fault> {
    let action = Action::parse(word).ok_or_else(|| missing("Page not found"))?;
    let was = console.ledger.deployment(name).await.map_err(explain)?;
    let was = was.ok_or_else(|| missing("Deployment not found"))?;
    let proposal = match action {
        Action::RollBack => match rollback(Some(&was)) {
            Ok(run_id) => {
                let words = propose_rollback(&console.stack, &was, run_id).await?;
                let command = DeploymentCommand::RollBack { name: was.name.clone() };
                words.map(|words| Proposal { words, command: Command::Deployment(command) })
            }
            Err(why) => Err(why.to_owned()),
        },
        Action::Undeploy => undeployed(&was),
        _ => return Err(missing("Page not found")),
    };
    let back = address(was.serving.as_ref().unwrap_or(&was.run_id));
    Ok(Target {
        action,
        about: format!("deployment {}", visible(&was.name)),
        address: format!("/deployments/{}/{word}", was.name),
        back,
        seen: was.revision.to_string(),
        proposal,
    })
}

fn undeployed(was: &Deployment) -> Result<Proposal, String> {
    if was.evaluation.is_some() {
        return Err("an evaluation needs it, and deletes it at its end".to_owned());
    }
    delete(Some(was), None, "", &now())?;
    let serves = was.serving.as_ref().map(|run_id| format!(", which serves run {}", visible(run_id)));
    let words = format!(
        "Deletes the deployment {}{}. Its ARN stops answering. The custom model stays.",
        visible(&was.name),
        serves.unwrap_or_default()
    );
    let command = DeploymentCommand::Delete { name: was.name.clone() };
    Ok(Proposal { words, command: Command::Deployment(command) })
}

/// The page that asks.
fn ask(console: &Console, target: Target, is_changed: bool) -> Answer {
    let words = target.proposal.map(|proposal| {
        let words = proposal.words.trim_end();
        let (first, rest) = words.split_once('\n').unwrap_or((words, ""));
        (first.to_owned(), rest.to_owned())
    });
    html(&ConfirmPage {
        frame: console.frame(&format!("{}: {}", target.action.label(), target.about), Here::Runs),
        about: target.about,
        label: target.action.label(),
        is_danger: target.action.is_danger(),
        address: target.address,
        back: target.back,
        seen: target.seen,
        words: words.map_err(|why| visible(&why)),
        is_changed,
    })
}

#[derive(Deserialize)]
struct Confirmed {
    /// The revisions on the page that was confirmed.
    seen: String,
}

/// Sends the command, if nothing changed since the page was shown.
async fn act(console: &Console, target: Target, confirmed: &Confirmed) -> Result<Response, Fault> {
    if target.proposal.is_err() || confirmed.seen != target.seen {
        return ask(console, target, true);
    }
    let Target { action, about, back, proposal: Ok(proposal), .. } = target else {
        return Err(missing("Page not found"));
    };
    match proposal.command {
        Command::Run(command, run_id) => command::put(&console.stack, command, &run_id).await?,
        Command::Deployment(command) => deploy::send(&console.stack, command).await?,
        Command::Evaluation(command) => drop(evaluate::send(&console.stack, command).await?),
    }
    let what = format!("“{}” was sent from here", action.label());
    console.live.add(Activity::sent(&about, back.clone(), &what));
    Ok(Redirect::to(&back).into_response())
}

async fn ask_run(State(console): State<Arc<Console>>, Path((id, word)): Path<(String, String)>) -> Answer {
    ask(&console, of_run(&console, &id, &word).await?, false)
}

async fn do_run(
    State(console): State<Arc<Console>>,
    Path((id, word)): Path<(String, String)>,
    Form(confirmed): Form<Confirmed>,
) -> Answer {
    act(&console, of_run(&console, &id, &word).await?, &confirmed).await
}

async fn ask_deployment(State(console): State<Arc<Console>>, Path((name, word)): Path<(String, String)>) -> Answer {
    ask(&console, of_deployment(&console, &name, &word).await?, false)
}

async fn do_deployment(
    State(console): State<Arc<Console>>,
    Path((name, word)): Path<(String, String)>,
    Form(confirmed): Form<Confirmed>,
) -> Answer {
    act(&console, of_deployment(&console, &name, &word).await?, &confirmed).await
}
