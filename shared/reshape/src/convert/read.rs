//! Reading records of other layouts.

use serde_json::value::RawValue;

use super::{Dialogue, Speaker};
use crate::json::{self, Members};

/// A layout that records are carried over from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `messages` of `role` and `content`, as OpenAI, Claude and Bedrock have them.
    Messages,
    /// `conversations` of `from` and `value`.
    ShareGpt,
    /// `instruction`, `input`, `output`.
    Alpaca,
    /// `instruction`, `context`, `response`.
    Dolly,
    /// `prompt` and `completion`, or another pair of a question and its answer.
    PromptCompletion,
    /// `text`, or `input` alone.
    Text,
}

/// Pairs of keys that stand for a question and its answer.
const PAIRS: [(&str, &str); 6] = [
    ("prompt", "completion"),
    ("question", "answer"),
    ("input", "output"),
    ("prompt", "response"),
    ("query", "response"),
    ("instruction", "completion"),
];

/// Keys that a text stands alone under.
const TEXTS: [&str; 3] = ["text", "input", "content"];

impl Source {
    /// Tells the layout from a record's keys.
    pub(crate) fn tell(members: &Members) -> Option<Source> {
        let has = |key| json::field(members, key).is_some();
        let layouts = [
            (has("messages"), Source::Messages),
            (has("conversations") || has("conversation"), Source::ShareGpt),
            (has("instruction") && has("response"), Source::Dolly),
            (has("instruction") && has("output"), Source::Alpaca),
            (PAIRS.iter().any(|(question, answer)| has(question) && has(answer)), Source::PromptCompletion),
            (TEXTS.iter().any(|key| has(key)), Source::Text),
        ];
        layouts.into_iter().find(|(is, _)| *is).map(|(_, source)| source)
    }
}

pub(super) fn read(members: &Members, source: Source) -> Result<Dialogue, String> {
    let mut dialogue = Dialogue::default();
    match source {
        Source::Messages => messages(members, &mut dialogue)?,
        Source::ShareGpt => share_gpt(members, &mut dialogue)?,
        Source::Alpaca => instruction(members, "input", "output", &mut dialogue)?,
        Source::Dolly => instruction(members, "context", "response", &mut dialogue)?,
        Source::PromptCompletion => pair(members, &mut dialogue)?,
        Source::Text => {
            let key = TEXTS.into_iter().find(|key| json::field(members, key).is_some()).unwrap_or("text");
            dialogue.plain = Some(required(members, key)?);
        }
    }
    Ok(dialogue)
}

fn required(members: &Members, key: &'static str) -> Result<String, String> {
    let raw = json::field(members, key).ok_or_else(|| format!("the key `{key}` is missing"))?;
    text(raw).ok_or_else(|| format!("`{key}` is {}, and must be a text that can be read", json::kind(raw.get())))
}

/// A text that may be missing or say nothing.
fn optional(members: &Members, key: &'static str) -> Result<Option<String>, String> {
    match json::field(members, key) {
        None => Ok(None),
        Some(raw) if json::is_empty(raw) => Ok(None),
        Some(_) => required(members, key).map(Some),
    }
}

fn text(raw: &RawValue) -> Option<String> {
    json::text(raw.get()).map(std::borrow::Cow::into_owned)
}

/// Keys beside those that are read, which nothing stands for in Bedrock's formats.
fn note_others(members: &Members, known: &[&str], dialogue: &mut Dialogue) {
    if members.iter().any(|(key, raw)| !known.contains(&key.as_ref()) && !json::is_empty(raw)) {
        dialogue.note("keys that the new format has no place for were left out");
    }
}

fn messages(members: &Members, dialogue: &mut Dialogue) -> Result<(), String> {
    note_others(members, &["messages", "system", "schemaVersion"], dialogue);
    if let Some(system) = json::field(members, "system").filter(|raw| !json::is_empty(raw)) {
        dialogue.system.push(content(system, "system")?);
    }
    let list = json::field(members, "messages").ok_or("the key `messages` is missing")?;
    let list = json::elements(list.get()).ok_or("`messages` is no list")?;
    for message in list {
        let fields = json::members(message.get()).ok_or("a message is no object")?;
        for key in ["tool_calls", "function_call", "tool_call_id"] {
            if json::field(&fields, key).is_some_and(|raw| !json::is_empty(raw)) {
                return Err("it calls a tool, which the new format can't say".to_owned());
            }
        }
        note_others(&fields, &["role", "content"], dialogue);
        let role = required(&fields, "role")?;
        let raw = json::field(&fields, "content").ok_or("a message lacks `content`")?;
        turn(&role, content(raw, "content")?, dialogue)?;
    }
    Ok(())
}

/// A text, or a list of blocks of text.
fn content(raw: &RawValue, key: &str) -> Result<String, String> {
    if let Some(text) = text(raw) {
        return Ok(text);
    }
    let blocks =
        json::elements(raw.get()).ok_or_else(|| format!("`{key}` is {}, and must be a text", json::kind(raw.get())))?;
    let mut texts = Vec::new();
    for block in blocks {
        let fields = json::members(block.get()).ok_or("a block of a content is no object")?;
        let kind = json::field(&fields, "type").and_then(text);
        match json::field(&fields, "text").and_then(text) {
            Some(text) if kind.as_deref().is_none_or(|kind| kind == "text") => texts.push(text),
            _ => return Err("it holds something else than text, which is not carried over".to_owned()),
        }
    }
    Ok(texts.join("\n\n"))
}

fn turn(role: &str, text: String, dialogue: &mut Dialogue) -> Result<(), String> {
    match role.trim().to_ascii_lowercase().as_str() {
        "system" | "developer" if dialogue.turns.is_empty() => dialogue.system.push(text),
        "system" | "developer" => return Err("a system text stands between the turns".to_owned()),
        "user" | "human" => dialogue.say(Speaker::User, text),
        "assistant" | "gpt" | "model" | "bot" | "chatgpt" => dialogue.say(Speaker::Assistant, text),
        "tool" | "function" | "observation" | "function_call" => {
            return Err("it calls a tool, which the new format can't say".to_owned());
        }
        _ => return Err("a role is neither system, user nor assistant".to_owned()),
    }
    Ok(())
}

fn share_gpt(members: &Members, dialogue: &mut Dialogue) -> Result<(), String> {
    note_others(members, &["conversations", "conversation", "system", "id"], dialogue);
    dialogue.system.extend(optional(members, "system")?);
    let list = json::field(members, "conversations").or_else(|| json::field(members, "conversation"));
    let list = list.ok_or("the key `conversations` is missing")?;
    for one in json::elements(list.get()).ok_or("`conversations` is no list")? {
        let fields = json::members(one.get()).ok_or("a turn is no object")?;
        turn(&required(&fields, "from")?, required(&fields, "value")?, dialogue)?;
    }
    Ok(())
}

fn instruction(
    members: &Members,
    more: &'static str,
    answer: &'static str,
    dialogue: &mut Dialogue,
) -> Result<(), String> {
    note_others(members, &["instruction", more, answer, "system", "history", "category"], dialogue);
    dialogue.system.extend(optional(members, "system")?);
    let history = json::field(members, "history").and_then(|raw| json::elements(raw.get())).unwrap_or_default();
    for round in history {
        let pair = json::elements(round.get()).ok_or("`history` holds something else than pairs")?;
        let texts: Option<Vec<String>> = pair.into_iter().map(text).collect();
        let texts: Result<[String; 2], _> = texts.unwrap_or_default().try_into();
        let [question, answer] = texts.map_err(|_| "`history` holds something else than pairs of texts")?;
        dialogue.say(Speaker::User, question);
        dialogue.say(Speaker::Assistant, answer);
    }
    let mut question = required(members, "instruction")?;
    if let Some(more) = optional(members, more)? {
        question.push_str("\n\n");
        question.push_str(&more);
    }
    dialogue.say(Speaker::User, question);
    dialogue.say(Speaker::Assistant, required(members, answer)?);
    Ok(())
}

fn pair(members: &Members, dialogue: &mut Dialogue) -> Result<(), String> {
    let has = |key| json::field(members, key).is_some();
    let (question, answer) =
        PAIRS.into_iter().find(|(question, answer)| has(question) && has(answer)).unwrap_or(PAIRS[0]);
    note_others(members, &[question, answer, "system"], dialogue);
    dialogue.system.extend(optional(members, "system")?);
    dialogue.say(Speaker::User, required(members, question)?);
    dialogue.say(Speaker::Assistant, required(members, answer)?);
    Ok(())
}
