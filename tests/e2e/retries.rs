//! Answers of Bedrock that change later: rejected stops, and jobs that it doesn't find.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;
use tunedrop_run::event::Kind;
use tunedrop_run::{State, Timestamp};

use crate::data::nova;
use crate::harness::Harness;

const NOVA: &str = "base_model: nova-lite\n";

pub(crate) async fn refused_stop_is_retried(w: &Harness) -> Result<()> {
    w.upload(&w.main, "hold-refused-stop", "job.yaml", NOVA).await?;
    w.upload(&w.main, "hold-refused-stop", "train.jsonl", nova(20, "refused stop")).await?;
    let run = w.run_in(&w.main, "hold-refused-stop", State::Running).await?;
    w.faults(
        json!({ "calls": [{ "operation": "StopModelCustomizationJob", "error": "ConflictException", "times": 1 }] }),
    )
    .await?;
    w.command(&w.main, Kind::StopRun, &run.run_id).await?;
    w.until("the request to be recorded", async || {
        w.main.ledger.run(&run.run_id).await.ok()??.stopped_by.filter(|by| by == "ada").map(|_| ())
    })
    .await?;
    w.settled().await;
    w.faults(json!({ "calls": [] })).await?;
    ensure!(w.jobs("hold-refused-stop").await?[0]["status"] == "InProgress", "Bedrock refused the first stop");
    w.sweep(&w.main).await?;
    w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    Ok(())
}

pub(crate) async fn run_continues_when_its_job_reappears(w: &Harness) -> Result<()> {
    w.upload(&w.main, "hold-denied", "job.yaml", NOVA).await?;
    w.upload(&w.main, "hold-denied", "train.jsonl", nova(20, "denied")).await?;
    let run = w.run_in(&w.main, "hold-denied", State::Running).await?;
    w.set_changed_at(&w.main, &run.run_id, Timestamp::now() - Duration::from_secs(7200)).await?;
    w.faults(json!({ "calls": [{ "operation": "GetModelCustomizationJob", "error": "ResourceNotFoundException" }] }))
        .await?;
    w.sweep(&w.main).await?;
    let failed = w.run_is(&w.main, &run.run_id, State::Failed).await?;
    ensure!(failed.reason.as_deref() == Some("Bedrock can't find this job anymore"), "{failed:?}");
    w.wait_for_messages(&w.main, "hold-denied", "ailed", 1).await?;
    w.faults(json!({ "calls": [] })).await?;
    w.settled().await;
    w.sweep(&w.main).await?;
    let again = w.run_is(&w.main, &run.run_id, State::Running).await?;
    ensure!(again.reason.is_none() && again.job_lookup_since.is_none() && again.open.is_some(), "{again:?}");
    w.command(&w.main, Kind::StopRun, &run.run_id).await?;
    w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    w.until("the run to be done with", async || {
        w.main.ledger.run(&run.run_id).await.ok()??.open.is_none().then_some(())
    })
    .await
}

pub(crate) async fn retry_keeps_an_incomplete_dataset_open(w: &Harness) -> Result<()> {
    w.upload(&w.main, "fails-waits", "job.yaml", NOVA).await?;
    w.upload(&w.main, "fails-waits", "train.jsonl", nova(20, "fails and waits")).await?;
    let run = w.run_in(&w.main, "fails-waits", State::Failed).await?;
    w.next_second().await;
    w.upload(&w.main, "fails-waits", "job.yaml", "base_model: nova-lite\nvalidation: validation.jsonl\n").await?;
    let head = async || w.main.ledger.dataset("fails-waits").await.ok()?.filter(|head| !head.missing_files.is_empty());
    w.until("the dataset to wait for a file", head).await?;
    w.command(&w.main, Kind::RetryRun, &run.run_id).await?;
    let again = format!("{}-2", run.run_id);
    w.run_is(&w.main, &again, State::Failed).await?;
    let waits = w.until("the dataset to wait still", head).await?;
    ensure!(waits.latest_run.as_deref() == Some(again.as_str()), "{waits:?}");
    ensure!(
        waits.missing_files == ["validation.jsonl"] && waits.uploaded_at.is_some() && waits.open.is_some(),
        "{waits:?}"
    );
    Ok(())
}
