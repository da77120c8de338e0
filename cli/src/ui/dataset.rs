//! The page that makes a new dataset: files, findings, recipe, estimate, and the upload.

mod actions;
mod drafts;
mod edit;
mod form;
mod look;
mod names;
mod offers;
mod page;
mod receive;
mod sample;
mod send;
mod time;
mod work;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde::Deserialize;

use super::assets;
use super::console::Console;
use super::page::{Answer, Fault, Here, html};
use crate::format::visible;
pub(super) use drafts::Drafts;
use page::{DatasetPage, View};

const SCRIPT: &str = include_str!("../../templates/ui/dataset.js");
/// The most that a form sends, in bytes: a pasted text.
const FORM_MAX: usize = 16 << 20;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new()
        .route("/dataset", get(begin))
        .route("/dataset.js", get(|| async { assets::script(SCRIPT) }))
        .route("/dataset/{id}", get(show))
        .route("/dataset/{id}/file", put(receive_file))
        .route("/dataset/{id}/{action}", post(actions::act).layer(DefaultBodyLimit::max(FORM_MAX)))
}

/// Deletes the drafts when the server ends.
pub(super) struct Closing(pub(super) Arc<Console>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.drafts.close();
    }
}

/// A page for a draft that begins with its first file.
async fn begin(State(console): State<Arc<Console>>) -> Answer {
    render(&console, drafts::new_id()?, View { blocked: Some("Add files first."), is_idle: true, ..View::default() })
}

async fn show(State(console): State<Arc<Console>>, Path(id): Path<String>) -> Answer {
    let Some(draft) = console.drafts.find(&id) else {
        let words = "This draft was deleted. Drafts are kept until the console ends.";
        return Err(Fault::new(StatusCode::NOT_FOUND, "Draft not found", words));
    };
    render(&console, id, View::of(&draft))
}

fn render(console: &Console, id: String, view: View) -> Answer {
    let mut frame = console.frame("New dataset", Here::Dataset);
    frame.scripts.push("/dataset.js");
    let others = console.drafts.list().into_iter().filter(|draft| draft.id != id);
    let others = others.map(|draft| {
        let state = draft.state();
        let name = if state.name.is_empty() { "without a name".to_owned() } else { visible(&state.name) };
        let count = state.files.keys().filter(|name| !receive::is_recipe(name)).count();
        (draft.id.clone(), format!("{name}, {}", crate::format::counted(count as u64, "file")))
    });
    let others = others.collect();
    html(&DatasetPage {
        frame,
        id,
        others,
        limits: page::limits(),
        files_max: drafts::FILES_MAX,
        bytes_max: drafts::BYTES_MAX,
        view,
    })
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

/// Takes a file. The answer is a sentence if it doesn't.
async fn receive_file(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Query(named): Query<Named>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let total = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let text = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    let draft = match console.drafts.find_or_create(&id) {
        Ok(draft) => draft,
        Err(error) => return (StatusCode::CONFLICT, text, sentence(&error)).into_response(),
    };
    draft.state().notice = None;
    match receive::receive(&console, &draft, &named.name, total, body).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, text, sentence(&error)).into_response(),
    }
}

/// An error as a sentence of its own.
fn sentence(error: &anyhow::Error) -> String {
    let text = visible(&format!("{error:#}"));
    let mut letters = text.chars();
    let text: String = letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    if text.ends_with(['.', '?']) { text } else { format!("{text}.") }
}
