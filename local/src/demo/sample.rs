//! The dataset to upload, and its invalid variant.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tunedrop_local::build::workspace;

const FOLDER: &str = "tests/samples/crates/nova";
/// Every fourth record of the sample's training file is held out, so no version of the dataset has it.
const HELD_OUT: usize = 4;
/// The part of the recipe that the sample doesn't have. The price is an example, to show what follows from it.
const EVALUATE: &str = "
# What decides whether the model is better: records that no version is trained on.
evaluate:
  data: test.jsonl
  against: [base, deployed]
  price: { input_per_1k_tokens: 0.0001, output_per_1k_tokens: 0.0004 }
deploy: { when: kept }
";
/// The second version adds the records with this word, which are about a third of them.
const ADDED: &str = "licence";

/// A file's name and content.
pub(super) type File = (String, Vec<u8>);

/// Returns the files of the first version: nothing is trained on the records about licences. The recipe is last, but any
/// order would work.
pub(super) fn first_version() -> Result<Vec<File>> {
    let (train, test) = split()?;
    let train: Vec<&str> = train.iter().map(String::as_str).filter(|record| !record.contains(ADDED)).collect();
    let test: Vec<&str> = test.iter().map(String::as_str).collect();
    let validation = ("validation.jsonl".to_owned(), read("validation.jsonl")?);
    Ok(vec![file("train.jsonl", &train), validation, file("test.jsonl", &test), recipe()?])
}

/// Returns the files of the second version that change: all training records, and the recipe, which starts the run.
pub(super) fn second_version() -> Result<[File; 2]> {
    let (train, _) = split()?;
    let train: Vec<&str> = train.iter().map(String::as_str).collect();
    Ok([file("train.jsonl", &train), recipe()?])
}

/// Returns a question that only the second version has the answer to, and that answer.
pub(super) fn question() -> Result<(String, String)> {
    let (train, _) = split()?;
    let records = train.iter().filter(|record| record.contains(ADDED)).map(|record| serde_json::from_str(record));
    let records = records.collect::<Result<Vec<Value>, _>>().context("a record of the sample is not JSON")?;
    let short = |record: &&Value| record["messages"].as_array().is_some_and(|turns| turns.len() == 2);
    let record = records.iter().find(short).context("nothing is added")?;
    let turn = |at: usize| record["messages"][at]["content"][0]["text"].as_str().map(str::to_owned);
    turn(0).zip(turn(1)).context("the record has no question")
}

/// Returns the sample's training records, and those that are held out.
fn split() -> Result<(Vec<String>, Vec<String>)> {
    let text = String::from_utf8(read("train.jsonl")?).context("the training file is not UTF-8")?;
    let lines = text.lines().map(str::to_owned).enumerate();
    let (held_out, train): (Vec<_>, Vec<_>) = lines.partition(|(at, _)| at % HELD_OUT == HELD_OUT - 1);
    let records = |lines: Vec<(usize, String)>| lines.into_iter().map(|(_, line)| line).collect();
    Ok((records(train), records(held_out)))
}

fn recipe() -> Result<File> {
    let mut bytes = read("job.yaml")?;
    bytes.extend_from_slice(EVALUATE.as_bytes());
    Ok(("job.yaml".to_owned(), bytes))
}

fn file(name: &str, records: &[&str]) -> File {
    (name.to_owned(), format!("{}\n", records.join("\n")).into_bytes())
}

/// Returns the training file with three invalid records, and their lines: one is incomplete, one begins with the
/// assistant, one has an empty text.
pub(super) fn broken() -> Result<(Vec<u8>, Vec<u64>)> {
    let (mut lines, _) = split()?;
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

/// Returns a record with another value at `pointer`.
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
    fn breaks_the_named_lines_only() {
        let (bytes, broken) = broken().unwrap();
        let (before, after) = (split().unwrap().0, String::from_utf8(bytes).unwrap());
        let differ = before.iter().zip(after.lines()).zip(1..).filter(|((before, after), _)| before != after);
        assert_eq!(differ.map(|(_, line)| line).collect::<Vec<u64>>(), broken);
        assert_eq!(before.len(), after.lines().count());
    }

    #[test]
    fn no_version_has_a_held_out_record() {
        let lines =
            |file: &File| -> Vec<String> { str::from_utf8(&file.1).unwrap().lines().map(str::to_owned).collect() };
        let (first, second) = (first_version().unwrap(), second_version().unwrap());
        let (old, test, new) = (lines(&first[0]), lines(&first[2]), lines(&second[0]));
        assert_eq!((first[0].0.as_str(), first[2].0.as_str()), ("train.jsonl", "test.jsonl"));
        assert!(test.len() >= 200 && !test.iter().any(|record| new.contains(record)));
        assert!(old.len() < new.len() && old.iter().all(|record| new.contains(record)));
        let (question, answer) = question().unwrap();
        assert!(!old.iter().any(|record| record.contains(&question)) && answer.contains(ADDED));
    }
}
