//! Reads Gemini's `contents`, the format of Vertex AI's tuning data.

use super::messages::turn;
use super::{required, text};
use crate::convert::LeftOut;
use crate::convert::dialogue::{Dialogue, Part};
use crate::convert::read::content::only_text;
use crate::convert::{image, meaning};
use crate::json::{self, Members, Raw};

/// The spellings of the REST API and of the Python client.
const SYSTEM: [&str; 2] = ["systemInstruction", "system_instruction"];

/// Reads a record. Returns the keys that it has read.
pub(super) fn read(members: &Members, dialogue: &mut Dialogue) -> Result<Vec<&'static str>, LeftOut> {
    for key in SYSTEM {
        let Some(raw) = json::field(members, key).filter(|raw| !json::is_empty(raw)) else { continue };
        let parts = match text(raw) {
            Some(text) => vec![Part::Text(text)],
            None => {
                let fields =
                    json::members(raw.get()).ok_or_else(|| format!("`{key}` is neither an object nor a text"))?;
                read_parts(&fields, dialogue)?
            }
        };
        dialogue.system.push(only_text(parts, "the system instruction")?);
    }
    let list = json::field(members, "contents").ok_or("the key `contents` is missing")?;
    let list = json::elements(list.get()).ok_or("`contents` isn't a list")?;
    for content in list {
        let fields = json::members(content.get()).ok_or("one of the `contents` isn't an object")?;
        for (key, raw) in &fields {
            if !matches!(key.as_ref(), "role" | "parts") && !json::is_empty(raw) {
                dialogue.drop_key("contents[].", key);
            }
        }
        // Content without a role is the user's.
        let role = json::field(&fields, "role").and_then(text).unwrap_or_else(|| "user".to_owned());
        let parts = read_parts(&fields, dialogue)?;
        turn(&role, parts, false, dialogue)?;
    }
    Ok(vec!["contents", SYSTEM[0], SYSTEM[1]])
}

fn read_parts(fields: &Members, dialogue: &mut Dialogue) -> Result<Vec<Part>, LeftOut> {
    let raw = json::field(fields, "parts").ok_or("one of the `contents` has no `parts`")?;
    let parts = match json::elements(raw.get()) {
        Some(parts) => parts,
        None => vec![raw],
    };
    parts.into_iter().map(|part| read_part(part, dialogue)).collect()
}

fn read_part(raw: Raw, dialogue: &mut Dialogue) -> Result<Part, LeftOut> {
    let fields = json::members(raw.get()).ok_or("one of the `parts` isn't an object")?;
    let find = |keys: [&str; 2]| keys.into_iter().find_map(|key| json::field(&fields, key));
    for key in ["functionCall", "function_call", "functionResponse", "function_response", "executableCode"] {
        if json::field(&fields, key).is_some_and(|raw| !json::is_empty(raw)) {
            return Err(meaning::calls_tool(key));
        }
    }
    let known = ["text", "thought", "inlineData", "inline_data", "fileData", "file_data"];
    for (key, raw) in &fields {
        if !known.contains(&key.as_ref()) && !json::is_empty(raw) {
            dialogue.drop_key("contents[].parts[].", key);
        }
    }
    if let Some(data) = find(["inlineData", "inline_data"]).and_then(|raw| json::members(raw.get())) {
        check_type(&data)?;
        return image::decoded(&required(&data, "data")?);
    }
    if let Some(file) = find(["fileData", "file_data"]).and_then(|raw| json::members(raw.get())) {
        check_type(&file)?;
        let key = if json::field(&file, "fileUri").is_some() { "fileUri" } else { "file_uri" };
        return image::at(&required(&file, key)?);
    }
    let text = required(&fields, "text")?;
    let is_thought = json::field(&fields, "thought").is_some_and(|raw| raw.get() == "true");
    Ok(if is_thought { Part::Reasoning(text) } else { Part::Text(text) })
}

fn check_type(fields: &Members) -> Result<(), LeftOut> {
    let kind = ["mimeType", "mime_type"].into_iter().find_map(|key| json::field(fields, key)).and_then(text);
    match kind {
        Some(kind) if !kind.starts_with("image/") => {
            Err("it has media that aren't images, and only images are converted".into())
        }
        _ => Ok(()),
    }
}
