//! Finds where the simulator still has a text, after an erasure.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::state::Shared;
use super::wire::ok;

/// What is searched.
#[derive(Deserialize)]
pub(super) struct Search {
    text: String,
}

/// `POST /_simulator/search` with `{"text": "…"}`: `{"found": ["custom model <arn>", …]}`: everything in the simulator's
/// memory that has the text.
pub(super) async fn search(State(simulator): State<Shared>, Json(search): Json<Search>) -> Response {
    let (state, text) = (simulator.state(), search.text.as_str());
    let mut found = Vec::new();
    for job in &state.jobs {
        if job.body.to_string().contains(text) || job.failure.as_deref().is_some_and(|words| words.contains(text)) {
            found.push(format!("job {}", job.arn));
        }
    }
    let models = state.models.iter().filter(|model| model.memory.has(text));
    found.extend(models.map(|model| format!("custom model {}", model.arn)));
    let evaluations = state.evaluations.iter().filter(|one| one.has(text));
    found.extend(evaluations.map(|one| format!("evaluation job {}", one.name())));
    let tagged = state.tags.iter().filter(|(arn, tags)| arn.contains(text) || format!("{tags:?}").contains(text));
    found.extend(tagged.map(|(arn, _)| format!("tags of {arn}")));
    let used = state.usage.keys().chain(state.invocations.keys()).filter(|model| model.contains(text));
    found.extend(used.map(|model| format!("usage of {model}")));
    ok(json!({ "found": found }))
}
