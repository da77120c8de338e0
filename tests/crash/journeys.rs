//! The plays: each brings a dataset from its drop to an end, and says what that end must be.

use anyhow::Result;
use serde_json::json;
use tunedrop_run::event::Kind;
use tunedrop_tests::data::{nova, pairs};

use crate::lane::Lane;

const NOVA: &str = "base_model: nova-lite\n";
const MANUAL: &str = "base_model: nova-lite\nlaunch: manual\n";
const HOUR_S: i64 = 3_600;

/// Both files of a set; the recipe last, as a rule.
async fn drop_set(l: &mut Lane, recipe: &str, seed: &str) -> Result<()> {
    l.drop("train.jsonl", nova(8, seed)).await?;
    l.drop("job.yaml", recipe).await
}

pub(crate) async fn accepted(l: &mut Lane) -> Result<()> {
    l.drop("validation.jsonl", nova(2, "validation")).await?;
    drop_set(l, "base_model: nova-lite\nvalidation: validation.jsonl\n", "train").await?;
    l.settle().await
}

pub(crate) async fn completed_later(l: &mut Lane) -> Result<()> {
    l.drop("train.jsonl", nova(8, "later")).await?;
    l.settle().await?;
    l.place.age(HOUR_S).await?;
    l.settle().await?;
    l.drop("job.yaml", NOVA).await?;
    l.settle().await
}

pub(crate) async fn rejected_twice(l: &mut Lane) -> Result<()> {
    drop_set(l, NOVA, "rejected").await?;
    l.drop("train.jsonl", "rubbish\n").await?;
    l.settle().await?;
    l.place.age(HOUR_S).await?;
    l.drop("train.jsonl", "rubbish\n").await?;
    l.settle().await
}

pub(crate) async fn misnamed(l: &mut Lane) -> Result<()> {
    l.drop("Train.JSONL", "{}\n").await?;
    l.settle().await
}

pub(crate) async fn dropped_again(l: &mut Lane) -> Result<()> {
    drop_set(l, NOVA, "again").await?;
    l.settle().await?;
    l.place.age(HOUR_S).await?;
    l.drop("train.jsonl", nova(8, "again")).await?;
    l.settle().await
}

/// Only the training file is new, so the run waits for further files before it is launched.
pub(crate) async fn update_that_waits(l: &mut Lane) -> Result<()> {
    drop_set(l, NOVA, "old").await?;
    l.settle().await?;
    l.place.age(HOUR_S).await?;
    l.drop("train.jsonl", nova(8, "new")).await?;
    l.settle().await
}

pub(crate) async fn superseded_and_approved(l: &mut Lane) -> Result<()> {
    drop_set(l, MANUAL, "first").await?;
    l.settle().await?;
    l.place.age(HOUR_S).await?;
    l.drop("train.jsonl", nova(8, "second")).await?;
    l.settle().await?;
    l.command(Kind::ApproveRun).await?;
    l.settle().await
}

pub(crate) async fn superseded_starts_again(l: &mut Lane) -> Result<()> {
    for seed in ["first", "second", "first"] {
        drop_set(l, MANUAL, seed).await?;
        l.settle().await?;
        l.place.age(HOUR_S).await?;
    }
    l.command(Kind::ApproveRun).await?;
    l.settle().await
}

pub(crate) async fn stopped_while_held(l: &mut Lane) -> Result<()> {
    drop_set(l, MANUAL, "stopped").await?;
    l.settle().await?;
    l.command(Kind::StopRun).await?;
    l.settle().await
}

pub(crate) async fn stopped_while_running(l: &mut Lane) -> Result<()> {
    l.hold().await?;
    drop_set(l, NOVA, "running").await?;
    l.settle().await?;
    l.command(Kind::StopRun).await?;
    l.settle().await
}

pub(crate) async fn failed_and_retried(l: &mut Lane) -> Result<()> {
    l.bend(json!({ "jobs": [{ "job": l.dataset, "fail": "It failed" }] })).await?;
    drop_set(l, NOVA, "fails").await?;
    l.settle().await?;
    l.command(Kind::RetryRun).await?;
    l.settle().await
}

pub(crate) async fn refused_by_a_guard(l: &mut Lane) -> Result<()> {
    drop_set(l, "base_model: nova-lite\nguard: { max_tokens: 10 }\n", "guard").await?;
    l.settle().await
}

pub(crate) async fn refused_by_bedrock(l: &mut Lane) -> Result<()> {
    l.bend(json!({ "calls": [{ "operation": "CreateModelCustomizationJob", "error": "ValidationException" }] }))
        .await?;
    drop_set(l, NOVA, "refused").await?;
    l.settle().await?;
    // Its job is looked for, for one hour.
    l.place.age(2 * HOUR_S).await?;
    l.settle().await
}

pub(crate) async fn withdrawn(l: &mut Lane) -> Result<()> {
    l.drop("train.jsonl", pairs(8, "old")).await?;
    l.drop("job.yaml", "base_model: titan-text-express\n").await?;
    l.settle().await
}

pub(crate) async fn waits_for_a_slot(l: &mut Lane) -> Result<()> {
    l.bend(json!({ "slots": 1, "strangers": 1 })).await?;
    drop_set(l, NOVA, "slot").await?;
    l.settle().await?;
    l.bend(json!({ "slots": 1000, "strangers": 0 })).await?;
    l.settle().await
}

pub(crate) async fn waits_for_a_quota(l: &mut Lane) -> Result<()> {
    l.bend(json!({ "models": 0 })).await?;
    drop_set(l, NOVA, "quota").await?;
    l.settle().await?;
    l.bend(json!({ "models": 1000 })).await?;
    // A run that no job's end helps is tried again after a rest.
    l.place.age(tunedrop_run::RESTS_S).await?;
    l.settle().await
}

pub(crate) async fn end_unheard(l: &mut Lane) -> Result<()> {
    l.bend(json!({ "events": [{ "do": "lose", "job": l.dataset, "status": "Completed" }] })).await?;
    drop_set(l, NOVA, "unheard").await?;
    l.settle().await
}

pub(crate) async fn end_untold(l: &mut Lane) -> Result<()> {
    l.lose = vec!["Run Succeeded"];
    drop_set(l, NOVA, "untold").await?;
    l.settle().await
}

/// Its launch is cut off once the job is there, and none of the job's events come: only a lookup by name finds it.
pub(crate) async fn launch_cut_off(l: &mut Lane) -> Result<()> {
    let dataset = l.dataset.clone();
    l.bend(json!({
        "events": [{ "do": "lose", "job": dataset }],
        "calls": [{ "operation": "CreateModelCustomizationJob", "error": "InternalServerException", "after": true, "times": 1 }],
    }))
    .await?;
    l.lose = vec!["Dataset Accepted"];
    drop_set(l, NOVA, "cut off").await?;
    l.settle().await
}

/// The event that wakes launch is lost, too.
pub(crate) async fn queue_unheard(l: &mut Lane) -> Result<()> {
    l.lose = vec!["Dataset Accepted"];
    drop_set(l, NOVA, "unwoken").await?;
    l.settle().await
}

pub(crate) async fn forgotten_by_bedrock(l: &mut Lane) -> Result<()> {
    l.hold().await?;
    drop_set(l, NOVA, "forgotten").await?;
    l.pump().await?;
    l.bend(json!({ "calls": [{ "operation": "GetModelCustomizationJob", "error": "ResourceNotFoundException" }] }))
        .await?;
    l.settle().await?;
    // It is looked for one more day.
    l.place.age(25 * HOUR_S).await?;
    l.settle().await
}
