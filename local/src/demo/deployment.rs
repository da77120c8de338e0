//! The model in use: evaluated, deployed, asked, replaced by a better one, and rolled back.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, Message};
use serde_json::{Value, json};
use tunedrop_local::Stack;

use super::evaluation::{self, Counted};
use super::follow::Watch;
use super::{DATASET, DEADLINE, sample, show};

/// The base model of the sample, for comparison.
const BASE: &str = "amazon.nova-lite-v1:0";

/// A run whose model is deployed.
pub(super) struct Deployed {
    run_id: String,
    arn: String,
}

/// Uploads the first version, and follows it to its deployment.
pub(super) async fn first(stack: &Stack, watch: &Watch<'_>, queue: &str) -> Result<Deployed> {
    let bucket = stack.deployment().bucket()?;
    println!("\nUploading a dataset to s3://{bucket}/datasets/{DATASET}/");
    let started = Instant::now();
    for (name, bytes) in sample::first_version()? {
        println!("  {name:<18} {:>7} bytes", bytes.len());
        watch.drop_file(&name, bytes).await?;
    }
    let deployed = follow(stack, watch, queue, None, started).await?;
    let run_id = &deployed.run_id;
    show::outcome(&watch.json(&format!("runs/{run_id}/outcome.json")).await?)?;
    let prefixes = [format!("reports/{DATASET}/"), format!("runs/{run_id}/"), format!("output/{run_id}/")];
    show::artefacts(bucket, &watch.keys(&prefixes).await?)?;

    let models = Client::new(&stack.bedrock_sdk());
    let (question, answer) = sample::question()?;
    println!("\nAsking what this version has no records about, at\n  {}\n", deployed.arn);
    println!("  question         {question}\n  correct          {answer}");
    println!("  base model       {}", ask(&models, BASE, &question).await?);
    println!("  custom model     {}", ask(&models, &deployed.arn, &question).await?);
    Ok(deployed)
}

/// Uploads the second version, follows it to the same deployment, and rolls back. Returns its run.
pub(super) async fn second(stack: &Stack, watch: &Watch<'_>, queue: &str, first: &Deployed) -> Result<String> {
    println!("\nUploading a second version, with the missing records");
    let started = Instant::now();
    let [(train, bytes), (recipe, text)] = sample::second_version()?;
    println!("  {train:<18} {:>7} bytes", bytes.len());
    watch.drop_file(&train, bytes).await?;
    // The recipe must be newer than the data, in whole seconds, to commit the update.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    println!("  {recipe:<18} {:>7} bytes", text.len());
    watch.drop_file(&recipe, text).await?;
    let second = follow(stack, watch, queue, Some(&first.run_id), started).await?;
    ensure!(second.arn == first.arn, "callers must change the model id from {} to {}", first.arn, second.arn);
    let models = Client::new(&stack.bedrock_sdk());
    let (question, answer) = sample::question()?;
    let now = ask(&models, &first.arn, &question).await?;
    println!("\nAsking again\n\n  the same ARN     {now}");
    ensure!(now == answer, "the new model doesn't answer as it learned");

    println!("\nRolling back: tunedrop rollback {DATASET}");
    let started = Instant::now();
    command(stack, "Roll Back Deployment", json!({ "deployment": DATASET })).await?;
    watch.deployment(&first.run_id, started, started + DEADLINE).await?;
    println!("\n  the same ARN     {}", ask(&models, &first.arn, &question).await?);
    Ok(second.run_id)
}

/// Follows a version from its upload to its deployment, and shows messages and decision. `before`: the run that was the
/// newest before the upload.
async fn follow(
    stack: &Stack,
    watch: &Watch<'_>,
    queue: &str,
    before: Option<&str>,
    started: Instant,
) -> Result<Deployed> {
    println!();
    let deadline = started + DEADLINE;
    let asked = Counted::now(stack).await?;
    let run = watch.follow(before, started, deadline).await?;
    let run_id = run.run_id;
    if run.state != "Succeeded" {
        bail!("run {run_id} ended as {}: {}", run.state, run.reason.as_deref().unwrap_or("no reason given"));
    }
    let succeeded = Instant::now();
    let decided = watch.evaluation(&run_id, started, deadline).await?;
    let took = succeeded.elapsed();
    let counted = Counted::now(stack).await?.since(asked);
    let mut arn = None;
    if decided.state == "Kept" {
        arn = Some(watch.deployment(&run_id, started, deadline).await?);
    }
    for message in watch.messages(queue, &run_id, &["Run Succeeded", "Run Evaluated"], deadline).await? {
        show::message(&message);
    }
    evaluation::show(stack, watch, &decided, counted, took).await?;
    Ok(Deployed { run_id, arn: arn.context("the model is not deployed")? })
}

/// Puts a command on the stack's bus, as the command line does.
async fn command(stack: &Stack, kind: &str, fields: Value) -> Result<()> {
    let mut detail = json!({ "version": 1, "stack": stack.deployment().name, "by": "demo" });
    if let (Some(detail), Some(fields)) = (detail.as_object_mut(), fields.as_object()) {
        detail.extend(fields.clone());
    }
    let entry = json!({
        "EventBusName": stack.deployment().bus()?, "Source": "tunedrop", "DetailType": kind, "Detail": detail.to_string(),
    });
    stack.post_events(&[entry]).await
}

/// Returns a model's answer, in one line.
async fn ask(models: &Client, model: &str, question: &str) -> Result<String> {
    let message = Message::builder().role(ConversationRole::User).content(ContentBlock::Text(question.to_owned()));
    let answer = models.converse().model_id(model).messages(message.build()?).send().await;
    let output = answer.with_context(|| format!("{model} gave no answer"))?.output;
    let message = output.as_ref().and_then(|output| output.as_message().ok()).context("the answer has no message")?;
    let text = message.content().iter().find_map(|block| block.as_text().ok()).context("the answer has no text")?;
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}
