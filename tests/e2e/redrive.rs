//! `tunedrop redrive`, after the cause was fixed.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tunedrop_local::{ACCOUNT, REGION, SECRET, build};
use tunedrop_run::State;

use crate::data::nova;
use crate::harness::Harness;

/// Returns its output and its exit code.
fn redrive(w: &Harness, arguments: &[&str]) -> Result<(String, Option<i32>)> {
    let mut command = Command::new(build::built()?.folder.join("tunedrop"));
    command.arg("redrive").args(arguments).envs([
        ("AWS_ENDPOINT_URL", w.endpoint()),
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", ACCOUNT),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
    ]);
    let output = command.output().context("the command could not be started")?;
    let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Ok((printed, output.status.code()))
}

/// An approval that launch failed to handle, and an upload that validate failed to handle: after a redrive, both are
/// handled.
pub(crate) async fn redriven_messages_are_processed(w: &Harness) -> Result<()> {
    let side = &w.main;
    w.upload(side, "redriven", "job.yaml", "base_model: nova-lite\nlaunch: manual\n").await?;
    w.upload(side, "redriven", "train.jsonl", nova(20, "redriven")).await?;
    let run = w.run_in(side, "redriven", State::Held).await?;
    let detail = json!({ "version": 1, "stack": side.deployed.name, "run_id": run.run_id, "by": "ada" });
    let letter = |kind: &str, source: &str, detail| {
        json!({
            "version": "0", "id": "1", "detail-type": kind, "source": source, "account": ACCOUNT,
            "time": "2026-01-02T03:04:05Z", "region": REGION, "resources": [], "detail": detail,
        })
    };
    let object = json!({ "bucket": { "name": side.bucket() }, "object": { "key": "datasets/redriven/train.jsonl" } });
    for (queue, body) in [
        ("LaunchDeadLetterQueueUrl", letter("Approve Run", "tunedrop", detail).to_string()),
        ("ValidateDeadLetterQueueUrl", letter("Object Created", "aws.s3", object).to_string()),
        ("ValidateDeadLetterQueueUrl", "not json: a record's text".to_owned()),
    ] {
        w.sqs.send_message().queue_url(&side.deployed.outputs[queue]).message_body(body).send().await?;
    }
    let (printed, code) = redrive(w, &["--stack", &side.deployed.name, "--queue", "launch"])?;
    ensure!(
        printed.contains(&format!("launch: Approve Run, run {}, of 2026-01-02T03:04:05Z", run.run_id)),
        "{printed}"
    );
    ensure!(printed.contains("launch: 1 sent back") && !printed.contains("validate:"), "{printed}");
    ensure!(printed.contains("all messages were processed") && code == Some(0), "{printed}");
    w.run_is(side, &run.run_id, State::Succeeded).await?;

    let (printed, code) = redrive(w, &["--stack", &side.deployed.name])?;
    ensure!(printed.contains("validate: Object Created, object datasets/redriven/train.jsonl"), "{printed}");
    ensure!(printed.contains("validate: not an event, 25 bytes") && !printed.contains("record's text"), "{printed}");
    ensure!(printed.contains("validate: 2 sent back") && printed.contains("record: no messages"), "{printed}");
    ensure!(code == Some(0), "{printed}");
    ensure!(w.jobs("redriven").await?.len() == 1, "one job");

    let (printed, code) = redrive(w, &["--stack", "no-such-stack"])?;
    ensure!(printed.contains("no stack no-such-stack") && code == Some(2), "{printed}");
    Ok(())
}
