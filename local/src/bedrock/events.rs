//! Bedrock's state-change events, put on the emulator's bus.

use std::time::Duration;

use serde_json::{Value, json};

use super::faults::EventAction;
use super::job::Job;
use super::jobs::without_nulls;
use super::state::Shared;
use super::wire::time;

/// Puts the event of a job's current status on the bus. Delivery is best effort, like Bedrock's.
pub(super) async fn announce(simulator: &Shared, job_arn: &str) {
    let Some((name, status, entries)) =
        simulator.state().job(job_arn).map(|job| (job.name().to_owned(), job.status.name(), entries(job)))
    else {
        return;
    };
    let fault = simulator.faults().event(&name, status);
    let fate = match fault.as_ref().map(|fault| fault.r#do) {
        None => "sent",
        Some(EventAction::Lose) => "lost",
        Some(EventAction::Repeat) => "repeated",
        Some(EventAction::Delay) => "delayed",
    };
    *simulator.state().events.entry(fate).or_default() += 1;
    match fault.as_ref().map(|fault| (fault.r#do, fault.ms)) {
        Some((EventAction::Lose, _)) => {}
        Some((EventAction::Repeat, _)) => {
            post(simulator, &entries).await;
            post(simulator, &entries).await;
        }
        Some((EventAction::Delay, ms)) => {
            let late = simulator.clone();
            let task = tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                post(&late, &entries).await;
            });
            simulator.state().keep(task.abort_handle());
        }
        None => post(simulator, &entries).await,
    }
}

fn entries(job: &Job) -> Value {
    let validation = job.request.validation_uris().first().map(|uri| json!({ "s3Uri": uri }));
    let detail = without_nulls(json!({
        "version": "0.0",
        "jobName": job.name(),
        "jobArn": job.arn,
        "outputModelName": job.model_name(),
        "outputModelArn": job.output_model_arn,
        "roleArn": job.request.role_arn,
        "jobStatus": job.status.name(),
        "failureMessage": job.failure,
        "creationTime": time(job.created),
        "lastModifiedTime": time(job.modified),
        "endTime": job.ended.map(time),
        "baseModelArn": job.base_model_arn,
        "hyperParameters": job.request.hyper_parameters,
        "trainingDataConfig": job.request.training_data_config,
        "validationDataConfig": validation,
        "outputDataConfig": job.request.output_data_config,
    }));
    json!({ "Entries": [{
        "Source": "aws.bedrock",
        "DetailType": "Model Customization Job State Change",
        "Detail": detail.to_string(),
        "Resources": [job.arn],
    }] })
}

async fn post(simulator: &Shared, entries: &Value) {
    let url = format!("{}/_local/events", simulator.config.emulator);
    let sent = simulator.http.post(url).json(entries).send().await.and_then(reqwest::Response::error_for_status);
    if let Err(error) = sent {
        tracing::warn!(error = %error, "the emulator did not take a Bedrock event");
    }
}
