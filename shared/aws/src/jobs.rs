//! Bedrock's model customization jobs.

mod create;
mod view;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrock::operation::get_model_customization_job::GetModelCustomizationJobError;
use aws_sdk_bedrock::primitives::DateTime;
use aws_sdk_bedrock::types::FoundationModelLifecycleStatus;
use tunedrop_run::decide::launch::refused;
use tunedrop_run::decide::lifecycle::Dates;
use tunedrop_run::{Plan, Timestamp};

use crate::Failure;
pub use tunedrop_run::decide::launch::Started;
pub use tunedrop_run::decide::lifecycle::Lifecycle;
pub use view::JobView;

/// Bedrock checks roles, addresses and names before it answers a creation, and AWS states no figure for that. Cut off too
/// early, a job that was created is in doubt for an hour.
const CREATE_TIMEOUT: Duration = Duration::from_secs(30);

/// What every job of this stack is given.
#[derive(Debug, Clone, Default)]
pub struct JobRole {
    /// The role that Bedrock assumes.
    pub role_arn: String,
    /// Encrypts the custom model.
    pub kms_key: Option<String>,
    /// The job's subnets; none: Bedrock's own network.
    pub subnets: Vec<String>,
    /// The job's security groups.
    pub security_groups: Vec<String>,
    /// The stack's name, for a tag that tells people and bills whose a job is; jobs are found by name.
    pub stack: String,
}

/// Bedrock's control plane.
#[derive(Debug, Clone)]
pub struct Jobs {
    client: Client,
}

impl Jobs {
    /// One per process.
    pub fn new(config: &SdkConfig) -> Jobs {
        Jobs { client: Client::new(config) }
    }

    /// Creates the job of a run; its id is name and token, so that a repeated call can't start a second one.
    pub async fn create(&self, run_id: &str, dataset: &str, plan: &Plan, role: &JobRole) -> Result<Started, Failure> {
        let call = format!("bedrock:CreateModelCustomizationJob {run_id}");
        let request = match create::request(&self.client, run_id, dataset, plan, role) {
            Ok(request) => request,
            Err(reason) => return Ok(Started::Refused(reason)),
        };
        // The SDK doesn't repeat this call by itself: the first one may have created the job, and what the second is
        // answered ("no slot is free") would hide it.
        let timeouts = TimeoutConfig::builder().read_timeout(CREATE_TIMEOUT).operation_timeout(CREATE_TIMEOUT).build();
        let once =
            aws_sdk_bedrock::config::Builder::new().retry_config(RetryConfig::disabled()).timeout_config(timeouts);
        let error = match request.customize().config_override(once).send().await {
            Ok(answer) => return Ok(Started::Job(answer.job_arn)),
            Err(error) => error,
        };
        // Only what Bedrock itself answered is a refusal; a time-out or a broken connection may have started the job.
        let SdkError::ServiceError(answered) = &error else {
            return Err(Failure::of_bedrock(call, &error));
        };
        let words = answered.err().message().unwrap_or("Bedrock gave no reason").to_owned();
        refused(answered.err().code(), words).ok_or_else(|| Failure::of_bedrock(call, &error))
    }

    /// Looks a job up by name or ARN; `None` where Bedrock knows none.
    pub async fn get(&self, name_or_arn: &str) -> Result<Option<JobView>, Failure> {
        match self.client.get_model_customization_job().job_identifier(name_or_arn).send().await {
            Ok(job) => Ok(Some(view::view(job))),
            Err(error)
                if matches!(
                    error.as_service_error(),
                    Some(GetModelCustomizationJobError::ResourceNotFoundException(_))
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(Failure::of_bedrock(format!("bedrock:GetModelCustomizationJob {name_or_arn}"), &error)),
        }
    }

    /// Asks Bedrock to stop a job; one that is over already counts as stopped.
    pub async fn stop(&self, arn: &str) -> Result<(), Failure> {
        match self.client.stop_model_customization_job().job_identifier(arn).send().await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.code(), Some("ConflictException" | "ResourceNotFoundException")) => Ok(()),
            Err(error) => Err(Failure::of_bedrock(format!("bedrock:StopModelCustomizationJob {arn}"), &error)),
        }
    }

    /// Deletes a custom model, by name or ARN; false where there is none.
    pub async fn delete_model(&self, name_or_arn: &str) -> Result<bool, Failure> {
        match self.client.delete_custom_model().model_identifier(name_or_arn).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(false),
            Err(error) => Err(Failure::of_bedrock(format!("bedrock:DeleteCustomModel {name_or_arn}"), &error)),
        }
    }

    /// Whether any job is in progress or stopping, of whoever in this account and Region: one that holds a slot.
    pub async fn any_unfinished(&self) -> Result<bool, Failure> {
        use aws_sdk_bedrock::types::FineTuningJobStatus::{InProgress, Stopping};
        for status in [InProgress, Stopping] {
            let list = self.client.list_model_customization_jobs().status_equals(status).max_results(1).send().await;
            let list = list.map_err(|error| Failure::of_bedrock("bedrock:ListModelCustomizationJobs", &error))?;
            // A page may be empty and not the last.
            if !list.model_customization_job_summaries().is_empty() || list.next_token().is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How many jobs are in progress or stopping, of everybody in this account and Region: they hold the slots.
    pub async fn unfinished(&self) -> Result<usize, Failure> {
        use aws_sdk_bedrock::types::FineTuningJobStatus::{InProgress, Stopping};
        let mut unfinished = 0;
        for status in [InProgress, Stopping] {
            let jobs =
                self.client.list_model_customization_jobs().status_equals(status).into_paginator().items().send();
            let jobs = jobs.collect::<Result<Vec<_>, _>>().await;
            unfinished +=
                jobs.map_err(|error| Failure::of_bedrock("bedrock:ListModelCustomizationJobs", &error))?.len();
        }
        Ok(unfinished)
    }

    /// Bedrock's own word on whether `identifier` can be customized, and until when.
    pub async fn lifecycle(&self, identifier: &str) -> Result<(Lifecycle, Dates), Failure> {
        match self.client.get_foundation_model().model_identifier(identifier).send().await {
            Ok(answer) => {
                let Some(said) = answer.model_details.and_then(|model| model.model_lifecycle) else {
                    return Ok((Lifecycle::Unknown, Dates::default()));
                };
                let day = |time: Option<DateTime>| Timestamp::from_second(time?.secs()).ok();
                let dates = Dates {
                    legacy: day(said.legacy_time),
                    extended_access: day(said.public_extended_access_time),
                    end_of_life: day(said.end_of_life_time),
                };
                let lifecycle = match said.status {
                    FoundationModelLifecycleStatus::Active => Lifecycle::Active,
                    FoundationModelLifecycleStatus::Legacy => Lifecycle::Legacy,
                    _ => Lifecycle::Unknown,
                };
                Ok((lifecycle, dates))
            }
            Err(error)
                if matches!(
                    error.code(),
                    Some("ResourceNotFoundException" | "ValidationException" | "AccessDeniedException")
                ) =>
            {
                Ok((Lifecycle::Unknown, Dates::default()))
            }
            Err(error) => Err(Failure::of_bedrock(format!("bedrock:GetFoundationModel {identifier}"), &error)),
        }
    }
}
