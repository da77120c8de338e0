//! A large dataset: how long its validation takes, and how much memory it needs.

use std::fmt::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tunedrop_local::Stack;

use crate::process;
use crate::table::{self, line, mb};

const DATASET: &str = "large";
const BYTES: usize = 200_000_000;
/// With two kilobytes per record, the file stays below the model's maximum number of records.
const RECORD_BYTES: usize = 2_048;
const PACE: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(300);

/// The dataset is validated but not launched, so only the validation is measured.
const RECIPE: &str = "base_model: titan-text-express\ncustomization: continued-pre-training\nlaunch: manual\n";

/// The measurements.
pub(crate) struct Large {
    bytes: usize,
    records: u64,
    state: String,
    upload: Duration,
    result: Duration,
    before_kib: Option<u64>,
    peak_kib: Option<u64>,
}

/// Uploads it to the stack, whose functions are warm by then, and waits for the report.
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
            bail!("no result on the large dataset within {} s", PATIENCE.as_secs());
        }
        tokio::time::sleep(PACE).await;
        if let Some(report) = report(&s3, bucket).await {
            break report;
        }
    };
    let (result, peak_kib) = (uploaded.elapsed(), peak());
    let state = report["state"].as_str().unwrap_or_default().to_owned();
    // A result for a part of the file would be too fast.
    let files = report["files"].as_array().into_iter().flatten();
    let validated = files.filter_map(|file| file["statistics"]["records"].as_u64()).sum::<u64>();
    ensure!(validated == records, "{validated} of {records} records were validated");
    Ok(Large { bytes, records, state, upload, result, before_kib, peak_kib })
}

/// Returns the newest report, unless a file is still missing.
async fn report(s3: &aws_sdk_s3::Client, bucket: &str) -> Option<Value> {
    let report = s3.get_object().bucket(bucket).key(format!("reports/{DATASET}/latest.json")).send().await.ok()?;
    let report: Value = serde_json::from_slice(&report.body.collect().await.ok()?.into_bytes()).ok()?;
    (report["state"].as_str()? != "Incomplete").then_some(report)
}

/// Records of distinct made-up words, and their number.
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

/// Prints one line for each figure.
pub(crate) fn print(large: &Large) {
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    let lines = [
        line(&["result", &large.state]),
        line(&["upload", &seconds(large.upload)]),
        line(&["upload's end to result", &seconds(large.result)]),
        line(&["validate's peak memory before", &format!("{} MB", mb(large.before_kib))]),
        line(&["validate's peak memory after", &format!("{} MB", mb(large.peak_kib))]),
    ];
    let size = large.bytes as f64 / 1e6;
    table::print(&format!("a training file of {size:.0} MB, {} records of {{\"input\"}}", large.records), &lines);
}
