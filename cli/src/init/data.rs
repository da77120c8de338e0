//! The data files of a folder: their roles, and the format of the first record.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use tunedrop_run::data_file::{TRAINING, VALIDATION};
use tunedrop_validation::{Customization, Format};

use super::typed;
use crate::catalogue::Rules;
use crate::fit::{Fit, fit, flags};
use crate::format::visible;
use crate::location::Location;
use crate::near_miss::{Remedy, Target, remedy_of_file};

/// The longest record that is read, in bytes: a longer line is a finding (docs/contract.md).
const RECORD_MAX: u64 = 8 << 20;

/// Words that say that a file isn't for training, even if it is the only one.
const NOT_TRAINING: [&str; 3] = ["valid", "validation", "val"];

/// The format of a first record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordFormat {
    Conversation,
    /// A conversation whose last message is the user's.
    Prompts,
    Media,
    Messages,
    PromptCompletion,
    Input,
    ImageCaption,
    /// Messages with texts as content, and data for a grader.
    Reinforcement,
    /// A format that no model takes; `tunedrop convert` may know it.
    Foreign,
}

/// The folder's data files.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) train: Option<String>,
    pub(super) validation: Option<String>,
    format: Option<RecordFormat>,
    /// The first record of the training file, or else of the validation file, if it is one line of JSON.
    first: Option<String>,
    /// Whether the training file is empty or blank.
    pub(super) is_blank: bool,
}

/// Finds the folder's .jsonl files. Of several, the training file is the one that its name says, else the largest.
pub(super) fn look(dir: &Path) -> Result<Found> {
    let unreadable = || format!("{} can't be read", dir.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        let about = std::fs::metadata(&path).with_context(|| format!("{} can't be read", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if about.is_file() && name.ends_with(".jsonl") && !name.starts_with('.') {
            files.push((about.len(), name));
        }
    }
    files.sort_by(|a, b| b.cmp(a));
    let (train, validation) = roles(files.into_iter().map(|(_, name)| name).collect());
    let of_file = train.as_ref().or(validation.as_ref()).map(|name| first(&dir.join(name))).transpose()?;
    let is_blank = train.is_some() && of_file == Some(First::Blank);
    let first = of_file.and_then(|first| if let First::Line(line) = first { Some(line) } else { None });
    let record = first.as_ref().and_then(|line| serde_json::from_str::<Value>(line).ok());
    let format = first.as_ref().map(|_| record.as_ref().map_or(RecordFormat::Foreign, of));
    Ok(Found { train, validation, format, first: first.filter(|_| record.is_some()), is_blank })
}

/// The training file and the validation file, of names sorted by size. No file is both. A single file is for training,
/// unless its name says validation: `test.jsonl` may be anything.
fn roles(mut names: Vec<String>) -> (Option<String>, Option<String>) {
    let called = |names: &[String], words: &[&str]| names.iter().position(|name| is_called(name, words));
    let train = called(&names, &TRAINING)
        .or_else(|| names.iter().position(|name| !is_called(name, &VALIDATION)))
        .or_else(|| names.iter().position(|name| !is_called(name, &NOT_TRAINING)));
    let train = train.map(|at| names.remove(at));
    let validation = called(&names, &VALIDATION).map(|at| names.remove(at));
    (train, validation)
}

/// Whether one of the name's words is in the list: `contest.jsonl` is no test.
pub(super) fn is_called(name: &str, words: &[&str]) -> bool {
    let name = name.to_lowercase();
    name.split(|c: char| !c.is_alphabetic()).any(|word| words.contains(&word))
}

/// What a file begins with.
#[derive(PartialEq, Eq)]
enum First {
    /// The first line that isn't blank.
    Line(String),
    TooLong,
    /// The file is empty, or has only blank lines.
    Blank,
}

fn first(path: &Path) -> Result<First> {
    let unreadable = || format!("{} can't be read", path.display());
    let mut read = 0;
    let file = File::open(path).with_context(unreadable)?;
    for line in BufReader::new(file.take(RECORD_MAX)).split(b'\n') {
        let line = line.with_context(unreadable)?;
        read += line.len() as u64 + 1;
        if read > RECORD_MAX {
            return Ok(First::TooLong);
        }
        if !line.trim_ascii().is_empty() {
            return Ok(First::Line(String::from_utf8_lossy(&line).into_owned()));
        }
    }
    Ok(First::Blank)
}

fn of(record: &Value) -> RecordFormat {
    let has = |key: &str| record.get(key).is_some();
    let content = &record["messages"][0]["content"];
    if content.is_array() {
        let media = |block: &Value| ["image", "video", "document"].iter().any(|kind| block.get(*kind).is_some());
        let messages = record["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut blocks = messages.iter().flat_map(|one| one["content"].as_array().into_iter().flatten());
        return match messages.last() {
            _ if blocks.any(media) => RecordFormat::Media,
            Some(last) if last["role"] == "user" => RecordFormat::Prompts,
            _ => RecordFormat::Conversation,
        };
    }
    if content.is_string() {
        let system = record["messages"][0]["role"] == "system";
        return match record.as_object().map(|record| record.keys().any(|key| key != "messages" && key != "system")) {
            Some(true) if has("reference_answer") => RecordFormat::Reinforcement,
            Some(false) if !system => RecordFormat::Messages,
            _ => RecordFormat::Foreign,
        };
    }
    match () {
        () if has("prompt") && has("completion") => RecordFormat::PromptCompletion,
        () if has("input") && record.as_object().is_some_and(|record| record.len() == 1) => RecordFormat::Input,
        () if has("image-ref") => RecordFormat::ImageCaption,
        () => RecordFormat::Foreign,
    }
}

impl Found {
    /// A live model that takes the format, as it is or converted.
    pub(super) fn proposed(&self) -> Option<&'static str> {
        Some(match self.format? {
            RecordFormat::Reinforcement => "nova-2-lite",
            RecordFormat::ImageCaption => "titan-multimodal-embeddings",
            _ => "nova-lite",
        })
    }

    pub(super) fn customization(&self) -> Option<Customization> {
        match self.format? {
            RecordFormat::Reinforcement => Some(Customization::ReinforcementFineTuning),
            RecordFormat::Prompts => Some(Customization::Distillation),
            _ => None,
        }
    }

    /// Whether the model and type take records of this format.
    pub(super) fn is_format_of(&self, rules: Rules) -> bool {
        let Some(format) = self.format else { return false };
        matches!(
            (&rules.training.format, format),
            (Format::Conversation(_), RecordFormat::Conversation | RecordFormat::Media)
                | (Format::DistillationPrompts { .. }, RecordFormat::Conversation | RecordFormat::Prompts)
                | (Format::Messages, RecordFormat::Messages)
                | (Format::PromptCompletion, RecordFormat::PromptCompletion)
                | (Format::Input, RecordFormat::Input)
                | (Format::ImageCaption { .. }, RecordFormat::ImageCaption)
                | (Format::Reinforcement, RecordFormat::Reinforcement | RecordFormat::Messages)
        )
    }

    /// What to do first if the model doesn't take this format.
    pub(super) fn conversion(&self, rules: Rules, target: Target, dir: &Path) -> Option<String> {
        let (_, train) = (self.format?, self.train.as_ref()?);
        if self.is_format_of(rules) {
            return None;
        }
        let (shown, name) = (visible(train), &rules.model.name);
        let doubt = format!("{shown} isn't in a format that {name} takes for {}.", rules.customization.as_str());
        let folder = Location::Local(dir.to_owned());
        let is_text = self.first.is_some();
        if is_text && let Fit::Instead(why, first, rest) = fit(&dir.join(train), rules, target.catalogue) {
            let mut out = format!("{doubt} Its records can't be converted: {why}.\nUse another model or type:\n");
            for other in std::iter::once(first).chain(rest) {
                out.push_str(&format!("  tunedrop init {} {}\n", typed(dir), flags(other)));
            }
            return Some(out);
        }
        let to = if train == "converted.jsonl" { "converted-2.jsonl" } else { "converted.jsonl" };
        Some(match remedy_of_file(&folder, train, to, Target { is_chosen: true, ..target }) {
            Remedy::Run(command) => {
                format!("{doubt} Run this, replace {shown} with the result, and run init again:\n  {command}\n")
            }
            Remedy::Do(sentence) => format!(
                "{doubt} {}\n  other models: tunedrop models\n  other ways:   tunedrop advise\n",
                capitalized(&sentence)
            ),
        })
    }
}

/// A sentence of its own.
pub(super) fn capitalized(clause: &str) -> String {
    let mut letters = clause.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_a_files_role_from_its_name() {
        let roles = |names: &[&str]| roles(names.iter().map(|name| (*name).to_owned()).collect());
        let both = |train: &str, validation: &str| (Some(train.to_owned()), Some(validation.to_owned()));
        let alone = |train: &str| (Some(train.to_owned()), None);
        assert_eq!(roles(&[]), (None, None));
        assert_eq!(roles(&["latest.jsonl"]), alone("latest.jsonl"));
        assert_eq!(roles(&["validation.jsonl"]), (None, Some("validation.jsonl".to_owned())));
        assert_eq!(roles(&["test.jsonl"]), alone("test.jsonl"));
        assert_eq!(roles(&["validation.jsonl", "test.jsonl"]), both("test.jsonl", "validation.jsonl"));
        assert_eq!(roles(&["training-validated.jsonl"]), alone("training-validated.jsonl"));
        assert_eq!(roles(&["train_eval.jsonl"]), alone("train_eval.jsonl"));
        assert_eq!(roles(&["all.jsonl", "contest.jsonl"]), alone("all.jsonl"));
        assert_eq!(roles(&["all.jsonl", "Test-2.jsonl"]), both("all.jsonl", "Test-2.jsonl"));
        assert_eq!(roles(&["dev.jsonl", "my.train.jsonl"]), both("my.train.jsonl", "dev.jsonl"));
        assert_eq!(roles(&["validation.jsonl", "other.jsonl"]), both("other.jsonl", "validation.jsonl"));
    }

    #[test]
    fn identifies_the_format_by_the_first_record() {
        let said = |role: &str| json!({"role": role, "content": [{"text": "a"}]});
        let seen = json!({"role": "user", "content": [{"text": "a"}, {"image": {}}]});
        for (record, format) in [
            (json!({"messages": [said("user"), said("assistant")]}), RecordFormat::Conversation),
            (json!({"messages": [said("user")]}), RecordFormat::Prompts),
            (json!({"messages": [seen, said("assistant")]}), RecordFormat::Media),
            (json!({"messages": [{"role": "user", "content": "a"}]}), RecordFormat::Messages),
            (json!({"messages": [{"role": "system", "content": "a"}]}), RecordFormat::Foreign),
            (
                json!({"messages": [{"role": "user", "content": "a"}], "reference_answer": 1}),
                RecordFormat::Reinforcement,
            ),
            (json!({"prompt": "a", "completion": "b"}), RecordFormat::PromptCompletion),
            (json!({"input": "a"}), RecordFormat::Input),
            (json!({"input": "a", "output": "b"}), RecordFormat::Foreign),
            (json!({"image-ref": "s3://a/b", "caption": "c"}), RecordFormat::ImageCaption),
            (json!([1]), RecordFormat::Foreign),
        ] {
            assert_eq!(of(&record), format, "{record}");
        }
    }
}
