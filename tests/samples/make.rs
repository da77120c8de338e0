//! Creates the sample datasets from the output of `cargo metadata` about the crates in this project's lock file.
//!
//! Run it with `cargo run --example make-samples`.
//! The same lock file gives the same bytes. The recipes next to the data are written by hand.

mod questions;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::Value;

use questions::{Crate, Exchange, exchanges, passage};

const SYSTEM: &str = "You help Rust programmers find their way among crates. Answer in one or two sentences, from what a crate's author says of it.";

/// Texts that Bedrock rejects in a record, in any case (Nova user guide, and AWS's own sample validator).
const RESERVED: [&str; 9] =
    ["user:", "bot:", "assistant:", "system:", "thought:", "<image>", "<video>", "<unk>", "[eos]"];

/// One crate in this many goes to the validation file, with all questions about it.
const VALIDATION_EVERY: u64 = 10;

fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/crates"), PathBuf::from);
    let crates = crates_of(&metadata()?)?;
    let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut asked = BTreeSet::new();
    for (krate, conversation) in
        crates.iter().flat_map(|krate| exchanges(krate, &crates).into_iter().map(move |talk| (krate, talk)))
    {
        // A question that two crates share would have two answers.
        if !conversation.iter().all(|exchange| is_clean(&exchange.question) && is_clean(&exchange.answer))
            || !asked.insert(conversation[0].question.clone())
        {
            continue;
        }
        let validation = krate.hash.is_multiple_of(VALIDATION_EVERY);
        files
            .entry(if validation { "nova/validation.jsonl" } else { "nova/train.jsonl" })
            .or_default()
            .push(nova(&conversation));
        if let [exchange] = conversation.as_slice() {
            files.entry("prompt-completion/train.jsonl").or_default().push(format!(
                r#"{{"prompt":{},"completion":{}}}"#,
                quoted(&exchange.question),
                quoted(&exchange.answer)
            ));
        }
    }
    let passages: BTreeSet<String> = crates.iter().map(passage).filter(|text| is_clean(text)).collect();
    files.insert("input/train.jsonl", passages.iter().map(|text| format!(r#"{{"input":{}}}"#, quoted(text))).collect());
    for (name, records) in &files {
        write(&folder.join(name), records)?;
    }
    Ok(())
}

/// A record in the `bedrock-conversation-2024` format.
fn nova(conversation: &[Exchange]) -> String {
    let turn = |role: &str, text: &str| format!(r#"{{"role":"{role}","content":[{{"text":{}}}]}}"#, quoted(text));
    let turns: Vec<String> = conversation
        .iter()
        .flat_map(|exchange| [turn("user", &exchange.question), turn("assistant", &exchange.answer)])
        .collect();
    format!(
        r#"{{"schemaVersion":"bedrock-conversation-2024","system":[{{"text":{}}}],"messages":[{}]}}"#,
        quoted(SYSTEM),
        turns.join(",")
    )
}

/// A JSON string. The records are assembled here, because the order of a map depends on how serde_json is built.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn is_clean(text: &str) -> bool {
    let lower = text.to_lowercase();
    !text.trim().is_empty() && !RESERVED.iter().any(|word| lower.contains(word))
}

fn metadata() -> anyhow::Result<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .output()
        .context("cargo could not be started")?;
    ensure!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("cargo metadata printed no JSON")
}

/// The crates of other authors, one for each name, sorted by name.
fn crates_of(metadata: &Value) -> anyhow::Result<Vec<Crate>> {
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let mut crates = BTreeMap::new();
    for package in packages.iter().filter(|package| !package["source"].is_null()) {
        let text = |key: &str| package[key].as_str().unwrap_or_default();
        let keywords =
            package["keywords"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let Some(description) = one_paragraph(text("description")) else {
            continue;
        };
        let (name, license) = (text("name").to_owned(), text("license").replace(" / ", " OR ").replace('/', " OR "));
        let hash = stable_hash(&name);
        let krate = Crate {
            name: name.clone(),
            hash,
            description,
            license,
            keywords,
            rust_version: text("rust_version").to_owned(),
        };
        // Of several versions of a crate, the one that cargo lists last, which is the newest.
        crates.insert(name, krate);
    }
    ensure!(!crates.is_empty(), "the lock file names no crate with a description");
    Ok(crates.into_values().collect())
}

/// Returns the first paragraph in one line, with a full stop. `None` if it is empty.
fn one_paragraph(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n");
    let paragraph = text.trim().split("\n\n").next()?;
    let mut line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return None;
    }
    if !line.ends_with(['.', '!', '?']) {
        line.push('.');
    }
    Some(line)
}

/// FNV-1a, so that a crate stays in the same file whatever else the lock file contains, and with any version of Rust.
fn stable_hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn write(path: &Path, records: &[String]) -> anyhow::Result<()> {
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    std::fs::write(path, lines).with_context(|| format!("{} could not be written", path.display()))?;
    println!("{}: {} records", path.display(), records.len());
    Ok(())
}
