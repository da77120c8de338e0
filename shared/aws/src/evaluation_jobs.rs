//! Bedrock's evaluation jobs in which a model scores answers that exist already.

use aws_config::SdkConfig;
use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrock::operation::create_evaluation_job::builders::CreateEvaluationJobFluentBuilder;
use aws_sdk_bedrock::types::{
    ApplicationType, AutomatedEvaluationConfig, BedrockEvaluatorModel, EvaluationConfig, EvaluationDataset,
    EvaluationDatasetLocation, EvaluationDatasetMetricConfig, EvaluationInferenceConfig, EvaluationJobStatus,
    EvaluationModelConfig, EvaluationOutputDataConfig, EvaluationPrecomputedInferenceSource, EvaluatorModelConfig, Tag,
};

use tunedrop_run::evaluation::{JudgeAnswer, JudgeState};

use crate::Failure;

/// The task type of a job with a judge: user guide, "Create a model evaluation job using an LLM as a judge". The API's list of
/// task types lacks it.
const TASK_TYPE: &str = "General";

/// An evaluation job to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgeJob {
    /// Its name, which is also the request's token: a repeated call returns the same job. At most 63 lowercase letters, digits
    /// and hyphens (API reference, CreateEvaluationJob).
    pub name: String,
    /// The ARN of the role that Bedrock assumes.
    pub role: String,
    /// The judge: a model's identifier, or an inference profile's.
    pub judge: String,
    /// The metrics' names in the API.
    pub metrics: Vec<String>,
    /// The `s3://` address of the dataset.
    pub dataset: String,
    /// The name that the dataset's answers have in `modelIdentifier`.
    pub label: String,
    /// The `s3://` prefix of the output.
    pub output: String,
    /// Tags: key and value.
    pub tags: Vec<(String, String)>,
}

/// Bedrock's evaluation jobs of this account and Region.
#[derive(Debug, Clone)]
pub struct EvaluationJobs {
    client: Client,
}

impl EvaluationJobs {
    /// One per process.
    pub fn new(config: &SdkConfig) -> EvaluationJobs {
        EvaluationJobs { client: Client::new(config) }
    }

    /// Creates a job, or finds the one that an earlier call created.
    pub async fn create(&self, job: &JudgeJob) -> Result<JudgeAnswer, Failure> {
        let call = format!("bedrock:CreateEvaluationJob {}", job.name);
        let request = match request(self.client.create_evaluation_job(), job) {
            Ok(request) => request,
            Err(error) => return Err(Failure::new(call, &error)),
        };
        let error = match request.send().await {
            Ok(answer) => return Ok(JudgeAnswer::Accepted(answer.job_arn)),
            Err(error) => error,
        };
        let SdkError::ServiceError(answered) = &error else { return Err(Failure::of_bedrock(call, &error)) };
        let words = || answered.err().message().unwrap_or("Bedrock gave no reason").to_owned();
        match answered.err().code() {
            Some("ConflictException") => match self.find(&job.name).await? {
                Some(arn) => Ok(JudgeAnswer::Accepted(arn)),
                None => Ok(JudgeAnswer::Later(words())),
            },
            Some("ServiceQuotaExceededException" | "AccessDeniedException") => Ok(JudgeAnswer::Later(words())),
            Some("ValidationException" | "ResourceNotFoundException") => Ok(JudgeAnswer::Refused(words())),
            _ => Err(Failure::of_bedrock(call, &error)),
        }
    }

    /// The ARN of the job with this name; `None` if there is none.
    async fn find(&self, name: &str) -> Result<Option<String>, Failure> {
        let mut pages = self.client.list_evaluation_jobs().name_contains(name).into_paginator().items().send();
        while let Some(job) = pages.next().await {
            let job = job.map_err(|error| Failure::of_bedrock(format!("bedrock:ListEvaluationJobs {name}"), &error))?;
            if job.job_name == name {
                return Ok(Some(job.job_arn));
            }
        }
        Ok(None)
    }

    /// How far the job is.
    pub async fn state(&self, arn: &str) -> Result<JudgeState, Failure> {
        let shown = match self.client.get_evaluation_job().job_identifier(arn).send().await {
            Ok(shown) => shown,
            Err(error) if error.code() == Some("ResourceNotFoundException") => {
                return Ok(JudgeState::Unknown);
            }
            Err(error) => return Err(Failure::of_bedrock(format!("bedrock:GetEvaluationJob {arn}"), &error)),
        };
        Ok(match shown.status {
            EvaluationJobStatus::Completed => JudgeState::Completed,
            ref status if is_end(status) => {
                let words = shown.failure_messages.unwrap_or_default().join("; ");
                let status = status.as_str();
                JudgeState::Ended(if words.is_empty() { format!("the evaluation job is {status}") } else { words })
            }
            _ => JudgeState::InProgress,
        })
    }

    /// Stops the jobs whose names begin with `prefix`. Returns whether none of them is in progress, so that a later call has
    /// nothing to do.
    pub async fn stop_all(&self, prefix: &str) -> Result<bool, Failure> {
        // The filter may not end in a hyphen (API reference, ListEvaluationJobs: `[a-z0-9](-*[a-z0-9]){0,62}`).
        let part = prefix.trim_end_matches('-');
        let mut pages = self.client.list_evaluation_jobs().name_contains(part).into_paginator().items().send();
        let mut is_over = true;
        while let Some(job) = pages.next().await {
            let job =
                job.map_err(|error| Failure::of_bedrock(format!("bedrock:ListEvaluationJobs {prefix}"), &error))?;
            if !job.job_name.starts_with(prefix) || is_end(&job.status) {
                continue;
            }
            is_over = false;
            if job.status != EvaluationJobStatus::Stopping {
                self.stop(&job.job_arn).await?;
            }
        }
        Ok(is_over)
    }

    /// Stops the job. One that has ended stays as it is.
    async fn stop(&self, arn: &str) -> Result<(), Failure> {
        match self.client.stop_evaluation_job().job_identifier(arn).send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.code() {
                Some("ResourceNotFoundException" | "ConflictException" | "ValidationException") => Ok(()),
                _ => Err(Failure::of_bedrock(format!("bedrock:StopEvaluationJob {arn}"), &error)),
            },
        }
    }
}

/// Whether nothing more happens in a job of this status. The job being deleted has ended before.
fn is_end(status: &EvaluationJobStatus) -> bool {
    use EvaluationJobStatus as Status;
    matches!(status, Status::Completed | Status::Failed | Status::Stopped | Status::Deleting)
}

/// API reference, CreateEvaluationJob; user guide, "Create a model evaluation job using an LLM as a judge", section on own
/// inference responses.
fn request(
    request: CreateEvaluationJobFluentBuilder,
    job: &JudgeJob,
) -> Result<CreateEvaluationJobFluentBuilder, aws_sdk_bedrock::error::BuildError> {
    let dataset = EvaluationDataset::builder()
        .name("held-out")
        .dataset_location(EvaluationDatasetLocation::S3Uri(job.dataset.clone()))
        .build()?;
    let metrics = EvaluationDatasetMetricConfig::builder()
        .task_type(TASK_TYPE.into())
        .dataset(dataset)
        .set_metric_names(Some(job.metrics.clone()))
        .build()?;
    let judge = BedrockEvaluatorModel::builder().model_identifier(&job.judge).build()?;
    let automated = AutomatedEvaluationConfig::builder()
        .dataset_metric_configs(metrics)
        .evaluator_model_config(EvaluatorModelConfig::BedrockEvaluatorModels(vec![judge]))
        .build()?;
    let answers = EvaluationPrecomputedInferenceSource::builder().inference_source_identifier(&job.label).build()?;
    let mut request = request
        .job_name(&job.name)
        .client_request_token(&job.name)
        .role_arn(&job.role)
        .application_type(ApplicationType::ModelEvaluation)
        .evaluation_config(EvaluationConfig::Automated(automated))
        .inference_config(EvaluationInferenceConfig::Models(vec![EvaluationModelConfig::PrecomputedInferenceSource(
            answers,
        )]))
        .output_data_config(EvaluationOutputDataConfig::builder().s3_uri(&job.output).build()?);
    for (key, value) in &job.tags {
        request = request.job_tags(Tag::builder().key(key).value(value).build()?);
    }
    Ok(request)
}
