//! The journeys: each needs its own permissions, and together they need every one that can be proven.

use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use aws_sdk_bedrock::types::{OutputDataConfig, TrainingDataConfig};
use serde_json::json;
use tunedrop_run::State;
use tunedrop_run::event::{Kind, VERSION};

use crate::site::{LOGS, Site};

const NOVA: &str = "base_model: nova-lite\n";
const GUARDED: &str = "base_model: nova-lite\nguard: { max_tokens: 10 }\n";

/// From a drop to an end that can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Journey {
    /// With validation file and tags, to Succeeded, the outcome and the message.
    Accepted,
    /// To the report and the message, on every way.
    Rejected,
    /// By a guard, to Refused and its outcome.
    Refused,
    /// By Bedrock's word on a model that the catalogue has as live.
    Legacy,
    /// By a command, while the job trains.
    Stopped,
    /// By a command, to the next attempt.
    Retried,
    /// A job that was started already when its held run is approved: launch finds it by name.
    CutOff,
    /// Its last event is lost, and the sweep finds it.
    Swept,
    /// It waits for approval while the sweep looks.
    HeldSwept,
    /// Reinforcement fine-tuning on invocation logs, to Succeeded.
    FromLogs,
    /// The ledger is gone, so that each function's event goes back to its queue; it comes again before the queue's own
    /// visibility timeout is over.
    Troubled(&'static str),
}

impl Journey {
    /// The dataset it drops; the emulator's faults go by it.
    pub(crate) fn dataset(self) -> String {
        match self {
            Journey::Stopped => "hold-stopped".to_owned(),
            Journey::CutOff => "hold-cut-off".to_owned(),
            Journey::Swept => "lost-swept".to_owned(),
            Journey::Troubled(_) => "troubled".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        }
    }

    /// Makes it; an error where it does not come to its end.
    pub(crate) async fn make(self, site: &Site<'_>) -> Result<()> {
        let made = match self {
            Journey::Accepted => accepted(site, &self.dataset()).await,
            Journey::Rejected => rejected(site, &self.dataset()).await,
            Journey::Refused => refused(site, &self.dataset()).await,
            Journey::Legacy => legacy(site, &self.dataset()).await,
            Journey::Stopped => stopped(site, &self.dataset()).await,
            Journey::Retried => retried(site, &self.dataset()).await,
            Journey::CutOff => cut_off(site, &self.dataset()).await,
            Journey::Swept => swept(site, &self.dataset()).await,
            Journey::HeldSwept => held_swept(site, &self.dataset()).await,
            Journey::FromLogs => from_logs(site, &self.dataset()).await,
            Journey::Troubled(function) => troubled(site, &self.dataset(), function).await,
        };
        made.with_context(|| format!("{self:?}"))
    }
}

async fn accepted(site: &Site<'_>, dataset: &str) -> Result<()> {
    let recipe = "base_model: nova-lite\nvalidation: validation.jsonl\ntags: { team: support }\n";
    site.drop(dataset, "validation.jsonl", conversations(10, "validation")).await?;
    site.drop(dataset, "train.jsonl", conversations(20, dataset)).await?;
    site.drop(dataset, "job.yaml", recipe).await?;
    let run = site.run_in(dataset, State::Succeeded).await?;
    ensure!(run.training_loss.is_some() && run.validation_loss.is_some(), "losses: {run:?}");
    for file in ["outcome.html", "outcome.json", "training_metrics.csv", "validation_metrics.csv"] {
        site.has(&format!("runs/{}/{file}", run.run_id)).await?;
    }
    site.told(dataset, "custom-model").await
}

async fn rejected(site: &Site<'_>, dataset: &str) -> Result<()> {
    site.drop(dataset, "train.jsonl", "rubbish\n").await?;
    site.drop(dataset, "job.yaml", NOVA).await?;
    site.told(dataset, "train.jsonl:1").await?;
    site.told_on_every_way(dataset).await?;
    site.has(&format!("reports/{dataset}/latest.html")).await
}

async fn refused(site: &Site<'_>, dataset: &str) -> Result<()> {
    drop_set(site, dataset, GUARDED).await?;
    let run = site.run_in(dataset, State::Refused).await?;
    site.has(&format!("runs/{}/outcome.html", run.run_id)).await?;
    site.has(&format!("runs/{}/outcome.json", run.run_id)).await?;
    site.told(dataset, "guard.max_tokens").await
}

async fn legacy(site: &Site<'_>, dataset: &str) -> Result<()> {
    drop_set(site, dataset, "base_model: nova-pro\n").await?;
    let run = site.run_in(dataset, State::Refused).await?;
    let reason = run.reason.unwrap_or_default();
    ensure!(reason.contains("Bedrock lists"), "{reason}");
    Ok(())
}

async fn stopped(site: &Site<'_>, dataset: &str) -> Result<()> {
    drop_set(site, dataset, NOVA).await?;
    let run = site.run_in(dataset, State::Running).await?;
    site.command(Kind::StopRun, &run.run_id).await?;
    site.run_in(dataset, State::Stopped).await?;
    Ok(())
}

async fn retried(site: &Site<'_>, dataset: &str) -> Result<()> {
    drop_set(site, dataset, GUARDED).await?;
    let run = site.run_in(dataset, State::Refused).await?;
    site.command(Kind::RetryRun, &run.run_id).await?;
    let next = format!("{}-2", run.run_id);
    site.until("the second attempt", async || site.newest(dataset).await.filter(|run| run.run_id == next)).await?;
    Ok(())
}

async fn cut_off(site: &Site<'_>, dataset: &str) -> Result<()> {
    drop_set(site, dataset, "base_model: nova-lite\nlaunch: manual\n").await?;
    let run = site.run_in(dataset, State::Held).await?;
    let plan = run.plan.context("a plan")?;
    let bucket = site.deployed.bucket()?;
    let data = format!("s3://{bucket}/runs/{}/data/train.jsonl", run.run_id);
    let create = site.bedrock.create_model_customization_job().job_name(&run.run_id).client_request_token(&run.run_id);
    let create = create.custom_model_name(&plan.model_name).role_arn(site.deployed.output("JobRoleArn")?);
    let create = create.base_model_identifier("amazon.nova-lite-v1:0:300k");
    let create = create.training_data_config(TrainingDataConfig::builder().s3_uri(data).build());
    let job = create.output_data_config(OutputDataConfig::builder().s3_uri(&plan.output).build()?).send().await?;
    site.command(Kind::ApproveRun, &run.run_id).await?;
    let run = site.run_in(dataset, State::Running).await?;
    ensure!(run.job_arn.as_deref() == Some(&job.job_arn), "another job was started: {:?}", run.job_arn);
    Ok(())
}

async fn swept(site: &Site<'_>, dataset: &str) -> Result<()> {
    drop_set(site, dataset, NOVA).await?;
    let run = site.run_in(dataset, State::Running).await?;
    site.until("the job to be over", async || {
        let job = site.bedrock.get_model_customization_job().job_identifier(&run.run_id).send().await.ok()?;
        job.status.is_some_and(|status| status.as_str() == "Completed").then_some(())
    })
    .await?;
    site.sweep().await?;
    site.run_in(dataset, State::Succeeded).await?;
    Ok(())
}

async fn held_swept(site: &Site<'_>, dataset: &str) -> Result<()> {
    drop_set(site, dataset, "base_model: nova-lite\nlaunch: manual\n").await?;
    site.run_in(dataset, State::Held).await?;
    site.sweep().await
}

async fn from_logs(site: &Site<'_>, dataset: &str) -> Result<()> {
    let recipe = format!(
        "base_model: nova-micro\ncustomization: distillation\ndistillation: {{ teacher: nova-pro, max_response_length: 1000 }}\ninvocation_logs: {{ prefix: 's3://{LOGS}/june/' }}\n"
    );
    site.drop(dataset, "job.yaml", recipe).await?;
    site.run_in(dataset, State::Succeeded).await?;
    Ok(())
}

async fn troubled(site: &Site<'_>, dataset: &str, function: &str) -> Result<()> {
    site.lose_ledger().await?;
    let (stack, bucket, run_id) = (&site.deployed.name, site.deployed.bucket()?, format!("{dataset}-0123456789ab"));
    let detail = json!({ "version": VERSION, "stack": stack, "run_id": run_id, "dataset": dataset, "by": "ada" });
    let file = json!({ "bucket": { "name": bucket }, "object": { "key": format!("datasets/{dataset}/job.yaml") } });
    let (queue, source, kind, detail) = match function {
        "validate" => ("ValidateQueueUrl", "aws.s3", "Object Created", file),
        "launch" => ("LaunchQueueUrl", "tunedrop", "Stop Run", detail),
        "record" => ("RecordQueueUrl", "tunedrop", "Job State Observed", detail),
        _ => ("NotifyQueueUrl", "tunedrop", "Run Stopped", detail),
    };
    site.send(queue, source, kind, detail).await?;
    let again = async || site.logged(function, "\"received\":2").await.ok().filter(|logged| *logged);
    site.until(&format!("{function} to get its event again"), again).await.map(drop)
}

async fn drop_set(site: &Site<'_>, dataset: &str, recipe: &str) -> Result<()> {
    site.drop(dataset, "train.jsonl", conversations(20, dataset)).await?;
    site.drop(dataset, "job.yaml", recipe).await
}

/// `n` good conversations; another `seed` gives other ones.
fn conversations(n: usize, seed: &str) -> String {
    let mut lines = String::new();
    for i in 0..n {
        let _ = writeln!(
            lines,
            r#"{{"schemaVersion":"bedrock-conversation-2024","messages":[{{"role":"user","content":[{{"text":"What is item {i} of {seed}?"}}]}},{{"role":"assistant","content":[{{"text":"Item {i} of {seed} is a part number that ends in {i}."}}]}}]}}"#
        );
    }
    lines
}
