//! Reads, lists and stops jobs.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::errors;
use super::job::{Job, Phase, Status};
use super::permissions;
use super::state::Shared;
use super::wire::{self, Answer, Refusal, ok, time};

/// `GET /model-customization-jobs/{id}`: by ARN or by name.
pub(super) async fn get(State(simulator): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let caller = wire::enter(&simulator, "GetModelCustomizationJob", &headers).await?;
    simulator.fault_about("GetModelCustomizationJob", &id)?;
    let resource = resource(&simulator, &id);
    permissions::require(&simulator, &caller, "bedrock:GetModelCustomizationJob", &resource).await?;
    simulator.state().job(&id).map(|job| ok(describe(job))).ok_or_else(|| unknown(&id))
}

/// `POST /model-customization-jobs/{id}/stop`: allowed while InProgress, and again while Stopping or Stopped.
pub(super) async fn stop(State(simulator): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let caller = wire::enter(&simulator, "StopModelCustomizationJob", &headers).await?;
    let resource = resource(&simulator, &id);
    permissions::require(&simulator, &caller, "bedrock:StopModelCustomizationJob", &resource).await?;
    {
        let mut state = simulator.state();
        let job = state.job_mut(&id).ok_or_else(|| unknown(&id))?;
        match job.status {
            Status::InProgress => {
                job.turn(Status::Stopping);
                job.stop.notify_one();
            }
            Status::Stopping | Status::Stopped => {}
            Status::Completed | Status::Failed => {
                return Err(errors::JOB_OVER.with(&[&job.status.name()]));
            }
        }
    }
    wire::leave(&simulator, "StopModelCustomizationJob", ok(json!({})))
}

/// `GET /model-customization-jobs`
pub(super) async fn list(
    State(simulator): State<Shared>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Answer {
    let caller = wire::enter(&simulator, "ListModelCustomizationJobs", &headers).await?;
    permissions::require(&simulator, &caller, "bedrock:ListModelCustomizationJobs", "*").await?;
    let after = moment(&query, "creationTimeAfter")?;
    let before = moment(&query, "creationTimeBefore")?;
    let status = one_of(&query, "statusEquals", &["InProgress", "Completed", "Failed", "Stopping", "Stopped"])?;
    one_of(&query, "sortBy", &["CreationTime"])?;
    let ascending = one_of(&query, "sortOrder", &["Ascending", "Descending"])? == Some("Ascending");
    let part = query.get("nameContains").map_or("", String::as_str);
    let state = simulator.state();
    let fits = |job: &&Job| {
        after.is_none_or(|after| job.created > after)
            && before.is_none_or(|before| job.created < before)
            && status.is_none_or(|status| job.status.name() == status)
            && job.name().contains(part)
    };
    let mut jobs: Vec<&Job> = state.jobs.iter().filter(fits).collect();
    if !ascending {
        jobs.reverse();
    }
    let (jobs, next) = wire::page(jobs, query.get("maxResults"), query.get("nextToken"))?;
    let mut summaries: Vec<Value> = jobs.into_iter().map(summary).collect();
    if status.is_none_or(|status| status == "InProgress") {
        summaries.extend((0..simulator.faults().strangers).map(|n| stranger(&simulator, n)));
    }
    Ok(ok(without_nulls(json!({ "modelCustomizationJobSummaries": summaries, "nextToken": next }))))
}

/// Returns the answer of `GetModelCustomizationJob`.
pub(super) fn describe(job: &Job) -> Value {
    let losses: Vec<Value> = job.validation_losses.iter().map(|loss| json!({ "validationLoss": loss })).collect();
    without_nulls(json!({
        "jobArn": job.arn,
        "jobName": job.name(),
        "outputModelName": job.model_name(),
        "outputModelArn": job.output_model_arn,
        "clientRequestToken": job.request.client_request_token,
        "roleArn": job.request.role_arn,
        "status": job.status,
        "statusDetails": details(job),
        "failureMessage": job.failure,
        "creationTime": time(job.created),
        "lastModifiedTime": time(job.modified),
        "endTime": job.ended.map(time),
        "baseModelArn": job.base_model_arn,
        "hyperParameters": job.request.hyper_parameters,
        "trainingDataConfig": job.request.training_data_config,
        "validationDataConfig": job.request.validation_data_config,
        "outputDataConfig": job.request.output_data_config,
        "customizationType": job.request.kind(),
        "outputModelKmsKeyArn": job.request.custom_model_kms_key_id,
        "trainingMetrics": job.training_loss.map(|loss| json!({ "trainingLoss": loss })),
        "validationMetrics": (!losses.is_empty()).then_some(losses),
        "vpcConfig": job.request.vpc_config,
        "customizationConfig": job.request.customization_config,
    }))
}

fn summary(job: &Job) -> Value {
    without_nulls(json!({
        "jobArn": job.arn,
        "baseModelArn": job.base_model_arn,
        "jobName": job.name(),
        "status": job.status,
        "statusDetails": details(job),
        "lastModifiedTime": time(job.modified),
        "creationTime": time(job.created),
        "endTime": job.ended.map(time),
        "customModelArn": job.output_model_arn,
        "customModelName": job.model_name(),
        "customizationType": job.request.kind(),
    }))
}

/// Returns a job of another user in the account.
fn stranger(simulator: &Shared, number: usize) -> Value {
    let now = time(Timestamp::now());
    json!({
        "jobArn": simulator.arn(&format!("model-customization-job/amazon.nova-lite-v1:0:300k/{number:012}")),
        "baseModelArn": format!("arn:aws:bedrock:{}::foundation-model/amazon.nova-lite-v1:0:300k", simulator.config.region),
        "jobName": format!("stranger-{number}"),
        "status": "InProgress",
        "lastModifiedTime": now,
        "creationTime": now,
    })
}

fn details(job: &Job) -> Value {
    let phase = |phase: &Phase| {
        let (created, modified) = (phase.created.map(time), phase.modified.map(time));
        json!({ "status": phase.status, "creationTime": created, "lastModifiedTime": modified })
    };
    let [validation, processing, training] = &job.phases;
    json!({
        "validationDetails": phase(validation),
        "dataProcessingDetails": phase(processing),
        "trainingDetails": phase(training),
    })
}

/// Returns the resource for policies: the job's ARN, even if the caller gave its name.
fn resource(simulator: &Shared, id: &str) -> String {
    let known = simulator.state().job(id).map(|job| job.arn.clone());
    known.unwrap_or_else(|| {
        if id.starts_with("arn:") { id.to_owned() } else { simulator.arn(&format!("model-customization-job/{id}")) }
    })
}

fn unknown(id: &str) -> Refusal {
    errors::JOB_UNKNOWN.with(&[&id])
}

/// Returns a query parameter that is a time.
pub(super) fn moment(query: &HashMap<String, String>, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let parse = |text: &String| text.parse().map_err(|_| errors::FILTER_TIME.with(&[&name]));
    query.get(name).map(parse).transpose()
}

/// Returns a query parameter that is one of an enum's values.
pub(super) fn one_of<'q>(
    query: &'q HashMap<String, String>,
    name: &str,
    values: &[&str],
) -> Result<Option<&'q str>, Refusal> {
    match query.get(name) {
        Some(value) if !values.contains(&value.as_str()) => {
            let constraint = format!("failed to satisfy constraint: Member must satisfy enum value set: {values:?}");
            Err(errors::FILTER_ENUM.with(&[&format!("Value '{value}' at '{name}' {constraint}")]))
        }
        value => Ok(value.map(String::as_str)),
    }
}

/// Removes members that are null, because Bedrock's answers don't have them.
pub(super) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
