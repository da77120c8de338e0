//! `tunedrop canary`: what it shows of a stack, and that nothing is trained.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tunedrop_run::State;

use crate::harness::Harness;
use crate::session::Shell;
use crate::stack::DeployedStack;

const DATASET: &str = "tunedrop-canary";

pub(crate) async fn canary_passes_and_leaves_no_files(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "canary")?;
    // The second one is of a known dataset.
    for _ in 0..2 {
        let (text, code) = shell.run("canary --local --wait 3")?;
        ensure!(code == Some(0) && text.contains("The stack works: 7 stages"), "{code:?}: {text}");
        nothing_was_trained(w, &w.main).await?;
    }
    w.wait_for_messages(&w.main, DATASET, "", 4).await?;
    Ok(())
}

/// A stack with a default base model trains data without a recipe at once.
pub(crate) async fn default_model_does_not_train_the_canary(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "canary-guarded")?;
    let (text, code) = shell.run("canary --local --stack guarded --wait 3 --json")?;
    let json: Value = serde_json::from_str(&text).with_context(|| text.clone())?;
    ensure!(code == Some(0) && json["passed"] == true, "{code:?}: {text}");
    let names: Vec<&str> =
        json["stages"].as_array().into_iter().flatten().filter_map(|stage| stage["name"].as_str()).collect();
    ensure!(names == ["upload", "validation", "report", "message", "command", "end", "removal"], "{names:?}");
    ensure!(json["run_id"].as_str().is_some_and(|id| id.starts_with(DATASET)), "{json}");
    nothing_was_trained(w, &w.guarded).await
}

pub(crate) async fn failed_stage_is_named_and_cleaned_up(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "canary-rejected")?;
    let (text, code) = shell.run("canary --local --stack paused --wait 3 --model no-such-model")?;
    ensure!(code == Some(1), "{code:?}: {text}");
    for words in
        ["BAD  validation", "is rejected", "/tunedrop/paused/validate", "The stage validation failed", "ok   removal"]
    {
        ensure!(text.contains(words), "no {words:?} in {text}");
    }
    ensure!(keys(w, &w.paused).await?.is_empty(), "files are left");
    Ok(())
}

async fn nothing_was_trained(w: &Harness, side: &DeployedStack) -> Result<()> {
    let head = side.ledger.dataset(DATASET).await?.context("the dataset is in the ledger")?;
    let run_id = head.latest_run.context("a run")?;
    let run = side.ledger.run(&run_id).await?.context("the run is in the ledger")?;
    ensure!(run.state == State::Stopped && run.job_arn.is_none(), "{run:?}");
    ensure!(w.jobs(DATASET).await?.is_empty(), "a job was created");
    ensure!(keys(w, side).await?.is_empty(), "files are left");
    Ok(())
}

async fn keys(w: &Harness, side: &DeployedStack) -> Result<Vec<String>> {
    let mut keys = Vec::new();
    for prefix in ["datasets/", "reports/", "runs/"] {
        let prefix = format!("{prefix}{DATASET}");
        let listed = w.s3.list_objects_v2().bucket(side.bucket()).prefix(prefix).send().await?;
        keys.extend(listed.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
    }
    Ok(keys)
}
