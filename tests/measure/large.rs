//! A large dataset: how long its verdict takes, and how much memory that needs.

use std::fmt::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tunedrop_local::Stack;

use crate::process;
use crate::table::{self, line, mb};

const DATASET: &str = "large";
const BYTES: usize = 200_000_000;
/// Two kilobytes a record stay below the most records that a model takes.
const RECORD_BYTES: usize = 2_048;
const PACE: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(300);

/// Judged, and then kept from its launch: the judging alone is measured.
const RECIPE: &str = "base_model: titan-text-express\ncustomization: continued-pre-training\nlaunch: manual\n";

/// What was seen.
pub(crate) struct Large {
    bytes: usize,
    records: u64,
    state: String,
    upload: Duration,
    verdict: Duration,
    before_kib: Option<u64>,
    peak_kib: Option<u64>,
}

/// Drops it into the stack, whose functions are warm by now, and waits for the report.
pub(crate) async fn measure(stack: &Stack) -> Result<Large> {
    let (data, records) = dataset();
    let (s3, bucket) = (aws_sdk_s3::Client::new(&stack.sdk()), stack.deployment().bucket()?);
    let function = stack.deployment().function("validate")?;
    let peak = || process::of_function(function).into_iter().filter_map(|pid| process::status_kib(pid, "VmHWM")).max();
    let before_kib = peak();
    let put = async |name: &str, data: Vec<u8>| {
        let put = s3.put_object().bucket(bucket).key(format!("datasets/{DATASET}/{name}")).body(data.into());
        put.send().await.with_context(|| format!("{name} could not be uploaded"))
    };
    put("job.yaml", RECIPE.into()).await?;
    let (bytes, started) = (data.len(), Instant::now());
    put("train.jsonl", data).await?;
    let upload = started.elapsed();
    let uploaded = Instant::now();
    let report = loop {
        if uploaded.elapsed() > PATIENCE {
            bail!("no verdict on the large dataset within {} s", PATIENCE.as_secs());
        }
        tokio::time::sleep(PACE).await;
        if let Some(report) = report(&s3, bucket).await {
            break report;
        }
    };
    let (verdict, peak_kib) = (uploaded.elapsed(), peak());
    let state = report["state"].as_str().unwrap_or_default().to_owned();
    // A verdict on part of the file would be a fast one.
    let files = report["files"].as_array().into_iter().flatten();
    let judged = files.filter_map(|file| file["statistics"]["records"].as_u64()).sum::<u64>();
    ensure!(judged == records, "{judged} of {records} records were judged");
    Ok(Large { bytes, records, state, upload, verdict, before_kib, peak_kib })
}

/// The newest report, unless it still waits for a file.
async fn report(s3: &aws_sdk_s3::Client, bucket: &str) -> Option<Value> {
    let report = s3.get_object().bucket(bucket).key(format!("reports/{DATASET}/latest.json")).send().await.ok()?;
    let report: Value = serde_json::from_slice(&report.body.collect().await.ok()?.into_bytes()).ok()?;
    (report["state"].as_str()? != "Incomplete").then_some(report)
}

/// Records of distinct made-up words, and how many there are.
fn dataset() -> (Vec<u8>, u64) {
    let (mut text, mut records) = (String::with_capacity(BYTES + 2 * RECORD_BYTES), 0);
    let mut seed = 1_u64;
    while text.len() < BYTES {
        let end = text.len() + RECORD_BYTES;
        write!(text, r#"{{"input":"Passage {records}"#).expect("a string takes all");
        while text.len() < end - 12 {
            // Knuth's MMIX generator: the same words each time.
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push(' ');
            text.extend((0..3 + seed % 6).map(|i| char::from(b'a' + (seed >> (16 + 5 * i)) as u8 % 26)));
        }
        text.push_str(".\"}\n");
        records += 1;
    }
    (text.into_bytes(), records)
}

/// Prints one line a figure.
pub(crate) fn print(large: &Large) {
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    let lines = [
        line(&["verdict", &large.state]),
        line(&["upload", &seconds(large.upload)]),
        line(&["upload's end to verdict", &seconds(large.verdict)]),
        line(&["validate's peak memory before", &format!("{} MB", mb(large.before_kib))]),
        line(&["validate's peak memory after", &format!("{} MB", mb(large.peak_kib))]),
    ];
    let size = large.bytes as f64 / 1e6;
    table::print(&format!("a training file of {size:.0} MB, {} records of {{\"input\"}}", large.records), &lines);
}
