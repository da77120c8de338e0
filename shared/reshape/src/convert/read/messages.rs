//! Reads lists of messages: OpenAI's, Claude's, Bedrock's and ShareGPT's.

use tunedrop_validation::json_fault;

use super::{content, required, text};
use crate::convert::LeftOut;
use crate::convert::dialogue::{Dialogue, Part, Speaker};
use crate::convert::meaning;
use crate::json::{self, Members, Raw};

/// The keys of the speaker: OpenAI's and ShareGPT's.
const ROLES: [&str; 2] = ["role", "from"];

/// The keys of a message's content.
const CONTENTS: [&str; 3] = ["content", "value", "text"];

/// The keys that are recognized in any case.
const KEYS: [&str; 5] = ["role", "from", "content", "value", "text"];

/// Reads the list under `key`. In a table, the list is a string.
pub(super) fn read(list: Raw, key: &str, dialogue: &mut Dialogue) -> Result<(), LeftOut> {
    if let Some(cell) = json::text(list.get())
        && let Ok(inside) = json::value(&cell)
        && inside.get().starts_with('[')
    {
        return read(inside, key, dialogue);
    }
    let list = json::elements(list.get()).ok_or_else(|| not_a_list(list, key))?;
    let within = format!("{key}[].");
    for message in list {
        let fields = json::members(message.get()).ok_or("a message isn't an object")?;
        let fields = json::with_known_keys(fields, |key| KEYS.contains(&key));
        meaning::check_repeats(&fields)?;
        if is_item_to_skip(&fields)? {
            continue;
        }
        read_message(&fields, &within, dialogue)?;
    }
    Ok(())
}

/// Returns why there is no list. In a table, a list may not be JSON, because it has single quotes for example.
fn not_a_list(list: Raw, key: &str) -> LeftOut {
    let cell = text(list).unwrap_or_default();
    match json_fault(&cell).filter(|_| cell.trim_start().starts_with('[')) {
        Some(fault) => format!("`{key}` isn't valid JSON: {}; {}", fault.message, fault.help).into(),
        None => format!("`{key}` is {}, not a list of messages", json::kind(list.get())).into(),
    }
}

/// Whether to skip an item of OpenAI's Responses API: reasoning without a text.
fn is_item_to_skip(fields: &Members) -> Result<bool, LeftOut> {
    let has = |key| json::field(fields, key).is_some_and(|raw| !json::is_empty(raw));
    match json::field(fields, "type").and_then(text).as_deref() {
        Some("reasoning") if !has("summary") && !has("content") => Ok(true),
        Some("reasoning") => Err("it has an item of reasoning; remove it to train on the answer alone".into()),
        Some(kind) if kind.ends_with("_call") || kind.ends_with("_call_output") => Err(meaning::calls_tool("type")),
        _ => Ok(false),
    }
}

fn read_message(fields: &Members, within: &str, dialogue: &mut Dialogue) -> Result<(), LeftOut> {
    let find = |keys: &[&'static str]| {
        keys.iter().find_map(|key| Some((*key, json::field(fields, key).filter(|raw| raw.get() != "null")?)))
    };
    let Some((role_key, _)) = find(&ROLES) else {
        return Err("a message has no `role`".into());
    };
    let role = required(fields, role_key)?;
    let said = find(&CONTENTS);
    // In the Responses API, every message has "type": "message".
    let has_weight = || within == "messages[]." && json::field(fields, "weight").is_some();
    dialogue.is_openai |= role == "developer" || has_weight();
    let is_assistant = speaker(&role) == Some(Speaker::Assistant);
    let (mut reasoning, mut is_untrained) = (Vec::new(), false);
    for (key, raw) in fields {
        let key = key.as_ref();
        let is_item = key == "type" && raw.get() == "\"message\"" || key == "status" && raw.get() == "\"completed\"";
        if is_item || key == role_key || said.is_some_and(|(said, _)| said == key) || json::is_empty(raw) {
            continue;
        }
        if meaning::is_tool_call(key) {
            return Err(meaning::calls_tool(key));
        } else if let Some(untrained) = meaning::is_untrained(key, raw)? {
            // Only the assistant's messages are trained, unless the layout says otherwise.
            is_untrained |= untrained && is_assistant;
            if !untrained && !is_assistant && !key.contains("weight") {
                return Err(format!("`{key}` wants a message to be learned that isn't the assistant's").into());
            }
        } else if meaning::is_reasoning(key) {
            let text = text(raw).ok_or_else(|| format!("`{key}` of a message is {}", json::kind(raw.get())))?;
            reasoning.push(Part::Reasoning(text));
        } else if key == "refusal" {
            return Err("it has a refusal (`refusal`), which isn't an answer".into());
        } else if meaning::is_media(key) {
            return Err(
                format!("a message refers to media (`{key}`), and only media in `content` are converted").into()
            );
        } else if key == "channel" && !matches!(raw.get(), "\"final\"") {
            return Err("a message is in another `channel` than final: it is reasoning, or it calls a tool".into());
        } else {
            dialogue.drop_key(within, key);
        }
    }
    let Some((key, raw)) = said else {
        let why = "its answer is missing: a message of the assistant has no `content`";
        return Err(if is_assistant { why } else { "a message has no `content`" }.into());
    };
    let mut parts = reasoning;
    parts.extend(content::read(raw, key, dialogue)?);
    turn(&role, parts, is_untrained, dialogue)
}

fn speaker(role: &str) -> Option<Speaker> {
    match role.trim().to_ascii_lowercase().as_str() {
        "user" | "human" | "prompter" => Some(Speaker::User),
        "assistant" | "gpt" | "model" | "bot" | "chatbot" | "chatgpt" | "ai" => Some(Speaker::Assistant),
        _ => None,
    }
}

/// Adds a turn of `role`.
pub(super) fn turn(role: &str, parts: Vec<Part>, is_untrained: bool, dialogue: &mut Dialogue) -> Result<(), LeftOut> {
    if let Some(speaker) = speaker(role) {
        dialogue.say(speaker, parts, is_untrained);
        return Ok(());
    }
    match role.trim().to_ascii_lowercase().as_str() {
        "system" | "developer" if dialogue.turns.is_empty() => {
            dialogue.system.push(content::only_text(parts, "the system prompt")?);
            Ok(())
        }
        "system" | "developer" => Err("a system message comes after the first turn".into()),
        "tool" | "function" | "observation" | "ipython" | "tool_response" | "tool-response" => {
            Err("it has the answer of a tool (a message's role), and this model isn't trained on tool calls".into())
        }
        "function_call" | "tool_call" | "tool-call" => Err(meaning::calls_tool("function_call")),
        _ => Err("a role is none of system, developer, user and assistant".into()),
    }
}
