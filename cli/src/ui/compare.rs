//! The comparison of runs.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use tunedrop_report::{CURVES_MAX, LossChart, LossPoint, loss_curves, metric_rows};
use tunedrop_run::Run;

use super::activity::address;
use super::console::Console;
use super::page::{Answer, Frame, Here, html};
use super::run::known;
use super::runs::Row;
use super::zoom::{self, Zoom};
use crate::compare::{Compared, rows};
use crate::evaluations::{decided, verdict, words};
use crate::format::visible;

/// Runs that can be chosen, the newest first.
const CHOICES: usize = 30;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/compare", get(show))
}

struct Line {
    name: String,
    cells: Vec<String>,
    differs: bool,
}

#[derive(Template)]
#[template(path = "ui/compare.html")]
struct ComparePage {
    frame: Frame,
    /// Id and address.
    runs: Vec<(String, String)>,
    left_out: usize,
    most: usize,
    training: Option<LossChart>,
    validation: Option<LossChart>,
    zoom: Zoom,
    lines: Vec<Line>,
    choices: Vec<Row>,
}

async fn show(State(console): State<Arc<Console>>, Query(query): Query<Vec<(String, String)>>) -> Answer {
    let mut ids: Vec<String> = Vec::new();
    let last = |wanted: &str| query.iter().rev().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let (from, to) = (last("from").unwrap_or_default(), last("to").unwrap_or_default());
    for (_, id) in query.into_iter().filter(|(name, id)| name == "run" && !id.is_empty()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    console.live.refresh(&console.ledger).await;
    let every = console.live.every();
    let (mut all, mut scores) = (Vec::new(), Vec::new());
    for id in ids.iter().take(CURVES_MAX) {
        let run = known(&console, id).await?;
        let losses = console.details.losses(&console.stack, &run, every).await?.unwrap_or_default();
        let evaluation = console.live.mirror().evaluations.get(&run.run_id).map(|one| (**one).clone());
        let figures = match &evaluation {
            Some(one) => console.details.evaluation(&console.stack, one, every).await,
            None => None,
        };
        scores.push(figures.map(|figures| metric_rows(&figures)).unwrap_or_default());
        all.push(Compared { run: (*run).clone(), losses, evaluation });
    }
    let mut lines: Vec<(String, Vec<String>)> = if all.is_empty() { Vec::new() } else { rows(&all).split_off(1) };
    lines.extend(evaluated(&all));
    let mut metrics: Vec<&str> = scores.iter().flatten().map(|row| row.metric.as_str()).collect();
    metrics.sort_unstable();
    metrics.dedup();
    for metric in metrics {
        let score = |rows: &Vec<tunedrop_report::MetricRow>| {
            rows.iter().find(|row| row.metric == metric).map_or("-".to_owned(), |row| row.new.clone())
        };
        lines.push((metric.to_owned(), scores.iter().map(score).collect()));
    }
    let base: Vec<String> = all.iter().map(|one| format!("run={}", one.run.run_id)).collect();
    let points = all.iter().flat_map(|one| one.losses.training.iter().chain(&one.losses.validation));
    let zoom = Zoom::of(&from, &to, zoom::steps(points), &format!("/compare?{}", base.join("&")));
    let series = |of: fn(&Compared) -> &Vec<LossPoint>, what: &str| {
        let series: Vec<(String, &[LossPoint])> =
            all.iter().map(|one| (visible(&one.run.run_id), of(one).as_slice())).collect();
        loss_curves(what, &series, zoom.window)
    };
    let mirror = console.live.mirror();
    let mut newest: Vec<&Arc<Run>> = mirror.runs.values().filter(|run| run.training_loss.is_some()).collect();
    newest.sort_by(|a, b| b.uploaded_at.cmp(&a.uploaded_at));
    html(&ComparePage {
        frame: console.frame("Compare", Here::Compare),
        runs: all.iter().map(|one| (visible(&one.run.run_id), address(&one.run.run_id))).collect(),
        left_out: ids.len().saturating_sub(CURVES_MAX),
        most: CURVES_MAX,
        training: series(|one| &one.losses.training, "Training loss"),
        validation: series(|one| &one.losses.validation, "Validation loss"),
        zoom,
        lines: lines
            .into_iter()
            .map(|(name, cells)| Line { differs: cells.iter().any(|cell| *cell != cells[0]), name, cells })
            .collect(),
        choices: newest.into_iter().take(CHOICES).map(|run| Row::of(run, &mirror)).collect(),
    })
}

/// The decisions, and which other models each run is better than.
fn evaluated(all: &[Compared]) -> Vec<(String, Vec<String>)> {
    if all.iter().all(|one| one.evaluation.is_none()) {
        return Vec::new();
    }
    let none = || "-".to_owned();
    let against = |one: &Compared| {
        let result = one.evaluation.as_ref().and_then(decided)?;
        let side = |side: &String| format!("{} against {}", words(verdict(result, side)), visible(side));
        Some(result.against.iter().map(side).collect::<Vec<_>>().join(", "))
    };
    vec![("compared".to_owned(), all.iter().map(|one| against(one).unwrap_or_else(none)).collect())]
}
