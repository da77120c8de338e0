//! Uploads that aren't part of a dataset, duplicate events, and events of other sources.

use anyhow::{Result, ensure};
use serde_json::json;
use tunedrop_run::{MISNAMED_KEPT_S, MisnamedFile, State, Timestamp, fingerprint};

use crate::data::nova;
use crate::harness::Harness;

pub(crate) async fn misnamed_files_are_reported_once(w: &Harness) -> Result<()> {
    for (dataset, key, meant) in [
        ("near-case", "datasets/near-case/Train.JSONL", "train.jsonl"),
        ("near-json", "datasets/near-json/train.json", "train.jsonl"),
        ("near-gz", "datasets/near-gz/train.jsonl.gz", "train.jsonl"),
        ("near_name", "datasets/near_name/train.jsonl", "near-name"),
        ("near-outside.jsonl", "datasets/near-outside.jsonl", "folder"),
    ] {
        w.put(&w.main, key, b"{}".to_vec()).await?;
        let messages = w.wait_for_messages(&w.main, dataset, meant, 1).await?;
        ensure!(messages[0].attributes["severity"] == "error", "{messages:?}");
        w.put(&w.main, key, b"{}".to_vec()).await?;
    }
    w.settled().await;
    for dataset in ["near-case", "near-json", "near-gz", "near_name", "near-outside.jsonl"] {
        ensure!(
            w.main.messages(dataset).len() == 1,
            "people are notified of {dataset} once: {:#?}",
            w.main.messages(dataset)
        );
    }
    // The entry expires.
    let note = MisnamedFile::key(&fingerprint([w.main.bucket(), "datasets/near-json/train.json"]));
    let expires = w.item(&w.main, &note).await?.get("expires_at").and_then(|at| at.as_n().ok()?.parse::<i64>().ok());
    let left = expires.unwrap_or_default() - Timestamp::now().as_second();
    ensure!((MISNAMED_KEPT_S - 600..=MISNAMED_KEPT_S).contains(&left), "the note expires in {left} s");
    Ok(())
}

/// A folder of pictures triggers nothing: neither the pictures nor what the stack itself writes reach validate.
pub(crate) async fn images_invoke_no_function(w: &Harness) -> Result<()> {
    for at in 0..50 {
        w.put(&w.main, &format!("datasets/pictures/images/{at:04}.png"), b"not looked at".to_vec()).await?;
    }
    w.upload(&w.main, "pictures", "job.yaml", "base_model: nova-lite\n").await?;
    w.upload(&w.main, "pictures", "train.jsonl", nova(20, "pictures")).await?;
    let run = w.run_in(&w.main, "pictures", State::Succeeded).await?;
    w.settled().await;
    // validate logs each key that it ignores.
    let printed = w.printed()?;
    let named = |part: &str| printed.lines().find(|line| line.contains(&format!("\"object.key\":\"{part}")));
    ensure!(named("datasets/pictures/images/").is_none(), "{:?}", named("datasets/pictures/images/"));
    let own = format!("runs/{}", run.run_id);
    ensure!(named(&own).is_none(), "{:?}", named(&own));
    ensure!(named("reports/").is_none(), "{:?}", named("reports/"));
    Ok(())
}

pub(crate) async fn other_objects_are_ignored(w: &Harness) -> Result<()> {
    for key in [
        "datasets/droppings/",
        "datasets/droppings/.DS_Store",
        "datasets/droppings/pictures/a.png",
        "datasets/droppings/README.md",
        "elsewhere/train.jsonl",
    ] {
        w.put(&w.main, key, b"x".to_vec()).await?;
    }
    w.settled().await;
    ensure!(
        w.main.messages("droppings").is_empty() && w.main.ledger.dataset("droppings").await?.is_none(),
        "nothing happens"
    );
    Ok(())
}

/// Malformed messages are acknowledged, and the valid one among them is processed.
pub(crate) async fn malformed_messages_are_not_retried(w: &Harness) -> Result<()> {
    for function in ["Validate", "Launch", "Record", "Deploy", "Notify"] {
        let queue = &w.main.deployed.outputs[&format!("{function}QueueUrl")];
        for body in [
            "not json",
            "{}",
            "[]",
            "{\"source\":\"aws.s3\",\"detail-type\":\"Object Created\",\"detail\":{}}",
            "{\"source\":\"tunedrop\",\"detail-type\":\"Launch Due\",\"detail\":{\"version\":99}}",
        ] {
            w.sqs.send_message().queue_url(queue).message_body(body).send().await?;
        }
    }
    w.upload(&w.main, "among-poison", "job.yaml", "base_model: nova-lite\n").await?;
    w.upload(&w.main, "among-poison", "train.jsonl", nova(20, "among poison")).await?;
    w.run_in(&w.main, "among-poison", State::Succeeded).await?;
    w.until("the queues to be empty", async || {
        for function in ["Validate", "Launch", "Record", "Deploy", "Notify"] {
            if w.waiting(&w.main.deployed.outputs[&format!("{function}QueueUrl")]).await.ok()? > 0 {
                return None;
            }
        }
        Some(())
    })
    .await?;
    for function in ["Validate", "Launch", "Record", "Deploy", "Notify"] {
        let dead = w.waiting(&w.main.deployed.outputs[&format!("{function}DeadLetterQueueUrl")]).await?;
        ensure!(dead == 0, "{function}'s dead-letter queue has {dead} messages");
    }
    Ok(())
}

pub(crate) async fn other_jobs_are_ignored(w: &Harness) -> Result<()> {
    for name in ["made-by-hand", "accepted-000000000000"] {
        let detail = json!({ "version": "0.0", "jobName": name, "jobArn": format!("arn:aws:bedrock:us-east-1:111122223333:model-customization-job/amazon.nova-lite-v1:0:300k/{name}"), "jobStatus": "Completed" });
        w.aws_event("aws.bedrock", "Model Customization Job State Change", detail).await?;
    }
    w.settled().await;
    ensure!(w.main.ledger.run("made-by-hand").await?.is_none(), "not in the ledger");
    ensure!(w.main.messages("made-by-hand").is_empty(), "nobody is notified");
    Ok(())
}

pub(crate) async fn duplicate_events_change_nothing(w: &Harness) -> Result<()> {
    w.upload(&w.main, "repeated", "job.yaml", "base_model: nova-lite\n").await?;
    w.upload(&w.main, "repeated", "train.jsonl", nova(20, "repeated")).await?;
    let run = w.run_in(&w.main, "repeated", State::Succeeded).await?;
    w.wait_for_messages(&w.main, "repeated", "custom-model", 1).await?;
    w.settled().await;
    let before = w.main.messages("repeated").len();
    for _ in 0..3 {
        let object = json!({ "version": "0", "bucket": { "name": w.main.bucket() }, "object": { "key": "datasets/repeated/train.jsonl" } });
        w.aws_event("aws.s3", "Object Created", object).await?;
        for status in ["Completed", "InProgress", "Failed"] {
            let detail = json!({ "jobName": run.run_id, "jobArn": run.job_arn, "jobStatus": status });
            w.aws_event("aws.bedrock", "Model Customization Job State Change", detail).await?;
        }
    }
    w.settled().await;
    let after = w.main.ledger.run(&run.run_id).await?.expect("the run exists");
    ensure!(after.state == State::Succeeded && after.revision == run.revision, "nothing changed: {after:?}");
    ensure!(
        w.main.messages("repeated").len() == before,
        "nobody is notified again: {:#?}",
        w.main.messages("repeated")
    );
    ensure!(w.jobs("repeated").await?.len() == 1, "one job");
    Ok(())
}

/// The same content in two stacks of one account: two runs, two jobs, and each stack sends messages about its own run.
pub(crate) async fn two_stacks_do_not_interfere(w: &Harness) -> Result<()> {
    for side in [&w.main, &w.guarded] {
        w.upload(side, "in-both", "job.yaml", "base_model: nova-micro\n").await?;
        w.upload(side, "in-both", "train.jsonl", nova(20, "in both")).await?;
    }
    let (a, b) = tokio::try_join!(
        w.run_in(&w.main, "in-both", State::Succeeded),
        w.run_in(&w.guarded, "in-both", State::Succeeded)
    )?;
    ensure!(a.run_id != b.run_id, "the bucket is part of the identity");
    for (side, ours, theirs) in [(&w.main, &a, &b), (&w.guarded, &b, &a)] {
        w.wait_for_messages(side, "in-both", ours.model_arn.as_deref().unwrap_or_default(), 1).await?;
        ensure!(
            side.messages("in-both").iter().all(|message| !message.body.contains(theirs.run_id.as_str())),
            "one stack notified people of the other's run"
        );
        ensure!(side.ledger.run(&theirs.run_id).await?.is_none(), "one stack holds the other's run");
    }
    ensure!(w.jobs("in-both").await?.len() == 2, "two jobs");
    Ok(())
}
