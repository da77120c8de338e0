//! The style sheet and the scripts. They are the same for everyone.

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::console::Console;

/// What the reports don't have.
const STYLE: &str = include_str!("../../templates/ui/style.css");
/// The forms, and what else the page of a new dataset has.
const DATASET: &str = include_str!("../../templates/ui/dataset.css");
const SCRIPT: &str = include_str!("../../templates/ui/console.js");

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new()
        .route("/style.css", get(|| async { css(&[tunedrop_report::STYLE, STYLE, DATASET]) }))
        .route("/console.js", get(|| async { script(SCRIPT) }))
        .route("/favicon.ico", get(|| async { axum::http::StatusCode::NO_CONTENT }))
}

fn css(parts: &[&str]) -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], parts.concat()).into_response()
}

/// A script of ours.
pub(super) fn script(text: &'static str) -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], text).into_response()
}
