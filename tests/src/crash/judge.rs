//! The judge of an evaluation: its jobs at the simulator.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tunedrop_run::EvaluationEntry;

use crate::crash::worker::Worker;

impl Worker {
    /// Waits until every evaluation job of the dataset has ended, so that evaluate finds its jobs in the same state each time.
    pub(super) async fn judge_rests(&self) -> Result<()> {
        while self.evaluation_jobs().await?.iter().any(|job| job["status"] == "InProgress") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Checks that the judge scored each side in one job, and that its scores were used.
    pub(super) async fn check_judge(&self, ended: &EvaluationEntry) -> Result<()> {
        let now = self.resources.ledger.evaluation(&ended.run_id).await?.context("an evaluation")?;
        ensure!(now.judge_stops.is_empty() && now.judge_jobs == ended.judge_jobs, "{now:?}");
        let jobs = self.evaluation_jobs().await?;
        let text = |job: &Value, name: &str| job[name].as_str().unwrap_or_default().to_owned();
        let billed: BTreeMap<String, String> =
            jobs.iter().map(|job| (text(job, "jobName"), text(job, "jobArn"))).collect();
        let named = now
            .sides
            .iter()
            .enumerate()
            .filter_map(|(at, side)| Some((now.judge_job_name(at), now.judge_jobs.get(&side.name)?.clone())));
        let expected: BTreeMap<String, String> = named.collect();
        ensure!(jobs.len() == now.sides.len() && billed == expected, "jobs {billed:?}, expected {expected:?}");
        ensure!(jobs.iter().all(|job| job["status"] == "Completed"), "{jobs:?}");

        let key = format!("{}evaluation.json", now.prefix());
        let object = self.resources.s3.get_object().bucket(&self.resources.bucket).key(key).send().await?;
        let report: Value = serde_json::from_slice(&object.body.collect().await?.into_bytes())?;
        let checks = report["evaluation"]["decision"]["checks"].as_array().context("checks")?;
        let decides = |check: &Value| check["metric"] == "Correctness" && check["result"] == "holds";
        ensure!(report["judge"] == "amazon.nova-pro-v1:0" && checks.iter().any(decides), "{report:#}");
        Ok(())
    }

    async fn evaluation_jobs(&self) -> Result<Vec<Value>> {
        let list = format!("{}/evaluation-jobs?maxResults=1000&nameContains={}", self.resources.bedrock, self.dataset);
        let all: Value = self.resources.http.get(list).send().await?.json().await?;
        Ok(all["jobSummaries"].as_array().context("a list of evaluation jobs")?.clone())
    }
}
