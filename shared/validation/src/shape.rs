//! Names the format of records that are in another format than the model's.

mod dialogs;
mod exports;
mod look;
mod names;
mod pairs;
mod preference;

use crate::catalogue::{Customization, Format, Training, nearest};
use crate::json::Member;
use crate::lookalike::looks_like;
use crate::pointer::is_known;
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
    /// Whether `tunedrop convert` reads its records without being told the format.
    pub(crate) fn is_converted(&self, format: &Format) -> bool {
        match self.todo {
            Todo::Convert(_) | Todo::Choose(_) => !matches!(format, Format::ImageCaption { .. }),
            Todo::Texts => matches!(format, Format::Input),
            Todo::Log => true,
            Todo::Prompts => matches!(format, Format::DistillationPrompts { .. }),
            Todo::Images | Todo::Do(_) => false,
        }
    }

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
            Todo::Choose(from) => format!("{}, or choose a base model that accepts this format", convert(from)),
            Todo::Images => format!("write {wanted} on each line, or choose a base model that accepts this format"),
            Todo::Prompts => match format {
                Format::DistillationPrompts { .. } => convert("prompt-completion"),
                _ => format!("add the answers, and write {wanted} on each line"),
            },
            Todo::Texts => match format {
                Format::Input => convert("auto"),
                _ => format!("write questions and answers about the texts, as {wanted} on each line"),
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

/// The help with `--type` in the commands that it names, where `format` isn't that of a model's default customization.
pub(crate) fn with_type(help: &str, format: &Format) -> String {
    let customization = match format {
        Format::Input => Customization::ContinuedPreTraining,
        Format::DistillationPrompts { .. } => Customization::Distillation,
        Format::Reinforcement => Customization::ReinforcementFineTuning,
        Format::PromptCompletion | Format::Conversation(_) | Format::Messages | Format::ImageCaption { .. } => {
            return help.to_owned();
        }
    };
    help.replace("--model MODEL", &format!("--model MODEL --type {}", customization.as_str()))
}

/// The format that a record is in, where it is plainly not the one that is wanted.
pub(crate) fn other_format(training: &Training, members: &[Member]) -> Option<&'static Shape> {
    let look = Look { members };
    // What the grader gets may have any key.
    let is_reinforcement = matches!(training.format, Format::Reinforcement);
    if is_reinforcement && look.is_list("messages") && (!look.has_blocks() || look.has_parts()) {
        return None;
    }
    let found = |names: &'static [names::Name]| names.iter().find(|name| (name.is)(&look)).map(|name| &name.shape);
    let takes_version = matches!(training.format, Format::Conversation(_) | Format::DistillationPrompts { .. });
    // The other formats have keys that no record of Bedrock's own has.
    let has_own_keys =
        look.has_only(required(&training.format)) || look.has_only(&["schemaVersion", "system", "messages"]);
    let has_candidates = || look.has("messages") && look.message_has(&["candidates"]);
    if let Some(shape) = (!has_own_keys || has_candidates()).then(|| found(preference::PREFERENCE)).flatten() {
        return Some(shape);
    }
    let is_versioned = takes_version && look.has("schemaVersion") && look.has("messages");
    // A label beside a record in the model's own format is a key too many.
    if let Some(shape) = (!has_own_keys && !is_versioned).then(|| found(preference::LABELED)).flatten() {
        return Some(shape);
    }
    // Whatever else the record has, no format of Bedrock's has such messages.
    if let Some(shape) = found(names::MESSAGES) {
        return Some(shape);
    }
    if is_versioned {
        // Blocks with a type are those of Llama, where the model takes none.
        let is_typed = !training.typed_blocks && look.has_typed_texts();
        return if is_typed { Some(&names::TYPED) } else { None };
    }
    [names::OTHER, exports::EXPORTS, dialogs::DIALOGS]
        .into_iter()
        .find_map(found)
        .or_else(|| if is_native(training, &look) { None } else { found(names::CHAT).or_else(|| found(pairs::PAIRS)) })
}

/// The keys that a record of the format must have.
pub(crate) fn required(format: &Format) -> &'static [&'static str] {
    match format {
        Format::PromptCompletion => &["prompt", "completion"],
        Format::Input => &["input"],
        Format::Conversation(_) | Format::DistillationPrompts { .. } => &["schemaVersion", "messages"],
        Format::Messages | Format::Reinforcement => &["messages"],
        Format::ImageCaption { .. } => &["image-ref", "caption"],
    }
}

/// Whether a record is empty, or has other keys than the format's, but none that the format requires, nor one that resembles it.
pub(crate) fn lacks_all(format: &Format, members: &[Member]) -> bool {
    let optional: &[&str] = match format {
        Format::Conversation(_) | Format::DistillationPrompts { .. } | Format::Messages => &["system"],
        Format::Reinforcement => &["reference_answer", "id"],
        Format::PromptCompletion | Format::Input | Format::ImageCaption { .. } => &[],
    };
    let resembles = |member: &Member, key: &str| {
        member.key == key
            || looks_like(&member.key, key)
            || (!is_known(&member.key) && nearest(&member.key.to_lowercase(), std::iter::once(key)).is_some())
    };
    let is_required = |member: &Member| required(format).iter().any(|key| resembles(member, key));
    let has_other = members.iter().any(|member| !optional.contains(&member.key.as_ref()));
    (members.is_empty() || has_other) && !members.iter().any(is_required)
}

/// Whether the record is in the model's format, as far as its main keys go.
fn is_native(training: &Training, look: &Look) -> bool {
    match &training.format {
        Format::PromptCompletion => {
            look.has("completion") || look.has("prompt") && !look.has_any(&["answer", "response", "output"])
        }
        Format::Input => look.has("input") && !look.has("output"),
        Format::Conversation(_) | Format::DistillationPrompts { .. } => {
            // Without a version, texts with a type are OpenAI's, for every model.
            let is_typed = look.has_types() && look.has_parts();
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
