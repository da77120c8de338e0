//! The list of runs.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;

use super::console::Console;
use super::page::{Answer, Frame, Here, html};
use crate::format::visible;
use crate::stack::explain;

/// Runs on the page.
const LISTED: usize = 100;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/", get(list))
}

#[derive(Template)]
#[template(path = "ui/runs.html")]
struct RunsPage {
    frame: Frame,
    /// Id and state.
    rows: Vec<(String, &'static str)>,
}

async fn list(State(console): State<Arc<Console>>) -> Answer {
    let (mut all, mut rows) = (console.ledger.recent(), Vec::new());
    while rows.len() < LISTED {
        let Some(run) = all.next().await.map_err(explain)? else { break };
        rows.push((visible(&run.run_id), run.state.as_str()));
    }
    html(&RunsPage { frame: console.frame("Runs", Here::Runs), rows })
}
