//! The scenarios. Each needs some permissions, and together they need every one that can be proven.

use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use aws_sdk_bedrock::types::{OutputDataConfig, TrainingDataConfig};
use serde_json::json;
use tunedrop_local::REGION;
use tunedrop_run::event::{DeploymentCommand, EvaluationCommand, EvaluationSettings, Event, Kind, VERSION};
use tunedrop_run::{Against, Deployment, DeploymentState, RunId, State};

use crate::permissions::stack::{LOGS, TestStack};
use crate::permissions::{clean, drift, judge};

const NOVA: &str = "base_model: nova-lite\n";
const GUARDED: &str = "base_model: nova-lite\nguard: { max_tokens: 10 }\n";

/// The scenarios, each from its upload to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scenario {
    /// Succeeds with validation file and tags, with an outcome and a message.
    Accepted,
    /// Rejected, with a report, and a message on every channel.
    Rejected,
    /// Refused by a guard, with an outcome.
    Refused,
    /// Refused because Bedrock says that the model is legacy, while the catalogue says active.
    Legacy,
    /// Stopped by a command, while the job trains.
    Stopped,
    /// Retried by a command, to the next attempt.
    Retried,
    /// The job exists when its held run is approved: launch finds it by name.
    InterruptedLaunch,
    /// The job's last event is lost, and the sweep finds its end.
    LostEvent,
    /// The run waits for approval while the sweep runs.
    SweptWhileHeld,
    /// The sweep reads the AWS Price List.
    Priced,
    /// Deployed as the recipe says, replaced by the model of a newer run, and deleted by a command.
    Deployed,
    /// The same on provisioned throughput, where the model is evaluated, too.
    Provisioned,
    /// Evaluated by a command: the run's model, through a temporary deployment, and its base model.
    Evaluated,
    /// The same with a base model that answers only through an inference profile.
    EvaluatedByProfile,
    /// Evaluated as the recipe says, with a judge.
    Judged,
    /// Stopped by a command, while the judge is at work.
    JudgeStopped,
    /// An older model is proposed for deletion, and deleted.
    Cleaned,
    /// A second version is compared with the first one, and the first run fails.
    Compared,
    /// Reinforcement fine-tuning on invocation logs, to Succeeded.
    FromLogs,
    /// The ledger is deleted, so each function's event goes back to its queue. It is delivered again before the queue's own
    /// visibility timeout is over.
    FailingLedger(&'static str),
}

impl Scenario {
    /// The name of its dataset. The simulator's faults depend on it.
    pub(super) fn dataset(self) -> String {
        match self {
            Scenario::Stopped => "hold-stopped".to_owned(),
            Scenario::InterruptedLaunch => "hold-cut-off".to_owned(),
            Scenario::LostEvent => "lost-swept".to_owned(),
            Scenario::JudgeStopped => "waits-judged".to_owned(),
            Scenario::Compared => "fails-compared".to_owned(),
            Scenario::FailingLedger(_) => "troubled".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        }
    }

    /// Runs it. Returns an error if it does not complete.
    pub(super) async fn run(self, site: &TestStack<'_>) -> Result<()> {
        let made = match self {
            Scenario::Accepted => accepted(site, &self.dataset()).await,
            Scenario::Rejected => rejected(site, &self.dataset()).await,
            Scenario::Refused => refused(site, &self.dataset()).await,
            Scenario::Legacy => legacy(site, &self.dataset()).await,
            Scenario::Stopped => stopped(site, &self.dataset()).await,
            Scenario::Retried => retried(site, &self.dataset()).await,
            Scenario::InterruptedLaunch => interrupted_launch(site, &self.dataset()).await,
            Scenario::LostEvent => lost_event(site, &self.dataset()).await,
            Scenario::SweptWhileHeld => swept_while_held(site, &self.dataset()).await,
            Scenario::Priced => priced(site).await,
            Scenario::Deployed => deployed(site, &self.dataset(), "when: succeeded", false).await,
            Scenario::Provisioned => {
                deployed(site, &self.dataset(), "type: provisioned, expires_after: 1h", true).await
            }
            Scenario::Evaluated => evaluated(site, &self.dataset(), "nova-lite", 20).await,
            // The model needs 200 records.
            Scenario::EvaluatedByProfile => evaluated(site, &self.dataset(), "nova-2-lite", 200).await,
            Scenario::Judged => judge::judged(site, &self.dataset()).await,
            Scenario::JudgeStopped => judge::stopped(site, &self.dataset()).await,
            Scenario::Cleaned => clean::cleaned(site, &self.dataset()).await,
            Scenario::Compared => drift::compared(site, &self.dataset()).await,
            Scenario::FromLogs => from_logs(site, &self.dataset()).await,
            Scenario::FailingLedger(function) => failing_ledger(site, &self.dataset(), function).await,
        };
        made.with_context(|| format!("{self:?}"))
    }
}

async fn accepted(site: &TestStack<'_>, dataset: &str) -> Result<()> {
    let recipe = "base_model: nova-lite\nvalidation: validation.jsonl\ntags: { team: support }\n";
    site.upload(dataset, "validation.jsonl", conversations(10, "validation")).await?;
    site.upload(dataset, "train.jsonl", conversations(20, dataset)).await?;
    site.upload(dataset, "job.yaml", recipe).await?;
    let run = site.run_in(dataset, State::Succeeded).await?;
    ensure!(run.training_loss.is_some() && run.validation_loss.is_some(), "losses: {run:?}");
    for file in ["outcome.html", "outcome.json", "training_metrics.csv", "validation_metrics.csv"] {
        site.has(&format!("runs/{}/{file}", run.run_id)).await?;
    }
    site.wait_for_message(dataset, "custom-model").await
}

async fn rejected(site: &TestStack<'_>, dataset: &str) -> Result<()> {
    site.upload(dataset, "train.jsonl", "rubbish\n").await?;
    site.upload(dataset, "job.yaml", NOVA).await?;
    site.wait_for_message(dataset, "train.jsonl").await?;
    site.wait_for_rejection_on_every_channel(dataset).await?;
    site.has(&format!("reports/{dataset}/latest.html")).await
}

async fn refused(site: &TestStack<'_>, dataset: &str) -> Result<()> {
    upload_dataset(site, dataset, GUARDED).await?;
    let run = site.run_in(dataset, State::Refused).await?;
    site.has(&format!("runs/{}/outcome.html", run.run_id)).await?;
    site.has(&format!("runs/{}/outcome.json", run.run_id)).await?;
    site.wait_for_message(dataset, "guard.max_tokens").await
}

async fn legacy(site: &TestStack<'_>, dataset: &str) -> Result<()> {
    upload_dataset(site, dataset, "base_model: nova-pro\n").await?;
    let run = site.run_in(dataset, State::Refused).await?;
    let reason = run.reason.unwrap_or_default();
    ensure!(reason.contains("on which Bedrock starts no new jobs"), "{reason}");
    Ok(())
}

async fn stopped(site: &TestStack<'_>, dataset: &str) -> Result<()> {
    upload_dataset(site, dataset, NOVA).await?;
    let run = site.run_in(dataset, State::Running).await?;
    site.command(Kind::StopRun, &run.run_id).await?;
    site.run_in(dataset, State::Stopped).await?;
    Ok(())
}

async fn retried(site: &TestStack<'_>, dataset: &str) -> Result<()> {
    upload_dataset(site, dataset, GUARDED).await?;
    let run = site.run_in(dataset, State::Refused).await?;
    site.command(Kind::RetryRun, &run.run_id).await?;
    let next = format!("{}-2", run.run_id);
    site.until("the second attempt", async || site.newest(dataset).await.filter(|run| run.run_id == next)).await?;
    Ok(())
}

async fn interrupted_launch(site: &TestStack<'_>, dataset: &str) -> Result<()> {
    upload_dataset(site, dataset, "base_model: nova-lite\nlaunch: manual\n").await?;
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

async fn lost_event(site: &TestStack<'_>, dataset: &str) -> Result<()> {
    upload_dataset(site, dataset, NOVA).await?;
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

async fn swept_while_held(site: &TestStack<'_>, dataset: &str) -> Result<()> {
    upload_dataset(site, dataset, "base_model: nova-lite\nlaunch: manual\n").await?;
    site.run_in(dataset, State::Held).await?;
    site.sweep().await
}

async fn priced(site: &TestStack<'_>) -> Result<()> {
    site.sweep().await?;
    let list = site.ledger.prices(Some(REGION)).await?.context("no prices in the ledger")?;
    ensure!(list.rates.contains_key("Nova2.0Lite"), "{list:?}");
    Ok(())
}

async fn deployed(site: &TestStack<'_>, dataset: &str, deploy: &str, is_evaluated: bool) -> Result<()> {
    upload_dataset(site, dataset, &format!("base_model: nova-lite\ndeploy: {{ {deploy} }}\n")).await?;
    let serves = |run_id: RunId| {
        move |deployment: &Deployment| {
            deployment.state == DeploymentState::Active && deployment.serving.as_ref() == Some(&run_id)
        }
    };
    let first = site.run_in(dataset, State::Succeeded).await?;
    let created = site.deployment(dataset, "created", serves(first.run_id.clone())).await?;
    site.upload(dataset, "train.jsonl", conversations(20, "another version")).await?;
    let second = async || site.newest(dataset).await.filter(|run| run.run_id != first.run_id);
    let second = site.until("a run of the second version", second).await?;
    let updated = site.deployment(dataset, "updated", serves(second.run_id.clone())).await?;
    ensure!(updated.arn == created.arn, "callers need another ARN: {updated:?}");
    if is_evaluated {
        evaluate(site, second.run_id).await?;
    }
    let command = DeploymentCommand::Delete { name: dataset.to_owned() };
    site.put(&Event::DeploymentCommand { command, by: Some("ada".to_owned()) }).await?;
    site.deployment(dataset, "deleted", |deployment| deployment.state == DeploymentState::Deleted).await?;
    Ok(())
}

async fn evaluated(site: &TestStack<'_>, dataset: &str, base_model: &str, records: usize) -> Result<()> {
    site.upload(dataset, "train.jsonl", conversations(records, dataset)).await?;
    site.upload(dataset, "job.yaml", format!("base_model: {base_model}\n")).await?;
    evaluate(site, site.run_in(dataset, State::Succeeded).await?.run_id).await
}

async fn evaluate(site: &TestStack<'_>, run_id: RunId) -> Result<()> {
    let data = format!("evaluations/{run_id}/data/held-out.jsonl");
    site.put_object(&data, conversations(10, "held-out records")).await?;
    let settings = EvaluationSettings { data: Some(data), against: vec![Against::Base], ..Default::default() };
    let command = EvaluationCommand::Evaluate { run_id: run_id.clone(), settings };
    site.put(&Event::EvaluationCommand { command, by: Some("ada".to_owned()) }).await?;
    let ended = async || site.ledger.evaluation(&run_id).await.ok()?.filter(|evaluation| evaluation.state.is_end());
    let evaluation = site.until("the evaluation to end", ended).await?;
    ensure!(evaluation.state.is_decided(), "it is {:?}: {:?}", evaluation.state, evaluation.reason);
    for file in ["evaluation.html", "evaluation.json"] {
        site.has(&format!("{}{file}", evaluation.prefix())).await?;
    }
    Ok(())
}

async fn from_logs(site: &TestStack<'_>, dataset: &str) -> Result<()> {
    let recipe = format!(
        "base_model: nova-micro\ncustomization: distillation\ndistillation: {{ teacher: nova-pro, max_response_length: 1000 }}\ninvocation_logs: {{ prefix: 's3://{LOGS}/june/' }}\n"
    );
    site.upload(dataset, "job.yaml", recipe).await?;
    site.run_in(dataset, State::Succeeded).await?;
    Ok(())
}

async fn failing_ledger(site: &TestStack<'_>, dataset: &str, function: &str) -> Result<()> {
    site.lose_ledger().await?;
    let (stack, bucket, run_id) = (&site.deployed.name, site.deployed.bucket()?, format!("{dataset}-0123456789ab"));
    let detail = json!({ "version": VERSION, "stack": stack, "run_id": run_id, "dataset": dataset, "by": "ada" });
    let deployment = json!({ "version": VERSION, "stack": stack, "deployment": dataset, "by": "ada" });
    let evaluation = json!({ "version": VERSION, "stack": stack, "run_id": run_id, "by": "ada" });
    let file = json!({ "bucket": { "name": bucket }, "object": { "key": format!("datasets/{dataset}/job.yaml") } });
    let (queue, source, kind, detail) = match function {
        "validate" => ("ValidateQueueUrl", "aws.s3", "Object Created", file),
        "launch" => ("LaunchQueueUrl", "tunedrop", "Stop Run", detail),
        "record" => ("RecordQueueUrl", "tunedrop", "Job State Observed", detail),
        "deploy" => ("DeployQueueUrl", "tunedrop", "Delete Deployment", deployment),
        "evaluate" => ("EvaluateQueueUrl", "tunedrop", "Stop Evaluation", evaluation),
        _ => ("NotifyQueueUrl", "tunedrop", "Run Stopped", detail),
    };
    site.send(queue, source, kind, detail).await?;
    let again = async || site.logged(function, "\"received\":2").await.ok().filter(|logged| *logged);
    site.until(&format!("{function} to get its event again"), again).await.map(drop)
}

async fn upload_dataset(site: &TestStack<'_>, dataset: &str, recipe: &str) -> Result<()> {
    site.upload(dataset, "train.jsonl", conversations(20, dataset)).await?;
    site.upload(dataset, "job.yaml", recipe).await
}

/// `n` good conversations; another `seed` gives other ones.
pub(super) fn conversations(n: usize, seed: &str) -> String {
    let mut lines = String::new();
    for i in 0..n {
        let _ = writeln!(
            lines,
            r#"{{"schemaVersion":"bedrock-conversation-2024","messages":[{{"role":"user","content":[{{"text":"What is item {i} of {seed}?"}}]}},{{"role":"assistant","content":[{{"text":"Item {i} of {seed} is a part number that ends in {i}."}}]}}]}}"#
        );
    }
    lines
}
