//! What lies in a folder, by the first record of each file.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use tunedrop_reshape::{Pictures, convert};
use tunedrop_run::{data_name_fault, working_name};
use tunedrop_validation::{Customization, Format};

use super::typed;
use crate::catalogue::Rules;
use crate::format::visible;
use crate::near_miss::{NearMiss, near_misses};

/// No record that is looked at is longer: a line beyond is a finding (docs/contract.md).
const RECORD_MAX: u64 = 8 << 20;
/// Words of a file's name that say what it is for.
const TRAINING: [&str; 2] = ["train", "training"];
const VALIDATION: [&str; 7] = ["valid", "validation", "val", "dev", "eval", "evaluation", "test"];

/// A layout, as a first record shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Conversation,
    /// The same, and the last question has no answer.
    Prompts,
    Media,
    Messages,
    PromptCompletion,
    Input,
    ImageCaption,
    /// Chat with a text as content, and something for a grader beside it.
    Reinforcement,
    /// Something that `tunedrop convert` may know.
    Foreign,
}

/// What lies there.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) train: Option<String>,
    pub(super) validation: Option<String>,
    layout: Option<Layout>,
    /// The training file's first record, where it is one line of JSON.
    first: Option<String>,
}

/// Looks at the folder's .jsonl files: of several, the one called for training, else the largest.
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
    let first = train.as_ref().map(|name| first(&dir.join(name))).transpose()?.flatten();
    let record = first.as_ref().and_then(|line| serde_json::from_str::<Value>(line).ok());
    let layout = first.as_ref().map(|_| record.as_ref().map_or(Layout::Foreign, of));
    Ok(Found { train, validation, layout, first: first.filter(|_| record.is_some()) })
}

/// Which file is for training and which for validation; the largest comes first. No file is both, and one that lies
/// there alone is for training, whatever it is called.
fn roles(mut names: Vec<String>) -> (Option<String>, Option<String>) {
    let called = |names: &[String], words: &[&str]| names.iter().position(|name| is_called(name, words));
    let train = called(&names, &TRAINING)
        .or_else(|| names.iter().position(|name| !is_called(name, &VALIDATION)))
        .or((!names.is_empty()).then_some(0));
    let train = train.map(|at| names.remove(at));
    let validation = called(&names, &VALIDATION).map(|at| names.remove(at));
    (train, validation)
}

/// Whether one of the name's words is among these: `contest.jsonl` is no test.
fn is_called(name: &str, words: &[&str]) -> bool {
    let name = name.to_lowercase();
    name.split(|c: char| !c.is_alphabetic()).any(|word| words.contains(&word))
}

/// The first line that is not blank; nothing in an empty file, or where no line ends soon enough.
fn first(path: &Path) -> Result<Option<String>> {
    let unreadable = || format!("{} can't be read", path.display());
    let mut read = 0;
    let file = File::open(path).with_context(unreadable)?;
    for line in BufReader::new(file.take(RECORD_MAX)).split(b'\n') {
        let line = line.with_context(unreadable)?;
        read += line.len() as u64 + 1;
        if read > RECORD_MAX {
            return Ok(None);
        }
        if !line.trim_ascii().is_empty() {
            return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
        }
    }
    Ok(None)
}

fn of(record: &Value) -> Layout {
    let has = |key: &str| record.get(key).is_some();
    let content = &record["messages"][0]["content"];
    if content.is_array() {
        let media = |block: &Value| ["image", "video", "document"].iter().any(|kind| block.get(*kind).is_some());
        let messages = record["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut blocks = messages.iter().flat_map(|one| one["content"].as_array().into_iter().flatten());
        return match messages.last() {
            _ if blocks.any(media) => Layout::Media,
            Some(last) if last["role"] == "user" => Layout::Prompts,
            _ => Layout::Conversation,
        };
    }
    if content.is_string() {
        let system = record["messages"][0]["role"] == "system";
        return match record.as_object().map(|record| record.keys().any(|key| key != "messages" && key != "system")) {
            Some(true) if has("reference_answer") => Layout::Reinforcement,
            Some(false) if !system => Layout::Messages,
            _ => Layout::Foreign,
        };
    }
    match () {
        () if has("prompt") && has("completion") => Layout::PromptCompletion,
        () if has("input") && record.as_object().is_some_and(|record| record.len() == 1) => Layout::Input,
        () if has("image-ref") => Layout::ImageCaption,
        () => Layout::Foreign,
    }
}

impl Found {
    /// A model that can still be customized and takes the layout as it is, or as it is converted.
    pub(super) fn proposed(&self) -> Option<&'static str> {
        Some(match self.layout? {
            Layout::Reinforcement => "nova-2-lite",
            Layout::ImageCaption => "titan-multimodal-embeddings",
            _ => "nova-lite",
        })
    }

    pub(super) fn customization(&self) -> Option<Customization> {
        match self.layout? {
            Layout::Reinforcement => Some(Customization::ReinforcementFineTuning),
            Layout::Prompts => Some(Customization::Distillation),
            _ => None,
        }
    }

    /// What to do first where the training data is in a file that isn't read. A file called for training wins over
    /// whatever else lies there.
    pub(super) fn near_misses(&self, dir: &Path, given: &str) -> Result<Option<String>> {
        if self.train.as_ref().is_some_and(|name| is_called(name, &TRAINING)) {
            return Ok(None);
        }
        let near = near_misses(dir, given, self.train.is_none());
        let mut near = near.with_context(|| format!("{} can't be read", dir.display()))?;
        near.retain(|near| !near.is_recipe());
        if self.train.is_some() && !near.iter().any(|near| is_called(&near.meant, &TRAINING)) {
            return Ok(None);
        }
        let step = |near: &NearMiss| format!("{} isn't read: {}\n  {}\n", visible(&near.name), near.why, near.command);
        let steps: String = near.iter().map(step).collect();
        let first = if near.len() > 1 {
            "Run these commands first, then init again:"
        } else {
            "Run this first, then init again:"
        };
        Ok((!near.is_empty()).then(|| format!("{first}\n{steps}")))
    }

    /// What to do first where Bedrock refuses a file's name.
    pub(super) fn renaming(&self, dir: &Path) -> Option<String> {
        let mut out = String::new();
        for name in [&self.train, &self.validation].into_iter().flatten() {
            if let Some(fault) = data_name_fault(name) {
                out.push_str(&format!(
                    "Bedrock refuses a data file named {}: {fault}. Rename it, and run this again:\n  mv {} {}\n",
                    visible(name),
                    typed(&dir.join(name)),
                    typed(&dir.join(working_name(name)))
                ));
            }
        }
        (!out.is_empty()).then_some(out)
    }

    /// What to do first where the model doesn't take this layout.
    pub(super) fn conversion(&self, rules: Rules, dir: &Path) -> Option<String> {
        let (layout, train) = (self.layout?, self.train.as_ref()?);
        let takes = matches!(
            (&rules.training.format, layout),
            (Format::Conversation(_), Layout::Conversation | Layout::Media)
                | (Format::DistillationPrompts { .. }, Layout::Conversation | Layout::Prompts)
                | (Format::Messages, Layout::Messages)
                | (Format::PromptCompletion, Layout::PromptCompletion)
                | (Format::Input, Layout::Input)
                | (Format::ImageCaption { .. }, Layout::ImageCaption)
                | (Format::Reinforcement, Layout::Reinforcement | Layout::Messages)
        );
        if takes {
            return None;
        }
        let (shown, name) = (visible(train), &rules.model.name);
        // Wherever images will be: `tunedrop convert` asks for it.
        let mut pictures = Pictures::new(Some("s3://bucket/".to_owned()), "image");
        let tried = self.first.as_ref().map(|record| convert(record, None, rules.training, &mut pictures));
        if let Some(Err(left_out)) = tried {
            let why = left_out.why;
            return Some(format!(
                "{shown} is of a layout that {name} doesn't take, and its first record can't be carried over: {why}\n  other models: tunedrop models\n  other ways:   tunedrop advise\n"
            ));
        }
        Some(format!(
            "{shown} is of a layout that {name} doesn't take. Convert it, put the result in its place, and run this again:\n  tunedrop convert {} --model {} --type {} -o {}\n",
            typed(&dir.join(train)),
            rules.model.alias,
            rules.customization.as_str(),
            typed(&dir.join("converted.jsonl")),
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_files_role_is_told_by_the_words_of_its_name() {
        let roles = |names: &[&str]| roles(names.iter().map(|name| (*name).to_owned()).collect());
        let both = |train: &str, validation: &str| (Some(train.to_owned()), Some(validation.to_owned()));
        let alone = |train: &str| (Some(train.to_owned()), None);
        assert_eq!(roles(&[]), (None, None));
        assert_eq!(roles(&["latest.jsonl"]), alone("latest.jsonl"));
        assert_eq!(roles(&["validation.jsonl"]), alone("validation.jsonl"));
        assert_eq!(roles(&["training-validated.jsonl"]), alone("training-validated.jsonl"));
        assert_eq!(roles(&["train_eval.jsonl"]), alone("train_eval.jsonl"));
        assert_eq!(roles(&["all.jsonl", "contest.jsonl"]), alone("all.jsonl"));
        assert_eq!(roles(&["all.jsonl", "Test-2.jsonl"]), both("all.jsonl", "Test-2.jsonl"));
        assert_eq!(roles(&["dev.jsonl", "my.train.jsonl"]), both("my.train.jsonl", "dev.jsonl"));
        assert_eq!(roles(&["validation.jsonl", "other.jsonl"]), both("other.jsonl", "validation.jsonl"));
    }

    #[test]
    fn a_layout_is_told_by_its_first_record() {
        let said = |role: &str| json!({"role": role, "content": [{"text": "a"}]});
        let seen = json!({"role": "user", "content": [{"text": "a"}, {"image": {}}]});
        for (record, layout) in [
            (json!({"messages": [said("user"), said("assistant")]}), Layout::Conversation),
            (json!({"messages": [said("user")]}), Layout::Prompts),
            (json!({"messages": [seen, said("assistant")]}), Layout::Media),
            (json!({"messages": [{"role": "user", "content": "a"}]}), Layout::Messages),
            (json!({"messages": [{"role": "system", "content": "a"}]}), Layout::Foreign),
            (json!({"messages": [{"role": "user", "content": "a"}], "reference_answer": 1}), Layout::Reinforcement),
            (json!({"prompt": "a", "completion": "b"}), Layout::PromptCompletion),
            (json!({"input": "a"}), Layout::Input),
            (json!({"input": "a", "output": "b"}), Layout::Foreign),
            (json!({"image-ref": "s3://a/b", "caption": "c"}), Layout::ImageCaption),
            (json!([1]), Layout::Foreign),
        ] {
            assert_eq!(of(&record), layout, "{record}");
        }
    }
}
