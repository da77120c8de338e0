//! The list of runs.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tunedrop_run::{EvaluationState, Run, State as RunState};

use super::activity::address;
use super::console::Console;
use super::mirror::Mirror;
use super::page::{Answer, Frame, Here, html, moment};
use crate::format::{counted, grouped, visible};

/// Runs on a page.
const PAGE: usize = 50;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/", get(list))
}

/// The query. Values that aren't known match nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Filter {
    dataset: String,
    state: String,
    model: String,
    sort: String,
    page: String,
}

impl Filter {
    fn is_empty(&self) -> bool {
        self.dataset.is_empty() && self.state.is_empty() && self.model.is_empty()
    }

    fn fits(&self, run: &Run) -> bool {
        let is = |wanted: &str, value: &str| wanted.is_empty() || wanted == value;
        is(&self.dataset, &run.dataset) && is(&self.state, run.state.as_str()) && is(&self.model, &model(run))
    }

    /// The address of the list with another order or another page.
    fn address(&self, sort: &str, page: usize) -> String {
        let number = if page > 1 { page.to_string() } else { String::new() };
        let pairs = [
            ("dataset", self.dataset.as_str()),
            ("state", &self.state),
            ("model", &self.model),
            ("sort", sort),
            ("page", &number),
        ];
        let set = pairs.iter().filter(|(_, value)| !value.is_empty());
        let set: Vec<String> =
            set.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))).collect();
        if set.is_empty() { "/".to_owned() } else { format!("/?{}", set.join("&")) }
    }
}

/// The base model's short name, or its identifier, for people.
pub(super) fn model(run: &Run) -> String {
    run.plan.as_ref().map(|plan| visible(plan.alias.as_deref().unwrap_or(&plan.base_model))).unwrap_or_default()
}

/// The class of a state in the style sheet.
pub(super) fn tone(state: RunState) -> &'static str {
    match state {
        RunState::Succeeded => "good",
        RunState::Failed | RunState::Rejected | RunState::Refused => "bad",
        RunState::Held | RunState::Stopped | RunState::Superseded => "wait",
        RunState::Queued | RunState::Launching | RunState::Running => "busy",
    }
}

/// The class of an evaluation's state.
pub(super) fn tone_of_evaluation(state: EvaluationState) -> &'static str {
    match state {
        EvaluationState::Kept => "good",
        EvaluationState::Dropped | EvaluationState::Failed | EvaluationState::Refused => "bad",
        EvaluationState::Undecided | EvaluationState::Stopped => "wait",
        _ => "busy",
    }
}

/// A run in a table.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) address: String,
    pub(super) state: &'static str,
    pub(super) tone: &'static str,
    pub(super) model: String,
    pub(super) records: String,
    pub(super) loss: String,
    /// The state and its class.
    pub(super) evaluation: Option<(&'static str, &'static str)>,
    pub(super) deployed: String,
    pub(super) uploaded: (String, String),
}

impl Row {
    pub(super) fn of(run: &Run, mirror: &Mirror) -> Row {
        let none = || "–".to_owned();
        let serving: Vec<String> = mirror.serving(&run.run_id).map(|one| visible(&one.name)).collect();
        let evaluation = mirror.evaluations.get(&run.run_id);
        let model = model(run);
        Row {
            id: visible(&run.run_id),
            address: address(&run.run_id),
            state: run.state.as_str(),
            tone: tone(run.state),
            model: if model.is_empty() { none() } else { model },
            records: run.records.map_or_else(none, grouped),
            loss: loss(run).map_or_else(none, |loss| format!("{loss:.3}")),
            evaluation: evaluation.map(|one| (one.state.as_str(), tone_of_evaluation(one.state))),
            deployed: serving.join(", "),
            uploaded: moment(&run.uploaded_at),
        }
    }
}

fn loss(run: &Run) -> Option<f64> {
    run.validation_loss.or(run.training_loss)
}

/// The order's name for an address. The first one needs none.
fn set(sort: &str) -> String {
    if sort == SORTS[0].0 { String::new() } else { sort.to_owned() }
}

type Order = fn(&Run, &Run) -> Ordering;

/// The names of orders, and what they compare. The first one applies without a setting.
const SORTS: [(&str, &str, Order); 4] = [
    ("uploaded", "newest", |a, b| b.uploaded_at.cmp(&a.uploaded_at)),
    ("run", "name", |a, b| a.run_id.cmp(&b.run_id)),
    ("state", "state", |a, b| a.state.as_str().cmp(b.state.as_str())),
    ("loss", "lowest loss", |a, b| {
        let of = |run: &Run| loss(run).unwrap_or(f64::INFINITY);
        of(a).total_cmp(&of(b))
    }),
];

#[derive(Template)]
#[template(path = "ui/runs.html")]
struct RunsPage {
    frame: Frame,
    /// Whether the stack has no run at all.
    is_new: bool,
    named: String,
    filter: Filter,
    is_filtered: bool,
    datasets: Vec<String>,
    states: Vec<&'static str>,
    models: Vec<String>,
    /// Address, name, and whether it applies.
    sorts: Vec<(String, &'static str, bool)>,
    count: String,
    rows: Vec<Row>,
    newer: Option<String>,
    older: Option<String>,
    is_partial: bool,
    is_reading: bool,
    unreadable: usize,
}

async fn list(State(console): State<Arc<Console>>, Query(filter): Query<Filter>) -> Answer {
    console.live.refresh(&console.ledger).await;
    html(&page(&console, &console.live.mirror(), filter))
}

fn page(console: &Console, mirror: &Mirror, filter: Filter) -> RunsPage {
    let mut found: Vec<&Arc<Run>> = mirror.runs.values().filter(|run| filter.fits(run)).collect();
    let (sort, _, order) = SORTS.into_iter().find(|(name, ..)| *name == filter.sort).unwrap_or(SORTS[0]);
    // Newest first among equals.
    found.sort_by(|a, b| order(a, b).then_with(|| b.uploaded_at.cmp(&a.uploaded_at)));
    let pages = found.len().div_ceil(PAGE).max(1);
    let page = filter.page.parse::<usize>().unwrap_or(1).clamp(1, pages);
    let rows = found.iter().skip((page - 1) * PAGE).take(PAGE).map(|run| Row::of(run, mirror)).collect();
    let all = |value: fn(&Run) -> String| -> Vec<String> {
        let set: BTreeSet<String> = mirror.runs.values().map(|run| value(run)).collect();
        set.into_iter().filter(|value| !value.is_empty()).collect()
    };
    let states: BTreeSet<&str> = mirror.runs.values().map(|run| run.state.as_str()).collect();
    RunsPage {
        frame: console.frame("Runs", Here::Runs),
        is_new: mirror.runs.is_empty(),
        named: console.stack.named.clone(),
        is_filtered: !filter.is_empty(),
        datasets: all(|run| run.dataset.clone()),
        states: states.into_iter().collect(),
        models: all(model),
        sorts: SORTS.iter().map(|(of, words, _)| (filter.address(&set(of), 1), *words, *of == sort)).collect(),
        count: match found.len() {
            all if all > PAGE => {
                format!("{} to {} of {}", (page - 1) * PAGE + 1, (page * PAGE).min(all), counted(all as u64, "run"))
            }
            all => counted(all as u64, "run"),
        },
        rows,
        newer: (page > 1).then(|| filter.address(&set(sort), page - 1)),
        older: (page < pages).then(|| filter.address(&set(sort), page + 1)),
        is_partial: mirror.is_partial,
        is_reading: mirror.is_reading,
        unreadable: mirror.unreadable.len(),
        filter,
    }
}
