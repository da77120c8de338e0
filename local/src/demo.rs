//! The demonstration: a dataset that is trained on, then the same one with three broken records.

mod follow;
mod sample;
mod show;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tunedrop_local::Stack;

use follow::Watch;

/// The dataset's name in the bucket.
const DATASET: &str = "crates";
/// Each of the two parts takes seconds; a loaded machine gets more.
const DEADLINE: Duration = Duration::from_secs(120);

/// Plays both parts; an error where either did not go as it must.
pub(crate) async fn play(stack: &Stack, queue: &str) -> Result<()> {
    let watch = Watch::new(stack, DATASET)?;
    let run_id = accepted(stack, &watch, queue).await.context("the dataset was not trained on")?;
    rejected(stack, &watch, queue, &run_id).await.context("the broken dataset was not rejected as it must be")
}

/// Drops the dataset, follows its run to the end, and shows what came of it.
async fn accepted(stack: &Stack, watch: &Watch<'_>, queue: &str) -> Result<String> {
    let bucket = stack.deployment().bucket()?;
    println!("\nDropping a dataset into s3://{bucket}/datasets/{DATASET}/");
    let started = Instant::now();
    for (name, bytes) in sample::files()? {
        println!("  {name:<18} {:>7} bytes", bytes.len());
        watch.drop_file(&name, bytes).await?;
    }
    println!();
    let run = watch.follow(started, started + DEADLINE).await?;
    let run_id = run.run_id;
    let message = watch.message(queue, &run_id, &run.state, started + DEADLINE).await?;
    show::message(&message);
    if run.state != "Succeeded" {
        bail!("run {run_id} ended as {}: {}", run.state, run.reason.as_deref().unwrap_or("no reason given"));
    }
    let outcome = watch.json(&format!("runs/{run_id}/outcome.json")).await?;
    show::outcome(&outcome)?;
    let prefixes = [format!("reports/{DATASET}/"), format!("runs/{run_id}/"), format!("output/{run_id}/")];
    show::artefacts(bucket, &watch.keys(&prefixes).await?)?;
    Ok(run_id)
}

/// Drops the training file with three broken records, and shows the rejection.
async fn rejected(stack: &Stack, watch: &Watch<'_>, queue: &str, before: &str) -> Result<()> {
    let (bytes, broken) = sample::broken()?;
    println!("\nDropping it again, with records {broken:?} broken");
    let started = Instant::now();
    watch.drop_file("train.jsonl", bytes).await?;
    let report = watch.rejection(before, started + DEADLINE).await?;
    let run_id = report["run_id"].as_str().context("the report names no run")?;
    println!("{:>8.2} s  Rejected   {run_id}", started.elapsed().as_secs_f64());
    let message = watch.message(queue, run_id, "Rejected", started + DEADLINE).await?;
    show::message(&message);
    let found = show::findings(&report)?;
    if found != broken {
        bail!("records {broken:?} were broken, but errors were found in {found:?}");
    }
    println!("\n  report  s3://{}/reports/{DATASET}/latest.html", stack.deployment().bucket()?);
    Ok(())
}

/// What the functions printed last that sounds like trouble, for whoever has to find out.
pub(crate) async fn last_words(stack: &Stack) {
    for name in ["validate", "launch", "record", "notify", "sweep"] {
        let lines = stack.logs(stack.deployment(), name).await.unwrap_or_default();
        let trouble = |line: &&String| ["ERROR", "WARN", "panicked", "Error"].iter().any(|word| line.contains(word));
        let trouble: Vec<&String> = lines.iter().filter(trouble).collect();
        for line in &trouble[trouble.len().saturating_sub(5)..] {
            eprintln!("  {name}: {line}");
        }
    }
}
