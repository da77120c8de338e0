//! The page that uploads a new dataset.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;

use super::console::Console;
use super::page::{Answer, Frame, Here, html};

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/dataset", get(show))
}

#[derive(Template)]
#[template(path = "ui/dataset.html")]
struct DatasetPage<'c> {
    frame: Frame,
    /// The options that name the stack in a command.
    named: &'c str,
}

async fn show(State(console): State<Arc<Console>>) -> Answer {
    html(&DatasetPage { frame: console.frame("New dataset", Here::Dataset), named: &console.stack.named })
}
