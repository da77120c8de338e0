//! A job as Bedrock describes it, in plain types.

use aws_sdk_bedrock::operation::get_model_customization_job::GetModelCustomizationJobOutput;
use aws_sdk_bedrock::primitives::{DateTime, DateTimeFormat};

/// The properties of a job that a step needs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobView {
    /// Its ARN.
    pub arn: String,
    /// Its name. For a job of tunedrop, that is a run's id.
    pub name: String,
    /// The token that it was created with. For a job of tunedrop, that is the run's id.
    pub token: Option<String>,
    /// Bedrock's status, unchanged.
    pub status: String,
    /// Bedrock's message, unchanged.
    pub failure_message: Option<String>,
    /// The custom model.
    pub model_arn: Option<String>,
    /// RFC 3339.
    pub created_at: Option<String>,
    /// RFC 3339.
    pub ended_at: Option<String>,
    /// Loss at the end.
    pub training_loss: Option<f64>,
    /// The first validator's loss at the end.
    pub validation_loss: Option<f64>,
    /// Name, status, start and last change of each phase that Bedrock shows.
    pub phases: Vec<(String, String, Option<String>, Option<String>)>,
}

pub(super) fn view(job: GetModelCustomizationJobOutput) -> JobView {
    let mut phases = Vec::new();
    if let Some(details) = &job.status_details {
        let mut add = |name: &str, status: Option<&str>, from: Option<&DateTime>, to: Option<&DateTime>| {
            if let Some(status) = status {
                phases.push((name.to_owned(), status.to_owned(), text(from), text(to)));
            }
        };
        if let Some(phase) = details.validation_details() {
            add(
                "Validation",
                phase.status().map(|status| status.as_str()),
                phase.creation_time(),
                phase.last_modified_time(),
            );
        }
        if let Some(phase) = details.data_processing_details() {
            add(
                "Data processing",
                phase.status().map(|status| status.as_str()),
                phase.creation_time(),
                phase.last_modified_time(),
            );
        }
        if let Some(phase) = details.training_details() {
            add(
                "Training",
                phase.status().map(|status| status.as_str()),
                phase.creation_time(),
                phase.last_modified_time(),
            );
        }
    }
    let finite = |loss: Option<f32>| loss.map(f64::from).filter(|loss| loss.is_finite());
    JobView {
        status: job.status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        created_at: text(Some(&job.creation_time)),
        ended_at: text(job.end_time.as_ref()),
        training_loss: finite(job.training_metrics().and_then(|metrics| metrics.training_loss())),
        validation_loss: finite(job.validation_metrics().first().and_then(|metrics| metrics.validation_loss())),
        arn: job.job_arn,
        name: job.job_name,
        token: job.client_request_token,
        failure_message: job.failure_message,
        model_arn: job.output_model_arn.filter(|arn| !arn.is_empty()),
        phases,
    }
}

fn text(time: Option<&DateTime>) -> Option<String> {
    time.and_then(|time| time.fmt(DateTimeFormat::DateTimeWithOffset).ok())
}
