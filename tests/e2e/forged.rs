//! Forged events: they decide nothing, and break nothing.

use anyhow::{Context, Result, ensure};
use aws_sdk_bedrock::types::{CustomizationType, OutputDataConfig, TrainingDataConfig};
use serde_json::{Value, json};
use tunedrop_local::{ACCOUNT, REGION};
use tunedrop_run::{Run, State};

use crate::data::nova;
use crate::harness::Harness;
use crate::stack::DeployedStack;

const NOVA: &str = "base_model: nova-lite\n";
/// A model that no run of the stack has created.
const THEIRS: &str = "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-pro-v1:0:300k/evil00000000";

impl Harness {
    /// Puts an event of any source, kind and detail as an attacker inside the account could: on the default bus, and on
    /// the stack's own bus as far as its policy allows it.
    pub(crate) async fn forge(&self, side: &DeployedStack, source: &str, kind: &str, detail: Value) -> Result<()> {
        let entry = json!({ "Source": source, "DetailType": kind, "Detail": detail.to_string() });
        let mut on_ours = entry.clone();
        on_ours["EventBusName"] = json!(side.deployed.bus()?);
        self.stack.post_events(&[entry, on_ours]).await
    }
}

/// Claims in every possible way that a run's job has the status `status`: like the sweep and like Bedrock, with the
/// job's ARN if there is one, with another ARN, and without one.
async fn say(w: &Harness, side: &DeployedStack, run: &Run, status: &str) -> Result<()> {
    let other =
        format!("arn:aws:bedrock:{REGION}:{ACCOUNT}:model-customization-job/amazon.nova-lite-v1:0:300k/0evil0000000");
    let abroad =
        "arn:aws:bedrock:us-east-1:999999999999:model-customization-job/amazon.nova-lite-v1:0:300k/0evil0000000";
    for arn in [None, run.job_arn.as_deref(), Some(other.as_str()), Some(abroad), Some("no ARN at all")] {
        let ours = json!({
            "version": 1, "stack": side.deployed.name, "run_id": run.run_id, "dataset": run.dataset, "job_arn": arn,
            "job_status": status, "model_arn": THEIRS, "reason": "forged",
        });
        w.forge(side, "tunedrop", "Job State Observed", ours).await?;
        let bedrocks = json!({
            "jobName": run.run_id, "jobArn": arn, "jobStatus": status, "outputModelArn": THEIRS, "failureMessage": "forged",
        });
        w.forge(side, "aws.bedrock", "Model Customization Job State Change", bedrocks).await?;
    }
    Ok(())
}

/// Checks that every message to record was handled at its first delivery, and that none is in the dead-letter queue.
async fn nothing_is_left(w: &Harness, side: &DeployedStack) -> Result<()> {
    w.settled().await;
    let queue = &side.deployed.outputs["RecordQueueUrl"];
    w.until("record to take its messages", async || (w.waiting(queue).await.ok()? == 0).then_some(())).await?;
    let dead = w.waiting(&side.deployed.outputs["RecordDeadLetterQueueUrl"]).await?;
    ensure!(dead == 0, "record's dead-letter queue has {dead} messages");
    Ok(())
}

fn unchanged(before: &Run, after: Option<Run>) -> Result<()> {
    let after = after.context("the run exists")?;
    ensure!((after.state, after.revision) == (before.state, before.revision), "it moved: {after:?}");
    ensure!(
        after.model_arn == before.model_arn && after.reason == before.reason,
        "it contains the event's text: {after:?}"
    );
    Ok(())
}

/// Launches are paused, so that there can be no job: exploit p4 of the security review.
pub(crate) async fn forged_event_does_not_end_a_queued_run(w: &Harness) -> Result<()> {
    w.upload(&w.paused, "forged-queued", "job.yaml", NOVA).await?;
    w.upload(&w.paused, "forged-queued", "train.jsonl", nova(20, "forged queued")).await?;
    let run = w.run_in(&w.paused, "forged-queued", State::Queued).await?;
    for status in ["Completed", "Failed", "Stopped", "InProgress", "Stopping", "Exploded"] {
        say(w, &w.paused, &run, status).await?;
    }
    nothing_is_left(w, &w.paused).await?;
    unchanged(&run, w.paused.ledger.run(&run.run_id).await?)?;
    let messages = w.paused.messages("forged-queued");
    ensure!(messages.iter().all(|message| message.attributes["state"] == "Queued"), "{messages:#?}");
    Ok(())
}

/// Another creator's job has the name of a queued run: exploit p9 of the security review. Its events arrive by themselves.
pub(crate) async fn job_with_another_token_is_not_adopted(w: &Harness) -> Result<()> {
    w.upload(&w.paused, "forged-job", "job.yaml", NOVA).await?;
    w.upload(&w.paused, "forged-job", "train.jsonl", nova(20, "forged job")).await?;
    let run = w.run_in(&w.paused, "forged-job", State::Queued).await?;
    let data = format!("s3://{}/runs/{}/data/train.jsonl", w.paused.bucket(), run.run_id);
    let output = format!("s3://{}/output/forged/", w.paused.bucket());
    let theirs = w.bedrock.create_model_customization_job();
    let theirs = theirs
        .job_name(&run.run_id)
        .custom_model_name("forged-by-hand")
        .client_request_token("by-hand")
        .role_arn(&w.paused.deployed.outputs["JobRoleArn"])
        .base_model_identifier("amazon.nova-lite-v1:0:300k")
        .customization_type(CustomizationType::FineTuning)
        .training_data_config(TrainingDataConfig::builder().s3_uri(data).build())
        .output_data_config(OutputDataConfig::builder().s3_uri(output).build()?);
    theirs.send().await.context("a job with another token")?;
    w.until("the other's job to be complete", async || {
        let jobs = w.jobs("forged-job").await.ok()?;
        (jobs.first()?["status"] == "Completed").then_some(())
    })
    .await?;
    say(w, &w.paused, &run, "Completed").await?;
    nothing_is_left(w, &w.paused).await?;
    unchanged(&run, w.paused.ledger.run(&run.run_id).await?)
}

/// Its job is in training, and a forged event claims that it has ended: exploit p11 of the security review.
pub(crate) async fn forged_end_is_checked_against_the_job(w: &Harness) -> Result<()> {
    w.upload(&w.main, "hold-forged", "job.yaml", NOVA).await?;
    w.upload(&w.main, "hold-forged", "train.jsonl", nova(20, "forged end")).await?;
    let run = w.run_in(&w.main, "hold-forged", State::Running).await?;
    for status in ["Completed", "Failed", "Stopped"] {
        say(w, &w.main, &run, status).await?;
    }
    w.settled().await;
    unchanged(&run, w.main.ledger.run(&run.run_id).await?)?;
    w.bedrock.stop_model_customization_job().job_identifier(run.job_arn.as_deref().unwrap_or_default()).send().await?;
    let stopped = w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    ensure!(stopped.model_arn.is_none() && stopped.reason.as_deref() != Some("forged"), "{stopped:?}");
    Ok(())
}

/// An event that is true about the end and false about everything else: Bedrock's values are recorded.
pub(crate) async fn forged_model_is_not_recorded(w: &Harness) -> Result<()> {
    w.upload(&w.main, "lost-forged", "job.yaml", NOVA).await?;
    w.upload(&w.main, "lost-forged", "train.jsonl", nova(20, "forged model")).await?;
    let run = w.run_in(&w.main, "lost-forged", State::Running).await?;
    let made = w
        .until("the job to be over", async || {
            let jobs = w.jobs("lost-forged").await.ok()?;
            let made = jobs.first()?.get("outputModelArn")?.as_str()?.to_owned();
            (jobs.first()?["status"] == "Completed").then_some(made)
        })
        .await?;
    say(w, &w.main, &run, "Failed").await?;
    let run = w.run_is(&w.main, &run.run_id, State::Succeeded).await?;
    ensure!(run.model_arn.as_deref() == Some(made.as_str()) && run.reason.is_none(), "{run:?}");
    let outcome = w.read_json(&w.main, &format!("runs/{}/outcome.json", run.run_id)).await?;
    ensure!(outcome["model_arn"] == made && !outcome.to_string().contains("evil"), "{outcome}");
    let messages = w.wait_for_messages(&w.main, "lost-forged", &made, 1).await?;
    ensure!(messages.iter().all(|message| !message.body.contains("evil")), "{messages:#?}");
    Ok(())
}
