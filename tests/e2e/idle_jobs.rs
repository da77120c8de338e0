//! Jobs that Bedrock accepts but doesn't start.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tunedrop_run::decide::sweep::{IDLE_AFTER_S, STUCK_RUNNING_AFTER_S};
use tunedrop_run::{State, Timestamp};

use crate::data::nova;
use crate::harness::Harness;
use crate::metrics::stack_values;

const DATASET: &str = "idle-job";

/// Runs the sweep, and returns how many stuck runs it counted.
async fn sweep(w: &Harness) -> Result<f64> {
    let before = stack_values(w, "StuckRuns")?.len();
    w.sweep(&w.main).await?;
    w.until("the sweep's count of stuck runs", async || stack_values(w, "StuckRuns").ok()?.get(before).copied()).await
}

/// The metric raises `StuckRunsAlarm`. `tests/repo/template/watch.rs` checks the alarm.
pub(crate) async fn idle_job_is_reported_once(w: &Harness) -> Result<()> {
    w.faults(json!({ "idle": [DATASET] })).await?;
    w.upload(&w.main, DATASET, "train.jsonl", nova(20, "idle")).await?;
    w.upload(&w.main, DATASET, "job.yaml", "base_model: nova-lite\n").await?;
    let run = w.run_in(&w.main, DATASET, State::Running).await?;
    let launched = w.wait_for_messages(&w.main, DATASET, &run.run_id, 1).await?.len();
    let job = w.jobs(DATASET).await?.pop().context("a job")?;
    for phase in ["validationDetails", "dataProcessingDetails", "trainingDetails"] {
        ensure!(job["statusDetails"][phase]["status"] == "NotStarted", "{job:#}");
    }
    let others = sweep(w).await?;

    // Hours pass, but less than a day.
    let idle_s = u64::try_from(IDLE_AFTER_S)? + 60;
    ensure!(i64::try_from(idle_s)? < STUCK_RUNNING_AFTER_S, "the day isn't over");
    w.set_changed_at(&w.main, &run.run_id, Timestamp::now() - Duration::from_secs(idle_s)).await?;
    w.sweep(&w.main).await?;
    w.until("the ledger to say that the job is idle", async || {
        w.main.ledger.run(&run.run_id).await.ok()??.blocked_by.map(|_| ())
    })
    .await?;
    let stuck = sweep(w).await?;
    ensure!(stuck == others + 1.0, "{stuck} stuck runs, and {others} without this one");
    let messages = async || Some(w.main.messages(DATASET)).filter(|all| all.len() > launched);
    let messages = w.until("a message about the idle job", messages).await?;
    ensure!(messages.last().is_some_and(|message| message.body.contains("hours")), "{messages:#?}");

    // The next sweep repeats the metric, but not the message.
    ensure!(sweep(w).await? == stuck, "the run is still stuck");
    w.settled().await;
    ensure!(w.main.messages(DATASET).len() == launched + 1, "{:#?}", w.main.messages(DATASET));

    w.faults(json!({ "idle": [] })).await?;
    w.run_is(&w.main, &run.run_id, State::Succeeded).await?;
    Ok(())
}
