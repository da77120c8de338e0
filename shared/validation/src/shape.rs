//! Records in the format of another model or service: named once, rather than reported key by key.

mod look;
mod names;
mod pairs;

use crate::catalogue::{Format, Training};
use crate::json::Member;
use look::Look;

/// A format that records may be in.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Its name, as in "records in …".
    pub(crate) is: &'static str,
    todo: Todo,
}

/// What to do about records of a format.
#[derive(Debug, Clone, Copy)]
enum Todo {
    /// `tunedrop convert --from` reads it by this name.
    Convert(&'static str),
    /// The same, and some base model takes it as it is.
    Choose(&'static str),
    /// A base model of images takes it.
    Images,
    /// Prompts without answers, which only distillation can do with.
    Prompts,
    /// Texts without questions and answers, which only continued pre-training can do with.
    Texts,
    /// Logs that Bedrock can read itself, for some customizations.
    Log,
    /// No command reads it. The text says where prompt and answer come from.
    Do(&'static str),
}

impl Shape {
    /// What to do about its records where `format` is wanted.
    pub(crate) fn help(&self, format: &Format) -> String {
        let wanted = wanted(format);
        let convert = |from: &str| match format {
            // Nothing is converted to pairs of images and captions.
            Format::ImageCaption { .. } => format!("write {wanted} on each line"),
            _ => format!("convert it with `tunedrop convert --from {from} IN --model MODEL -o OUT` to {wanted}"),
        };
        match self.todo {
            Todo::Convert(from) => convert(from),
            Todo::Choose(from) => format!("{}, or choose a base model that takes this format", convert(from)),
            Todo::Images => format!("write {wanted} on each line, or choose a base model that takes this format"),
            Todo::Prompts => match format {
                Format::DistillationPrompts { .. } => convert("prompt-completion"),
                _ => format!("add the answers, and write {wanted} on each line"),
            },
            Todo::Texts => match format {
                Format::Input => convert("auto"),
                _ => format!("make questions and answers of the texts, and write {wanted} on each line"),
            },
            Todo::Log => match format {
                Format::DistillationPrompts { .. } | Format::Reinforcement => {
                    format!("name the logs as `invocation_logs` in the recipe, or {}", convert("invocation-log"))
                }
                _ => convert("invocation-log"),
            },
            Todo::Do(what) => format!("{what}, and write {wanted} on each line"),
        }
    }
}

/// The format that a record is in, where it is plainly not the one that is wanted.
pub(crate) fn foreign(training: &Training, members: &[Member]) -> Option<&'static Shape> {
    let look = Look { members };
    // What the grader gets may have any key.
    let is_reinforcement = matches!(training.format, Format::Reinforcement);
    if is_reinforcement && look.has("messages") && (!look.has_blocks() || look.has_parts()) {
        return None;
    }
    let found = |names: &'static [names::Name]| names.iter().find(|name| (name.is)(&look)).map(|name| &name.shape);
    let takes_version = matches!(training.format, Format::Conversation(_) | Format::DistillationPrompts { .. });
    let is_versioned = takes_version && look.has("schemaVersion") && look.has("messages");
    found(if is_versioned { &[] } else { names::OTHER }).or_else(|| {
        let is_native = is_versioned || is_native(training, &look);
        if is_native { None } else { found(names::CHAT).or_else(|| found(pairs::PAIRS)) }
    })
}

/// Whether the record is in the model's format, as far as its main keys go.
fn is_native(training: &Training, look: &Look) -> bool {
    match &training.format {
        Format::PromptCompletion => {
            look.has("completion") || look.has("prompt") && !look.has_any(&["answer", "response", "output"])
        }
        Format::Input => look.has("input") && !look.has("output"),
        Format::Conversation(_) | Format::DistillationPrompts { .. } => {
            let is_typed = look.has_types() && look.has_parts() && !training.typed_blocks;
            let is_chat = look.has_texts() || is_typed || (look.has_types() && look.is_openai());
            look.has("messages") && !is_chat
        }
        Format::Messages => look.has("messages") && !look.has_blocks() && !look.is_openai(),
        // Looked at before.
        Format::Reinforcement => false,
        Format::ImageCaption { .. } => look.has("image-ref"),
    }
}

/// How a record of the format looks.
pub(crate) fn wanted(format: &Format) -> &'static str {
    match format {
        Format::PromptCompletion => r#"{"prompt": "…", "completion": "…"}"#,
        Format::Input => r#"{"input": "…"}"#,
        Format::Conversation(_) | Format::DistillationPrompts { .. } => {
            r#"{"schemaVersion": "bedrock-conversation-2024", "system": [{"text": "…"}], "messages": [{"role": "user", "content": [{"text": "…"}]}, {"role": "assistant", "content": [{"text": "…"}]}]}"#
        }
        Format::Messages => {
            r#"{"system": "…", "messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}"#
        }
        Format::Reinforcement => r#"{"messages": [{"role": "user", "content": "…"}], "reference_answer": "…"}"#,
        Format::ImageCaption { .. } => r#"{"image-ref": "s3://…", "caption": "…"}"#,
    }
}
