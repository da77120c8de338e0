//! Records that are in the format of another model or service: told once, by name, rather than key by key.

use crate::catalogue::Format;
use crate::json::{Member, Node, Value, field};

/// The format that a record is in, where it is plainly not the one that is wanted.
pub(crate) fn foreign(format: &Format, members: &[Member]) -> Option<&'static str> {
    let has = |key| field(members, key).is_some();
    let has_all = |keys: &[&str]| keys.iter().all(|key| field(members, key).is_some());
    let chat = messages_are(members, |content| matches!(content, Value::Text(_)));
    let blocks = messages_are(
        members,
        |content| matches!(content, Value::List(blocks) if blocks.iter().all(|block| matches!(block.value, Value::Object(_)))),
    );
    // OpenAI's chat format has lists of parts, too: `[{"type": "text", "text": …}]`.
    let parts = messages_are(members, |content| match content {
        Value::Text(_) => true,
        Value::List(parts) => {
            parts.iter().all(|part| matches!(&part.value, Value::Object(part) if field(part, "type").is_some()))
        }
        _ => false,
    });
    let native = match format {
        Format::PromptCompletion => has("prompt") || has("completion"),
        Format::Input => has("input") && !has("output"),
        Format::Conversation(_) | Format::DistillationPrompts { .. } => {
            has("schemaVersion") || (has("messages") && !chat)
        }
        Format::Messages => has("messages") && !blocks && !has_system_message(members),
        Format::Reinforcement => has("messages") && (!blocks || parts),
        Format::ImageCaption { .. } => has("image-ref"),
    };
    if native {
        return None;
    }
    let shapes = [
        (has("messages") && blocks, "the conversation format of Nova and Llama (`bedrock-conversation-2024`)"),
        (
            has("messages") && has_system_message(members),
            "OpenAI's chat format (a system message, and texts as content)",
        ),
        (has("messages") && chat, "the chat format of OpenAI or Claude (texts as content)"),
        (has_all(&["prompt", "completion"]), "the prompt/completion format of Titan and Llama 3.1"),
        (has_all(&["instruction", "output"]), "Alpaca's format (instruction, input, output)"),
        (has_all(&["instruction", "response"]), "Dolly's format (instruction, context, response)"),
        (has("conversations"), "ShareGPT's format (conversations of from and value)"),
        (has_all(&["question", "answer"]), "a format of question and answer"),
        (has_all(&["input", "output"]), "a format of input and output"),
        (has_all(&["recordId", "modelInput"]), "the format of batch inference"),
        (has_all(&["schemaType", "modelId"]), "a model invocation log"),
        (has("image-ref"), "the image format of Titan Image and Nova Canvas"),
        (has("input"), "the format of continued pre-training (`{\"input\"}`)"),
        (has("text") && members.len() == 1, "a format of plain texts (`{\"text\"}`)"),
    ];
    shapes.into_iter().find(|(is, _)| *is).map(|(_, name)| name)
}

/// How a record of the format looks.
pub(crate) fn wanted(format: &Format) -> &'static str {
    match format {
        Format::PromptCompletion => r#"{"prompt": "…", "completion": "…"}"#,
        Format::Input => r#"{"input": "…"}"#,
        Format::Conversation(_) | Format::DistillationPrompts { .. } => {
            r#"{"schemaVersion": "bedrock-conversation-2024", "system": [{"text": "…"}], "messages": [{"role": "user", "content": [{"text": "…"}]}, {"role": "assistant", "content": [{"text": "…"}]}]}"#
        }
        Format::Messages => {
            r#"{"system": "…", "messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}"#
        }
        Format::Reinforcement => r#"{"messages": [{"role": "user", "content": "…"}], "reference_answer": "…"}"#,
        Format::ImageCaption { .. } => r#"{"image-ref": "s3://…", "caption": "…"}"#,
    }
}

/// Whether there are messages, all of whose contents pass.
fn messages_are(members: &[Member], passes: impl Fn(&Value) -> bool) -> bool {
    let mut contents = messages(members).filter_map(|message| field(message, "content")).peekable();
    contents.peek().is_some() && contents.all(|content| passes(&content.value))
}

fn has_system_message(members: &[Member]) -> bool {
    let mut roles = messages(members).filter_map(|message| field(message, "role"));
    roles.any(|role| matches!(&role.value, Value::Text(role) if role == "system"))
}

fn messages<'n, 'a>(members: &'n [Member<'a>]) -> impl Iterator<Item = &'n [Member<'a>]> {
    let nodes: &'n [Node<'a>] = match field(members, "messages").map(|node| &node.value) {
        Some(Value::List(nodes)) => nodes,
        _ => &[],
    };
    nodes.iter().filter_map(|node| match &node.value {
        Value::Object(members) => Some(members.as_slice()),
        _ => None,
    })
}
