//! `bedrock-conversation-2024`: Nova, Llama 3.2 and 3.3, and the prompts of a distillation.

use super::blocks::{judge_blocks, judge_type};
use super::seen::Seen;
use super::text::judge_text;
use super::turns::{judge_order, judge_pair, judge_role};
use super::{list, object, said};
use crate::Code;
use crate::catalogue::{Format, MediaFormats};
use crate::json::{Member, Node, Value, field};
use crate::pointer::At;
use crate::sheet::Sheet;

const SCHEMA_VERSION: &str = "bedrock-conversation-2024";
/// User guide, "Prepare your training datasets for distillation".
const MISSPELT: &str = "bedrock-conversion-2024";

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

/// The guides of Nova take any text. Those of Llama and distillation name one;
/// the page on distillation spells it in two ways, once in its list of requirements and once in its examples.
fn judge_schema_version(sheet: &mut Sheet, node: &Node, members: &[Member]) {
    let at = At::Root.key("schemaVersion");
    match sheet.required("schemaVersion", members, node, At::Root) {
        None => {}
        Some(Node { value: Value::Text(version), .. })
            if version == SCHEMA_VERSION || sheet.training.any_schema_version => {}
        Some(node @ Node { value: Value::Text(version), .. })
            if version == MISSPELT && matches!(sheet.training.format, Format::DistillationPrompts { .. }) =>
        {
            let message = format!(
                "AWS's page on distillation spells `schemaVersion` in two ways: this one in its requirements, `{SCHEMA_VERSION}` in its examples and in its validation script"
            );
            sheet.fault(Code::SourcesDisagree, node, at, message, format!("write \"{SCHEMA_VERSION}\" to be safe"));
        }
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
        Some(version) => sheet.wrong_type(version, at, &format!("a text, such as \"{SCHEMA_VERSION}\"")),
    }
}

fn judge_system(sheet: &mut Sheet, node: &Node, at: At) {
    // An empty list is what Converse takes for no system text (API reference, `Converse`: 0 items are the least).
    if matches!(&node.value, Value::List(texts) if texts.is_empty()) {
        if sheet.training.one_system_text {
            let message =
                "`system` is an empty list: the Converse API takes it, AWS's sample validator for this format doesn't";
            sheet.fault(Code::SourcesDisagree, node, at, message, "leave `system` out");
        }
        return;
    }
    let Some(texts) = list(sheet, node, at, "texts, such as `[{\"text\": …}]`") else {
        return;
    };
    if let Some(second) = texts.get(1).filter(|_| sheet.training.one_system_text) {
        let message = format!(
            "`system` holds {} texts: the Converse API takes them, AWS's sample validator for this format takes one",
            texts.len()
        );
        sheet.fault(Code::TooManySystemTexts, second, at.index(1), message, "join them into one text");
    }
    for (index, text) in texts.iter().enumerate() {
        let at = at.index(index);
        let Some(members) = object(sheet, text, at) else { continue };
        judge_type(sheet, members, at, &["text"]);
        if let Some(text) = sheet.required("text", members, text, at) {
            judge_text(sheet, text, at.key("text"), said::SYSTEM);
        }
    }
}
