//! The `detail` as JSON: one list of all fields, of which each kind fills its own. Only [`Hint`](super::Hint) reads it.

mod message;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use tunedrop_evaluation::{Metric, Requirement};

use super::{
    DeploymentCommand, DeploymentDetail, EvaluationDetail, EvaluationSettings, Event, JudgeSettings, ModelDetail,
    RunDetail, VERSION,
};
use crate::{Against, Blocker, Capacity, DatasetEntry, EvaluationResult};

/// All fields that a detail can have, in the order in which they are written. Fields that all events have had since
/// version 1 are written for every kind, even if they are empty.
#[derive(Debug, Default, Serialize)]
struct Wire<'e> {
    version: u32,
    stack: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<&'e str>,
    /// The ledger's key of the item, if that isn't a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<Cow<'e, str>>,
    dataset: &'e str,
    /// The name of a deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    /// When a deployment's outcome was, or its end will be.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uploaded_at: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    launch_after: Option<&'e str>,
    /// Whether the content was validated before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reuploaded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_model: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<u64>,
    errors: u64,
    warnings: u64,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    findings: &'e [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    missing_files: &'e [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    job_arn: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_arn: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment_arn: Option<&'e str>,
    /// How Bedrock serves a deployment's model.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    capacity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_units: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serving_run_id: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_run_id: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_after_s: Option<i64>,
    /// How many models of a dataset are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    keep: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_after: Option<&'e str>,
    /// The days of a base model's lifecycle.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    days: &'e [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    datasets: &'e [String],
    /// The number of an evaluation.
    #[serde(skip_serializing_if = "Option::is_none")]
    evaluation: Option<u64>,
    /// The decision of an evaluation.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'e EvaluationResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'e str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    against: &'e [Against],
    #[serde(skip_serializing_if = "Option::is_none")]
    max_records: Option<u64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    metrics: &'e [Metric],
    #[serde(skip_serializing_if = "Option::is_none")]
    require: Option<&'e BTreeMap<Metric, Requirement>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    judge: Option<&'e JudgeSettings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifecycle_warning: Option<&'e str>,
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
    uploader: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drift: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
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
    /// Returns the `detail` for the bus of the stack of this name.
    pub fn detail<'e>(&'e self, stack: &'e str) -> impl Serialize + 'e {
        Wire { version: VERSION, stack, ..self.wire() }
    }

    fn wire(&self) -> Wire<'_> {
        match self {
            Event::Run(_, run) => of_run(run),
            Event::Reuploaded(run) => Wire { reuploaded: true, ..of_run(run) },
            Event::Misnamed(file) => Wire {
                item: Some(Cow::Borrowed(&file.item)),
                dataset: &file.dataset,
                errors: 1,
                findings: &file.findings,
                report: file.report.as_deref(),
                uploader: file.uploader.as_deref(),
                ..Wire::default()
            },
            Event::Incomplete(set) => Wire {
                item: Some(Cow::Owned(DatasetEntry::key(&set.dataset))),
                dataset: &set.dataset,
                uploaded_at: Some(&set.uploaded_at),
                missing_files: &set.missing_files,
                report: set.report.as_deref(),
                notify: &set.notify,
                owner: set.owner.as_deref(),
                uploader: set.uploader.as_deref(),
                ..Wire::default()
            },
            Event::JobStateObserved(run_id) => {
                Wire { run_id: Some(run_id), dataset: run_id.dataset(), ..Wire::default() }
            }
            Event::LaunchDue(run_id) => Wire { run_id: run_id.as_deref(), ..Wire::default() },
            Event::Command { run_id, by, .. } => Wire { run_id: Some(run_id), by: by.as_deref(), ..Wire::default() },
            Event::Deployment(_, deployment) => of_deployment(deployment),
            Event::DeploymentDue(name) => Wire { deployment: Some(name), ..Wire::default() },
            Event::DeploymentCommand { command, by } => Wire { by: by.as_deref(), ..of_command(command) },
            Event::Evaluation(_, evaluation) => of_evaluation(evaluation),
            Event::EvaluationDue(run_id) => Wire { run_id: Some(run_id), dataset: run_id.dataset(), ..Wire::default() },
            Event::EvaluationCommand { command, by } => {
                let sent = Wire { run_id: Some(command.run_id()), by: by.as_deref(), ..Wire::default() };
                match command.settings() {
                    Some(settings) => with_settings(sent, settings),
                    None => sent,
                }
            }
            Event::Model(_, model) => of_model(model),
            Event::MessageSent(message) => message::of_message(message),
        }
    }
}

fn of_command(command: &DeploymentCommand) -> Wire<'_> {
    let (expires_after_s, capacity) = match command {
        DeploymentCommand::Deploy { expires_after_s, capacity, .. } => (*expires_after_s, *capacity),
        _ => (None, None),
    };
    Wire {
        run_id: command.run_id().map(|run_id| run_id.as_str()),
        deployment: command.name(),
        expires_after_s,
        capacity: capacity.map(Capacity::as_str),
        model_units: capacity.and_then(Capacity::model_units),
        ..Wire::default()
    }
}

fn of_deployment(deployment: &DeploymentDetail) -> Wire<'_> {
    Wire {
        run_id: Some(&deployment.run_id),
        dataset: deployment.run_id.dataset(),
        deployment: Some(&deployment.name),
        state: Some(deployment.state.as_str()),
        at: Some(&deployment.at),
        model_arn: Some(&deployment.model_arn),
        deployment_arn: deployment.arn.as_deref(),
        capacity: Some(deployment.capacity.as_str()),
        model_units: deployment.capacity.model_units(),
        serving_run_id: deployment.serving.as_deref(),
        previous_run_id: deployment.previous.as_deref(),
        ends_at: deployment.ends_at.as_deref(),
        reason: deployment.reason.as_deref(),
        notify: &deployment.notify,
        owner: deployment.owner.as_deref(),
        ..Wire::default()
    }
}

fn of_evaluation(evaluation: &EvaluationDetail) -> Wire<'_> {
    Wire {
        run_id: Some(&evaluation.run_id),
        dataset: evaluation.run_id.dataset(),
        state: Some(evaluation.state.as_str()),
        at: Some(&evaluation.at),
        evaluation: Some(evaluation.number),
        result: evaluation.result.as_ref(),
        report: evaluation.result.as_ref().map(|result| result.report.as_str()),
        reason: evaluation.reason.as_deref(),
        notify: &evaluation.notify,
        owner: evaluation.owner.as_deref(),
        ..Wire::default()
    }
}

fn of_model(model: &ModelDetail) -> Wire<'_> {
    Wire {
        run_id: model.run_id.as_deref(),
        item: Some(Cow::Borrowed(&model.item)),
        dataset: model.run_id.as_ref().map_or("", |run_id| run_id.dataset()),
        at: Some(&model.at),
        base_model: model.base_model.as_deref(),
        model_arn: model.model_arn.as_deref(),
        keep: model.keep,
        delete_after: model.delete_after.as_deref(),
        days: &model.days,
        datasets: &model.datasets,
        reason: model.reason.as_deref(),
        notify: &model.notify,
        owner: model.owner.as_deref(),
        ..Wire::default()
    }
}

fn with_settings<'e>(command: Wire<'e>, settings: &'e EvaluationSettings) -> Wire<'e> {
    Wire {
        data: settings.data.as_deref(),
        against: &settings.against,
        max_records: settings.max_records,
        metrics: &settings.metrics,
        require: Some(&settings.require).filter(|require| !require.is_empty()),
        judge: settings.judge.as_ref(),
        ..command
    }
}

fn of_run(run: &RunDetail) -> Wire<'_> {
    Wire {
        run_id: Some(&run.run_id),
        dataset: run.run_id.dataset(),
        state: Some(run.state.as_str()),
        uploaded_at: Some(&run.uploaded_at),
        launch_after: run.launch_after.as_deref(),
        base_model: run.base_model.as_deref(),
        records: run.records,
        errors: run.errors,
        warnings: run.warnings,
        findings: &run.findings,
        job_arn: run.job_arn.as_deref(),
        model_arn: run.model_arn.as_deref(),
        reason: run.reason.as_deref(),
        blocked_by: run.blocked_by.map(Blocker::as_str),
        lifecycle_warning: run.lifecycle_warning.as_deref(),
        training_loss: run.training_loss,
        validation_loss: run.validation_loss,
        report: run.report.as_deref(),
        notify: &run.notify,
        owner: run.owner.as_deref(),
        uploader: run.uploader.as_deref(),
        fixed: run.fixed.as_deref(),
        drift: run.drift.as_deref(),
        ..Wire::default()
    }
}
