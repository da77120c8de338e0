//! The messages people get: one for each state that concerns them.

mod body;
mod chat;
mod place;
mod sent;

use std::collections::BTreeMap;

use tunedrop_run::State;
use tunedrop_run::event::{Detail, Kind};

use crate::wording::{counted, visible};

pub use chat::chat;
pub use sent::sent;

/// SNS wants a subject of less than 100 characters (API reference, Publish).
const SUBJECT_MAX: usize = 99;
/// SNS takes 262,144 bytes for body and attributes together (API reference, Publish); an event has at most 64 KB for the latter.
const BODY_MAX: usize = 192 * 1024;
/// A key of the bucket has at most 1,024 bytes, and so has whatever stands in a dataset's place.
const ATTRIBUTE_MAX: usize = 1024;

/// A message as SNS takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Less than 100 printable ASCII characters, beginning with the dataset (SNS refuses longer ones, and e-mail wants ASCII).
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// For subscription filters: `dataset`, `state`, `kind`, `severity`, `stack`; `owner` and `dropped_by`, where they are
    /// known; and `notify`, the one that is a JSON array (`String.Array`), where the recipe names addresses. None is
    /// empty; SNS refuses that.
    pub attributes: BTreeMap<String, String>,
}

/// What people are told of an event; `None` where there is nothing to tell. `region` is the bucket's, for the link to the report.
pub fn message(kind: Kind, detail: &Detail, region: &str) -> Option<Message> {
    let topic = topic(kind, detail)?;
    let subject = subject(&detail.dataset, &topic.subject(detail));
    let mut body = body::body(&topic, detail, region);
    if body.len() > BODY_MAX {
        body.truncate(body.floor_char_boundary(BODY_MAX));
        body.push('\n');
    }
    Some(Message { subject, body, attributes: attributes(kind, &topic, detail) })
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Topic {
    /// A dropped file's name, or its folder's, is not one that is read: no set, no run.
    Misnamed,
    /// Findings block the launch.
    Rejected,
    /// Files are missing.
    Incomplete,
    /// A quota or a permission holds the run.
    Waiting,
    /// An update is accepted, and waits for further files before it is launched.
    Settling,
    /// What the run's state says.
    Is(State),
    /// The same content was dropped again, and its run stands here.
    Again(State),
}

fn topic(kind: Kind, detail: &Detail) -> Option<Topic> {
    Some(match kind {
        Kind::DatasetRejected if detail.run_id.is_none() => Topic::Misnamed,
        Kind::DatasetRejected if detail.repeated => Topic::Again(detail.state.unwrap_or(State::Rejected)),
        Kind::DatasetRejected => Topic::Rejected,
        Kind::DatasetIncomplete => Topic::Incomplete,
        Kind::RunHeld => Topic::Is(State::Held),
        Kind::RunSuperseded => Topic::Is(State::Superseded),
        Kind::RunLaunched => Topic::Is(State::Running),
        Kind::RunRefused => Topic::Is(State::Refused),
        Kind::RunWaiting => Topic::Waiting,
        Kind::RunSucceeded => Topic::Is(State::Succeeded),
        Kind::RunFailed => Topic::Is(State::Failed),
        Kind::RunStopped => Topic::Is(State::Stopped),
        Kind::DatasetAccepted if detail.repeated => Topic::Again(detail.state?),
        Kind::DatasetAccepted if detail.launch_after.is_some() => Topic::Settling,
        Kind::DatasetAccepted
        | Kind::JobStateObserved
        | Kind::LaunchDue
        | Kind::MessageSent
        | Kind::ApproveRun
        | Kind::StopRun
        | Kind::RetryRun => return None,
    })
}

impl Topic {
    /// What follows the dataset in the subject.
    fn subject(self, detail: &Detail) -> String {
        let blocking =
            if detail.errors > 0 { counted(detail.errors, "error") } else { counted(detail.warnings, "warning") };
        match self {
            Topic::Misnamed => "a dropped file was not read".to_owned(),
            Topic::Rejected => format!("rejected, {blocking}"),
            Topic::Incomplete => "waits for files".to_owned(),
            Topic::Waiting if is_idle(detail) => "its job has not begun".to_owned(),
            Topic::Waiting => "a quota or a permission holds it back".to_owned(),
            Topic::Settling => "accepted, starts in a few minutes".to_owned(),
            Topic::Is(state) => state_words(state).to_owned(),
            Topic::Again(state) => format!("dropped again, {}", state_words(state)),
        }
    }

    /// How grave it is, for filters.
    fn severity(self) -> &'static str {
        match self {
            Topic::Misnamed | Topic::Rejected | Topic::Is(State::Failed | State::Refused | State::Rejected) => "error",
            Topic::Again(State::Rejected) => "error",
            Topic::Incomplete | Topic::Waiting | Topic::Is(State::Stopped | State::Superseded) => "warning",
            Topic::Again(State::Failed | State::Refused | State::Stopped | State::Superseded) => "warning",
            Topic::Settling | Topic::Is(_) | Topic::Again(_) => "info",
        }
    }
}

/// Whether what waits is a job that Bedrock has and doesn't begin.
fn is_idle(detail: &Detail) -> bool {
    detail.state == Some(State::Running)
}

/// A state as the subject says it.
fn state_words(state: State) -> &'static str {
    match state {
        State::Rejected => "still rejected",
        State::Held => "waits for approval",
        State::Queued => "queued",
        State::Launching => "being launched",
        State::Running => "training has started",
        State::Succeeded => "the custom model is ready",
        State::Failed => "training failed",
        State::Stopped => "stopped",
        State::Superseded => "superseded by a newer set",
        State::Refused => "launch refused",
    }
}

/// Printable ASCII; a long dataset (only what stands in place of one can be long) gives way to what happened.
fn subject(dataset: &str, what: &str) -> String {
    let name: String =
        visible(dataset).chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).collect();
    let name = name.trim();
    let room = SUBJECT_MAX - what.len() - ": ".len();
    let name = if name.len() > room { format!("{}...", &name[..room - 3]) } else { name.to_owned() };
    // An empty name would leave a subject that begins with the colon.
    if name.is_empty() { what.to_owned() } else { format!("{name}: {what}") }
}

fn attributes(kind: Kind, topic: &Topic, detail: &Detail) -> BTreeMap<String, String> {
    let state = match topic {
        Topic::Misnamed | Topic::Rejected => "Rejected",
        Topic::Incomplete => "Incomplete",
        Topic::Waiting if is_idle(detail) => "Running",
        Topic::Waiting | Topic::Settling => "Queued",
        Topic::Is(state) | Topic::Again(state) => state.as_str(),
    };
    let mut attributes = BTreeMap::new();
    let mut add = |name: &str, value: &str| {
        // Only `notify` may look like an array to those who publish this.
        let value: String = visible(value).trim_start_matches('[').chars().take(ATTRIBUTE_MAX).collect();
        if !value.is_empty() {
            attributes.insert(name.to_owned(), value);
        }
    };
    add("dataset", &detail.dataset);
    add("state", state);
    add("kind", kind.as_str());
    add("severity", topic.severity());
    add("stack", &detail.stack);
    add("owner", detail.owner.as_deref().unwrap_or_default());
    add("dropped_by", detail.dropped_by.as_deref().unwrap_or_default());
    if !detail.notify.is_empty() {
        attributes.insert("notify".to_owned(), serde_json::Value::from(detail.notify.clone()).to_string());
    }
    attributes
}

#[cfg(test)]
mod tests;
