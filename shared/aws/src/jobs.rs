//! Bedrock's model customization jobs.

mod create;
mod view;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrock::operation::get_foundation_model::GetFoundationModelOutput;
use aws_sdk_bedrock::operation::get_model_customization_job::GetModelCustomizationJobError;
use aws_sdk_bedrock::primitives::DateTime;
use aws_sdk_bedrock::types::FoundationModelLifecycleStatus;
use tunedrop_run::decide::launch::create_error;
use tunedrop_run::decide::lifecycle::Dates;
use tunedrop_run::{Plan, Timestamp};

use crate::Failure;
pub use tunedrop_run::decide::launch::CreateOutcome;
pub use tunedrop_run::decide::lifecycle::Lifecycle;
pub use view::JobView;

/// Bedrock checks roles, S3 locations and names before it answers a creation request. AWS doesn't document how long
/// that takes. If a request times out too early, its job is in doubt for an hour.
const CREATE_TIMEOUT: Duration = Duration::from_secs(30);

/// The settings that every job of this stack gets.
#[derive(Debug, Clone, Default)]
pub struct JobRole {
    /// The role that Bedrock assumes.
    pub role_arn: String,
    /// Encrypts the custom model.
    pub kms_key: Option<String>,
    /// The job's subnets. Empty: Bedrock's own network.
    pub subnets: Vec<String>,
    /// The job's security groups.
    pub security_groups: Vec<String>,
    /// The stack's name, for a tag that shows people and bills which stack owns a job. Jobs are found by name.
    pub stack: String,
}

/// Bedrock's control plane.
#[derive(Debug, Clone)]
pub struct Jobs {
    client: Client,
}

impl Jobs {
    /// Create one per process.
    pub fn new(config: &SdkConfig) -> Jobs {
        Jobs { client: Client::new(config) }
    }

    /// Creates the job of a run. The run's id is the name and the token, so that a repeated call can't start a second
    /// job.
    pub async fn create(
        &self,
        run_id: &str,
        dataset: &str,
        plan: &Plan,
        role: &JobRole,
    ) -> Result<CreateOutcome, Failure> {
        let call = format!("bedrock:CreateModelCustomizationJob {run_id}");
        let request = match create::request(&self.client, run_id, dataset, plan, role) {
            Ok(request) => request,
            Err(reason) => return Ok(CreateOutcome::Rejected(reason)),
        };
        // The SDK doesn't retry this call: the first call may have created the job, and the answer to the second ("no
        // slot is free") would hide that.
        let timeouts = TimeoutConfig::builder().read_timeout(CREATE_TIMEOUT).operation_timeout(CREATE_TIMEOUT).build();
        let once =
            aws_sdk_bedrock::config::Builder::new().retry_config(RetryConfig::disabled()).timeout_config(timeouts);
        let error = match request.customize().config_override(once).send().await {
            Ok(answer) => return Ok(CreateOutcome::Created(answer.job_arn)),
            Err(error) => error,
        };
        // Only an answer of Bedrock is a refusal. After a timeout or a broken connection, the job may have been
        // created.
        let SdkError::ServiceError(answered) = &error else {
            return Err(Failure::of_bedrock(call, &error));
        };
        let words = answered.err().message().unwrap_or("Bedrock gave no reason").to_owned();
        create_error(answered.err().code(), words).ok_or_else(|| Failure::of_bedrock(call, &error))
    }

    /// Looks up a job by name or ARN. `None` if Bedrock doesn't find one.
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

    /// Asks Bedrock to stop a job. A job that has ended counts as stopped.
    pub async fn stop(&self, arn: &str) -> Result<(), Failure> {
        match self.client.stop_model_customization_job().job_identifier(arn).send().await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.code(), Some("ConflictException" | "ResourceNotFoundException")) => Ok(()),
            Err(error) => Err(Failure::of_bedrock(format!("bedrock:StopModelCustomizationJob {arn}"), &error)),
        }
    }

    /// Deletes a custom model, by name or ARN. False if there is none.
    pub async fn delete_model(&self, name_or_arn: &str) -> Result<bool, Failure> {
        match self.client.delete_custom_model().model_identifier(name_or_arn).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(false),
            Err(error) => Err(Failure::of_bedrock(format!("bedrock:DeleteCustomModel {name_or_arn}"), &error)),
        }
    }

    /// Whether any job in this account and Region, from any creator, is in progress or stopping, and so holds a slot.
    pub async fn any_unfinished(&self) -> Result<bool, Failure> {
        use aws_sdk_bedrock::types::FineTuningJobStatus::{InProgress, Stopping};
        for status in [InProgress, Stopping] {
            let list = self.client.list_model_customization_jobs().status_equals(status).max_results(1).send().await;
            let list = list.map_err(|error| Failure::of_bedrock("bedrock:ListModelCustomizationJobs", &error))?;
            // A page may be empty without being the last.
            if !list.model_customization_job_summaries().is_empty() || list.next_token().is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns how many jobs are in progress or stopping, from any creator in this account and Region. They hold the
    /// slots.
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

    /// Returns Bedrock's lifecycle status and dates of the model `identifier`.
    pub async fn lifecycle(&self, identifier: &str) -> Result<(Lifecycle, Dates), Failure> {
        match self.client.get_foundation_model().model_identifier(identifier).send().await {
            Ok(answer) => Ok(life_of(answer)),
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

/// Bedrock's lifecycle status and dates of a model.
pub(crate) fn life_of(answer: GetFoundationModelOutput) -> (Lifecycle, Dates) {
    let Some(details) = answer.model_details.and_then(|model| model.model_lifecycle) else {
        return (Lifecycle::Unknown, Dates::default());
    };
    let day = |time: Option<DateTime>| Timestamp::from_second(time?.secs()).ok();
    let dates = Dates {
        legacy: day(details.legacy_time),
        extended_access: day(details.public_extended_access_time),
        end_of_life: day(details.end_of_life_time),
    };
    let lifecycle = match details.status {
        FoundationModelLifecycleStatus::Active => Lifecycle::Active,
        FoundationModelLifecycleStatus::Legacy => Lifecycle::Legacy,
        _ => Lifecycle::Unknown,
    };
    (lifecycle, dates)
}
