//! Reads records of other layouts.

pub(super) mod annotated;
mod claude;
mod content;
mod gemini;
mod log;
mod messages;
pub(super) mod pair;
mod stream;
mod template;

use serde_json::value::RawValue;

use super::LeftOut;
use super::dialogue::{Dialogue, Part, Speaker};
use super::meaning;
use super::source::{Source, TEXTS};
use crate::json::{self, Members, Raw};

/// The keys of a system prompt next to the turns.
pub(crate) const SYSTEM: [&str; 4] = ["system", "system_prompt", "system_message", "instructions"];

/// Reads a record. `as_text`: the model's format is plain text, so turns inside a text aren't split.
pub(super) fn read(members: &Members, source: Source, as_text: bool) -> Result<Dialogue, LeftOut> {
    let mut dialogue = Dialogue::default();
    let known = match source {
        Source::Messages => read_turns(members, &["messages"], &mut dialogue)?,
        Source::ShareGpt => read_turns(members, &["conversations", "conversation"], &mut dialogue)?,
        Source::Alpaca | Source::Dolly | Source::PromptCompletion => pair::read(members, source, &mut dialogue)?,
        Source::Gemini => gemini::read(members, &mut dialogue)?,
        Source::InvocationLog => log::read(members, &mut dialogue)?,
        Source::Text => {
            let has = |key: &&str| json::field(members, key).is_some_and(|raw| raw.get() != "null");
            let key = TEXTS.into_iter().find(has).unwrap_or("text");
            let text = required(members, key)?;
            if as_text || !claude::has_turns(&text) {
                dialogue.plain = Some(text);
            } else {
                claude::read(&text, &mut dialogue);
            }
            vec![key]
        }
    };
    read_rest(members, &known, &mut dialogue)?;
    Ok(dialogue)
}

fn read_turns(members: &Members, keys: &[&'static str], dialogue: &mut Dialogue) -> Result<Vec<&'static str>, LeftOut> {
    read_system(members, dialogue)?;
    let key = keys.iter().find(|key| json::field(members, key).is_some()).unwrap_or(&keys[0]);
    let list = json::field(members, key).ok_or_else(|| format!("the key `{key}` is missing"))?;
    messages::read(list, key, dialogue)?;
    Ok(keys.iter().copied().chain(SYSTEM).chain(["schemaVersion"]).collect())
}

/// Reads a system prompt that is a string or a list of text blocks.
fn read_system(members: &Members, dialogue: &mut Dialogue) -> Result<(), LeftOut> {
    for key in SYSTEM {
        let Some(raw) = json::field(members, key).filter(|raw| !json::is_empty(raw)) else { continue };
        let parts = content::read(raw, key, dialogue)?;
        dialogue.system.push(content::only_text(parts, "the system prompt")?);
    }
    Ok(())
}

/// Stores the other keys for a grader, and adds the reasoning to the last answer.
fn read_rest(members: &Members, known: &[&str], dialogue: &mut Dialogue) -> Result<(), LeftOut> {
    for (key, raw) in members {
        let key = key.as_ref();
        if known.contains(&key) || meaning::is_empty(raw) {
            continue;
        }
        dialogue.is_openai |= key == "parallel_tool_calls";
        let answer = dialogue.turns.last_mut().filter(|turn| turn.speaker == Speaker::Assistant);
        match answer {
            Some(answer) if meaning::is_reasoning(key) => {
                let text =
                    text(raw).ok_or_else(|| format!("`{key}` is {}, and must be a text", json::kind(raw.get())))?;
                answer.parts.insert(0, Part::Reasoning(text));
            }
            _ => dialogue.rest.push((key.to_owned(), raw.get().to_owned())),
        }
    }
    Ok(())
}

fn required(members: &Members, key: &str) -> Result<String, LeftOut> {
    let raw = json::field(members, key).ok_or_else(|| format!("the key `{key}` is missing"))?;
    said(raw, key)
}

fn said(raw: Raw, key: &str) -> Result<String, LeftOut> {
    Ok(text(raw).ok_or_else(|| format!("`{key}` is {}, not a text", json::kind(raw.get())))?)
}

fn text(raw: &RawValue) -> Option<String> {
    json::text(raw.get()).map(std::borrow::Cow::into_owned)
}
