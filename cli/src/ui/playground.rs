//! The page that asks models.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;

use super::console::Console;
use super::page::{Answer, Frame, Here, html};

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/playground", get(show))
}

#[derive(Template)]
#[template(path = "ui/playground.html")]
struct PlaygroundPage<'c> {
    frame: Frame,
    /// The options that name the stack in a command.
    named: &'c str,
}

async fn show(State(console): State<Arc<Console>>) -> Answer {
    html(&PlaygroundPage { frame: console.frame("Playground", Here::Playground), named: &console.stack.named })
}
