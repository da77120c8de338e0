//! What the events of each kind say.

use super::{Event, RunKind};
use crate::{DatasetHead, Note, Run, RunId, State};

/// What is said of a run. Never a record's text: of a failure message only known wording passes.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDetail {
    /// The run.
    pub run_id: RunId,
    /// Its state after what happened.
    pub state: State,
    /// RFC 3339: when the dataset's newest file was uploaded. Two uploads of the same content differ in this.
    pub dropped_at: String,
    /// RFC 3339: before this the run isn't launched; absent where it is launched as soon as a slot is free.
    pub launch_after: Option<String>,
    /// The base model's identifier.
    pub base_model: Option<String>,
    /// Records in the training file.
    pub records: Option<u64>,
    /// Findings that block.
    pub errors: u64,
    /// Findings that don't.
    pub warnings: u64,
    /// The first findings, each in one line: file, line, code and message. At most five.
    pub findings: Vec<String>,
    /// The customization job's ARN.
    pub job_arn: Option<String>,
    /// The custom model's ARN.
    pub model_arn: Option<String>,
    /// Why it was refused, failed or stopped; redacted.
    pub reason: Option<String>,
    /// Training loss at the end, where Bedrock gave one.
    pub training_loss: Option<f64>,
    /// Validation loss at the end, where Bedrock gave one.
    pub validation_loss: Option<f64>,
    /// The report's `s3://` address.
    pub report: Option<String>,
    /// Addresses from the recipe's `notify`; empty: everyone who subscribes.
    pub notify: Vec<String>,
    /// The value of the recipe's tag `owner`.
    pub owner: Option<String>,
    /// Who uploaded the last file, as S3 names the requester: an account's id, or a service.
    pub dropped_by: Option<String>,
    /// One sentence: how many findings of the rejection before are gone.
    pub mended: Option<String>,
}

impl RunDetail {
    /// The run as it is now. Its reason passes through `redact`.
    pub fn of(run: &Run, redact: impl Fn(&str) -> String) -> RunDetail {
        RunDetail {
            run_id: run.run_id.clone(),
            state: run.state,
            dropped_at: run.since.clone(),
            launch_after: run.settles_until().map(str::to_owned),
            base_model: run.plan.as_ref().map(|plan| plan.base_model.clone()),
            records: run.records,
            errors: run.errors,
            warnings: run.warnings,
            findings: run.findings.clone(),
            job_arn: run.job_arn.clone(),
            model_arn: run.model_arn.clone(),
            reason: run.reason.as_deref().map(redact),
            training_loss: run.training_loss,
            validation_loss: run.validation_loss,
            report: run.report.clone(),
            notify: run.notify.clone(),
            owner: run.owner.clone(),
            dropped_by: run.dropped_by.clone(),
            mended: run.mended.clone(),
        }
    }
}

impl Event {
    /// The run's state; `None` for a state that isn't announced.
    pub fn state(run: &Run, redact: impl Fn(&str) -> String) -> Option<Event> {
        Some(Event::Run(RunKind::of(run.state)?, Box::new(RunDetail::of(run, redact))))
    }

    /// The answer to content that was uploaded again; `None` where it wasn't.
    pub fn repeated(run: &Run, redact: impl Fn(&str) -> String) -> Option<Event> {
        let dropped_at = run.redropped_at.clone()?;
        Some(Event::Repeated(Box::new(RunDetail { dropped_at, ..RunDetail::of(run, redact) })))
    }

    /// A quota holds the run: the reason is why it waits.
    pub fn waiting(run: &Run, redact: impl Fn(&str) -> String) -> Event {
        let reason = run.waiting.as_deref().map(&redact);
        Event::Run(RunKind::Waiting, Box::new(RunDetail { reason, ..RunDetail::of(run, redact) }))
    }

    /// The files that a dataset waits for; `None` where it is not incomplete.
    pub fn incomplete(head: &DatasetHead) -> Option<Event> {
        Some(Event::Incomplete(IncompleteDetail {
            dataset: head.dataset.clone(),
            dropped_at: head.since.clone()?,
            waits_for: head.waits_for.clone(),
            report: head.report.clone(),
            notify: head.notify.clone(),
            owner: head.owner.clone(),
            dropped_by: head.dropped_by.clone(),
        }))
    }

    /// A misnamed file.
    pub fn misnamed(note: &Note) -> Event {
        Event::Misnamed(MisnamedDetail {
            item: note.pk.clone(),
            dataset: note.dataset.clone(),
            findings: note.findings.clone(),
            report: note.report.clone(),
            dropped_by: note.dropped_by.clone(),
        })
    }
}

/// What is said of a file whose name isn't read. It is no dataset's, so it has no run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MisnamedDetail {
    /// The ledger's key of the note about it.
    pub item: String,
    /// The key's folder as it is, where that is no valid name.
    pub dataset: String,
    /// What is wrong with its name, a line.
    pub findings: Vec<String>,
    /// The report's `s3://` address.
    pub report: Option<String>,
    /// Who uploaded it, as S3 names the requester.
    pub dropped_by: Option<String>,
}

/// What is said of a dataset whose files are missing. It has no run yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncompleteDetail {
    /// The dataset.
    pub dataset: String,
    /// RFC 3339: when its newest file was uploaded.
    pub dropped_at: String,
    /// The missing files.
    pub waits_for: Vec<String>,
    /// The report's `s3://` address.
    pub report: Option<String>,
    /// Addresses from the recipe's `notify`, if it is there; empty: everyone who subscribes.
    pub notify: Vec<String>,
    /// The value of the recipe's tag `owner`.
    pub owner: Option<String>,
    /// Who uploaded the last file, as S3 names the requester.
    pub dropped_by: Option<String>,
}

/// A message that people were sent.
#[derive(Debug, Clone, PartialEq)]
pub struct SentMessage {
    /// The event that the message is about.
    pub about: Box<Event>,
    /// How grave it is.
    pub severity: Severity,
    /// The message's subject.
    pub subject: String,
    /// The message, as the mail has it.
    pub text: String,
}

/// How grave a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing to do.
    Info,
    /// Not as hoped.
    Warning,
    /// Something has to be fixed.
    Error,
}

impl Severity {
    /// As events and message attributes have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}
