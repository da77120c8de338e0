//! A customization job, and the custom model that it creates.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Notify;

use super::memory::Memory;
use super::models::Model;
use super::request::CreateRequest;

/// The status of a job in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(super) enum Status {
    InProgress,
    Completed,
    Failed,
    Stopping,
    Stopped,
}

/// One of a job's three phases.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phase {
    pub(super) status: &'static str,
    pub(super) created: Option<Timestamp>,
    pub(super) modified: Option<Timestamp>,
}

/// A customization job.
pub(super) struct Job {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) request: CreateRequest,
    /// The original request, for tests, and to compare a repeated one with it.
    pub(super) body: Value,
    pub(super) base_model_arn: String,
    pub(super) model: &'static Model,
    pub(super) status: Status,
    /// Validation, data processing, training.
    pub(super) phases: [Phase; 3],
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(super) ended: Option<Timestamp>,
    pub(super) failure: Option<String>,
    pub(super) output_model_arn: Option<String>,
    pub(super) training_loss: Option<f64>,
    /// The tokens that training bills, by the simulator's rule.
    pub(super) billed_tokens: u64,
    pub(super) validation_losses: Vec<f64>,
    /// The number of create calls that were answered with this job.
    pub(super) creates: u32,
    pub(super) stop: Arc<Notify>,
}

/// A custom model, stored with the job that created it.
pub(super) struct CustomModel {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) job_arn: String,
    pub(super) base_model_arn: String,
    pub(super) model: &'static Model,
    /// The customization type.
    pub(super) kind: String,
    /// The content of its answers.
    pub(super) memory: Arc<Memory>,
    pub(super) created: Timestamp,
}

impl Job {
    /// Returns its name.
    pub(super) fn name(&self) -> &str {
        self.request.job_name.as_deref().unwrap_or_default()
    }

    /// Returns the name of the model that it creates.
    pub(super) fn model_name(&self) -> &str {
        self.request.custom_model_name.as_deref().unwrap_or_default()
    }

    /// Sets the status and its times.
    pub(super) fn turn(&mut self, status: Status) {
        let now = Timestamp::now();
        self.status = status;
        self.modified = now;
        if status.is_end() {
            self.ended = Some(now);
        }
    }
}

impl Status {
    /// Whether the status is final.
    pub(super) fn is_end(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Stopped)
    }

    /// Returns its name in the API.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Stopping => "Stopping",
            Self::Stopped => "Stopped",
        }
    }
}

impl Phase {
    /// A phase that hasn't started.
    pub(super) const NOT_STARTED: Self = Self { status: "NotStarted", created: None, modified: None };

    /// Sets the status.
    pub(super) fn turn(&mut self, status: &'static str) {
        let now = Timestamp::now();
        self.created.get_or_insert(now);
        self.modified = Some(now);
        self.status = status;
    }
}
