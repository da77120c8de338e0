//! Reads the content of a message: a string, or a list of parts.

use super::{required, said, text};
use crate::convert::LeftOut;
use crate::convert::dialogue::{Dialogue, Part, Stored};
use crate::convert::{image, meaning};
use crate::json::{self, Members, Raw};

/// Reads a string, or a list of parts in the formats of OpenAI, Anthropic or Bedrock.
pub(super) fn read(raw: Raw, key: &str, dialogue: &mut Dialogue) -> Result<Vec<Part>, LeftOut> {
    if let Some(text) = text(raw) {
        return Ok(vec![Part::Text(text)]);
    }
    let parts = json::elements(raw.get())
        .ok_or_else(|| format!("`{key}` is {}, and must be a text or a list of parts", json::kind(raw.get())))?;
    parts.into_iter().map(|part| read_part(part, dialogue)).collect()
}

/// Returns the parts as one text. `what` names their location.
pub(in crate::convert) fn only_text(parts: Vec<Part>, what: &str) -> Result<String, LeftOut> {
    let text = |part| match part {
        Part::Text(text) => Ok(text),
        Part::Reasoning(_) => Err(format!("{what} has reasoning").into()),
        _ => Err(format!("{what} has an image or a video, and text is all that it can have").into()),
    };
    let texts: Result<Vec<String>, LeftOut> = parts.into_iter().map(text).collect();
    Ok(texts?.join("\n\n"))
}

fn read_part(raw: Raw, dialogue: &mut Dialogue) -> Result<Part, LeftOut> {
    if let Some(text) = text(raw) {
        return Ok(Part::Text(text));
    }
    let fields = json::members(raw.get()).ok_or("a part of a message's content is neither an object nor a text")?;
    let has = |key| json::field(&fields, key).is_some_and(|raw| raw.get() != "null");
    let kind = json::field(&fields, "type").and_then(text);
    let (part, known): (Part, &[&str]) = match kind.as_deref() {
        Some("text" | "input_text" | "output_text") => {
            let key = ["text", "value", "content"].into_iter().find(|key| has(key)).unwrap_or("text");
            (Part::Text(required(&fields, key)?), &["text", "value", "content"])
        }
        Some("image_url" | "input_image") if has("image_url") => {
            dialogue.is_openai = true;
            (image_url(&fields, dialogue)?, &["image_url", "detail"])
        }
        Some("image") if has("source") => (anthropic_image(&fields)?, &["source"]),
        Some("image") if json::field(&fields, "image").and_then(text).is_some() => {
            (image::at(&required(&fields, "image")?)?, &["image"])
        }
        Some("thinking") => (Part::Reasoning(required(&fields, "thinking")?), &["thinking"]),
        Some("tool_use" | "tool_call" | "tool_result" | "tool_response" | "function_call" | "function_call_output") => {
            return Err(meaning::calls_tool("type"));
        }
        Some("refusal") => return Err("it has a refusal (`refusal`), which isn't an answer".into()),
        Some("redacted_thinking") => return Err("its reasoning is redacted".into()),
        _ => bedrock(&fields)?,
    };
    for (key, raw) in &fields {
        let key = key.as_ref();
        let is_empty_list = matches!(key, "annotations" | "logprobs") && meaning::is_empty(raw);
        if key != "type" && !is_empty_list && !known.contains(&key) && !json::is_empty(raw) {
            dialogue.drop_key("content[].", key);
        }
    }
    Ok(part)
}

/// Reads `{"type": "image_url", "image_url": {"url": …}}`, or with the address as a string.
fn image_url(fields: &Members, dialogue: &mut Dialogue) -> Result<Part, LeftOut> {
    let Some(raw) = json::field(fields, "image_url") else {
        return Err("an image has no address".into());
    };
    let Some(inside) = json::members(raw.get()) else {
        return image::at(&said(raw, "image_url")?);
    };
    // `detail` sets the number of tokens that OpenAI uses for the image. Bedrock's models have no such setting.
    for (key, raw) in inside.iter().chain(fields) {
        if !matches!(key.as_ref(), "url" | "image_url" | "type") && !json::is_empty(raw) {
            dialogue.drop_key("content[].image_url.", key);
        }
    }
    image::at(&required(&inside, "url")?)
}

fn anthropic_image(fields: &Members) -> Result<Part, LeftOut> {
    let source = json::field(fields, "source").and_then(|raw| json::members(raw.get()));
    let source = source.ok_or("the `source` of an image isn't an object")?;
    match json::field(&source, "type").and_then(text).as_deref() {
        Some("base64") => image::decoded(&required(&source, "data")?),
        Some("url") => image::at(&required(&source, "url")?),
        _ => Err("the `source` of an image is neither base64 nor a URL".into()),
    }
}

/// Reads a block of Bedrock's format, whose key is its kind.
fn bedrock(fields: &Members) -> Result<(Part, &'static [&'static str]), LeftOut> {
    let find = |key| json::field(fields, key).filter(|raw| raw.get() != "null");
    if let Some(raw) = find("image") {
        return Ok((stored(raw, "image")?, &["image"]));
    }
    if let Some(raw) = find("video") {
        return Ok((stored(raw, "video")?, &["video"]));
    }
    if let Some(raw) = find("reasoningContent") {
        let inside = json::members(raw.get()).and_then(|inside| json::field(&inside, "reasoningText"));
        let inside = inside.and_then(|raw| json::members(raw.get()));
        let inside = inside.ok_or("its reasoning isn't text")?;
        return Ok((Part::Reasoning(required(&inside, "text")?), &["reasoningContent"]));
    }
    for key in ["toolUse", "toolResult"] {
        if find(key).is_some() {
            return Err(meaning::calls_tool(key));
        }
    }
    match find("text") {
        Some(_) if find("type").is_none() => Ok((Part::Text(required(fields, "text")?), &["text"])),
        _ => Err("a part of a message's content is neither text nor an image that can be converted".into()),
    }
}

/// Reads `{"format": …, "source": {"s3Location": {"uri": …}}}`, or the bytes of an image.
fn stored(raw: Raw, kind: &'static str) -> Result<Part, LeftOut> {
    let fields = json::members(raw.get()).ok_or_else(|| format!("the `{kind}` of a message isn't an object"))?;
    let source = json::field(&fields, "source").and_then(|raw| json::members(raw.get()));
    let source = source.ok_or_else(|| format!("the `{kind}` of a message has no `source`"))?;
    if kind == "image" && json::field(&source, "bytes").is_some() {
        return image::decoded(&required(&source, "bytes")?);
    }
    let place = json::field(&source, "s3Location").and_then(|raw| json::members(raw.get()));
    let place = place.ok_or_else(|| format!("the `{kind}` of a message isn't in S3"))?;
    let owner = json::field(&place, "bucketOwner").and_then(text);
    Ok(Part::Stored(Stored { kind, format: required(&fields, "format")?, uri: required(&place, "uri")?, owner }))
}
