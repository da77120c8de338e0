//! The alternatives that the validator is compared with.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::ensure;
use hashbrown::HashTable;
use serde::Deserialize;
use twox_hash::xxhash3_128::Hasher;

use crate::ours::BUFFER;

/// Only reads the file.
pub(crate) fn read(path: &Path) -> anyhow::Result<String> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; BUFFER];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(format!("{bytes} bytes")),
            length => bytes += length,
        }
    }
}

/// The obvious implementation: parses each line as a `serde_json::Value`, and checks that its texts exist.
pub(crate) fn value(path: &Path) -> anyhow::Result<String> {
    let (mut good, mut bad) = (0, 0);
    for line in BufReader::with_capacity(BUFFER, File::open(path)?).lines() {
        let value: Result<serde_json::Value, _> = serde_json::from_str(&line?);
        let is_good = value.is_ok_and(|value| {
            let is_text = |key: &str| value.get(key).is_some_and(serde_json::Value::is_string);
            is_text("input") || value.get("messages").is_some() || (is_text("prompt") && is_text("completion"))
        });
        if is_good { good += 1 } else { bad += 1 }
    }
    Ok(format!("{good} good, {bad} bad"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input<'l> {
    #[serde(borrow)]
    input: Cow<'l, str>,
}

/// The strings that are reserved in Titan's records.
const RESERVED: [&str; 8] = ["System:", "User:", "Bot:", "Assistant:", "Thought:", "[EOS]", "<image>", "<unk>"];

/// sonic-rs, typed and borrowing, with the same checks: reserved strings by their last byte, blank texts, control
/// characters, lengths, duplicates. It has no locations for its findings.
pub(crate) fn typed(path: &Path) -> anyhow::Result<String> {
    let mut file = BufReader::with_capacity(BUFFER, File::open(path)?);
    let mut line = Vec::new();
    let mut seen: HashTable<u128> = HashTable::new();
    let (mut good, mut characters) = (0, 0);
    loop {
        line.clear();
        if file.read_until(b'\n', &mut line)? == 0 {
            return Ok(format!("{good} good, {} different, {characters} characters", seen.len()));
        }
        let Input { input } = sonic_rs::from_slice(&line)?;
        let text = input.as_bytes();
        let held = memchr::memchr3_iter(b':', b']', b'>', text).any(|at| {
            RESERVED.iter().any(|word| {
                (at + 1)
                    .checked_sub(word.len())
                    .is_some_and(|from| text[from..=at].eq_ignore_ascii_case(word.as_bytes()))
            })
        });
        let odd = matches!(input, Cow::Owned(_)) && text.iter().any(|byte| *byte < b' ' && !b"\t\n\r".contains(byte));
        ensure!(!held && !odd && !input.trim_start().is_empty(), "the set is good throughout");
        characters += input.chars().count();
        let hash = Hasher::oneshot(text);
        if seen.find(hash as u64, |known| *known == hash).is_none() {
            seen.insert_unique(hash as u64, hash, |known| *known as u64);
        }
        good += 1;
    }
}
