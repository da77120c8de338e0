//! Joins a streamed answer from its events in invocation logs: of Converse, Nova, Claude, Titan or Llama.

use super::log::Answer;
use super::text;
use crate::convert::LeftOut;
use crate::convert::dialogue::Part;
use crate::convert::meaning;
use crate::json::{self, Members, Raw};

/// The keys of a text's pieces: of Titan, Llama and Claude's Text Completions.
const PIECES: [&str; 3] = ["outputText", "generation", "completion"];

pub(super) fn read(events: &[Raw]) -> Result<Answer, LeftOut> {
    let mut answer = Answer { parts: Vec::new(), stop: None };
    let mut block = String::new();
    for event in events {
        let fields = json::members(event.get()).ok_or("an event of its streamed answer isn't an object")?;
        if let Some(piece) = PIECES.into_iter().find_map(|key| json::field(&fields, key).and_then(text)) {
            let stop = ["completionReason", "stop_reason"].into_iter().find_map(|key| json::field(&fields, key));
            answer.stop = stop.and_then(text).or(answer.stop);
            match answer.parts.last_mut() {
                Some(Part::Text(said)) => said.push_str(&piece),
                _ => answer.parts.push(Part::Text(piece)),
            }
            continue;
        }
        let inside = |key: &str| json::field(&fields, key).and_then(|raw| json::members(raw.get()));
        let (start, delta) = match json::field(&fields, "type").and_then(text).as_deref() {
            Some("content_block_start") => (inside("content_block"), None),
            Some("content_block_delta") => (None, inside("delta")),
            Some("message_delta") => {
                let reason = inside("delta").and_then(|delta| json::field(&delta, "stop_reason")).and_then(text);
                answer.stop = reason.or(answer.stop);
                continue;
            }
            Some(_) => continue,
            None => {
                let stop = inside("messageStop").and_then(|stop| json::field(&stop, "stopReason")).and_then(text);
                answer.stop = stop.or(answer.stop);
                let within = |event: &str, key: &str| {
                    inside(event).and_then(|fields| json::field(&fields, key)).and_then(|raw| json::members(raw.get()))
                };
                (within("contentBlockStart", "start"), within("contentBlockDelta", "delta"))
            }
        };
        if let Some(start) = start {
            check_start(&start)?;
        }
        if let Some(delta) = delta {
            let index = json::field(&fields, "index")
                .or_else(|| inside("contentBlockDelta").and_then(|delta| json::field(&delta, "contentBlockIndex")));
            let index = index.map(|raw| raw.get().to_owned()).unwrap_or_default();
            let is_same = index == block && !answer.parts.is_empty();
            block = index;
            add(&delta, is_same, &mut answer.parts)?;
        }
    }
    if answer.parts.is_empty() {
        return Err("its streamed answer has no text".into());
    }
    Ok(answer)
}

fn check_start(start: &Members) -> Result<(), LeftOut> {
    let kind = json::field(start, "type").and_then(text);
    if json::field(start, "toolUse").is_some() || kind.as_deref() == Some("tool_use") {
        return Err(meaning::calls_tool("toolUse"));
    }
    match kind.as_deref() {
        Some("redacted_thinking") => Err("its reasoning is redacted".into()),
        _ => Ok(()),
    }
}

/// Adds a piece to the block that it belongs to.
fn add(delta: &Members, is_same: bool, parts: &mut Vec<Part>) -> Result<(), LeftOut> {
    let find = |key| json::field(delta, key).and_then(text);
    let reasoning = json::field(delta, "reasoningContent").and_then(|raw| json::members(raw.get()));
    let reasoning =
        reasoning.and_then(|fields| json::field(&fields, "text")).and_then(text).or_else(|| find("thinking"));
    if json::field(delta, "toolUse").is_some() || find("partial_json").is_some() {
        return Err(meaning::calls_tool("toolUse"));
    }
    match (find("text"), reasoning, parts.last_mut()) {
        (Some(text), _, Some(Part::Text(said))) if is_same => said.push_str(&text),
        (Some(text), ..) => parts.push(Part::Text(text)),
        (_, Some(text), Some(Part::Reasoning(said))) if is_same => said.push_str(&text),
        (_, Some(text), _) => parts.push(Part::Reasoning(text)),
        // Signatures of the reasoning and citations are ignored.
        _ => {}
    }
    Ok(())
}
