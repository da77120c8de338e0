//! Events that nobody who works for the stack has put: they decide nothing, and break nothing.

use anyhow::{Context, Result, ensure};
use aws_sdk_bedrock::types::{CustomizationType, OutputDataConfig, TrainingDataConfig};
use serde_json::{Value, json};
use tunedrop_local::{ACCOUNT, REGION};
use tunedrop_run::{Run, State};

use crate::data::nova;
use crate::side::Side;
use crate::world::World;

const NOVA: &str = "base_model: nova-lite\n";
/// A model that no run of the stack's has made.
const THEIRS: &str = "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-pro-v1:0:300k/evil00000000";

impl World {
    /// Puts an event as an attacker inside the account would, of any source and kind and with any detail: on the default
    /// bus, and on the stack's own as far as its policy would let it through.
    pub(crate) async fn forge(&self, side: &Side, source: &str, kind: &str, detail: Value) -> Result<()> {
        let entry = json!({ "Source": source, "DetailType": kind, "Detail": detail.to_string() });
        let mut on_ours = entry.clone();
        on_ours["EventBusName"] = json!(side.deployed.bus()?);
        self.stack.post_events(&[entry, on_ours]).await
    }
}

/// Says in every way that a run's job is in `status`: as the sweep would, and as Bedrock would, with the job's ARN where
/// there is one, with another, and without.
async fn say(w: &World, side: &Side, run: &Run, status: &str) -> Result<()> {
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

/// Every message to record was taken at its first delivery, and none is a dead letter.
async fn nothing_is_left(w: &World, side: &Side) -> Result<()> {
    w.settled().await;
    let queue = &side.deployed.outputs["RecordQueueUrl"];
    w.until("record to take its messages", async || (w.waiting(queue).await.ok()? == 0).then_some(())).await?;
    let dead = w.waiting(&side.deployed.outputs["RecordDeadLettersUrl"]).await?;
    ensure!(dead == 0, "{dead} dead letters of record");
    Ok(())
}

fn unchanged(before: &Run, after: Option<Run>) -> Result<()> {
    let after = after.context("the run is there")?;
    ensure!((after.state, after.revision) == (before.state, before.revision), "it moved: {after:?}");
    ensure!(after.model_arn == before.model_arn && after.reason == before.reason, "it took over words: {after:?}");
    Ok(())
}

/// Launches are paused, so that no job can be there: the review's exploit p4.
pub(crate) async fn p4_a_queued_run_does_not_end_by_an_event(w: &World) -> Result<()> {
    w.drop(&w.paused, "forged-queued", "job.yaml", NOVA).await?;
    w.drop(&w.paused, "forged-queued", "train.jsonl", nova(20, "forged queued")).await?;
    let run = w.run_in(&w.paused, "forged-queued", State::Queued).await?;
    for status in ["Completed", "Failed", "Stopped", "InProgress", "Stopping", "Exploded"] {
        say(w, &w.paused, &run, status).await?;
    }
    nothing_is_left(w, &w.paused).await?;
    unchanged(&run, w.paused.ledger.run(&run.run_id).await?)?;
    let told = w.paused.messages("forged-queued");
    ensure!(told.iter().all(|told| told.attributes["state"] == "Queued"), "{told:#?}");
    Ok(())
}

/// Somebody else's job, under the name of a run that waits: the review's exploit p9. Its own events come by themselves.
pub(crate) async fn p9_a_job_of_another_token_is_not_the_runs(w: &World) -> Result<()> {
    w.drop(&w.paused, "forged-job", "job.yaml", NOVA).await?;
    w.drop(&w.paused, "forged-job", "train.jsonl", nova(20, "forged job")).await?;
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
    theirs.send().await.context("a job made by hand")?;
    w.until("the other's job to be complete", async || {
        let jobs = w.jobs("forged-job").await.ok()?;
        (jobs.first()?["status"] == "Completed").then_some(())
    })
    .await?;
    say(w, &w.paused, &run, "Completed").await?;
    nothing_is_left(w, &w.paused).await?;
    unchanged(&run, w.paused.ledger.run(&run.run_id).await?)
}

/// Its job is in training, and somebody says that it is over: the review's exploit p11.
pub(crate) async fn p11_a_running_run_ends_as_its_job_does(w: &World) -> Result<()> {
    w.drop(&w.main, "hold-forged", "job.yaml", NOVA).await?;
    w.drop(&w.main, "hold-forged", "train.jsonl", nova(20, "forged end")).await?;
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

/// An event that is right about the end and wrong about the rest: what is recorded is what Bedrock has.
pub(crate) async fn a_forged_model_is_never_recorded(w: &World) -> Result<()> {
    w.drop(&w.main, "lost-forged", "job.yaml", NOVA).await?;
    w.drop(&w.main, "lost-forged", "train.jsonl", nova(20, "forged model")).await?;
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
    let told = w.told(&w.main, "lost-forged", &made, 1).await?;
    ensure!(told.iter().all(|told| !told.body.contains("evil")), "{told:#?}");
    Ok(())
}
