//! Checks records in the format `bedrock-conversation-2024`.

use serde_json::{Map, Value};

use super::models::Model;
use super::records::{Medium, alternate, must_follow};

/// Strings that make a Nova job fail if they occur in a user's text or in the system prompt.
const RESERVED: [&str; 7] = ["User:", "Bot:", "Assistant:", "System:", "<image>", "<video>", "[EOS]"];
/// The maximum number of images in a record.
const MOST_IMAGES: usize = 10;

/// Checks a record in the format `bedrock-conversation-2024`. `answered`: the last message is the assistant's.
pub(super) fn conversation(
    fields: &Map<String, Value>,
    model: &Model,
    nova: bool,
    answered: bool,
) -> Result<Vec<Medium>, String> {
    let shape = "the 'bedrock-conversation-2024' format";
    let version = fields.get("schemaVersion");
    let needs_version = nova || !answered;
    if version.map_or(needs_version, |version| !version.is_string()) {
        return Err(must_follow(shape));
    }
    let messages = fields.get("messages").and_then(Value::as_array).ok_or_else(|| must_follow(shape))?;
    if messages.len() < 1 + usize::from(answered) || !alternate(messages, answered) {
        return Err(must_follow(shape));
    }
    if let Some(system) = fields.get("system") {
        let texts = system.as_array().filter(|texts| texts.iter().all(|text| text["text"].is_string()));
        for text in texts.ok_or_else(|| must_follow(shape))?.iter().filter(|_| nova) {
            unreserved(&text["text"])?;
        }
    }
    let mut media = Vec::new();
    for message in messages {
        let blocks =
            message["content"].as_array().filter(|blocks| !blocks.is_empty()).ok_or_else(|| must_follow(shape))?;
        for block in blocks {
            media.extend(judge_block(block, &message["role"], model, nova)?);
        }
    }
    let videos = media.iter().filter(|medium| medium.video).count();
    if videos > 1 || media.len() - videos > MOST_IMAGES || videos == 1 && media.len() > 1 {
        return Err("Record {line} holds more media than 10 images or 1 video".to_owned());
    }
    if !media.is_empty() && (!answered || !model.inputs.contains(&"IMAGE")) {
        return Err(format!("Record {{line}} holds media, which the model {} does not take here", model.id));
    }
    Ok(media)
}

fn judge_block(block: &Value, role: &Value, model: &Model, nova: bool) -> Result<Option<Medium>, String> {
    let shape = "the 'bedrock-conversation-2024' format";
    let block = block.as_object().filter(|block| block.len() == 1).and_then(|block| block.iter().next());
    let Some((kind, value)) = block else { return Err(must_follow(shape)) };
    match kind.as_str() {
        "text" if value.as_str().is_some_and(|text| !text.is_empty()) => {
            if nova && role == "user" {
                unreserved(value)?;
            }
            Ok(None)
        }
        "reasoningContent" if role == "assistant" && model.id.starts_with("amazon.nova-2") => Ok(None),
        "image" | "video" if role == "user" => {
            let video = kind == "video";
            let formats: &[&str] = if video { &["mov", "mkv", "mp4", "webm"] } else { &["png", "jpeg", "gif", "webp"] };
            let uri = value["source"]["s3Location"]["uri"].as_str();
            let format = value["format"].as_str().is_some_and(|format| formats.contains(&format));
            let Some(uri) = uri.filter(|uri| format && uri.starts_with("s3://")) else {
                return Err(must_follow(shape));
            };
            let fits = uri["s3://".len()..].bytes().all(|b| b.is_ascii_alphanumeric() || b"_-/.".contains(&b));
            if fits {
                Ok(Some(Medium { uri: uri.to_owned(), video }))
            } else {
                Err("The media path in record {line} holds a character that is not allowed".to_owned())
            }
        }
        _ => Err(must_follow(shape)),
    }
}

fn unreserved(text: &Value) -> Result<(), String> {
    let text = text.as_str().unwrap_or_default();
    match RESERVED.iter().find(|word| text.contains(**word)) {
        Some(word) => Err(format!("Record {{line}} holds the reserved keyword {word}")),
        None => Ok(()),
    }
}
