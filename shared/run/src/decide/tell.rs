//! notify: which message an event may call for, under which mark it is kept that it went out, and when nothing is left
//! to say of an item.
//!
//! An event names an item of the ledger and what to look for in it. Whether that is so, the ledger says.

use std::collections::BTreeMap;

use crate::event::{Hint, Kind, RunKind};
use crate::{DatasetHead, Run, State};

/// What an event announces: an item of the ledger, and what must be true of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// The item's key.
    pub item: String,
    /// What must be true of it.
    pub about: About,
}

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The run is in this state.
    State(State),
    /// The run's content was uploaded again, last at this time (RFC 3339).
    Again(String),
    /// A quota holds the run.
    Waiting,
    /// The run is accepted, and isn't launched yet, since files may still come.
    Settling,
    /// The dataset is incomplete, and its newest file came at this time (RFC 3339).
    Incomplete(String),
    /// A file's name is not one that is read.
    Misnamed,
}

/// A way that a message goes. Each is claimed and marked on its own, so that a crash between two of them loses neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The stack's topic: text, for mails.
    Topic,
    /// The second topic: for chat applications.
    Chat,
    /// The bus: `Message Sent`, for webhooks and targets of people's own.
    Bus,
}

/// The ways of a stack with a topic for chats, or without one.
pub fn ways(chat: bool) -> &'static [Way] {
    if chat { &[Way::Topic, Way::Chat, Way::Bus] } else { &[Way::Topic, Way::Bus] }
}

/// What an event announces; `None` where nobody is notified of it.
pub fn telling(hint: Hint) -> Option<Telling> {
    let (item, about) = match hint {
        Hint::Run(RunKind::Waiting, run_id) => (Run::key(&run_id), About::Waiting),
        Hint::Run(kind, run_id) => (Run::key(&run_id), About::State(kind.state().filter(|state| state.is_told())?)),
        Hint::Settling { run_id, .. } => (Run::key(&run_id), About::Settling),
        Hint::Repeated { run_id, dropped_at } => (Run::key(&run_id), About::Again(dropped_at)),
        Hint::Incomplete { dataset, dropped_at } => (DatasetHead::key(&dataset), About::Incomplete(dropped_at)),
        Hint::Misnamed { item } => (item, About::Misnamed),
        Hint::JobStateObserved(_) | Hint::LaunchDue(_) | Hint::Command { .. } | Hint::MessageSent => return None,
    };
    Some(Telling { item, about })
}

impl Way {
    fn prefix(self) -> &'static str {
        match self {
            Way::Topic => "",
            Way::Chat => "chat ",
            Way::Bus => "bus ",
        }
    }
}

impl About {
    /// The mark's name on this way. There are few of them, whatever happens to an item.
    pub fn mark(&self, way: Way) -> String {
        format!("{}{}", way.prefix(), self.word())
    }

    /// The mark that earlier versions left for each time; it is read, and no longer written.
    pub fn earlier_mark(&self, way: Way) -> Option<String> {
        self.time().map(|time| format!("{} {time}", self.mark(way)))
    }

    /// For what may come true again: the time that tells one from the next. The mark's value is then the newest such
    /// time that people were notified of.
    pub fn time(&self) -> Option<&str> {
        match self {
            About::Again(time) | About::Incomplete(time) => Some(time),
            About::State(_) | About::Waiting | About::Settling | About::Misnamed => None,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            About::State(state) => state.as_str(),
            About::Again(_) => "again",
            About::Waiting => "Waiting",
            About::Settling => "Settling",
            About::Incomplete(_) => "Incomplete",
            About::Misnamed => Kind::DatasetRejected.as_str(),
        }
    }

    /// Whether an item's marks say that people were notified on this way.
    pub fn is_told(&self, told: &BTreeMap<String, String>, way: Way) -> bool {
        let marked =
            told.get(&self.mark(way)).is_some_and(|value| self.time().is_none_or(|time| value.as_str() >= time));
        marked || self.earlier_mark(way).is_some_and(|mark| told.contains_key(&mark))
    }

    /// The same on all these ways.
    pub fn is_told_on(&self, told: &BTreeMap<String, String>, ways: &[Way]) -> bool {
        ways.iter().all(|way| self.is_told(told, *way))
    }
}

impl Run {
    /// What people are answered who uploaded the same content again; `None` where nobody did.
    pub fn answer(&self) -> Option<About> {
        self.redropped_at.clone().map(About::Again)
    }
}

/// Whether nothing more has to happen to a run: it is over, people were notified of its end on every way (`heard`), and
/// whoever uploaded its content again was answered on every way (`answered`). One that failed since Bedrock denied its job
/// (`forgotten`) is looked at again.
pub fn is_over(state: State, forgotten: bool, heard: bool, answered: bool) -> bool {
    state.is_end() && !forgotten && heard && answered
}

/// [`is_over`] of a run in the ledger.
pub fn run_is_over(run: &Run, ways: &[Way]) -> bool {
    let answered = run.answer().is_none_or(|answer| answer.is_told_on(&run.told, ways));
    is_over(run.state, run.forgotten_at.is_some(), About::State(run.state).is_told_on(&run.told, ways), answered)
}

#[cfg(test)]
mod tests;
