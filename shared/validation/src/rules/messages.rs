//! Claude 3 Haiku: messages whose content is a text.

use super::text::check_text;
use super::turns::{Speaker, check_order, check_pair, check_role};
use super::{list, object, text_kind};
use crate::Code;
use crate::json::{Member, Node, Value, field};
use crate::pointer::At;
use crate::record_checker::RecordChecker;

/// Checks a record.
pub(super) fn check(checker: &mut RecordChecker, node: &Node, members: &[Member]) {
    let root = At::Root;
    checker.unknown_keys(members, &["system", "messages"], root);
    if let Some(system) = field(members, "system") {
        check_text(checker, system, root.key("system"), text_kind::SYSTEM);
    }
    let at = root.key("messages");
    let Some(messages_node) = checker.required("messages", members, node, root) else {
        return;
    };
    let Some(messages) = list(checker, messages_node, at, "messages") else {
        return;
    };
    checker.turns += messages.len() as u64;
    let speakers = check_messages(checker, messages, at, false);
    check_pair(checker, messages_node, messages, at);
    check_order(checker, messages, &speakers, at, true);
}

/// Checks messages of `role` and a text as `content`; who speaks in each.
pub(super) fn check_messages(
    checker: &mut RecordChecker,
    messages: &[Node],
    at: At,
    openai: bool,
) -> Vec<Option<Speaker>> {
    let mut speakers = Vec::with_capacity(messages.len());
    for (index, message) in messages.iter().enumerate() {
        let at = at.index(index);
        let Some(members) = object(checker, message, at) else {
            speakers.push(None);
            continue;
        };
        let known: &[&'static str] = if openai { &["role", "content", "name"] } else { &["role", "content"] };
        checker.unknown_keys(members, known, at);
        let role = checker.required("role", members, message, at);
        let speaker = role.and_then(|role| check_role(checker, role, at.key("role"), openai));
        if let Some(content) = checker.required("content", members, message, at) {
            let whose = speaker.map_or(text_kind::OTHER, Speaker::text_kind);
            match &content.value {
                Value::List(parts) if openai && parts.iter().all(|part| matches!(part.value, Value::Object(_))) => {
                    check_parts(checker, content, parts, at.key("content"), whose);
                }
                _ => {
                    check_text(checker, content, at.key("content"), whose);
                }
            }
        }
        speakers.push(speaker);
    }
    speakers
}

/// Checks content that is a list of parts, as OpenAI's chat format allows: `[{"type": "text", "text": …}]`.
fn check_parts(checker: &mut RecordChecker, node: &Node, parts: &[Node], at: At, whose: u8) {
    if list(checker, node, at, "parts, such as `[{\"type\": \"text\", \"text\": …}]`").is_none() {
        return;
    }
    let message = "AWS's pages disagree on content that is a list of parts: the user guide accepts OpenAI's chat format, which allows it, and the Nova 2 user guide asks for a text";
    checker.report(Code::SourcesDisagree, node, at, message, "join the parts into one text to be safe");
    for (index, part) in parts.iter().enumerate() {
        let at = at.index(index);
        let Some(members) = object(checker, part, at) else { continue };
        let kind = checker.required("type", members, part, at);
        if matches!(kind, Some(Node { value: Value::Text(kind), .. }) if kind != "text") {
            let message = "reinforcement fine-tuning accepts text only";
            checker.report(
                Code::UnsupportedContent,
                part,
                at,
                message,
                "remove the part, or write its content as text",
            );
            continue;
        }
        checker.unknown_keys(members, &["type", "text"], at);
        if let Some(kind) = kind.filter(|kind| !matches!(kind.value, Value::Text(_))) {
            checker.wrong_type(kind, at.key("type"), "a string");
        }
        if let Some(text) = checker.required("text", members, part, at) {
            check_text(checker, text, at.key("text"), whose);
        }
    }
}
