//! A held-out record: the prompt to send, and the reference answer.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tunedrop_validation::Format;

use crate::key::{PartKind, RecordKey};

/// The separator of a reference answer's text blocks. Join the text blocks of a model's answer with it too.
pub const BLOCK_JOIN: &str = "\n";

/// A record that a model can be evaluated with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldOut {
    /// Its identity.
    pub key: RecordKey,
    /// The prompt to send.
    pub prompt: Prompt,
    /// The answer to compare with: the text of the last assistant turn, its blocks joined by [`BLOCK_JOIN`].
    pub reference: String,
}

/// The input of one call of Converse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// The texts of the system prompt; may be empty.
    pub system: Vec<String>,
    /// The turns, alternating, the first and the last one the user's.
    pub turns: Vec<Turn>,
}

/// One message of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The speaker.
    pub speaker: Speaker,
    /// The message's text blocks: at least one, none of them blank.
    pub texts: Vec<String>,
}

/// The speaker of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The user.
    User,
    /// The model.
    Assistant,
}

/// Why a model can't be evaluated with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unusable {
    /// The line isn't a record of the format.
    NotARecord,
    /// The record has no reference answer: it ends with the user's turn, or its answer has no text.
    NoReference,
    /// The record has images, videos, documents or audio, which are in S3.
    Media,
    /// The record has tools.
    Tools,
    /// A function grades the answers to records for reinforcement fine-tuning.
    Reinforcement,
}

impl Unusable {
    /// Returns the reason as part of a sentence: "12 records *have no reference answer*".
    pub fn as_clause(self) -> &'static str {
        match self {
            Self::NotARecord => "can't be read as records of the format",
            Self::NoReference => "have no reference answer",
            Self::Media => "have media",
            Self::Tools => "have tools",
            Self::Reinforcement => "are for reinforcement fine-tuning, which has no reference answers",
        }
    }
}

/// Reads a line of a held-out file.
///
/// Reasoning is left out, also in the reference, because only answers are compared. Keys that the validator would
/// report are ignored, because the file passed validation, or its findings are reported elsewhere.
///
/// # Errors
///
/// The reason why a model can't be evaluated with the record.
pub fn read_record(format: &Format, line: &[u8]) -> Result<HeldOut, Unusable> {
    match format {
        Format::Reinforcement => return Err(Unusable::Reinforcement),
        Format::ImageCaption { .. } => return Err(Unusable::Media),
        Format::Input => return Err(Unusable::NoReference),
        Format::PromptCompletion | Format::Conversation(_) | Format::Messages | Format::DistillationPrompts { .. } => {}
    }
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let Ok(Value::Object(record)) = serde_json::from_slice(line) else {
        return Err(Unusable::NotARecord);
    };
    let (system, mut turns) = match format {
        Format::PromptCompletion => (Vec::new(), pair(&record)?),
        _ => conversation(&record)?,
    };
    if turns.last().is_none_or(|turn| turn.speaker == Speaker::User) {
        return Err(if turns.is_empty() { Unusable::NotARecord } else { Unusable::NoReference });
    }
    let reference = turns.pop().map(|turn| turn.texts.join(BLOCK_JOIN)).unwrap_or_default();
    if reference.trim().is_empty() {
        return Err(Unusable::NoReference);
    }
    let alternates = turns.iter().enumerate().all(|(at, turn)| (turn.speaker == Speaker::User) == (at % 2 == 0));
    if turns.len().is_multiple_of(2) || !alternates || turns.iter().any(|turn| turn.texts.is_empty()) {
        return Err(Unusable::NotARecord);
    }
    let prompt = Prompt { system, turns };
    Ok(HeldOut { key: key(&prompt, &reference), prompt, reference })
}

fn key(prompt: &Prompt, reference: &str) -> RecordKey {
    let system = prompt.system.iter().map(|text| (PartKind::System, text.as_str()));
    let turns = prompt.turns.iter().flat_map(|turn| {
        let kind = if turn.speaker == Speaker::User { PartKind::User } else { PartKind::Assistant };
        turn.texts.iter().map(move |text| (kind, text.as_str()))
    });
    RecordKey::of(system.chain(turns).chain([(PartKind::Reference, reference)]))
}

/// Returns the turns of `{"prompt": …, "completion": …}`.
fn pair(record: &Map<String, Value>) -> Result<Vec<Turn>, Unusable> {
    let prompt = record.get("prompt").and_then(Value::as_str).ok_or(Unusable::NotARecord)?;
    let turn = |speaker, text: &str| Turn { speaker, texts: said(text).into_iter().collect() };
    let mut turns = vec![turn(Speaker::User, prompt)];
    match record.get("completion") {
        None => {}
        Some(Value::String(completion)) => turns.push(turn(Speaker::Assistant, completion)),
        Some(_) => return Err(Unusable::NotARecord),
    }
    Ok(turns)
}

/// Returns the system prompt and the turns of a record with `messages`.
fn conversation(record: &Map<String, Value>) -> Result<(Vec<String>, Vec<Turn>), Unusable> {
    if record.contains_key("toolConfig") || record.contains_key("tools") {
        return Err(Unusable::Tools);
    }
    let system = record.get("system").map_or(Ok(Vec::new()), texts)?;
    let messages = record.get("messages").and_then(Value::as_array).ok_or(Unusable::NotARecord)?;
    let mut turns = Vec::with_capacity(messages.len());
    for message in messages {
        let speaker = match message.get("role").and_then(Value::as_str) {
            Some("user") => Speaker::User,
            Some("assistant") => Speaker::Assistant,
            _ => return Err(Unusable::NotARecord),
        };
        let content = message.get("content").ok_or(Unusable::NotARecord)?;
        turns.push(Turn { speaker, texts: texts(content)? });
    }
    Ok((system, turns))
}

/// Returns the texts of a message's content, which is a text or a list of content blocks.
fn texts(content: &Value) -> Result<Vec<String>, Unusable> {
    match content {
        Value::String(text) => Ok(said(text).into_iter().collect()),
        Value::Array(blocks) => {
            let mut texts = Vec::with_capacity(blocks.len());
            for block in blocks {
                texts.extend(block_text(block)?);
            }
            Ok(texts)
        }
        _ => Err(Unusable::NotARecord),
    }
}

/// Returns the text of a content block. None for reasoning, and for blank text, which Converse doesn't accept.
fn block_text(block: &Value) -> Result<Option<String>, Unusable> {
    let block = block.as_object().ok_or(Unusable::NotARecord)?;
    let has = |keys: &[&str]| keys.iter().any(|key| block.contains_key(*key));
    if has(&["image", "video", "document", "audio"]) {
        return Err(Unusable::Media);
    }
    if has(&["toolUse", "toolResult"]) {
        return Err(Unusable::Tools);
    }
    match block.get("text") {
        Some(Value::String(text)) => Ok(said(text)),
        None if has(&["reasoningContent"]) => Ok(None),
        _ => Err(Unusable::NotARecord),
    }
}

fn said(text: &str) -> Option<String> {
    Some(text).filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests;
