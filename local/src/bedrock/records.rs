//! Checks a record, for each form of data.

use serde_json::{Map, Value};

use super::conversation::conversation;
use super::models::{Form, Model};

/// An object in S3 that a record refers to.
#[derive(Debug)]
pub(super) struct Medium {
    pub(super) uri: String,
    pub(super) video: bool,
}

/// Checks a record. Returns the media that it refers to, or what is wrong, with `{line}` for the line's number.
pub(super) fn judge(form: Form, model: &Model, record: &Value) -> Result<Vec<Medium>, String> {
    let Some(fields) = record.as_object() else { return Err(must_follow("a JSON object")) };
    match form {
        Form::PromptCompletion => strings(
            fields,
            &["prompt", "completion"],
            r#"'{"prompt": "<input text>", "completion": "<output text>"}' format"#,
        ),
        Form::Input => strings(fields, &["input"], r#"'{"input": "<input text>"}' format"#),
        Form::Image => image(fields, model),
        Form::Messages => plain_messages(fields),
        Form::Graded => graded(fields),
        Form::Conversation { nova } => conversation(fields, model, nova, true),
        Form::Prompts => conversation(fields, model, false, false),
    }
}

/// Returns the number of characters of text in a record.
pub(super) fn letters(value: &Value) -> usize {
    match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.iter().map(letters).sum(),
        Value::Object(fields) => fields.values().map(letters).sum(),
        _ => 0,
    }
}

fn strings(fields: &Map<String, Value>, names: &[&str], shape: &str) -> Result<Vec<Medium>, String> {
    let fits = fields.len() == names.len() && names.iter().all(|name| fields.get(*name).is_some_and(Value::is_string));
    if fits { Ok(Vec::new()) } else { Err(must_follow(shape)) }
}

fn image(fields: &Map<String, Value>, model: &Model) -> Result<Vec<Medium>, String> {
    let shape = r#"'{"image-ref": "s3://<bucket>/<image>", "caption": "<text>"}' format"#;
    let uri = fields.get("image-ref").and_then(Value::as_str).filter(|uri| uri.starts_with("s3://"));
    let caption = fields.get("caption").map_or(Some(0), |caption| caption.as_str().map(|text| text.chars().count()));
    let (Some(uri), Some(caption)) = (uri, caption) else { return Err(must_follow(shape)) };
    let lengths = if model.validation { 0..=2_560 } else { 3..=1_024 };
    if !lengths.contains(&caption) {
        return Err(format!(
            "The caption of record {{line}} must have {} to {} characters",
            lengths.start(),
            lengths.end()
        ));
    }
    Ok(vec![Medium { uri: uri.to_owned(), video: false }])
}

fn plain_messages(fields: &Map<String, Value>) -> Result<Vec<Medium>, String> {
    let shape = r#"'{"system": "<text>", "messages": [{"role": "user", "content": "<text>"}, …]}' format"#;
    let messages = fields.get("messages").and_then(Value::as_array).ok_or_else(|| must_follow(shape))?;
    let plain = |message: &Value| {
        message["content"].as_str().is_some_and(|text| !text.contains("\nHuman:") && !text.contains("\nAssistant:"))
    };
    let system = fields.get("system").is_none_or(Value::is_string);
    if !system || messages.len() < 2 || !messages.iter().all(plain) || !alternate(messages, true) {
        return Err(must_follow(shape));
    }
    Ok(Vec::new())
}

fn graded(fields: &Map<String, Value>) -> Result<Vec<Medium>, String> {
    let shape = r#"'{"messages": [{"role": "user", "content": "<text>"}], "reference_answer": …}' format"#;
    let messages = fields.get("messages").and_then(Value::as_array).filter(|messages| !messages.is_empty());
    let role = |message: &Value| {
        matches!(message["role"].as_str(), Some("system" | "user" | "assistant")) && message["content"].is_string()
    };
    let answer = fields.get("reference_answer").is_none_or(|answer| answer.is_string() || answer.is_object());
    if messages.is_some_and(|messages| messages.iter().all(role)) && answer {
        Ok(Vec::new())
    } else {
        Err(must_follow(shape))
    }
}

/// Checks that the roles alternate, with the user first and, if `answered`, the assistant last.
pub(super) fn alternate(messages: &[Value], answered: bool) -> bool {
    let turns =
        messages.iter().zip(["user", "assistant"].into_iter().cycle()).all(|(message, role)| message["role"] == role);
    turns && (!answered || messages.len().is_multiple_of(2))
}

/// Returns Bedrock's message for a record of another form.
pub(super) fn must_follow(shape: &str) -> String {
    format!("Input data at line {{line}} must follow {shape}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(id: &str, kind: &str, record: Value) -> Result<usize, String> {
        let model = Model::named(id).unwrap();
        judge(model.form(kind), model, &record).map(|media| media.len())
    }

    fn talk(content: Value) -> Value {
        json!({ "schemaVersion": "bedrock-conversation-2024", "messages": [
            { "role": "user", "content": content }, { "role": "assistant", "content": [{ "text": "b" }] }] })
    }

    #[test]
    fn nova_accepts_conversations_without_reserved_words() {
        let nova = |content| judged("amazon.nova-lite-v1:0:300k", "FINE_TUNING", talk(content));
        assert_eq!(nova(json!([{ "text": "a" }])), Ok(0));
        assert_eq!(
            nova(json!([{ "text": "System: a" }])),
            Err("Record {line} holds the reserved keyword System:".to_owned())
        );
        let image = json!({ "image": { "format": "png", "source": { "s3Location": { "uri": "s3://bucket/a.png" } } } });
        assert_eq!(nova(json!([image.clone(), { "text": "a" }])), Ok(1));
        assert!(judged("amazon.nova-micro-v1:0:128k", "FINE_TUNING", talk(json!([image]))).is_err());
        assert!(nova(json!([{ "toolUse": {} }])).is_err());
    }

    #[test]
    fn titan_accepts_prompts_with_completions() {
        let titan = |record| judged("amazon.titan-text-lite-v1:0:4k", "FINE_TUNING", record);
        assert_eq!(titan(json!({ "prompt": "a", "completion": "b" })), Ok(0));
        let words = titan(json!({ "prompt": "a" })).unwrap_err();
        assert_eq!(
            words,
            r#"Input data at line {line} must follow '{"prompt": "<input text>", "completion": "<output text>"}' format"#
        );
    }

    #[test]
    fn each_kind_of_training_has_its_form() {
        assert_eq!(judged("amazon.titan-text-lite-v1:0:4k", "CONTINUED_PRE_TRAINING", json!({ "input": "a" })), Ok(0));
        let graded = json!({ "messages": [{ "role": "user", "content": "6*7?" }], "reference_answer": "42" });
        assert_eq!(judged("amazon.nova-2-lite-v1:0:256k", "REINFORCEMENT_FINE_TUNING", graded), Ok(0));
        let messages = json!([{ "role": "user", "content": [{ "text": "a" }] }]);
        let prompt = json!({ "schemaVersion": "bedrock-conversation-2024", "messages": messages });
        assert_eq!(judged("amazon.nova-lite-v1:0:300k", "DISTILLATION", prompt), Ok(0));
    }
}
