//! The reports of a run, shown as they are.
//!
//! A report quotes the data, so it is shown in a sandbox: no script runs, and it has no origin that could send anything to
//! the console.

use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::console::Console;
use super::page::{Answer, Fault};
use super::run::known;
use crate::report;

const POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new()
        .route("/runs/{id}/report", get(outcome))
        .route("/runs/{id}/report/data", get(data))
        .route("/runs/{id}/report/evaluation", get(evaluation))
}

fn sandboxed(page: Vec<u8>) -> Response {
    ([(CONTENT_SECURITY_POLICY, POLICY), (CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

/// The report in its sandbox, or why there is none.
fn shown(page: Result<Vec<u8>>) -> Answer {
    Ok(sandboxed(page.map_err(|error| Fault::new(StatusCode::NOT_FOUND, "No report", format!("{error:#}")))?))
}

async fn outcome(State(console): State<Arc<Console>>, Path(id): Path<String>) -> Answer {
    let run = known(&console, &id).await?;
    shown(report::page(&console.stack, &run, false).await)
}

async fn data(State(console): State<Arc<Console>>, Path(id): Path<String>) -> Answer {
    let run = known(&console, &id).await?;
    shown(report::page(&console.stack, &run, true).await)
}

async fn evaluation(State(console): State<Arc<Console>>, Path(id): Path<String>) -> Answer {
    let run = known(&console, &id).await?;
    shown(report::evaluation(&console.stack, &run).await)
}
