//! The scenarios: each takes a dataset from its upload to an end. `table` has the expected results.

use crate::data::{nova, pairs};
use anyhow::{Result, ensure};
use serde_json::json;
use tunedrop_run::event::{DeploymentCommand, Kind};

pub(super) use crate::crash::clean::cleaned_up;
use crate::crash::worker::Worker;

pub(super) const NOVA: &str = "base_model: nova-lite\n";
const MANUAL: &str = "base_model: nova-lite\nlaunch: manual\n";
pub(super) const HOUR_S: i64 = 3_600;
/// Records of an evaluation: a chunk of ten, and one that isn't full.
const EVALUATED: usize = 12;
/// Records of an evaluation with a judge: one chunk, which decides also if an answer is missing.
const JUDGED: usize = 8;
const PROVISIONED: &str = "base_model: nova-lite\ndeploy: { type: provisioned, model_units: 1, expires_after: 1h }\n";

/// Uploads both files of a dataset, the recipe last.
pub(super) async fn upload_dataset(l: &mut Worker, recipe: &str, seed: &str) -> Result<()> {
    l.upload("train.jsonl", nova(8, seed)).await?;
    l.upload("job.yaml", recipe).await
}

pub(super) async fn accepted(l: &mut Worker) -> Result<()> {
    l.upload("validation.jsonl", nova(2, "validation")).await?;
    upload_dataset(l, "base_model: nova-lite\nvalidation: validation.jsonl\n", "train").await?;
    l.settle().await
}

/// A deployment is created by its recipe, and deleted by a command.
pub(super) async fn deployed(l: &mut Worker) -> Result<()> {
    l.set_faults(json!({ "deployments": { "ms": 0 } })).await?;
    upload_dataset(l, "base_model: nova-lite\ndeploy: {}\n", "deployed").await?;
    l.settle().await?;
    l.deployment_command(DeploymentCommand::Delete { name: l.dataset.clone() }).await?;
    l.settle().await
}

/// The second version continues from what the dataset's deployment serves, and then takes its place there. The same content
/// again is the same run, although the deployment serves its own model by then.
pub(super) async fn own_base(l: &mut Worker) -> Result<()> {
    l.set_faults(json!({ "deployments": { "ms": 0 } })).await?;
    upload_dataset(l, "base_model: nova-lite\ndeploy: {}\n", "first").await?;
    l.settle().await?;
    let first = l.newest().await?;
    l.resources.age(HOUR_S).await?;
    let recipe = format!("base_model: deployed:{}\nlaunch: manual\ndeploy: {{}}\n", l.dataset);
    upload_dataset(l, &recipe, "second").await?;
    l.settle().await?;
    l.command(Kind::ApproveRun).await?;
    l.settle().await?;
    l.resources.age(HOUR_S).await?;
    l.upload("job.yaml", recipe).await?;
    l.settle().await?;
    let second = l.newest().await?;
    ensure!(second.base_run.as_ref() == Some(&first.run_id), "{second:?}");
    let base = second.plan.map(|plan| plan.base_model);
    ensure!(base == first.model_arn, "it continues from {base:?}");
    l.deployment_command(DeploymentCommand::Delete { name: l.dataset.clone() }).await?;
    l.settle().await
}

/// A run that succeeded is evaluated through a temporary deployment, in two chunks for each model.
pub(super) async fn evaluated(l: &mut Worker) -> Result<()> {
    l.set_faults(json!({ "deployments": { "ms": 0 } })).await?;
    l.upload("validation.jsonl", nova(EVALUATED, "held-out")).await?;
    upload_dataset(l, "base_model: nova-lite\nvalidation: validation.jsonl\n", "evaluated").await?;
    l.settle().await?;
    let before = l.counts().await?;
    l.evaluate().await?;
    let ended = l.evaluation_ends().await?;
    l.last_sweeps().await?;
    l.check_evaluation(&ended, EVALUATED, before).await
}

/// The recipe's evaluation has a judge, whose scores decide.
pub(super) async fn with_judge(l: &mut Worker) -> Result<()> {
    l.has_judge = true;
    l.set_faults(json!({ "deployments": { "ms": 0 }, "evaluations": { "ms": 0 } })).await?;
    let before = l.counts().await?;
    l.upload("validation.jsonl", nova(JUDGED, "held-out")).await?;
    let judge = "judge: { model: nova-pro, metrics: [Correctness] }, require: { Correctness: { over_base: 0.1 } }";
    let recipe = format!("base_model: nova-lite\nvalidation: validation.jsonl\nevaluate: {{ {judge} }}\n");
    upload_dataset(l, &recipe, "with a judge").await?;
    l.pump().await?;
    let ended = l.evaluation_ends().await?;
    l.last_sweeps().await?;
    l.check_evaluation(&ended, JUDGED, before).await?;
    l.check_judge(&ended).await
}

/// Provisioned throughput is bought, updated to the next version, rolled back, and expires.
pub(super) async fn provisioned(l: &mut Worker) -> Result<()> {
    l.set_faults(json!({ "throughputs": { "ms": 0 } })).await?;
    upload_dataset(l, PROVISIONED, "first").await?;
    l.pump().await?;
    let first = l.newest().await?;
    l.is_served(&first).await?;
    let bought = l.check_throughput(&first, None).await?;
    upload_dataset(l, PROVISIONED, "second").await?;
    l.pump().await?;
    let second = l.newest().await?;
    ensure!(second.run_id != first.run_id, "{second:?}");
    l.is_served(&second).await?;
    l.check_throughput(&second, Some(&bought)).await?;
    l.deployment_command(DeploymentCommand::RollBack { name: l.dataset.clone() }).await?;
    l.is_served(&first).await?;
    l.check_throughput(&first, Some(&bought)).await?;
    l.end_deployments().await?;
    l.last_sweeps().await?;
    l.check_nothing_is_bought().await
}

pub(super) async fn completed_later(l: &mut Worker) -> Result<()> {
    l.upload("train.jsonl", nova(8, "later")).await?;
    l.settle().await?;
    l.resources.age(HOUR_S).await?;
    l.settle().await?;
    l.upload("job.yaml", NOVA).await?;
    l.settle().await
}

pub(super) async fn rejected_twice(l: &mut Worker) -> Result<()> {
    upload_dataset(l, NOVA, "rejected").await?;
    l.upload("train.jsonl", "rubbish\n").await?;
    l.settle().await?;
    l.resources.age(HOUR_S).await?;
    l.upload("train.jsonl", "rubbish\n").await?;
    l.settle().await
}

pub(super) async fn misnamed(l: &mut Worker) -> Result<()> {
    l.upload("Train.JSONL", "{}\n").await?;
    l.settle().await
}

pub(super) async fn uploaded_again(l: &mut Worker) -> Result<()> {
    upload_dataset(l, NOVA, "again").await?;
    l.settle().await?;
    l.resources.age(HOUR_S).await?;
    l.upload("train.jsonl", nova(8, "again")).await?;
    l.settle().await
}

/// Only the training file is new, so the run waits for further files before it is launched.
pub(super) async fn waiting_update(l: &mut Worker) -> Result<()> {
    upload_dataset(l, NOVA, "old").await?;
    l.settle().await?;
    l.resources.age(HOUR_S).await?;
    l.upload("train.jsonl", nova(8, "new")).await?;
    l.settle().await
}

pub(super) async fn superseded_and_approved(l: &mut Worker) -> Result<()> {
    upload_dataset(l, MANUAL, "first").await?;
    l.settle().await?;
    l.resources.age(HOUR_S).await?;
    l.upload("train.jsonl", nova(8, "second")).await?;
    l.settle().await?;
    l.command(Kind::ApproveRun).await?;
    l.settle().await
}

pub(super) async fn superseded_content_is_trained_again(l: &mut Worker) -> Result<()> {
    for seed in ["first", "second", "first"] {
        upload_dataset(l, MANUAL, seed).await?;
        l.settle().await?;
        l.resources.age(HOUR_S).await?;
    }
    l.command(Kind::ApproveRun).await?;
    l.settle().await
}

pub(super) async fn stopped_while_held(l: &mut Worker) -> Result<()> {
    upload_dataset(l, MANUAL, "stopped").await?;
    l.settle().await?;
    l.command(Kind::StopRun).await?;
    l.settle().await
}

pub(super) async fn stopped_while_running(l: &mut Worker) -> Result<()> {
    l.hold().await?;
    upload_dataset(l, NOVA, "running").await?;
    l.settle().await?;
    l.command(Kind::StopRun).await?;
    l.settle().await
}

pub(super) async fn failed_and_retried(l: &mut Worker) -> Result<()> {
    l.set_faults(json!({ "jobs": [{ "job": l.dataset, "fail": "It failed" }] })).await?;
    upload_dataset(l, NOVA, "fails").await?;
    l.settle().await?;
    l.command(Kind::RetryRun).await?;
    l.settle().await
}

pub(super) async fn refused_by_a_guard(l: &mut Worker) -> Result<()> {
    upload_dataset(l, "base_model: nova-lite\nguard: { max_tokens: 10 }\n", "guard").await?;
    l.settle().await
}

pub(super) async fn refused_by_bedrock(l: &mut Worker) -> Result<()> {
    l.set_faults(json!({ "calls": [{ "operation": "CreateModelCustomizationJob", "error": "ValidationException" }] }))
        .await?;
    upload_dataset(l, NOVA, "refused").await?;
    l.settle().await?;
    // The sweep looks for its job for one hour.
    l.resources.age(2 * HOUR_S).await?;
    l.settle().await
}

pub(super) async fn withdrawn(l: &mut Worker) -> Result<()> {
    l.upload("train.jsonl", pairs(8, "old")).await?;
    l.upload("job.yaml", "base_model: titan-text-express\n").await?;
    l.settle().await
}

pub(super) async fn waits_for_a_slot(l: &mut Worker) -> Result<()> {
    l.set_faults(json!({ "slots": 1, "strangers": 1 })).await?;
    upload_dataset(l, NOVA, "slot").await?;
    l.settle().await?;
    l.set_faults(json!({ "slots": 1000, "strangers": 0 })).await?;
    l.settle().await
}

pub(super) async fn waits_for_a_quota(l: &mut Worker) -> Result<()> {
    l.set_faults(json!({ "models": 0 })).await?;
    upload_dataset(l, NOVA, "quota").await?;
    l.settle().await?;
    l.set_faults(json!({ "models": 1000 })).await?;
    // A run that waits for a quota is tried again after a pause.
    l.resources.age(tunedrop_run::RETRY_BLOCKED_S).await?;
    l.settle().await
}

pub(super) async fn lost_job_event(l: &mut Worker) -> Result<()> {
    l.set_faults(json!({ "events": [{ "do": "lose", "job": l.dataset, "status": "Completed" }] })).await?;
    upload_dataset(l, NOVA, "lost-job-event").await?;
    l.settle().await
}

pub(super) async fn lost_run_event(l: &mut Worker) -> Result<()> {
    l.lose = vec!["Run Succeeded"];
    upload_dataset(l, NOVA, "lost-run-event").await?;
    l.settle().await
}

/// The launch is interrupted after it created the job, and none of the job's events arrive. Only a lookup by name finds it.
pub(super) async fn interrupted_launch(l: &mut Worker) -> Result<()> {
    let dataset = l.dataset.clone();
    l.set_faults(json!({
        "events": [{ "do": "lose", "job": dataset }],
        "calls": [{ "operation": "CreateModelCustomizationJob", "error": "InternalServerException", "after": true, "times": 1 }],
    }))
    .await?;
    l.lose = vec!["Dataset Accepted"];
    upload_dataset(l, NOVA, "interrupted").await?;
    l.settle().await
}

/// The event that starts launch is lost.
pub(super) async fn lost_queue_event(l: &mut Worker) -> Result<()> {
    l.lose = vec!["Dataset Accepted"];
    upload_dataset(l, NOVA, "lost-accepted-event").await?;
    l.settle().await
}

pub(super) async fn job_unknown_to_bedrock(l: &mut Worker) -> Result<()> {
    l.hold().await?;
    upload_dataset(l, NOVA, "forgotten").await?;
    l.pump().await?;
    l.set_faults(
        json!({ "calls": [{ "operation": "GetModelCustomizationJob", "error": "ResourceNotFoundException" }] }),
    )
    .await?;
    l.settle().await?;
    // The sweep looks for it for one more day.
    l.resources.age(25 * HOUR_S).await?;
    l.settle().await
}
