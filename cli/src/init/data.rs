//! What lies in a folder, by the first record of each file.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use tunedrop_validation::{Customization, Format};

use crate::catalogue::Rules;

/// No record that is looked at is longer.
const RECORD_MAX: u64 = 1 << 20;

/// A layout, as a first record shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Conversation,
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
}

/// Looks at the folder's .jsonl files: of several, the one called for training, else the largest.
pub(super) fn look(dir: &Path) -> Result<Found> {
    let unreadable = || format!("{} can't be read", dir.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".jsonl") && !name.starts_with('.') {
            files.push((entry.metadata().with_context(unreadable)?.len(), name));
        }
    }
    files.sort_by(|a, b| b.cmp(a));
    let called =
        |words: &[&str]| files.iter().map(|(_, name)| name).find(|name| words.iter().any(|word| name.contains(word)));
    let validation = called(&["valid", "val.", "dev", "eval", "test"]).cloned();
    let train = called(&["train"])
        .or_else(|| files.iter().map(|(_, name)| name).find(|name| Some(*name) != validation.as_ref()));
    let train = train.cloned();
    let layout = train.as_ref().map(|name| layout(&dir.join(name))).transpose()?.flatten();
    Ok(Found { train, validation, layout })
}

/// The layout of the first record that is not blank; nothing in an empty file.
fn layout(path: &Path) -> Result<Option<Layout>> {
    let unreadable = || format!("{} can't be read", path.display());
    let file = File::open(path).with_context(unreadable)?;
    for line in BufReader::new(file.take(RECORD_MAX)).split(b'\n') {
        let line = line.with_context(unreadable)?;
        if !line.trim_ascii().is_empty() {
            return Ok(Some(serde_json::from_slice(&line).map_or(Layout::Foreign, |record| of(&record))));
        }
    }
    Ok(None)
}

fn of(record: &Value) -> Layout {
    let has = |key: &str| record.get(key).is_some();
    let content = &record["messages"][0]["content"];
    if content.is_array() {
        let media = |block: &Value| ["image", "video", "document"].iter().any(|kind| block.get(*kind).is_some());
        let messages = record["messages"].as_array().into_iter().flatten();
        let any = messages.flat_map(|one| one["content"].as_array().into_iter().flatten()).any(media);
        return if any { Layout::Media } else { Layout::Conversation };
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
            _ => "nova-lite",
        })
    }

    pub(super) fn customization(&self) -> Option<Customization> {
        (self.layout == Some(Layout::Reinforcement)).then_some(Customization::ReinforcementFineTuning)
    }

    /// What to run first where the model doesn't take this layout.
    pub(super) fn conversion(&self, rules: Rules, dir: &Path) -> Option<String> {
        let (layout, train) = (self.layout?, self.train.as_ref()?);
        let takes = matches!(
            (&rules.training.format, layout),
            (Format::Conversation(_), Layout::Conversation | Layout::Media)
                | (Format::DistillationPrompts { .. }, Layout::Conversation)
                | (Format::Messages, Layout::Messages)
                | (Format::PromptCompletion, Layout::PromptCompletion)
                | (Format::Input, Layout::Input)
                | (Format::ImageCaption { .. }, Layout::ImageCaption)
                | (Format::Reinforcement, Layout::Reinforcement | Layout::Messages)
        );
        if takes {
            return None;
        }
        let model = &rules.model.alias;
        let (from, to) = (dir.join(train), dir.join("converted.jsonl"));
        Some(format!(
            "{train} is of a layout that {} doesn't take. Convert it, put the result in its place, and run this again:\n  tunedrop convert {} --model {model} --type {} -o {}\n",
            rules.model.name,
            from.display(),
            rules.customization.as_str(),
            to.display(),
        ))
    }
}
