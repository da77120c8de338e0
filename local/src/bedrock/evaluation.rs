//! Automated evaluation jobs, with answers from the dataset or from a base model.
//!
//! API reference, `CreateEvaluationJob` and its siblings; user guide, "Evaluate model performance using another LLM as
//! a judge" (`evaluation-judge`). Bedrock sends no event when an evaluation job ends.

mod create;
mod faults;
mod judge;
mod request;
mod run;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::broken::Broken;
use super::errors;
use super::job::Status;
use super::jobs::{moment, one_of, without_nulls};
use super::patterns;
use super::permissions;
use super::state::{Shared, SimulatorState};
use super::wire::{self, Answer, Refusal, ok, time};
pub(super) use create::create;
pub use faults::{EvaluationFault, EvaluationFaults};
use request::{Answering, CreateRequest};

/// An evaluation job.
pub(super) struct EvaluationJob {
    arn: String,
    request: CreateRequest,
    /// The original request, for answers, and to compare a repeated one with it.
    body: Value,
    status: Status,
    created: Timestamp,
    modified: Timestamp,
    failure: Option<String>,
    stop: Arc<Notify>,
}

impl EvaluationJob {
    /// Whether its request or its failure has a text.
    pub(super) fn has(&self, text: &str) -> bool {
        self.body.to_string().contains(text) || self.failure.as_deref().is_some_and(|words| words.contains(text))
    }

    pub(super) fn name(&self) -> &str {
        self.request.job_name.as_deref().unwrap_or_default()
    }

    fn turn(&mut self, status: Status) {
        self.status = status;
        self.modified = Timestamp::now();
    }

    fn describe(&self) -> Value {
        without_nulls(json!({
            "jobName": self.name(),
            "status": self.status,
            "jobArn": self.arn,
            "jobDescription": self.body["jobDescription"],
            "roleArn": self.body["roleArn"],
            "customerEncryptionKeyId": self.body["customerEncryptionKeyId"],
            "jobType": "Automated",
            "applicationType": "ModelEvaluation",
            "evaluationConfig": self.body["evaluationConfig"],
            "inferenceConfig": self.body["inferenceConfig"],
            "outputDataConfig": self.body["outputDataConfig"],
            "creationTime": time(self.created),
            "lastModifiedTime": time(self.modified),
            "failureMessages": self.failure.as_ref().map(|words| [words]),
        }))
    }

    fn summary(&self) -> Value {
        let config = &self.request.evaluation_config;
        let automated = config.as_ref().and_then(|config| config.automated.as_ref());
        let kinds: Vec<&str> = automated.iter().flat_map(|config| config.task_types()).collect();
        let models = self.request.inference_config.iter().flat_map(|config| &config.models);
        let bedrock: Vec<&str> = models.clone().filter_map(|model| model.bedrock()).collect();
        let precomputed: Vec<&str> = models.filter_map(|model| model.precomputed()).collect();
        without_nulls(json!({
            "jobArn": self.arn,
            "jobName": self.name(),
            "status": self.status,
            "creationTime": time(self.created),
            "jobType": "Automated",
            "evaluationTaskTypes": kinds,
            "modelIdentifiers": bedrock,
            "evaluatorModelIdentifiers": automated.and_then(|config| config.judge()).map(|judge| [judge]),
            "inferenceConfigSummary": { "modelConfigSummary": {
                "bedrockModelIdentifiers": bedrock,
                "precomputedInferenceSourceIdentifiers": precomputed,
            } },
            "applicationType": "ModelEvaluation",
        }))
    }
}

impl SimulatorState {
    fn evaluation(&self, arn: &str) -> Option<&EvaluationJob> {
        self.evaluations.iter().find(|job| job.arn == arn)
    }

    fn evaluation_mut(&mut self, arn: &str) -> Option<&mut EvaluationJob> {
        self.evaluations.iter_mut().find(|job| job.arn == arn)
    }
}

/// `GET /evaluation-jobs/{arn}`
pub(super) async fn get(State(simulator): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    enter(&simulator, "GetEvaluationJob", &id, &headers).await?;
    simulator.state().evaluation(&id).map(|job| ok(job.describe())).ok_or_else(|| unknown(&id))
}

/// `POST /evaluation-job/{arn}/stop`: allowed while InProgress, and again while Stopping or Stopped.
pub(super) async fn stop(State(simulator): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    enter(&simulator, "StopEvaluationJob", &id, &headers).await?;
    {
        let mut state = simulator.state();
        let job = state.evaluation_mut(&id).ok_or_else(|| unknown(&id))?;
        match job.status {
            Status::InProgress => {
                job.turn(Status::Stopping);
                job.stop.notify_one();
            }
            Status::Stopping | Status::Stopped => {}
            Status::Completed | Status::Failed => {
                return Err(errors::EVALUATION_OVER.with(&[&job.status.name()]));
            }
        }
    }
    wire::leave(&simulator, "StopEvaluationJob", ok(json!({})))
}

/// `GET /evaluation-jobs`
pub(super) async fn list(
    State(simulator): State<Shared>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Answer {
    let caller = wire::enter(&simulator, "ListEvaluationJobs", &headers).await?;
    permissions::require(&simulator, &caller, "bedrock:ListEvaluationJobs", "*").await?;
    let mut broken = Broken::default();
    let part = query.get("nameContains").map(String::as_str);
    broken.text("nameContains", part, false, patterns::evaluation_name);
    broken.result()?;
    let part = part.unwrap_or_default();
    let after = moment(&query, "creationTimeAfter")?;
    let before = moment(&query, "creationTimeBefore")?;
    let statuses = ["InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting"];
    let status = one_of(&query, "statusEquals", &statuses)?;
    let kind = one_of(&query, "applicationTypeEquals", &["ModelEvaluation", "RagEvaluation"])?;
    one_of(&query, "sortBy", &["CreationTime"])?;
    let ascending = one_of(&query, "sortOrder", &["Ascending", "Descending"])? == Some("Ascending");
    let state = simulator.state();
    let fits = |job: &&EvaluationJob| {
        after.is_none_or(|after| job.created > after)
            && before.is_none_or(|before| job.created < before)
            && status.is_none_or(|status| job.status.name() == status)
            && kind.is_none_or(|kind| kind == "ModelEvaluation")
            && job.name().contains(part)
    };
    let mut found: Vec<&EvaluationJob> = state.evaluations.iter().filter(fits).collect();
    if !ascending {
        found.reverse();
    }
    let (page, next) = wire::page(found, query.get("maxResults"), query.get("nextToken"))?;
    let summaries: Vec<Value> = page.into_iter().map(EvaluationJob::summary).collect();
    Ok(ok(without_nulls(json!({ "jobSummaries": summaries, "nextToken": next }))))
}

/// Starts a call about one job, which is identified by its ARN only.
async fn enter(simulator: &Shared, operation: &str, id: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let caller = wire::enter(simulator, operation, headers).await?;
    let mut broken = Broken::default();
    broken.text("jobIdentifier", Some(id), true, patterns::evaluation_arn);
    broken.result()?;
    permissions::require(simulator, &caller, &format!("bedrock:{operation}"), id).await?;
    let name = simulator.state().evaluation(id).map(|job| job.name().to_owned());
    simulator.fault_about(operation, name.as_deref().unwrap_or(id))
}

fn unknown(id: &str) -> Refusal {
    errors::EVALUATION_UNKNOWN.with(&[&id])
}
