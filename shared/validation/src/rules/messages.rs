//! Claude 3 Haiku: messages whose content is a text.

use super::text::judge_text;
use super::turns::{Speaker, judge_order, judge_pair, judge_role};
use super::{list, object, said};
use crate::Code;
use crate::json::{Member, Node, Value, field};
use crate::pointer::At;
use crate::sheet::Sheet;

/// Judges a record.
pub(super) fn judge(sheet: &mut Sheet, node: &Node, members: &[Member]) {
    let root = At::Root;
    sheet.unknown_keys(members, &["system", "messages"], root);
    if let Some(system) = field(members, "system") {
        judge_text(sheet, system, root.key("system"), said::SYSTEM);
    }
    let at = root.key("messages");
    let Some(messages_node) = sheet.required("messages", members, node, root) else {
        return;
    };
    let Some(messages) = list(sheet, messages_node, at, "messages") else {
        return;
    };
    sheet.turns += messages.len() as u64;
    let speakers = judge_messages(sheet, messages, at, false);
    judge_pair(sheet, messages_node, messages, at);
    judge_order(sheet, messages, &speakers, at, true);
}

/// Judges messages of `role` and a text as `content`; who speaks in each.
pub(super) fn judge_messages(sheet: &mut Sheet, messages: &[Node], at: At, openai: bool) -> Vec<Option<Speaker>> {
    let mut speakers = Vec::with_capacity(messages.len());
    for (index, message) in messages.iter().enumerate() {
        let at = at.index(index);
        let Some(members) = object(sheet, message, at) else {
            speakers.push(None);
            continue;
        };
        let known: &[&'static str] = if openai { &["role", "content", "name"] } else { &["role", "content"] };
        sheet.unknown_keys(members, known, at);
        let role = sheet.required("role", members, message, at);
        let speaker = role.and_then(|role| judge_role(sheet, role, at.key("role"), openai));
        if let Some(content) = sheet.required("content", members, message, at) {
            let whose = speaker.map_or(said::OTHER, Speaker::said);
            match &content.value {
                Value::List(parts) if openai && parts.iter().all(|part| matches!(part.value, Value::Object(_))) => {
                    judge_parts(sheet, content, parts, at.key("content"), whose);
                }
                _ => {
                    judge_text(sheet, content, at.key("content"), whose);
                }
            }
        }
        speakers.push(speaker);
    }
    speakers
}

/// Judges content that is a list of parts, as OpenAI's chat format allows: `[{"type": "text", "text": …}]`.
fn judge_parts(sheet: &mut Sheet, node: &Node, parts: &[Node], at: At, whose: u8) {
    if list(sheet, node, at, "parts, such as `[{\"type\": \"text\", \"text\": …}]`").is_none() {
        return;
    }
    let message = "AWS's pages disagree on content that is a list of parts: the user guide takes OpenAI's chat format, which has it, and the Nova 2 user guide asks for a text";
    sheet.fault(Code::SourcesDisagree, node, at, message, "join the parts into one text to be safe");
    for (index, part) in parts.iter().enumerate() {
        let at = at.index(index);
        let Some(members) = object(sheet, part, at) else { continue };
        let kind = sheet.required("type", members, part, at);
        if matches!(kind, Some(Node { value: Value::Text(kind), .. }) if kind != "text") {
            let message = "reinforcement fine-tuning takes text only";
            sheet.fault(
                Code::UnsupportedContent,
                part,
                at,
                message,
                "take the part out, or write what it says as text",
            );
            continue;
        }
        sheet.unknown_keys(members, &["type", "text"], at);
        if let Some(kind) = kind.filter(|kind| !matches!(kind.value, Value::Text(_))) {
            sheet.wrong_type(kind, at.key("type"), "a text");
        }
        if let Some(text) = sheet.required("text", members, part, at) {
            judge_text(sheet, text, at.key("text"), whose);
        }
    }
}
