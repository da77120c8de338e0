//! `tunedrop redrive`, as somebody runs it who has mended the cause.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tunedrop_local::{ACCOUNT, REGION, SECRET, build};
use tunedrop_run::State;

use crate::data::nova;
use crate::world::World;

/// What it prints, and its exit code.
fn redrive(w: &World, arguments: &[&str]) -> Result<(String, Option<i32>)> {
    let mut command = Command::new(build::built()?.folder.join("tunedrop"));
    command.arg("redrive").args(arguments).envs([
        ("AWS_ENDPOINT_URL", w.endpoint()),
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", ACCOUNT),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
    ]);
    let output = command.output().context("the command could not be started")?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Ok((said, output.status.code()))
}

/// An approval that launch gave up on, and a drop that validate did: sent back, they do what they were sent for.
pub(crate) async fn dead_letters_go_back_and_are_served(w: &World) -> Result<()> {
    let side = &w.main;
    w.drop(side, "redriven", "job.yaml", "base_model: nova-lite\nlaunch: manual\n").await?;
    w.drop(side, "redriven", "train.jsonl", nova(20, "redriven")).await?;
    let run = w.run_in(side, "redriven", State::Held).await?;
    let detail = json!({ "version": 1, "stack": side.deployed.name, "run_id": run.run_id, "by": "ada" });
    let letter = |kind: &str, source: &str, detail| {
        json!({
            "version": "0", "id": "1", "detail-type": kind, "source": source, "account": ACCOUNT,
            "time": "2026-01-02T03:04:05Z", "region": REGION, "resources": [], "detail": detail,
        })
    };
    let drop = json!({ "bucket": { "name": side.bucket() }, "object": { "key": "datasets/redriven/train.jsonl" } });
    for (queue, body) in [
        ("LaunchDeadLettersUrl", letter("Approve Run", "tunedrop", detail).to_string()),
        ("ValidateDeadLettersUrl", letter("Object Created", "aws.s3", drop).to_string()),
        ("ValidateDeadLettersUrl", "not json: a record's text".to_owned()),
    ] {
        w.sqs.send_message().queue_url(&side.deployed.outputs[queue]).message_body(body).send().await?;
    }
    let (said, code) = redrive(w, &["--stack", &side.deployed.name, "--queue", "launch"])?;
    ensure!(said.contains(&format!("launch: Approve Run, run {}, of 2026-01-02T03:04:05Z", run.run_id)), "{said}");
    ensure!(said.contains("launch: 1 sent back") && !said.contains("validate:"), "{said}");
    ensure!(said.contains("all were taken") && code == Some(0), "{said}");
    w.run_is(side, &run.run_id, State::Succeeded).await?;

    let (said, code) = redrive(w, &["--stack", &side.deployed.name])?;
    ensure!(said.contains("validate: Object Created, object datasets/redriven/train.jsonl"), "{said}");
    ensure!(said.contains("validate: no event, 25 bytes") && !said.contains("record's text"), "{said}");
    ensure!(said.contains("validate: 2 sent back") && said.contains("record: no dead letters"), "{said}");
    ensure!(code == Some(0), "{said}");
    ensure!(w.jobs("redriven").await?.len() == 1, "one job");

    let (said, code) = redrive(w, &["--stack", "no-such-stack"])?;
    ensure!(said.contains("there is no stack no-such-stack") && code == Some(2), "{said}");
    Ok(())
}
