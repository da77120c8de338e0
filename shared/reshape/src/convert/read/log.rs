//! Reads records of Bedrock's model invocation logs: calls of Converse, and of the native APIs of Nova and Claude.

use super::messages::{self, turn};
use super::{content, read_system, stream, text};
use crate::convert::LeftOut;
use crate::convert::dialogue::Dialogue;
use crate::convert::meaning;
use crate::json::{self, Members, Raw};

/// What the model answered.
pub(super) struct Answer {
    pub(super) parts: Vec<crate::convert::dialogue::Part>,
    pub(super) stop: Option<String>,
}

/// A body that is an object, or that is written as a text because of its content type.
enum Body {
    Json(String),
    InS3,
    Missing,
}

/// Reads a record; returns the keys that it has read.
pub(super) fn read(members: &Members, dialogue: &mut Dialogue) -> Result<Vec<&'static str>, LeftOut> {
    if let Some(key) =
        ["errorCode", "error"].into_iter().find(|key| json::field(members, key).is_some_and(|raw| !json::is_empty(raw)))
    {
        return Err(format!("the call failed (`{key}`)").into());
    }
    match body(members, "input", "inputBodyJson", "inputBodyS3Path", dialogue) {
        Body::Json(request) => read_request(&request, dialogue)?,
        Body::InS3 => {
            return Err("its request is in an object of its own (`inputBodyS3Path`), and nothing is downloaded".into());
        }
        Body::Missing => return Err("it has no request (`inputBodyJson`): the log was set up without text".into()),
    }
    match body(members, "output", "outputBodyJson", "outputBodyS3Path", dialogue) {
        Body::Json(response) => read_response(&response, dialogue)?,
        Body::InS3 => {
            return Err("its answer is in an object of its own (`outputBodyS3Path`), and nothing is downloaded".into());
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
    const NEITHER: &str = "its request is none of Converse's, Nova's and Claude's Messages";
    let request = json::members(request).ok_or(NEITHER)?;
    meaning::judge_tools(&request)?;
    let list = json::field(&request, "messages").ok_or(NEITHER)?;
    read_system(&request, dialogue)?;
    messages::read(list, "messages", dialogue)?;
    if dialogue.turns.last().is_none_or(|last| last.speaker.role() != "user") {
        return Err("its request ends with the beginning of the answer".into());
    }
    for (key, raw) in &request {
        if !matches!(key.as_ref(), "messages" | "system" | "schemaVersion") && !json::is_empty(raw) {
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
    match answer.stop.as_deref() {
        Some("guardrail_intervened" | "content_filtered" | "refusal") => {
            return Err("a guardrail, a filter or a refusal ended the answer".into());
        }
        Some("max_tokens" | "model_context_window_exceeded") => {
            dialogue.note("the answer ended at a limit of tokens, and may be cut off");
        }
        _ => {}
    }
    turn("assistant", answer.parts, false, dialogue)
}

/// Reads an answer that wasn't streamed.
fn whole(response: &str, dialogue: &mut Dialogue) -> Result<Answer, LeftOut> {
    let fields = json::members(response).ok_or("its answer (`outputBodyJson`) is neither an object nor a list")?;
    let find = |keys: [&str; 2]| keys.into_iter().find_map(|key| json::field(&fields, key));
    let stop = find(["stopReason", "stop_reason"]).and_then(text);
    let of_message = json::field(&fields, "output").and_then(|raw| json::members(raw.get()));
    let of_message = of_message.and_then(|output| json::field(&output, "message"));
    let inside: Option<Raw> = match of_message {
        Some(message) => json::members(message.get()).and_then(|message| json::field(&message, "content")),
        None => json::field(&fields, "content"),
    };
    let raw = inside.ok_or("its answer (`outputBodyJson`) is none of Converse's, Nova's and Claude's Messages")?;
    Ok(Answer { parts: content::read(raw, "content", dialogue)?, stop })
}
