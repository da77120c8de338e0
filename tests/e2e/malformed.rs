//! Malformed input: too large, unusual, empty, deleted, or changed concurrently.

use anyhow::{Context, Result, ensure};
use aws_sdk_s3::types::StorageClass;
use serde_json::json;
use tunedrop_aws::Change;
use tunedrop_run::State;

use crate::data::nova;
use crate::harness::Harness;

const NOVA: &str = "base_model: nova-lite\n";
const FUNCTIONS: [&str; 6] = ["Validate", "Launch", "Record", "Deploy", "Evaluate", "Notify"];

/// SQS accepts messages of 1 MiB (API reference, SendMessage).
pub(crate) async fn one_megabyte_message_is_acknowledged(w: &Harness) -> Result<()> {
    let filler = "x".repeat((1 << 20) - 200);
    let events = [
        json!({ "source": "tunedrop", "detail-type": filler, "detail": { "version": 1 } }),
        json!({ "source": "aws.bedrock", "detail-type": "Model Customization Job State Change", "detail": { "jobName": filler, "jobStatus": "Completed" } }),
        json!({ "source": "aws.s3", "detail-type": "Object Created", "detail": { "bucket": { "name": "b" }, "object": { "key": filler } } }),
    ];
    for function in FUNCTIONS {
        let queue = w.main.deployed.output(&format!("{function}QueueUrl"))?;
        for event in &events {
            w.sqs.send_message().queue_url(queue).message_body(event.to_string()).send().await?;
        }
    }
    w.upload(&w.main, "beside-large", "job.yaml", NOVA).await?;
    w.upload(&w.main, "beside-large", "train.jsonl", nova(20, "beside large")).await?;
    w.run_in(&w.main, "beside-large", State::Succeeded).await?;
    queues_are_empty(w).await
}

/// Unusual keys that S3 accepts: each is reported or ignored, and blocks nothing.
pub(crate) async fn unusual_keys_block_nothing(w: &Harness) -> Result<()> {
    let long = format!("datasets/odd-keys/{}.jsonl", "l".repeat(1_000));
    for key in [
        "datasets/odd-keys/a b+c%20d&e=f?.jsonl",
        "datasets/odd-keys/train.jsonl/",
        "datasets/odd-keys/\u{1F600}\u{202E}train.jsonl",
        "datasets/odd-keys/line\nbreak.jsonl",
        "datasets/odd-keys/\"quoted\"<script>.jsonl",
        "datasets/odd-keys/../train.jsonl",
        "datasets//train.jsonl",
        "datasets/Odd Keys/train.jsonl",
        long.as_str(),
    ] {
        // Directly to the queue, as S3 would send it, because clients and the emulator change some of these keys.
        let escaped: String = key
            .bytes()
            .map(|b| {
                if b.is_ascii_alphanumeric() || b"/.-_".contains(&b) {
                    char::from(b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect();
        for key in [key, escaped.as_str()] {
            let event = json!({ "source": "aws.s3", "detail-type": "Object Created", "detail": { "bucket": { "name": w.main.bucket() }, "object": { "key": key } } });
            let queue = w.main.deployed.output("ValidateQueueUrl")?;
            w.sqs.send_message().queue_url(queue).message_body(event.to_string()).send().await?;
        }
    }
    w.upload(&w.main, "beside-odd", "job.yaml", NOVA).await?;
    w.upload(&w.main, "beside-odd", "train.jsonl", nova(20, "beside odd")).await?;
    w.run_in(&w.main, "beside-odd", State::Succeeded).await?;
    queues_are_empty(w).await
}

pub(crate) async fn ten_megabyte_recipe_is_a_finding(w: &Harness) -> Result<()> {
    w.upload(&w.main, "huge-recipe", "train.jsonl", nova(20, "huge recipe")).await?;
    w.upload(&w.main, "huge-recipe", "job.yaml", format!("{NOVA}# {}\n", "x".repeat(10 << 20))).await?;
    let report = w.report(&w.main, "huge-recipe", "Rejected").await?;
    ensure!(report.to_string().contains("recipe-too-large"), "{report}");
    w.wait_for_messages(&w.main, "huge-recipe", "rejected", 1).await?;
    Ok(())
}

pub(crate) async fn empty_file_is_a_finding(w: &Harness) -> Result<()> {
    w.upload(&w.main, "zero-bytes", "train.jsonl", "").await?;
    w.upload(&w.main, "zero-bytes", "job.yaml", NOVA).await?;
    let report = w.report(&w.main, "zero-bytes", "Rejected").await?;
    ensure!(report.to_string().contains("train.jsonl"), "{report}");
    w.wait_for_messages(&w.main, "zero-bytes", "rejected", 1).await?;
    Ok(())
}

/// A name that makes the key too long for S3 isn't looked up.
pub(crate) async fn too_long_file_name_is_a_finding(w: &Harness) -> Result<()> {
    let recipe = format!("{NOVA}train: {}.jsonl\n", "l".repeat(9_000));
    w.upload(&w.main, "long-name", "job.yaml", recipe).await?;
    let report = w.report(&w.main, "long-name", "Rejected").await?;
    ensure!(report.to_string().contains("1,024 bytes"), "{report}");
    w.wait_for_messages(&w.main, "long-name", "rejected", 1).await?;
    Ok(())
}

/// Exploit p7 of the security review: a data file, or the recipe itself, in a storage class that can't be read.
pub(crate) async fn archived_file_is_a_finding(w: &Harness) -> Result<()> {
    for (dataset, archived, other) in
        [("archived-data", "train.jsonl", "job.yaml"), ("archived-recipe", "job.yaml", "train.jsonl")]
    {
        let text = |file: &str| if file == "job.yaml" { NOVA.to_owned() } else { nova(20, dataset) };
        w.upload(&w.main, dataset, other, text(other)).await?;
        let key = format!("datasets/{dataset}/{archived}");
        let put = w.s3.put_object().bucket(w.main.bucket()).key(&key).body(text(archived).into_bytes().into());
        put.storage_class(StorageClass::DeepArchive).send().await?;
        let report = w.report(&w.main, dataset, "Rejected").await?;
        let finding = &report["findings"]["kept"][0];
        ensure!(finding["code"] == "unreadable-object" && finding["file"] == archived, "{report:#}");
        w.wait_for_messages(&w.main, dataset, "S3 Glacier", 1).await?;
        // Uploaded again in a readable storage class, it is trained.
        w.upload(&w.main, dataset, archived, text(archived)).await?;
        w.run_in(&w.main, dataset, State::Succeeded).await?;
    }
    Ok(())
}

/// The file is deleted before its event is read, and the dataset's other file before it is looked up.
pub(crate) async fn deleted_file_counts_as_missing(w: &Harness) -> Result<()> {
    let key = "datasets/gone/train.jsonl";
    let event = json!({ "version": "0", "bucket": { "name": w.main.bucket() }, "object": { "key": key } });
    w.aws_event("aws.s3", "Object Created", event.clone()).await?;
    w.upload(&w.main, "gone", "train.jsonl", nova(20, "gone")).await?;
    w.s3.delete_object().bucket(w.main.bucket()).key(key).send().await?;
    w.aws_event("aws.s3", "Object Created", event).await?;
    w.upload(&w.main, "gone", "job.yaml", NOVA).await?;
    w.settled().await;
    ensure!(w.jobs("gone").await?.is_empty(), "nothing to train on");
    w.upload(&w.main, "gone", "train.jsonl", nova(20, "gone and back")).await?;
    w.run_in(&w.main, "gone", State::Succeeded).await?;
    ensure!(w.jobs("gone").await?.len() == 1, "one job");
    Ok(())
}

/// A write based on an old copy fails, and the caller gets to know that.
pub(crate) async fn stale_write_is_rejected(w: &Harness) -> Result<()> {
    w.upload(&w.paused, "stale", "job.yaml", NOVA).await?;
    w.upload(&w.paused, "stale", "train.jsonl", nova(20, "stale")).await?;
    let old = w.run_in(&w.paused, "stale", State::Queued).await?;
    let ledger = &w.paused.ledger;
    let now = "2026-01-01T00:00:00.000Z";
    let moved = ledger.advance(&old, State::Queued, now, Change::default()).await?;
    let moved = moved.context("nobody else wrote")?;
    ensure!(ledger.advance(&old, State::Stopped, now, Change::default()).await?.is_none(), "the old copy won");
    ensure!(!ledger.replace(&old, &old).await?, "the old copy replaced the new one");
    ensure!(ledger.create(&old).await?.is_some(), "a run that is there was created");
    let left = ledger.run(&old.run_id).await?.context("the run is gone")?;
    ensure!(left.state == State::Queued && left.revision == moved.revision, "{left:?}");
    Ok(())
}

async fn queues_are_empty(w: &Harness) -> Result<()> {
    w.until("the queues to be empty", async || {
        for function in FUNCTIONS {
            if w.waiting(w.main.deployed.output(&format!("{function}QueueUrl")).ok()?).await.ok()? > 0 {
                return None;
            }
        }
        Some(())
    })
    .await?;
    for function in FUNCTIONS {
        let dead = w.waiting(w.main.deployed.output(&format!("{function}DeadLetterQueueUrl"))?).await?;
        ensure!(dead == 0, "{function}'s dead-letter queue has {dead} messages");
    }
    Ok(())
}
