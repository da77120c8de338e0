//! Reads and changes tags.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::patterns;
use super::permissions;
use super::request::Tag;
use super::state::Shared;
use super::wire::{self, Answer, Refusal, ok};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    #[serde(rename = "resourceARN")]
    resource: String,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    tag_keys: Vec<String>,
}

/// `POST /listTagsForResource`
pub(super) async fn list(State(simulator): State<Shared>, headers: HeaderMap, bytes: Bytes) -> Answer {
    let request = enter(&simulator, "ListTagsForResource", &headers, &bytes).await?;
    let state = simulator.state();
    let tags = state.tags.get(&request.resource).ok_or_else(|| unknown(&request.resource))?;
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    Ok(ok(json!({ "tags": tags })))
}

/// `POST /tagResource`: a resource has at most 50 tags.
pub(super) async fn tag(State(simulator): State<Shared>, headers: HeaderMap, bytes: Bytes) -> Answer {
    let request = enter(&simulator, "TagResource", &headers, &bytes).await?;
    if !request.tags.iter().all(|tag| patterns::tag(&tag.key, 1, 128) && patterns::tag(&tag.value, 0, 256)) {
        return Err(errors::TAG_BROKEN.with(&[
            &"Value at 'tags' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9\\s._:/=+@-]*",
        ]));
    }
    let mut state = simulator.state();
    let tags = state.tags.get_mut(&request.resource).ok_or_else(|| unknown(&request.resource))?;
    let mut all = tags.clone();
    all.extend(request.tags.into_iter().map(|tag| (tag.key, tag.value)));
    if all.len() > 50 {
        return Err(errors::TOO_MANY_TAGS.refusal());
    }
    *tags = all;
    Ok(ok(json!({})))
}

/// `POST /untagResource`
pub(super) async fn untag(State(simulator): State<Shared>, headers: HeaderMap, bytes: Bytes) -> Answer {
    let request = enter(&simulator, "UntagResource", &headers, &bytes).await?;
    let mut state = simulator.state();
    let tags = state.tags.get_mut(&request.resource).ok_or_else(|| unknown(&request.resource))?;
    tags.retain(|key, _| !request.tag_keys.contains(key));
    Ok(ok(json!({})))
}

async fn enter(simulator: &Shared, operation: &str, headers: &HeaderMap, bytes: &[u8]) -> Result<Request, Refusal> {
    let caller = wire::enter(simulator, operation, headers).await?;
    let request: Request = wire::body(bytes)?;
    let mut context = permissions::tag_context(&request.tags);
    context.extend(request.tag_keys.iter().map(|key| ("aws:TagKeys".to_owned(), key.clone())));
    permissions::require_in(simulator, &caller, &format!("bedrock:{operation}"), &request.resource, &context).await?;
    Ok(request)
}

fn unknown(resource: &str) -> Refusal {
    errors::RESOURCE_UNKNOWN.with(&[&resource])
}
