//! Reads records of Bedrock's model invocation logs: calls of Converse, and of the native
//! APIs of Nova, Claude, Titan and Llama.

use super::messages::{self, turn};
use super::{content, read_system, required, stream, template, text};
use crate::convert::LeftOut;
use crate::convert::dialogue::{Dialogue, Part};
use crate::convert::meaning;
use crate::json::{self, Members, Raw};

/// The model's answer.
pub(super) struct Answer {
    pub(super) parts: Vec<Part>,
    pub(super) stop: Option<String>,
}

/// A body: an object, or a string, depending on its content type.
enum Body {
    Json(String),
    InS3,
    Missing,
}

/// Reads a record. Returns the keys that it has read.
pub(super) fn read(members: &Members, dialogue: &mut Dialogue) -> Result<Vec<&'static str>, LeftOut> {
    if let Some(key) =
        ["errorCode", "error"].into_iter().find(|key| json::field(members, key).is_some_and(|raw| !json::is_empty(raw)))
    {
        return Err(format!("the call failed (`{key}`)").into());
    }
    match body(members, "input", "inputBodyJson", "inputBodyS3Path", dialogue) {
        Body::Json(request) => read_request(&request, dialogue)?,
        Body::InS3 => {
            return Err("its request is in an object of its own: download what `inputBodyS3Path` names, and put it under `inputBodyJson`".into());
        }
        Body::Missing => return Err(
            "it has no request (`inputBodyJson`): switch on text in the settings of the log, and collect new records"
                .into(),
        ),
    }
    match body(members, "output", "outputBodyJson", "outputBodyS3Path", dialogue) {
        Body::Json(response) => read_response(&response, dialogue)?,
        Body::InS3 => {
            return Err("its answer is in an object of its own: download what `outputBodyS3Path` names, and put it under `outputBodyJson`".into());
        }
        Body::Missing => dialogue.missing = Some("its answer is missing: it has no `outputBodyJson`".to_owned()),
    }
    Ok(vec!["schemaType", "schemaVersion", "input", "output"])
}

fn body(members: &Members, key: &str, body: &str, path: &str, dialogue: &mut Dialogue) -> Body {
    let Some(fields) = json::field(members, key).and_then(|raw| json::members(raw.get())) else {
        return Body::Missing;
    };
    for (inside, raw) in &fields {
        if inside != body && inside != path && !json::is_empty(raw) {
            dialogue.drop_key(&format!("{key}."), inside);
        }
    }
    match json::field(&fields, body).filter(|raw| !json::is_empty(raw)) {
        Some(raw) => Body::Json(text(raw).unwrap_or_else(|| raw.get().to_owned())),
        None if json::field(&fields, path).is_some_and(|raw| !json::is_empty(raw)) => Body::InS3,
        None => Body::Missing,
    }
}

fn read_request(request: &str, dialogue: &mut Dialogue) -> Result<(), LeftOut> {
    const NONE: &str = "its request is in none of the formats that convert reads: Converse, and the native ones of Nova, Claude, Titan and Llama; write its question as `prompt`, and its answer as `completion`";
    let request = json::members(request).ok_or(NONE)?;
    meaning::check_tools(&request)?;
    read_system(&request, dialogue)?;
    let known: &[&str] = if let Some(list) = json::field(&request, "messages") {
        messages::read(list, "messages", dialogue)?;
        &["messages", "system", "schemaVersion"]
    } else if let Some(key) = ["inputText", "prompt"].into_iter().find(|key| json::field(&request, key).is_some()) {
        template::read(&required(&request, key)?, dialogue)?;
        &["inputText", "prompt"]
    } else {
        return Err(NONE.into());
    };
    if dialogue.turns.last().is_none_or(|last| last.speaker.role() != "user") {
        return Err("its request ends with the beginning of the answer".into());
    }
    for (key, raw) in &request {
        if !known.contains(&key.as_ref()) && !json::is_empty(raw) {
            dialogue.drop_key("input.inputBodyJson.", key);
        }
    }
    Ok(())
}

fn read_response(response: &str, dialogue: &mut Dialogue) -> Result<(), LeftOut> {
    let answer = match json::elements(response) {
        Some(events) => stream::read(&events)?,
        None => whole(response, dialogue)?,
    };
    match answer.stop.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("guardrail_intervened" | "content_filtered" | "content_filter" | "refusal") => {
            return Err("a guardrail, a filter or a refusal ended the answer".into());
        }
        Some("max_tokens" | "model_context_window_exceeded" | "length") => {
            dialogue.note("the answer ended at a token limit, and may be incomplete");
        }
        _ => {}
    }
    turn("assistant", answer.parts, false, dialogue)
}

/// Reads an answer that wasn't streamed.
fn whole(response: &str, dialogue: &mut Dialogue) -> Result<Answer, LeftOut> {
    let fields = json::members(response).ok_or("its answer (`outputBodyJson`) is neither an object nor a list")?;
    if let Some(answer) = plain(&fields)? {
        return Ok(answer);
    }
    let find = |keys: [&str; 2]| keys.into_iter().find_map(|key| json::field(&fields, key));
    let stop = find(["stopReason", "stop_reason"]).and_then(text);
    let of_message = json::field(&fields, "output").and_then(|raw| json::members(raw.get()));
    let of_message = of_message.and_then(|output| json::field(&output, "message"));
    let inside: Option<Raw> = match of_message {
        Some(message) => json::members(message.get()).and_then(|message| json::field(&message, "content")),
        None => json::field(&fields, "content"),
    };
    let raw = inside.ok_or(
        "its answer (`outputBodyJson`) is in none of the formats of Converse, Nova, Claude, Titan and Llama; write it as `completion`, and its question as `prompt`",
    )?;
    Ok(Answer { parts: content::read(raw, "content", dialogue)?, stop })
}

/// Returns an answer that is a string under a key of its model: of Llama, Claude's Text Completions or Titan, or one in
/// OpenAI's format.
fn plain(fields: &Members) -> Result<Option<Answer>, LeftOut> {
    let first = |key: &str| {
        let list = json::field(fields, key).and_then(|raw| json::elements(raw.get()))?;
        match list.as_slice() {
            [one] => json::members(one.get()),
            _ => None,
        }
    };
    let (said, stop) = if let Some(result) = first("results") {
        (json::field(&result, "outputText").and_then(text), json::field(&result, "completionReason").and_then(text))
    } else if let Some(choice) = first("choices") {
        let message = json::field(&choice, "message").and_then(|raw| json::members(raw.get())).unwrap_or_default();
        if let Some((key, _)) = message.iter().find(|(key, raw)| meaning::is_tool_call(key) && !json::is_empty(raw)) {
            return Err(meaning::calls_tool(key));
        }
        (json::field(&message, "content").and_then(text), json::field(&choice, "finish_reason").and_then(text))
    } else {
        let said = ["generation", "completion"].into_iter().find_map(|key| json::field(fields, key).and_then(text));
        (said, json::field(fields, "stop_reason").and_then(text))
    };
    Ok(said.map(|said| Answer { parts: vec![Part::Text(said)], stop }))
}
