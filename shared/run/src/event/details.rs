//! The details of each kind of event.

use super::{Event, RunKind};
use crate::{Blocker, DatasetEntry, DeployPlan, EvaluationPlan, MisnamedFile, Run, RunId, State};

/// The details of a run. They never contain a record's text: only sentences of known wording pass from a failure
/// message.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDetail {
    /// The run.
    pub run_id: RunId,
    /// Its state after the event.
    pub state: State,
    /// RFC 3339: when the dataset's newest file was uploaded. Two uploads of the same content differ in this.
    pub uploaded_at: String,
    /// RFC 3339: the run isn't launched before this time. Absent if it is launched as soon as a slot is free.
    pub launch_after: Option<String>,
    /// The base model's identifier.
    pub base_model: Option<String>,
    /// Records in the training file.
    pub records: Option<u64>,
    /// Number of findings that block the launch.
    pub errors: u64,
    /// Number of findings that don't block it.
    pub warnings: u64,
    /// The first findings, at most five. Each is one line: file, line number, code and message.
    pub findings: Vec<String>,
    /// The customization job's ARN.
    pub job_arn: Option<String>,
    /// The custom model's ARN.
    pub model_arn: Option<String>,
    /// Why it was refused, failed or stopped, redacted.
    pub reason: Option<String>,
    /// What blocks it, in a `Run Blocked` only.
    pub blocked_by: Option<Blocker>,
    /// Bedrock's lifecycle dates of the base model for the 90 days after the launch.
    pub lifecycle_warning: Option<String>,
    /// Training loss at the end, if Bedrock returned one.
    pub training_loss: Option<f64>,
    /// Validation loss at the end, if Bedrock returned one.
    pub validation_loss: Option<f64>,
    /// The report's `s3://` address.
    pub report: Option<String>,
    /// E-mail addresses from the recipe's `notify`. Empty: everyone who subscribes.
    pub notify: Vec<String>,
    /// The value of the recipe's tag `owner`.
    pub owner: Option<String>,
    /// Who uploaded the last file, as S3 names the requester: an account's id, or a service.
    pub uploader: Option<String>,
    /// One sentence: how many findings of the previous rejection are gone.
    pub fixed: Option<String>,
    /// One sentence: how the training file differs from that of the last accepted version.
    pub drift: Option<String>,
    /// Where the recipe has the model deployed; for messages, not a field of the event.
    pub deploy: Option<DeployPlan>,
    /// How the recipe has the model evaluated; for messages, not a field of the event.
    pub evaluate: Option<EvaluationPlan>,
}

impl RunDetail {
    /// Returns the run's details as they are now. `redact` removes what may quote a record from its reason.
    pub fn of(run: &Run, redact: impl Fn(&str) -> String) -> RunDetail {
        RunDetail {
            run_id: run.run_id.clone(),
            state: run.state,
            uploaded_at: run.uploaded_at.clone(),
            launch_after: run.settles_until().map(str::to_owned),
            base_model: run.plan.as_ref().map(|plan| plan.base_model.clone()),
            records: run.records,
            errors: run.errors,
            warnings: run.warnings,
            findings: run.findings.clone(),
            job_arn: run.job_arn.clone(),
            model_arn: run.model_arn.clone(),
            reason: run.reason.as_deref().map(redact),
            blocked_by: None,
            lifecycle_warning: run.lifecycle_warning.clone(),
            training_loss: run.training_loss,
            validation_loss: run.validation_loss,
            report: run.report.clone(),
            notify: run.notify.clone(),
            owner: run.owner.clone(),
            uploader: run.uploader.clone(),
            fixed: run.fixed.clone(),
            drift: run.drift.clone(),
            deploy: run.plan.as_ref().and_then(|plan| plan.deploy.clone()),
            evaluate: run.plan.as_ref().and_then(|plan| plan.evaluate.clone()),
        }
    }
}

impl Event {
    /// Returns the event about the run's state. `None` for a state that isn't announced.
    pub fn state(run: &Run, redact: impl Fn(&str) -> String) -> Option<Event> {
        Some(Event::Run(RunKind::of(run.state)?, Box::new(RunDetail::of(run, redact))))
    }

    /// Returns the answer to content that was uploaded again. `None` if it wasn't.
    pub fn reuploaded(run: &Run, redact: impl Fn(&str) -> String) -> Option<Event> {
        let uploaded_at = run.reuploaded_at.clone()?;
        Some(Event::Reuploaded(Box::new(RunDetail { uploaded_at, ..RunDetail::of(run, redact) })))
    }

    /// Returns the event about a blocked run. Its reason says what blocks it.
    pub fn blocked(run: &Run, redact: impl Fn(&str) -> String) -> Event {
        let reason = run.blocked_reason.as_deref().map(&redact);
        Event::Run(
            RunKind::Blocked,
            Box::new(RunDetail { reason, blocked_by: run.blocked_by, ..RunDetail::of(run, redact) }),
        )
    }

    /// Returns the event about the missing files of a dataset. `None` if the dataset isn't incomplete.
    pub fn incomplete(entry: &DatasetEntry) -> Option<Event> {
        Some(Event::Incomplete(IncompleteDetail {
            dataset: entry.dataset.clone(),
            uploaded_at: entry.uploaded_at.clone()?,
            missing_files: entry.missing_files.clone(),
            report: entry.report.clone(),
            notify: entry.notify.clone(),
            owner: entry.owner.clone(),
            uploader: entry.uploader.clone(),
        }))
    }

    /// Returns the event about a misnamed file.
    pub fn misnamed(note: &MisnamedFile) -> Event {
        Event::Misnamed(MisnamedDetail {
            item: note.pk.clone(),
            dataset: note.dataset.clone(),
            findings: note.findings.clone(),
            report: note.report.clone(),
            uploader: note.uploader.clone(),
        })
    }
}

/// The details of a misnamed file. It belongs to no dataset, so it has no run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MisnamedDetail {
    /// The ledger's key of the entry about it.
    pub item: String,
    /// The folder in its key, unchanged, if that isn't a valid dataset name.
    pub dataset: String,
    /// What is wrong with its name, in one line.
    pub findings: Vec<String>,
    /// The report's `s3://` address.
    pub report: Option<String>,
    /// Who uploaded it, as S3 names the requester.
    pub uploader: Option<String>,
}

/// The details of an incomplete dataset. It has no run yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncompleteDetail {
    /// The dataset.
    pub dataset: String,
    /// RFC 3339: when its newest file was uploaded.
    pub uploaded_at: String,
    /// The missing files.
    pub missing_files: Vec<String>,
    /// The report's `s3://` address.
    pub report: Option<String>,
    /// E-mail addresses from the recipe's `notify`, if there is a recipe. Empty: everyone who subscribes.
    pub notify: Vec<String>,
    /// The value of the recipe's tag `owner`.
    pub owner: Option<String>,
    /// Who uploaded the last file, as S3 names the requester.
    pub uploader: Option<String>,
}

/// A message that was sent to people.
#[derive(Debug, Clone, PartialEq)]
pub struct SentMessage {
    /// The kind of the event that the message is about.
    pub event: Box<Event>,
    /// The message's severity.
    pub severity: Severity,
    /// The message's subject.
    pub subject: String,
    /// The text, as in the e-mail.
    pub text: String,
}

/// The severity of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing to do.
    Info,
    /// Something didn't work, or waits for somebody.
    Warning,
    /// Something must be fixed.
    Error,
}

impl Severity {
    /// Returns the name in events and in message attributes.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}
