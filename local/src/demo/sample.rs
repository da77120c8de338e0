//! The dataset that is dropped, and how it is broken.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tunedrop_local::build::workspace;

const FOLDER: &str = "tests/samples/crates/nova";
/// The recipe comes last; any other order would do.
const FILES: [&str; 3] = ["train.jsonl", "validation.jsonl", "job.yaml"];

/// The files of the dataset, by name.
pub(super) fn files() -> Result<Vec<(String, Vec<u8>)>> {
    FILES.into_iter().map(|name| Ok((name.to_owned(), read(name)?))).collect()
}

/// The training file with three broken records, and their lines: one cut short, one begun by the assistant, one
/// without text.
pub(super) fn broken() -> Result<(Vec<u8>, Vec<u64>)> {
    let text = String::from_utf8(read("train.jsonl")?).context("the training file is not UTF-8")?;
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let places = [7, 19, 31];
    let [cut, turned, empty] = places.map(|line| line as usize - 1);
    if lines.len() <= empty {
        bail!("the training file is too short to be broken");
    }
    lines[cut].pop();
    lines[turned] = changed(&lines[turned], "/messages/0/role", json!("assistant"))?;
    lines[empty] = changed(&lines[empty], "/messages/0/content/0/text", json!(""))?;
    Ok((format!("{}\n", lines.join("\n")).into_bytes(), places.to_vec()))
}

/// A record with another value at `pointer`.
fn changed(record: &str, pointer: &str, value: Value) -> Result<String> {
    let mut record: Value = serde_json::from_str(record).context("a record of the sample is not JSON")?;
    *record.pointer_mut(pointer).with_context(|| format!("a record of the sample has no {pointer}"))? = value;
    Ok(record.to_string())
}

fn read(name: &str) -> Result<Vec<u8>> {
    let path = workspace().join(FOLDER).join(name);
    fs::read(&path).with_context(|| format!("{} could not be read", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_one_value_of_a_record() {
        let record = r#"{"messages":[{"role":"user"}]}"#;
        let changed = changed(record, "/messages/0/role", json!("assistant")).unwrap();
        assert_eq!(changed, r#"{"messages":[{"role":"assistant"}]}"#);
    }

    #[test]
    fn breaks_the_lines_it_names_and_no_other() {
        let (bytes, broken) = broken().unwrap();
        let before = String::from_utf8(read("train.jsonl").unwrap()).unwrap();
        let after = String::from_utf8(bytes).unwrap();
        let differ = before.lines().zip(after.lines()).zip(1..).filter(|((before, after), _)| before != after);
        assert_eq!(differ.map(|(_, line)| line).collect::<Vec<u64>>(), broken);
        assert_eq!(before.lines().count(), after.lines().count());
    }
}
