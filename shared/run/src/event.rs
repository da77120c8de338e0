//! Domain events: what tunedrop puts on the stack's own bus, and the commands that it takes from it.
//!
//! An [`Event`] is what is put: each kind has details of its own. A [`Hint`] is what is read of one: which item to look
//! at. `docs/events.schema.json` documents the JSON for those who subscribe targets of their own, and
//! `docs/events.examples.jsonl` has one of each kind.

mod details;
mod hint;
mod kind;
pub mod senders;
mod wire;

pub use details::{IncompleteDetail, MisnamedDetail, RunDetail, SentMessage, Severity};
pub use hint::{Hint, Unread};
pub use kind::{Kind, RunCommand, RunKind};

use crate::RunId;

/// The `source` of every event of ours.
pub const SOURCE: &str = "tunedrop";

/// The detail's version that this code writes, and the highest that it reads.
pub const VERSION: u32 = 1;

/// What happened, or what is asked for, with the details that its kind has.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// This became of a run.
    Run(RunKind, Box<RunDetail>),
    /// The content of a run was uploaded again: `Dataset Rejected` where the run is Rejected, else `Dataset Accepted`.
    Repeated(Box<RunDetail>),
    /// A file's name isn't one that is read: `Dataset Rejected` without a run.
    Misnamed(MisnamedDetail),
    /// Files of a dataset have been missing for more than ten minutes.
    Incomplete(IncompleteDetail),
    /// The sweep saw the end of this run's job that no event had brought: record is to ask Bedrock.
    JobStateObserved(RunId),
    /// The sweep found runs that wait to be launched; or launch is to look at this one.
    LaunchDue(Option<RunId>),
    /// Somebody asks for something.
    Command {
        /// What.
        command: RunCommand,
        /// Of this run.
        run_id: RunId,
        /// Who.
        by: Option<String>,
    },
    /// People were notified.
    MessageSent(SentMessage),
}

impl Event {
    /// The `detail-type`.
    pub fn kind(&self) -> Kind {
        match self {
            Event::Run(kind, _) => kind.kind(),
            Event::Repeated(run) if run.state == crate::State::Rejected => Kind::DatasetRejected,
            Event::Repeated(_) => Kind::DatasetAccepted,
            Event::Misnamed(_) => Kind::DatasetRejected,
            Event::Incomplete(_) => Kind::DatasetIncomplete,
            Event::JobStateObserved(_) => Kind::JobStateObserved,
            Event::LaunchDue(_) => Kind::LaunchDue,
            Event::Command { command, .. } => command.kind(),
            Event::MessageSent(_) => Kind::MessageSent,
        }
    }

    /// The run that it is about, where it is about one.
    pub fn run_id(&self) -> Option<&RunId> {
        match self {
            Event::Run(_, run) | Event::Repeated(run) => Some(&run.run_id),
            Event::JobStateObserved(run_id) | Event::Command { run_id, .. } => Some(run_id),
            Event::LaunchDue(run_id) => run_id.as_ref(),
            Event::MessageSent(message) => message.about.run_id(),
            Event::Misnamed(_) | Event::Incomplete(_) => None,
        }
    }

    /// The dataset that it is about, or the folder of a misnamed file; `None` where it is about none.
    pub fn dataset(&self) -> Option<&str> {
        match self {
            Event::Misnamed(file) => Some(&file.dataset),
            Event::Incomplete(set) => Some(&set.dataset),
            Event::MessageSent(message) => message.about.dataset(),
            _ => self.run_id().map(RunId::dataset),
        }
    }
}

#[cfg(test)]
mod tests;
