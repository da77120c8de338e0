//! The same content uploaded again: the answer for each state.

use anyhow::{Result, ensure};
use tunedrop_run::event::Kind;
use tunedrop_run::{Run, State};

use crate::data::nova;
use crate::harness::{FAILURE, Harness};
use crate::stack::DeployedStack;

const NOVA: &str = "base_model: nova-lite\n";

/// Uploads a dataset, waits for `state`, and uploads the same again a second later. Returns the run before and after.
async fn upload_twice(w: &Harness, side: &DeployedStack, dataset: &str, recipe: &str, state: State) -> Result<Run> {
    w.upload(side, dataset, "job.yaml", recipe).await?;
    w.upload(side, dataset, "train.jsonl", nova(20, dataset)).await?;
    let run = w.run_in(side, dataset, state).await?;
    again(w, side, dataset).await?;
    Ok(run)
}

async fn again(w: &Harness, side: &DeployedStack, dataset: &str) -> Result<()> {
    w.next_second().await;
    w.upload(side, dataset, "train.jsonl", nova(20, dataset)).await
}

/// The answer names the run, and no second job was started.
async fn answered(w: &Harness, side: &DeployedStack, run: &Run, says: &str) -> Result<()> {
    let messages = w.wait_for_messages(side, &run.dataset, "uploaded again", 1).await?;
    ensure!(
        messages[0].body.contains(run.run_id.as_str())
            && (messages[0].body.contains(says) || messages[0].attributes["state"] == says),
        "{messages:#?}"
    );
    ensure!(w.jobs(&run.dataset).await?.len() <= 1, "no second job");
    Ok(())
}

pub(crate) async fn queued_content_is_answered_with_its_run(w: &Harness) -> Result<()> {
    let run = upload_twice(w, &w.paused, "again-queued", NOVA, State::Queued).await?;
    answered(w, &w.paused, &run, "Queued").await?;
    ensure!(w.jobs("again-queued").await?.is_empty(), "launches are paused");
    Ok(())
}

pub(crate) async fn running_and_succeeded_content_is_answered_with_its_run(w: &Harness) -> Result<()> {
    let run = upload_twice(w, &w.main, "hold-again", NOVA, State::Running).await?;
    answered(w, &w.main, &run, "Running").await?;
    let run = upload_twice(w, &w.main, "again-succeeded", NOVA, State::Succeeded).await?;
    answered(w, &w.main, &run, "Succeeded").await
}

pub(crate) async fn failed_content_is_answered_with_the_retry_command(w: &Harness) -> Result<()> {
    let run = upload_twice(w, &w.main, "fails-again", NOVA, State::Failed).await?;
    ensure!(run.reason.as_deref() == Some(FAILURE), "{run:?}");
    answered(w, &w.main, &run, "attempt: 2").await
}

pub(crate) async fn stopped_content_is_answered_with_the_retry_command(w: &Harness) -> Result<()> {
    w.upload(&w.main, "hold-stopped", "job.yaml", NOVA).await?;
    w.upload(&w.main, "hold-stopped", "train.jsonl", nova(20, "hold-stopped")).await?;
    let run = w.run_in(&w.main, "hold-stopped", State::Running).await?;
    w.command(&w.main, Kind::StopRun, &run.run_id).await?;
    let run = w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    again(w, &w.main, "hold-stopped").await?;
    answered(w, &w.main, &run, "attempt: 2").await
}

pub(crate) async fn refused_content_is_answered_with_the_retry_command(w: &Harness) -> Result<()> {
    let run =
        upload_twice(w, &w.main, "again-refused", "base_model: nova-lite\nguard: { max_tokens: 10 }\n", State::Refused)
            .await?;
    answered(w, &w.main, &run, "attempt: 2").await?;
    ensure!(w.jobs("again-refused").await?.is_empty(), "no job");
    Ok(())
}

pub(crate) async fn superseded_content_is_trained_again(w: &Harness) -> Result<()> {
    w.upload(&w.main, "again-superseded", "job.yaml", "base_model: nova-lite\nlaunch: manual\n").await?;
    w.upload(&w.main, "again-superseded", "train.jsonl", nova(20, "again-superseded")).await?;
    let first = w.run_in(&w.main, "again-superseded", State::Held).await?;
    w.next_second().await;
    w.upload(&w.main, "again-superseded", "train.jsonl", nova(20, "another")).await?;
    w.run_is(&w.main, &first.run_id, State::Superseded).await?;
    again(w, &w.main, "again-superseded").await?;
    w.run_is(&w.main, &first.run_id, State::Held).await?;
    w.command(&w.main, Kind::ApproveRun, &first.run_id).await?;
    w.run_is(&w.main, &first.run_id, State::Succeeded).await?;
    Ok(())
}

pub(crate) async fn rejected_content_is_reported_again(w: &Harness) -> Result<()> {
    /// A record without messages: its finding names line 1.
    const INVALID: &str = "{\"schemaVersion\":\"bedrock-conversation-2024\",\"messages\":[]}\n";
    w.upload(&w.main, "again-rejected", "job.yaml", NOVA).await?;
    w.upload(&w.main, "again-rejected", "train.jsonl", INVALID).await?;
    w.wait_for_messages(&w.main, "again-rejected", "train.jsonl:1", 1).await?;
    w.next_second().await;
    w.upload(&w.main, "again-rejected", "train.jsonl", INVALID).await?;
    w.wait_for_messages(&w.main, "again-rejected", "train.jsonl:1", 2).await?;
    Ok(())
}

pub(crate) async fn second_attempt_can_be_retried(w: &Harness) -> Result<()> {
    let run = upload_twice(w, &w.main, "attempts", NOVA, State::Succeeded).await?;
    w.next_second().await;
    w.upload(&w.main, "attempts", "job.yaml", "base_model: nova-lite\nattempt: 2\n").await?;
    let second = w.run_is(&w.main, &format!("{}-2", run.run_id), State::Succeeded).await?;
    ensure!(second.identity == run.identity, "the same content");
    ensure!(w.jobs("attempts").await?.len() == 2, "two jobs");
    Ok(())
}

pub(crate) async fn retry_command_starts_another_attempt(w: &Harness) -> Result<()> {
    w.upload(&w.main, "fails-retry", "job.yaml", "base_model: nova-lite\nmodel_name: retried\n").await?;
    w.upload(&w.main, "fails-retry", "train.jsonl", nova(20, "retry")).await?;
    let run = w.run_in(&w.main, "fails-retry", State::Failed).await?;
    let second = format!("{}-2", run.run_id);
    w.command(&w.main, Kind::RetryRun, &run.run_id).await?;
    w.command(&w.main, Kind::RetryRun, &run.run_id).await?;
    let again = w.run_is(&w.main, &second, State::Failed).await?;
    ensure!(again.retried_by.as_deref() == Some("ada") && again.attempt == 2, "{again:?}");
    ensure!(w.jobs("fails-retry").await?.len() == 2, "retried once, though asked twice");
    w.command(&w.main, Kind::RetryRun, &second).await?;
    w.run_is(&w.main, &format!("{}-3", run.run_id), State::Failed).await?;
    Ok(())
}
