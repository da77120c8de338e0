//! The page of a run.

mod evaluation;
mod timeline;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use serde::Deserialize;
use tunedrop_report::{LossChart, TokenHistogram, loss_chart};
use tunedrop_run::{Ancestors, Deployment, Run, RunId, State as RunState};

use super::action::{Action, of_deployment, of_run};
use super::activity::address;
use super::console::Console;
use super::mirror::Mirror;
use super::page::{Answer, Fault, Frame, Here, html};
use super::runs::tone;
use super::zoom::{self, Zoom};
use crate::command::cost;
use crate::deploy::expiry;
use crate::deployments::{billed, part_of};
use crate::evaluations::report_key;
use crate::format::{counted, visible};
use crate::runs::{facts, starts};
use crate::stack::explain;
use evaluation::Evaluated;
use timeline::{Moment, timeline};

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/runs/{id}", get(show))
}

/// The run of an address, from the copy of the ledger, or from the ledger if it is too old for the copy.
pub(super) async fn known(console: &Console, id: &str) -> Result<Arc<Run>, Fault> {
    let missing = || Fault::new(StatusCode::NOT_FOUND, "Run not found", "The stack has no run of this name.");
    let run_id: RunId = id.parse().map_err(|_| missing())?;
    console.live.refresh(&console.ledger).await;
    match console.live.mirror().runs.get(&run_id) {
        Some(run) => Ok(run.clone()),
        None => Ok(Arc::new(console.ledger.run(&run_id).await.map_err(explain)?.ok_or_else(missing)?)),
    }
}

/// A button that leads to the page that asks.
pub(super) struct Button {
    pub(super) address: String,
    pub(super) label: &'static str,
    pub(super) class: &'static str,
}

impl Button {
    fn of(action: Action, address: String) -> Button {
        let class = match action {
            _ if action.is_danger() => "danger",
            Action::Approve | Action::Deploy => "primary",
            _ => "",
        };
        Button { address, label: action.label(), class }
    }
}

struct Served {
    name: String,
    state: &'static str,
    tone: &'static str,
    part: String,
    facts: Vec<(&'static str, String)>,
    buttons: Vec<Button>,
}

#[derive(Template)]
#[template(path = "ui/run.html")]
struct RunPage {
    frame: Frame,
    id: String,
    dataset_address: String,
    dataset: String,
    state: &'static str,
    tone: &'static str,
    /// The rest of the sentence about the state.
    wait: String,
    reason: Option<String>,
    sent: Option<String>,
    buttons: Vec<Button>,
    /// Address and name.
    reports: Vec<(String, &'static str)>,
    timeline: Vec<Moment>,
    findings: Vec<String>,
    counts: Vec<(String, u64)>,
    found: String,
    has_errors: bool,
    chart: Option<LossChart>,
    zoom: Zoom,
    lengths: Vec<TokenHistogram>,
    has_ended: bool,
    evaluation: Option<Evaluated>,
    deployments: Vec<Served>,
    cost: Option<String>,
    facts: Vec<(&'static str, String)>,
    lineage: Vec<(&'static str, String, Option<String>)>,
    compare: Option<String>,
}

/// The query: the first and the last step of the chart.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Shown {
    from: String,
    to: String,
}

async fn show(State(console): State<Arc<Console>>, Path(id): Path<String>, Query(shown): Query<Shown>) -> Answer {
    let run = known(&console, &id).await?;
    let (stack, every) = (&console.stack, console.live.every());
    let losses = console.details.losses(stack, &run, every).await?.unwrap_or_default();
    let job = console.details.job(stack, &run, every).await;
    let mirror = console.live.mirror();
    let entry = mirror.evaluations.get(&run.run_id);
    let figures = match entry {
        Some(one) => console.details.evaluation(stack, one, every).await,
        None => None,
    };
    let region = stack.configs.all.region().map(ToString::to_string).unwrap_or_default();
    let home = address(&run.run_id);
    let changed = [Some(run.changed_at.as_str()), entry.map(|one| one.changed_at.as_str())];
    let deployments: Vec<&Deployment> = mirror.needing(&run.run_id).collect();
    let changed = changed.into_iter().flatten().chain(deployments.iter().map(|one| one.changed_at.as_str()));
    let sent = console.live.sent_after(&home, changed.max().unwrap_or_default());
    let points = losses.training.iter().chain(&losses.validation);
    let zoom = Zoom::of(&shown.from, &shown.to, zoom::steps(points), &home);
    let reason = run.reason.as_deref().or(run.blocked_reason.as_deref()).filter(|reason| !reason.is_empty());
    let page = RunPage {
        frame: console.frame(&run.run_id, Here::Runs),
        id: visible(&run.run_id),
        dataset_address: format!("/?dataset={}", run.dataset),
        dataset: visible(&run.dataset),
        state: run.state.as_str(),
        tone: tone(run.state),
        wait: wait(&run, &mirror),
        reason: reason.map(visible),
        sent: sent
            .map(|sent| format!("{} at {} UTC. The stack carries it out within seconds.", sent.what, sent.time())),
        buttons: of_run(&run, &mirror, &region)
            .into_iter()
            .map(|action| Button::of(action, format!("{home}/{}", action.word())))
            .collect(),
        reports: reports(&run, entry.and_then(|one| report_key(one)).is_some(), &home),
        timeline: timeline(&run, &losses, job.as_ref(), entry.map(Arc::as_ref), &deployments),
        findings: run.findings.iter().map(|line| visible(line)).collect(),
        counts: run.counts.iter().map(|(code, count)| (visible(code), *count)).collect(),
        found: match (run.errors, run.warnings) {
            (0, 0) => "No problems found".to_owned(),
            (errors, warnings) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
        },
        has_errors: run.errors > 0,
        chart: loss_chart(&losses.training, &losses.validation, zoom.window),
        zoom,
        lengths: console.details.lengths(stack, &run).await,
        has_ended: run.state == RunState::Succeeded,
        evaluation: entry.map(|one| Evaluated::of(one, figures.as_deref())),
        deployments: deployments.iter().map(|one| served(one, &run.run_id, &mirror)).collect(),
        cost: run.plan.as_ref().map(|_| cost(&run)),
        facts: facts(&run).into_iter().filter(|(name, _)| *name != "Findings").collect(),
        lineage: lineage(&run, &mirror),
        compare: compare(&run, &mirror),
    };
    html(&page)
}

/// What the run waits for.
fn wait(run: &Run, mirror: &Mirror) -> String {
    match run.state {
        RunState::Held => ", waiting for approval".to_owned(),
        RunState::Queued if run.settles_until().is_some() => starts(run),
        RunState::Queued => {
            let waits = |other: &&Arc<Run>| {
                matches!(other.state, RunState::Queued | RunState::Launching)
                    && other.settles_until().is_none()
                    && other.uploaded_at < run.uploaded_at
            };
            match mirror.runs.values().filter(waits).count() as u64 {
                0 => ", next in the queue".to_owned(),
                ahead => format!(", with {} before it in the queue", counted(ahead, "run")),
            }
        }
        _ => String::new(),
    }
}

fn reports(run: &Run, is_evaluated: bool, home: &str) -> Vec<(String, &'static str)> {
    let mut all = Vec::new();
    if matches!(run.state, RunState::Succeeded | RunState::Failed | RunState::Stopped | RunState::Refused) {
        all.push((format!("{home}/report"), "Outcome report"));
    }
    if run.report.is_some() {
        all.push((format!("{home}/report/data"), "Report on the data"));
    }
    if is_evaluated {
        all.push((format!("{home}/report/evaluation"), "Evaluation report"));
    }
    all
}

fn served(one: &Deployment, run_id: &RunId, mirror: &Mirror) -> Served {
    use tunedrop_run::DeploymentState::{Active, Failed};
    let mut facts = Vec::new();
    facts.extend(one.arn.as_deref().map(|arn| ("ARN", visible(arn))));
    facts.extend(one.previous.as_ref().map(|run_id| ("Previous run", visible(run_id))));
    facts.extend(one.capacity.model_units().map(|units| ("Billed", billed(units))));
    facts.extend(expiry(one).map(|when| ("Expires", when)));
    facts.extend(one.reason.as_deref().map(|reason| ("Reason", visible(reason))));
    let buttons = of_deployment(one, mirror).into_iter();
    Served {
        name: visible(&one.name),
        state: one.state.as_str(),
        tone: match one.state {
            Active => "good",
            Failed => "bad",
            _ => "busy",
        },
        part: part_of(one, run_id),
        facts,
        buttons: buttons
            .map(|action| Button::of(action, format!("/deployments/{}/{}", one.name, action.word())))
            .collect(),
    }
}

/// What the run was trained on and from, and the runs that continue from it: name, value, and the page about it.
fn lineage(run: &Run, mirror: &Mirror) -> Vec<(&'static str, String, Option<String>)> {
    let mut ancestors = Ancestors::of(run);
    while let Some(next) = ancestors.next() {
        let found = mirror.runs.get(next).cloned();
        ancestors.add(found.as_deref());
    }
    let back = ancestors.lineage(run);
    let page = |run_id: &RunId| Some(address(run_id));
    let mut rows: Vec<_> =
        back.continues_from.iter().map(|one| ("Continues from", visible(&one.run_id), page(&one.run_id))).collect();
    let file = |one: &tunedrop_run::FileVersion| {
        (
            "File",
            format!("{} (BLAKE3 {})", visible(&one.name), visible(one.blake3.get(..12).unwrap_or(&one.blake3))),
            None,
        )
    };
    rows.extend(back.files.iter().map(file));
    rows.extend(run.model_arn.as_deref().map(|arn| ("Custom model", visible(arn), None)));
    let later = mirror.runs.values().filter(|one| one.base_run.as_ref() == Some(&run.run_id));
    rows.extend(later.map(|one| ("Continued by", visible(&one.run_id), page(&one.run_id))));
    rows
}

/// The comparison with the newest earlier run of the dataset that succeeded.
fn compare(run: &Run, mirror: &Mirror) -> Option<String> {
    let earlier = mirror.runs.values().filter(|one| {
        one.dataset == run.dataset
            && one.run_id != run.run_id
            && one.state == RunState::Succeeded
            && one.uploaded_at <= run.uploaded_at
    });
    let other = earlier.max_by(|a, b| a.uploaded_at.cmp(&b.uploaded_at))?;
    (run.state == RunState::Succeeded).then(|| format!("/compare?run={}&run={}", other.run_id, run.run_id))
}
