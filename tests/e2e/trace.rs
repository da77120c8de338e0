//! `tunedrop trace` over many runs.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use aws_sdk_s3::primitives::ByteStream;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tunedrop_run::Run;
use tunedrop_run::trace_index::{TraceIndexer, TraceKey, index_key};

use crate::deployment_commands::ends;
use crate::harness::Harness;
use crate::session::Shell;
use crate::stack::DeployedStack;

const RUNS: usize = 1_000;
const RECORDS: usize = 10_000;
/// Requests at the same time.
const AT_ONCE: usize = 16;
/// How long the search may take on a busy machine. docs/speed.md has what it takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn record(run: usize, n: usize) -> String {
    format!("{{\"prompt\":\"Question {n} of run {run}\",\"completion\":\"Answer {n}\"}}\n")
}

fn run(number: usize) -> Result<Run> {
    let (dataset, identity) = (format!("traced-{number:04}"), format!("{number:012x}"));
    let run_id = format!("{dataset}-{identity}");
    let time = format!("2026-11-30T{:02}:{:02}:00.000Z", number / 60, number % 60);
    Ok(serde_json::from_value(json!({
        "schema": 1, "run_id": run_id, "revision": 1, "dataset": dataset, "state": "Succeeded", "identity": identity,
        "attempt": 1, "uploaded_at": time, "changed_at": time,
        "model_arn": format!("arn:aws:bedrock:us-east-1:123456789012:custom-model/m/{identity}"),
        "plan": {
            "base_model": "amazon.nova-lite-v1:0:300k", "catalogue_model": "amazon.nova-lite-v1:0:300k",
            "customization": "fine-tuning", "model_name": run_id, "output": format!("s3://b/output/{run_id}/"),
            "hyperparameters": {}, "tags": {}, "guard": {},
        },
    }))?)
}

/// Stores a run that was trained, with the index of its records.
async fn store(
    s3: aws_sdk_s3::Client,
    side: (String, tunedrop_aws::Ledger),
    key: TraceKey,
    number: usize,
) -> Result<()> {
    let ((bucket, ledger), run) = (side, run(number)?);
    let index = tokio::task::spawn_blocking(move || {
        let mut indexer = TraceIndexer::new(key);
        (0..RECORDS).for_each(|n| indexer.feed(record(number, n).as_bytes()));
        indexer.index()
    });
    let index = index.await?.context("an index")?;
    ensure!(index.len() <= 16 * RECORDS, "{} bytes for {RECORDS} records", index.len());
    s3.put_object().bucket(bucket).key(index_key(&run.run_id)).body(ByteStream::from(index)).send().await?;
    ensure!(ledger.create(&run).await?.is_none(), "{} exists", run.run_id);
    Ok(())
}

/// Prints how long a search takes in 1,000 runs of 10,000 records each.
pub(crate) async fn thousand_runs_are_traced_in_seconds(w: &Harness) -> Result<()> {
    let deployed = w.stack.deploy("traced", &[], &[]).await?;
    let side = DeployedStack::new(&w.stack, deployed).await?;
    let key = side.ledger.own_trace_key().await?.context("a key")?;
    let mut tasks = JoinSet::new();
    for number in 0..RUNS {
        if tasks.len() >= AT_ONCE {
            tasks.join_next().await.context("a task is running")???;
        }
        let home = (side.bucket().to_owned(), side.ledger.clone());
        tasks.spawn(store(w.s3.clone(), home, key, number));
    }
    while let Some(stored) = tasks.join_next().await {
        stored??;
    }
    let mut shell = Shell::open(w, "traced")?;
    shell.write("records.jsonl", &format!("{}{}", record(17, 9_999), record(999, 0)))?;
    let mut times = Vec::new();
    for _ in 0..3 {
        let begun = Instant::now();
        let printed = ends(&mut shell, "trace --record records.jsonl --local --stack traced --json", 0)?;
        times.push(begun.elapsed());
        let found: Value = serde_json::from_str(&printed)?;
        let runs = found["runs"].as_array().context("runs")?;
        ensure!(runs.len() == 2 && found["runs_searched"] == RUNS, "{found}");
        ensure!(runs[0]["dataset"] == "traced-0999" && runs[1]["dataset"] == "traced-0017", "{found}");
    }
    times.sort_unstable();
    eprintln!("trace in {RUNS} runs of {RECORDS} records: {} ms, the median of three", times[1].as_millis());
    ensure!(times[0] < PATIENCE, "the search took {times:?}");
    side.collector.abort();
    Ok(())
}
