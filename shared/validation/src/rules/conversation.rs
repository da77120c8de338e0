//! `bedrock-conversation-2024`: Nova, Llama 3.2 and 3.3, and the prompts of a distillation.

use super::blocks::judge_blocks;
use super::seen::Seen;
use super::text::judge_text;
use super::turns::{judge_order, judge_pair, judge_role};
use super::{list, object, said};
use crate::Code;
use crate::catalogue::MediaFormats;
use crate::json::{Member, Node, Value, field};
use crate::pointer::At;
use crate::sheet::Sheet;

const SCHEMA_VERSION: &str = "bedrock-conversation-2024";

/// Which turns a record has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turns {
    /// Questions and answers, the last one an answer.
    Answered,
    /// The last answer may be missing.
    Any,
    /// One question, and perhaps its answer.
    Single,
}

/// Judges a record.
pub(super) fn judge(sheet: &mut Sheet, node: &Node, members: &[Member], turns: Turns, media: &MediaFormats) {
    let root = At::Root;
    let mut known = vec!["schemaVersion", "system", "messages"];
    for tools in members.iter().filter(|member| matches!(member.key.as_ref(), "toolConfig" | "tools")) {
        let message = format!("`{}` defines tools, which can't be used to customize this model", tools.key);
        sheet.faults.push(Code::UnsupportedContent, tools.start, String::new(), message, "take it out");
        known.push(if tools.key == "tools" { "tools" } else { "toolConfig" });
    }
    sheet.unknown_keys(members, &known, root);
    judge_schema_version(sheet, node, members);
    if let Some(system) = field(members, "system") {
        judge_system(sheet, system, root.key("system"));
    }
    let at = root.key("messages");
    let Some(messages_node) = sheet.required("messages", members, node, root) else {
        return;
    };
    let Some(messages) = list(sheet, messages_node, at, "messages") else {
        return;
    };
    sheet.turns += messages.len() as u64;
    let mut speakers = Vec::with_capacity(messages.len());
    let mut seen = Seen::default();
    for (index, message) in messages.iter().enumerate() {
        let at = at.index(index);
        let Some(members) = object(sheet, message, at) else {
            speakers.push(None);
            continue;
        };
        sheet.unknown_keys(members, &["role", "content"], at);
        let role = sheet.required("role", members, message, at);
        let speaker = role.and_then(|role| judge_role(sheet, role, at.key("role"), false));
        speakers.push(speaker);
        if let Some(content) = sheet.required("content", members, message, at) {
            judge_blocks(sheet, content, at.key("content"), speaker, media, &mut seen);
        }
    }
    if turns == Turns::Answered {
        judge_pair(sheet, messages_node, messages, at);
    }
    judge_order(sheet, messages, &speakers, at, turns == Turns::Answered);
    if turns == Turns::Single && messages.len() > 2 {
        let message =
            format!("there are {} messages, and this student takes one question and its answer", messages.len());
        sheet.fault(Code::TooManyTurns, messages_node, at, message, "make one record of each turn");
    }
    seen.judge_together(sheet);
}

/// The guide wants the key and tolerates any text in it; three of AWS's five checkers refuse other texts, so do we.
fn judge_schema_version(sheet: &mut Sheet, node: &Node, members: &[Member]) {
    let at = At::Root.key("schemaVersion");
    match sheet.required("schemaVersion", members, node, At::Root) {
        None => {}
        Some(Node { value: Value::Text(version), .. }) if version == SCHEMA_VERSION => {}
        Some(version @ Node { value: Value::Text(_), .. }) => {
            let help = format!("write \"{SCHEMA_VERSION}\"");
            sheet.fault(
                Code::UnknownSchemaVersion,
                version,
                at,
                format!("`schemaVersion` is not `{SCHEMA_VERSION}`"),
                help,
            );
        }
        Some(version) => sheet.wrong_type(version, at, &format!("the text \"{SCHEMA_VERSION}\"")),
    }
}

fn judge_system(sheet: &mut Sheet, node: &Node, at: At) {
    let Some(texts) = list(sheet, node, at, "one `{\"text\": …}`") else {
        return;
    };
    if let Some(second) = texts.get(1) {
        let message = format!("`system` holds {} texts, and one is the most", texts.len());
        sheet.fault(Code::TooManySystemTexts, second, at.index(1), message, "join them into one text");
    }
    for (index, text) in texts.iter().enumerate() {
        let at = at.index(index);
        let Some(members) = object(sheet, text, at) else { continue };
        sheet.unknown_keys(members, &["text"], at);
        if let Some(text) = sheet.required("text", members, text, at) {
            judge_text(sheet, text, at.key("text"), said::SYSTEM);
        }
    }
}
