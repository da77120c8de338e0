//! The `detail` as JSON: one list of all fields, of which each kind fills its own. Nothing reads it back as a whole; see
//! [`Hint`](super::Hint).

use std::borrow::Cow;

use serde::Serialize;

use super::{Event, RunDetail, SentMessage, VERSION};
use crate::{DatasetHead, State};

/// Every field that a detail can have, in the order in which they are written. Those that all events have had since the
/// first version are written for every kind, be they empty.
#[derive(Debug, Default, Serialize)]
struct Wire<'e> {
    version: u32,
    stack: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<&'e str>,
    /// The ledger's key of what this is about, where that is no run.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<Cow<'e, str>>,
    dataset: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped_at: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    launch_after: Option<&'e str>,
    /// The content had been judged before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    repeated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_model: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<u64>,
    errors: u64,
    warnings: u64,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    findings: &'e [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    waits_for: &'e [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    job_arn: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_arn: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    training_loss: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_loss: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'e str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notify: &'e [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped_by: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mended: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'e str>,
}

impl Event {
    /// The `detail`, for the bus of the stack of this name.
    pub fn detail<'e>(&'e self, stack: &'e str) -> impl Serialize + 'e {
        Wire { version: VERSION, stack, ..self.wire() }
    }

    fn wire(&self) -> Wire<'_> {
        match self {
            Event::Run(_, run) => of_run(run),
            Event::Repeated(run) => Wire { repeated: true, ..of_run(run) },
            Event::Misnamed(file) => Wire {
                item: Some(Cow::Borrowed(&file.item)),
                dataset: &file.dataset,
                errors: 1,
                findings: &file.findings,
                report: file.report.as_deref(),
                dropped_by: file.dropped_by.as_deref(),
                ..Wire::default()
            },
            Event::Incomplete(set) => Wire {
                item: Some(Cow::Owned(DatasetHead::key(&set.dataset))),
                dataset: &set.dataset,
                dropped_at: Some(&set.dropped_at),
                waits_for: &set.waits_for,
                report: set.report.as_deref(),
                notify: &set.notify,
                owner: set.owner.as_deref(),
                dropped_by: set.dropped_by.as_deref(),
                ..Wire::default()
            },
            Event::JobStateObserved(run_id) => {
                Wire { run_id: Some(run_id), dataset: run_id.dataset(), ..Wire::default() }
            }
            Event::LaunchDue(run_id) => Wire { run_id: run_id.as_deref(), ..Wire::default() },
            Event::Command { run_id, by, .. } => Wire { run_id: Some(run_id), by: by.as_deref(), ..Wire::default() },
            Event::MessageSent(message) => of_message(message),
        }
    }
}

fn of_run(run: &RunDetail) -> Wire<'_> {
    Wire {
        run_id: Some(&run.run_id),
        dataset: run.run_id.dataset(),
        state: Some(run.state),
        dropped_at: Some(&run.dropped_at),
        launch_after: run.launch_after.as_deref(),
        base_model: run.base_model.as_deref(),
        records: run.records,
        errors: run.errors,
        warnings: run.warnings,
        findings: &run.findings,
        job_arn: run.job_arn.as_deref(),
        model_arn: run.model_arn.as_deref(),
        reason: run.reason.as_deref(),
        training_loss: run.training_loss,
        validation_loss: run.validation_loss,
        report: run.report.as_deref(),
        notify: &run.notify,
        owner: run.owner.as_deref(),
        dropped_by: run.dropped_by.as_deref(),
        mended: run.mended.as_deref(),
        ..Wire::default()
    }
}

/// The message, and what to filter on. It goes to a webhook, so it names no person: neither the recipe's addresses nor
/// who uploaded the dataset.
fn of_message(message: &SentMessage) -> Wire<'_> {
    let Wire { run_id, item, dataset, state, dropped_at, repeated, errors, warnings, report, owner, .. } =
        message.about.wire();
    Wire {
        run_id,
        item,
        dataset,
        state,
        dropped_at,
        repeated,
        errors,
        warnings,
        report,
        owner,
        about: Some(message.about.kind().as_str()),
        severity: Some(message.severity.as_str()),
        subject: Some(&message.subject),
        text: Some(&message.text),
        ..Wire::default()
    }
}
