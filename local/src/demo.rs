//! The demonstration: a dataset is trained on, and its model evaluated and deployed. A second version is better than the
//! deployed one, takes its place and is rolled back. A version with three invalid records is rejected.

mod deployment;
mod evaluation;
mod follow;
mod sample;
mod show;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tunedrop_local::Stack;

use follow::Watch;

/// The dataset's name in the bucket.
const DATASET: &str = "crates";
/// Each part takes seconds. This leaves time for a busy machine.
const DEADLINE: Duration = Duration::from_secs(120);

/// Runs the parts one after the other. It is an error if one of them didn't end as expected.
pub(crate) async fn play(stack: &Stack, queue: &str) -> Result<()> {
    let watch = Watch::new(stack, DATASET)?;
    let first = deployment::first(stack, &watch, queue).await.context("the first version was not deployed")?;
    let second = deployment::second(stack, &watch, queue, &first).await.context("the second version failed")?;
    rejected(stack, &watch, queue, &second).await.context("the broken dataset was not rejected as it must be")
}

/// Uploads the training file with three invalid records, and shows the rejection.
async fn rejected(stack: &Stack, watch: &Watch<'_>, queue: &str, before: &str) -> Result<()> {
    let (bytes, broken) = sample::broken()?;
    println!("\nUploading it again, with invalid records {broken:?}");
    let started = Instant::now();
    watch.drop_file("train.jsonl", bytes).await?;
    let report = watch.rejection(before, started + DEADLINE).await?;
    let run_id = report["run_id"].as_str().context("the report names no run")?;
    println!("{:>8.2} s  Rejected   {run_id}", started.elapsed().as_secs_f64());
    for message in watch.messages(queue, run_id, &["Dataset Rejected"], started + DEADLINE).await? {
        show::message(&message);
    }
    let found = show::findings(&report)?;
    if found != broken {
        bail!("records {broken:?} were broken, but errors were found in {found:?}");
    }
    println!("\n  report  s3://{}/reports/{DATASET}/latest.html", stack.deployment().bucket()?);
    Ok(())
}

/// Returns the last errors and warnings of the functions, to find the cause.
pub(crate) async fn last_words(stack: &Stack) {
    for name in ["validate", "launch", "record", "deploy", "evaluate", "notify", "sweep", "clean"] {
        let lines = stack.logs(stack.deployment(), name).await.unwrap_or_default();
        let trouble = |line: &&String| ["ERROR", "WARN", "panicked", "Error"].iter().any(|word| line.contains(word));
        let trouble: Vec<&String> = lines.iter().filter(trouble).collect();
        for line in &trouble[trouble.len().saturating_sub(5)..] {
            eprintln!("  {name}: {line}");
        }
    }
}
