//! Uploads and downloads at a few Mbit/s.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::process::{ChildStdout, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use aws_sdk_s3::types::ChecksumMode;
use tunedrop_local::{ACCOUNT, REGION, SECRET};
use tunedrop_run::State;

use crate::data::nova;
use crate::harness::Harness;
use crate::network_proxy::NetworkProxy;
use crate::session::{Shell, interrupted};

const RECIPE: &str = "base_model: nova-lite\n";

/// Conversations of about 2 KB.
fn records(count: usize) -> String {
    let text = "It was all there, and nothing was missing. ".repeat(43);
    let record = |n| {
        format!(
            "{{\"schemaVersion\": \"bedrock-conversation-2024\", \"messages\": [{{\"role\": \"user\", \"content\": [{{\"text\": \"Parcel {n}\"}}]}}, {{\"role\": \"assistant\", \"content\": [{{\"text\": \"{text}{n}.\"}}]}}]}}\n"
        )
    };
    (0..count).map(record).collect()
}

fn slow(w: &Harness, bits: u64) -> Result<NetworkProxy> {
    let emulator: SocketAddr = w.endpoint().trim_start_matches("http://").parse()?;
    NetworkProxy::slow(emulator, bits)
}

/// Reads until a line of progress. Returns how much was sent.
fn progress(lines: &mut Lines<BufReader<ChildStdout>>, printed: &mut Vec<String>) -> Result<Option<String>> {
    for line in lines {
        let line = line?;
        printed.push(line.clone());
        if let Some((sent, _)) = line.trim_start().strip_prefix("sent ").and_then(|line| line.split_once(" of ")) {
            return Ok(Some(sent.to_owned()));
        }
    }
    Ok(None)
}

/// Uploads a folder. Returns what was uploaded, and the lines about progress. The command must succeed.
fn submitted(shell: &Shell, folder: &str) -> Result<Vec<String>> {
    let begin = Instant::now();
    let mut command = shell.command(&format!("submit {folder} --local --yes"))?;
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("a pipe")?).lines();
    let (mut printed, mut sent) = (Vec::new(), Vec::new());
    while let Some(one) = progress(&mut lines, &mut printed)? {
        sent.push(one);
    }
    let ended = child.wait_with_output()?;
    let errors = String::from_utf8_lossy(&ended.stderr);
    let took = begin.elapsed();
    ensure!(ended.status.success(), "it ended with {} after {took:?}: {printed:#?}{errors}", ended.status);
    ensure!(took > Duration::from_secs(25), "the line wasn't slow: {took:?}");
    ensure!(printed.iter().any(|line| line.ends_with(" left")), "{printed:#?}");
    Ok(sent)
}

/// Four megabytes in one request at 1 Mbit/s: this takes half a minute, and the progress is shown.
pub(crate) async fn uploads_a_file_at_one_mbit(w: &Harness) -> Result<()> {
    let (shell, proxy) = (Shell::open(w, "slow")?, slow(w, 1_000_000)?);
    shell.write("slow/train.jsonl", &records(2_000))?;
    shell.write("slow/job.yaml", RECIPE)?;
    shell.reach_by(&proxy.endpoint())?;
    let sent = submitted(&shell, "slow")?;
    ensure!(sent.len() >= 2 && sent[0] != sent[1], "the progress stands still: {sent:?}");
    let there = w.read(&w.main, "datasets/slow/train.jsonl").await?;
    ensure!(there == fs::read(shell.folder.join("slow/train.jsonl"))?, "other bytes arrived");
    w.run_in(&w.main, "slow", State::Succeeded).await?;
    Ok(())
}

/// Three parts share 4 Mbit/s. Each takes longer than the timeout of other calls.
pub(crate) async fn uploads_parts_at_four_mbit(w: &Harness) -> Result<()> {
    let (shell, proxy) = (Shell::open(w, "parts")?, slow(w, 4_000_000)?);
    let film = film();
    shell.write("in-parts/train.jsonl", &nova(20, "in parts"))?;
    shell.write("in-parts/job.yaml", RECIPE)?;
    fs::create_dir(shell.folder.join("in-parts/media"))?;
    fs::write(shell.folder.join("in-parts/media/film.bin"), &film)?;
    shell.reach_by(&proxy.endpoint())?;
    let sent = submitted(&shell, "in-parts")?;
    ensure!(sent.len() >= 2 && sent[0] != sent[1], "the progress stands still: {sent:?}");
    let key = "datasets/in-parts/media/film.bin";
    ensure!(w.read(&w.main, key).await? == film, "other bytes arrived");
    let head = w.s3.head_object().bucket(w.main.bucket()).key(key).checksum_mode(ChecksumMode::Enabled).send().await?;
    let checksum = head.checksum_crc32().unwrap_or_default();
    ensure!(checksum.ends_with("-3"), "the checksum of three parts' checksums: {head:?}");
    Ok(())
}

/// 17 MB without repetitions, so that the order of the parts matters.
fn film() -> Vec<u8> {
    let step = |state: &mut u64| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some((*state >> 56) as u8)
    };
    let mut state = 7;
    std::iter::from_fn(|| step(&mut state)).take(17 << 20).collect()
}

/// Ctrl-C during a part ends the upload at once, and leaves no part in the bucket.
pub(crate) async fn interrupted_multipart_upload_is_aborted(w: &Harness) -> Result<()> {
    let (shell, proxy) = (Shell::open(w, "broken-off")?, slow(w, 4_000_000)?);
    shell.write("broken-off/train.jsonl", &nova(20, "broken off"))?;
    shell.write("broken-off/job.yaml", RECIPE)?;
    fs::create_dir(shell.folder.join("broken-off/media"))?;
    fs::write(shell.folder.join("broken-off/media/film.bin"), film())?;
    shell.reach_by(&proxy.endpoint())?;
    let mut child = shell.command("submit broken-off --local --yes")?.stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("a pipe")?).lines();
    let uploads = w.s3.list_multipart_uploads().bucket(w.main.bucket()).prefix("datasets/broken-off/");
    let mut printed = Vec::new();
    progress(&mut lines, &mut printed)?.with_context(|| format!("{printed:#?}"))?;
    ensure!(!uploads.clone().send().await?.uploads().is_empty(), "the upload is not in parts");
    let (status, took) = interrupted(&mut child)?;
    ensure!(status.code() == Some(130) && took < Duration::from_secs(2), "{status} after {took:?}");
    ensure!(uploads.send().await?.uploads().is_empty(), "parts were left behind");
    Ok(())
}

/// Reads an object of the bucket at 1 Mbit/s.
pub(crate) async fn checks_a_file_at_one_mbit(w: &Harness) -> Result<()> {
    let (shell, proxy) = (Shell::open(w, "slow-check")?, slow(w, 1_000_000)?);
    let key = "elsewhere/slow-check.jsonl";
    w.put(&w.main, key, records(2_000).into_bytes()).await?;
    let mut command = shell.command(&format!("check s3://{}/{key} --model nova-lite", w.main.bucket()))?;
    command.env("AWS_ENDPOINT_URL", proxy.endpoint()).env("AWS_REGION", REGION);
    command.env("AWS_ACCESS_KEY_ID", ACCOUNT).env("AWS_SECRET_ACCESS_KEY", SECRET);
    let begin = Instant::now();
    let ended = command.output()?;
    let (printed, took) = (String::from_utf8_lossy(&ended.stdout), begin.elapsed());
    ensure!(ended.status.success() && printed.contains("valid"), "{printed}{}", String::from_utf8_lossy(&ended.stderr));
    ensure!(took > Duration::from_secs(25), "the line wasn't slow: {took:?}");
    Ok(())
}
