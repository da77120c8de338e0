//! Bedrock's state-change events, put on the emulator's bus.

use std::time::Duration;

use serde_json::{Value, json};

use super::faults::Deed;
use super::job::Job;
use super::jobs::without_nulls;
use super::wire::time;
use super::world::Shared;

/// Puts the event of a job's present status on the bus. Delivery is best effort, as Bedrock's is.
pub(super) async fn announce(standin: &Shared, job_arn: &str) {
    let Some((name, status, entries)) =
        standin.world().job(job_arn).map(|job| (job.name().to_owned(), job.status.name(), entries(job)))
    else {
        return;
    };
    let fault = standin.faults().event(&name, status);
    let fate = match fault.as_ref().map(|fault| fault.r#do) {
        None => "sent",
        Some(Deed::Lose) => "lost",
        Some(Deed::Repeat) => "repeated",
        Some(Deed::Delay) => "delayed",
    };
    *standin.world().events.entry(fate).or_default() += 1;
    match fault.as_ref().map(|fault| (fault.r#do, fault.ms)) {
        Some((Deed::Lose, _)) => {}
        Some((Deed::Repeat, _)) => {
            post(standin, &entries).await;
            post(standin, &entries).await;
        }
        Some((Deed::Delay, ms)) => {
            let late = standin.clone();
            let task = tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                post(&late, &entries).await;
            });
            standin.world().keep(task.abort_handle());
        }
        None => post(standin, &entries).await,
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

async fn post(standin: &Shared, entries: &Value) {
    let url = format!("{}/_local/events", standin.config.emulator);
    let sent = standin.http.post(url).json(entries).send().await.and_then(reqwest::Response::error_for_status);
    if let Err(error) = sent {
        tracing::warn!(error = %error, "the emulator did not take a Bedrock event");
    }
}
