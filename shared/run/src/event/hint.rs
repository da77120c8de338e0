//! What tunedrop reads of an event on its bus: which item of the ledger it is about, and no more. Everything else it
//! asks the ledger or Bedrock for, so nothing else that an event says can be read.

use std::fmt;

use serde_json::Value;

use super::{Kind, RunCommand, RunKind, VERSION};
use crate::{DatasetHead, Note, RunId, Timestamp, dataset_fault};

/// No time in RFC 3339 needs more characters.
const TIME_MAX: usize = 40;

/// What an event of the stack's own says to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// This became of a run.
    Run(RunKind, RunId),
    /// A run was accepted, and waits for files that may still come.
    Settling {
        /// The run.
        run_id: RunId,
        /// RFC 3339: it is launched after this.
        launch_after: String,
    },
    /// A run's content was uploaded again.
    Repeated {
        /// The run.
        run_id: RunId,
        /// RFC 3339: when.
        dropped_at: String,
    },
    /// A file's name isn't one that is read.
    Misnamed {
        /// The ledger's key of the note about it.
        item: String,
    },
    /// Files of a dataset are missing.
    Incomplete {
        /// The dataset.
        dataset: String,
        /// RFC 3339: when its newest file was uploaded.
        dropped_at: String,
    },
    /// The run's job may be over.
    JobStateObserved(RunId),
    /// Runs wait to be launched; or this one is to be looked at.
    LaunchDue(Option<RunId>),
    /// Somebody asks for something.
    Command {
        /// What.
        command: RunCommand,
        /// Of this run.
        run_id: RunId,
        /// Who; the sender's own claim.
        by: Option<String>,
    },
    /// People were notified.
    MessageSent,
}

/// Why an event is not read. Repeats nothing of the event, which may come from anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// Another stack's.
    OtherStack,
    /// Of this version, which is newer than [`VERSION`].
    Newer(u64),
    /// Of a kind that this version doesn't know.
    UnknownKind,
    /// A field that is read is missing or wrong.
    Malformed {
        /// Which.
        field: &'static str,
        /// What is wrong with it.
        fault: String,
    },
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unread::OtherStack => f.write_str("the event is another stack's"),
            Unread::Newer(version) => {
                write!(f, "the event is of version {version}, and this function reads versions up to {VERSION}")
            }
            Unread::UnknownKind => f.write_str("this version doesn't know the event's kind"),
            Unread::Malformed { field, fault } => write!(f, "the event's {field} can't be read: {fault}"),
        }
    }
}

impl Hint {
    /// Reads an event of source [`SOURCE`](super::SOURCE), for the stack of this name.
    pub fn read(detail_type: &str, detail: &Value, stack: &str) -> Result<Hint, Unread> {
        let detail = Fields(detail);
        if detail.text("stack")? != stack {
            return Err(Unread::OtherStack);
        }
        let version = detail.0.get("version").and_then(Value::as_u64);
        match version.ok_or_else(|| malformed("version", "expected a whole number"))? {
            version if version > u64::from(VERSION) => return Err(Unread::Newer(version)),
            _ => {}
        }
        let kind = Kind::parse(detail_type).ok_or(Unread::UnknownKind)?;
        let run = |kind| detail.run_id().map(|run_id| Hint::Run(kind, run_id));
        let command = |command| {
            let by = detail.text_if_any("by")?.map(str::to_owned);
            Ok(Hint::Command { command, run_id: detail.run_id()?, by })
        };
        match kind {
            Kind::DatasetAccepted => detail.judged(RunKind::Accepted),
            Kind::DatasetRejected if detail.has("run_id") => detail.judged(RunKind::Rejected),
            Kind::DatasetRejected => Ok(Hint::Misnamed { item: detail.note()? }),
            Kind::DatasetIncomplete => detail.incomplete(),
            Kind::RunHeld => run(RunKind::Held),
            Kind::RunSuperseded => run(RunKind::Superseded),
            Kind::RunLaunched => run(RunKind::Launched),
            Kind::RunRefused => run(RunKind::Refused),
            Kind::RunWaiting => run(RunKind::Waiting),
            Kind::RunSucceeded => run(RunKind::Succeeded),
            Kind::RunFailed => run(RunKind::Failed),
            Kind::RunStopped => run(RunKind::Stopped),
            Kind::JobStateObserved => Ok(Hint::JobStateObserved(detail.run_id()?)),
            Kind::LaunchDue if detail.has("run_id") => Ok(Hint::LaunchDue(Some(detail.run_id()?))),
            Kind::LaunchDue => Ok(Hint::LaunchDue(None)),
            Kind::MessageSent => Ok(Hint::MessageSent),
            Kind::ApproveRun => command(RunCommand::Approve),
            Kind::StopRun => command(RunCommand::Stop),
            Kind::RetryRun => command(RunCommand::Retry),
        }
    }
}

/// A detail that nobody has checked.
#[derive(Clone, Copy)]
struct Fields<'v>(&'v Value);

impl<'v> Fields<'v> {
    /// Whether the field is there; `null` is as good as nothing.
    fn has(self, field: &str) -> bool {
        self.0.get(field).is_some_and(|value| !value.is_null())
    }

    fn text_if_any(self, field: &'static str) -> Result<Option<&'v str>, Unread> {
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(malformed(field, "expected text")),
        }
    }

    fn text(self, field: &'static str) -> Result<&'v str, Unread> {
        self.text_if_any(field)?.ok_or_else(|| malformed(field, "it is missing"))
    }

    fn run_id(self) -> Result<RunId, Unread> {
        self.text("run_id")?.parse().map_err(|error: crate::RunIdError| malformed("run_id", &error.to_string()))
    }

    /// A time, as it is written: the ledger's own must be the same text.
    fn time(self, field: &'static str) -> Result<String, Unread> {
        let time = self.text(field)?;
        if time.len() > TIME_MAX || time.parse::<Timestamp>().is_err() {
            return Err(malformed(field, "expected a time in RFC 3339"));
        }
        Ok(time.to_owned())
    }

    fn note(self) -> Result<String, Unread> {
        let item = self.text("item")?;
        if !Note::is_key(item) {
            return Err(malformed("item", "expected the key of a misnamed file's note"));
        }
        Ok(item.to_owned())
    }

    /// The first judgment of a content, or the answer to the same content again.
    fn judged(self, kind: RunKind) -> Result<Hint, Unread> {
        let run_id = self.run_id()?;
        match self.0.get("repeated") {
            None | Some(Value::Bool(false)) if kind == RunKind::Accepted && self.has("launch_after") => {
                Ok(Hint::Settling { run_id, launch_after: self.time("launch_after")? })
            }
            None | Some(Value::Bool(false)) => Ok(Hint::Run(kind, run_id)),
            Some(Value::Bool(true)) => Ok(Hint::Repeated { run_id, dropped_at: self.time("dropped_at")? }),
            Some(_) => Err(malformed("repeated", "expected true or false")),
        }
    }

    fn incomplete(self) -> Result<Hint, Unread> {
        let dataset = self.text("dataset")?;
        if let Some(fault) = dataset_fault(dataset) {
            return Err(malformed("dataset", &fault));
        }
        if self.text("item")? != DatasetHead::key(dataset) {
            return Err(malformed("item", "expected the key of the dataset"));
        }
        Ok(Hint::Incomplete { dataset: dataset.to_owned(), dropped_at: self.time("dropped_at")? })
    }
}

fn malformed(field: &'static str, fault: &str) -> Unread {
    Unread::Malformed { field, fault: fault.to_owned() }
}

#[cfg(test)]
mod tests;
