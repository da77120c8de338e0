//! Tags of jobs and custom models.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::patterns;
use super::permissions;
use super::request::Tag;
use super::wire::{self, Answer, Refusal, ok};
use super::world::Shared;

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
pub(super) async fn list(State(standin): State<Shared>, headers: HeaderMap, bytes: Bytes) -> Answer {
    let request = enter(&standin, "ListTagsForResource", &headers, &bytes).await?;
    let world = standin.world();
    let tags = world.tags.get(&request.resource).ok_or_else(|| unknown(&request.resource))?;
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    Ok(ok(json!({ "tags": tags })))
}

/// `POST /tagResource`: at most 50 tags a resource.
pub(super) async fn tag(State(standin): State<Shared>, headers: HeaderMap, bytes: Bytes) -> Answer {
    let request = enter(&standin, "TagResource", &headers, &bytes).await?;
    if !request.tags.iter().all(|tag| patterns::tag(&tag.key, 1, 128) && patterns::tag(&tag.value, 0, 256)) {
        return Err(errors::TAG_BROKEN.with(&[
            &"Value at 'tags' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9\\s._:/=+@-]*",
        ]));
    }
    let mut world = standin.world();
    let tags = world.tags.get_mut(&request.resource).ok_or_else(|| unknown(&request.resource))?;
    let mut all = tags.clone();
    all.extend(request.tags.into_iter().map(|tag| (tag.key, tag.value)));
    if all.len() > 50 {
        return Err(errors::TOO_MANY_TAGS.refusal());
    }
    *tags = all;
    Ok(ok(json!({})))
}

/// `POST /untagResource`
pub(super) async fn untag(State(standin): State<Shared>, headers: HeaderMap, bytes: Bytes) -> Answer {
    let request = enter(&standin, "UntagResource", &headers, &bytes).await?;
    let mut world = standin.world();
    let tags = world.tags.get_mut(&request.resource).ok_or_else(|| unknown(&request.resource))?;
    tags.retain(|key, _| !request.tag_keys.contains(key));
    Ok(ok(json!({})))
}

async fn enter(standin: &Shared, operation: &str, headers: &HeaderMap, bytes: &[u8]) -> Result<Request, Refusal> {
    let caller = wire::enter(standin, operation, headers).await?;
    let request: Request = wire::body(bytes)?;
    permissions::require(standin, &caller, &format!("bedrock:{operation}"), &request.resource).await?;
    Ok(request)
}

fn unknown(resource: &str) -> Refusal {
    errors::RESOURCE_UNKNOWN.with(&[&resource])
}
