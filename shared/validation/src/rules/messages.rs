//! Claude 3 Haiku: messages whose content is a text.

use super::text::judge_text;
use super::turns::{Speaker, judge_order, judge_pair, judge_role};
use super::{list, object, said};
use crate::json::{Member, Node, field};
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
            judge_text(sheet, content, at.key("content"), speaker.map_or(said::OTHER, Speaker::said));
        }
        speakers.push(speaker);
    }
    speakers
}
