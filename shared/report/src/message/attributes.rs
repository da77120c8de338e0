//! A message's attributes, for subscription filters.

use std::collections::BTreeMap;

use tunedrop_run::event::Event;

use super::{ATTRIBUTE_MAX, Topic, is_idle, model};
use crate::wording::visible;

pub(super) fn attributes(event: &Event, topic: Topic<'_>, stack: &str) -> BTreeMap<String, String> {
    let state = match topic {
        Topic::Misnamed(_) => "Rejected",
        Topic::Incomplete(_) => "Incomplete",
        Topic::Waiting(run) if is_idle(run) => "Running",
        Topic::Waiting(_) | Topic::Settling(_) => "Queued",
        Topic::Is(state, _) | Topic::Again(state, _) => state.as_str(),
        Topic::Deployment(_, deployment) => deployment.state.as_str(),
        Topic::Evaluation(evaluation) => evaluation.state.as_str(),
        Topic::Model(kind, _) => model::state(kind),
    };
    let (notify, owner) = topic.people();
    let mut attributes = BTreeMap::new();
    let mut add = |name: &str, value: &str| {
        // The publisher sends a value that starts with `[` as an array, and only `notify` is one.
        let value: String = visible(value).trim_start_matches('[').chars().take(ATTRIBUTE_MAX).collect();
        if !value.is_empty() {
            attributes.insert(name.to_owned(), value);
        }
    };
    add("dataset", topic.dataset());
    add("state", state);
    add("kind", event.kind().as_str());
    add("severity", topic.severity().as_str());
    add("stack", stack);
    add("owner", owner.unwrap_or_default());
    add("uploader", topic.uploader().unwrap_or_default());
    if !notify.is_empty() {
        attributes.insert("notify".to_owned(), serde_json::Value::from(notify.to_vec()).to_string());
    }
    attributes
}
