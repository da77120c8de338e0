//! The messages people get: one for each state that concerns them.

mod body;
mod chat;
mod place;
mod sent;

use std::borrow::Cow;
use std::collections::BTreeMap;

use tunedrop_run::event::{Event, IncompleteDetail, MisnamedDetail, RunDetail, RunKind, Severity};
use tunedrop_run::{DatasetHead, State};

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

/// The message on an event of this stack's; `None` where nobody is notified. `region` is the bucket's, for the link to
/// the report.
pub fn message(event: &Event, stack: &str, region: &str) -> Option<Message> {
    let topic = Topic::of(event)?;
    let subject = subject(topic.dataset(), &topic.subject());
    let mut body = body::body(topic, stack, region);
    if body.len() > BODY_MAX {
        body.truncate(body.floor_char_boundary(BODY_MAX));
        body.push('\n');
    }
    Some(Message { subject, body, attributes: attributes(event, topic, stack) })
}

/// What a message is about.
#[derive(Debug, Clone, Copy)]
enum Topic<'e> {
    /// A file's name, or its folder's, is not one that is read: no dataset, no run.
    Misnamed(&'e MisnamedDetail),
    /// Files are missing.
    Incomplete(&'e IncompleteDetail),
    /// A quota or a permission holds the run.
    Waiting(&'e RunDetail),
    /// An update is accepted, and waits for further files before it is launched.
    Settling(&'e RunDetail),
    /// The run came into this state.
    Is(State, &'e RunDetail),
    /// The same content was uploaded again, and its run is in this state.
    Again(State, &'e RunDetail),
}

impl<'e> Topic<'e> {
    /// `None` for an event that nobody is notified of.
    fn of(event: &'e Event) -> Option<Topic<'e>> {
        Some(match event {
            Event::Misnamed(file) => Topic::Misnamed(file),
            Event::Incomplete(set) => Topic::Incomplete(set),
            Event::Repeated(run) => Topic::Again(run.state, run),
            Event::Run(RunKind::Waiting, run) => Topic::Waiting(run),
            Event::Run(RunKind::Accepted, run) if run.launch_after.is_some() => Topic::Settling(run),
            Event::Run(kind, run) => Topic::Is(kind.state().filter(|state| state.is_told())?, run),
            Event::JobStateObserved(_) | Event::LaunchDue(_) | Event::Command { .. } | Event::MessageSent(_) => {
                return None;
            }
        })
    }

    /// The run, where there is one.
    fn run(self) -> Option<&'e RunDetail> {
        match self {
            Topic::Misnamed(_) | Topic::Incomplete(_) => None,
            Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => Some(run),
        }
    }

    fn dataset(self) -> &'e str {
        match self {
            Topic::Misnamed(file) => &file.dataset,
            Topic::Incomplete(set) => &set.dataset,
            Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => {
                run.run_id.dataset()
            }
        }
    }

    fn report(self) -> Option<&'e str> {
        match self {
            Topic::Misnamed(file) => file.report.as_deref(),
            Topic::Incomplete(set) => set.report.as_deref(),
            Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => {
                run.report.as_deref()
            }
        }
    }

    fn dropped_by(self) -> Option<&'e str> {
        match self {
            Topic::Misnamed(file) => file.dropped_by.as_deref(),
            Topic::Incomplete(set) => set.dropped_by.as_deref(),
            Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => {
                run.dropped_by.as_deref()
            }
        }
    }

    /// The recipe's addresses, and its tag `owner`.
    fn people(self) -> (&'e [String], Option<&'e str>) {
        match self {
            Topic::Misnamed(_) => (&[], None),
            Topic::Incomplete(set) => (&set.notify, set.owner.as_deref()),
            Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => {
                (&run.notify, run.owner.as_deref())
            }
        }
    }

    /// What a chat keeps together: all about one run, dataset or file.
    fn thread(self) -> Cow<'e, str> {
        match self {
            Topic::Misnamed(file) => Cow::Borrowed(&file.item),
            Topic::Incomplete(set) => Cow::Owned(DatasetHead::key(&set.dataset)),
            Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => {
                Cow::Borrowed(&run.run_id)
            }
        }
    }

    /// What follows the dataset in the subject.
    fn subject(self) -> String {
        match self {
            Topic::Misnamed(_) => "a dropped file was not read".to_owned(),
            Topic::Incomplete(_) => "waits for files".to_owned(),
            Topic::Waiting(run) if is_idle(run) => "its job has not begun".to_owned(),
            Topic::Waiting(_) => "a quota or a permission holds it back".to_owned(),
            Topic::Settling(_) => "accepted, starts in a few minutes".to_owned(),
            Topic::Is(State::Rejected, run) if run.errors > 0 => format!("rejected, {}", counted(run.errors, "error")),
            Topic::Is(State::Rejected, run) => format!("rejected, {}", counted(run.warnings, "warning")),
            Topic::Is(state, _) => state_words(state).to_owned(),
            Topic::Again(state, _) => format!("dropped again, {}", state_words(state)),
        }
    }

    /// How grave it is, for filters.
    fn severity(self) -> Severity {
        match self {
            Topic::Misnamed(_) | Topic::Is(State::Failed | State::Refused | State::Rejected, _) => Severity::Error,
            Topic::Again(State::Rejected, _) => Severity::Error,
            Topic::Incomplete(_) | Topic::Waiting(_) => Severity::Warning,
            Topic::Is(State::Stopped | State::Superseded, _) => Severity::Warning,
            Topic::Again(State::Failed | State::Refused | State::Stopped | State::Superseded, _) => Severity::Warning,
            Topic::Settling(_) | Topic::Is(..) | Topic::Again(..) => Severity::Info,
        }
    }
}

/// Whether what waits is a job that Bedrock has and doesn't begin.
fn is_idle(run: &RunDetail) -> bool {
    run.state == State::Running
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

fn attributes(event: &Event, topic: Topic<'_>, stack: &str) -> BTreeMap<String, String> {
    let state = match topic {
        Topic::Misnamed(_) => "Rejected",
        Topic::Incomplete(_) => "Incomplete",
        Topic::Waiting(run) if is_idle(run) => "Running",
        Topic::Waiting(_) | Topic::Settling(_) => "Queued",
        Topic::Is(state, _) | Topic::Again(state, _) => state.as_str(),
    };
    let (notify, owner) = topic.people();
    let mut attributes = BTreeMap::new();
    let mut add = |name: &str, value: &str| {
        // Only `notify` may look like an array to those who publish this.
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
    add("dropped_by", topic.dropped_by().unwrap_or_default());
    if !notify.is_empty() {
        attributes.insert("notify".to_owned(), serde_json::Value::from(notify.to_vec()).to_string());
    }
    attributes
}

#[cfg(test)]
mod tests;
