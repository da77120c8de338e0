//! notify: under which mark people are told of an event, and whether that was the last thing to happen.

use crate::event::{Detail, Kind};
use crate::{DatasetHead, Run, State};

/// What a message is marked under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The ledger's item.
    pub item: String,
    /// The mark's name.
    pub what: String,
    /// RFC 3339, for a run: when it was dropped, as the event has it. A run that began again since is another matter,
    /// and neither told nor marked by an event from before.
    pub began_by: Option<String>,
}

/// A way that a message goes. Each is claimed and marked on its own, so that a cut between two of them loses neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The stack's topic: text, for mails. Its mark is the one that the sweep goes by.
    Topic,
    /// The second topic: for chat applications.
    Chat,
    /// The bus: `Message Sent`, for webhooks and targets of people's own.
    Bus,
}

impl Subject {
    /// What it is marked under on this way.
    pub fn on(&self, way: Way) -> Subject {
        let what = match way {
            Way::Topic => self.what.clone(),
            Way::Chat => format!("chat {}", self.what),
            Way::Bus => format!("bus {}", self.what),
        };
        Subject { what, ..self.clone() }
    }
}

/// When a mark also takes the item out of the sweep's view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closes {
    /// While the run is in this state still.
    InState(State),
    /// While the set that waits is still the one that was told of.
    SameSet,
}

/// The mark of an event.
pub fn subject(kind: Kind, detail: &Detail) -> Subject {
    let dropped_at = detail.dropped_at.as_deref().unwrap_or_default();
    let item = match (&detail.item, &detail.run_id) {
        (Some(item), _) => item.clone(),
        (None, Some(run_id)) => Run::key(run_id),
        (None, None) => DatasetHead::key(&detail.dataset),
    };
    let what = match (kind, detail.state) {
        _ if detail.repeated => format!("again {dropped_at}"),
        (Kind::RunWaiting, _) => "Waiting".to_owned(),
        (Kind::DatasetIncomplete, _) => format!("Incomplete {dropped_at}"),
        (_, Some(state)) => state.as_str().to_owned(),
        (_, None) => kind.as_str().to_owned(),
    };
    let began_by = detail.dropped_at.clone().filter(|_| detail.item.is_none() && detail.run_id.is_some());
    Subject { item, what, began_by }
}

/// Whether what was told was the last thing to happen.
pub fn closes(kind: Kind, state: Option<State>, repeated: bool) -> Option<Closes> {
    match (kind, state) {
        (Kind::DatasetIncomplete, _) => Some(Closes::SameSet),
        (_, Some(state)) if state.is_end() && !repeated => Some(Closes::InState(state)),
        _ => None,
    }
}
