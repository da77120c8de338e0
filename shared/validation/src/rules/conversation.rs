//! `bedrock-conversation-2024`: Nova, Llama 3.2 and 3.3, and the prompts of a distillation.

use super::blocks::{check_blocks, check_type};
use super::modality_count::ModalityCount;
use super::text::check_text;
use super::turns::{check_order, check_pair, check_role};
use super::{list, object, text_kind};
use crate::Code;
use crate::catalogue::{Format, MediaFormats};
use crate::json::{Member, Node, Value, field};
use crate::pointer::At;
use crate::record_checker::RecordChecker;

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

/// Checks a record.
pub(super) fn check(checker: &mut RecordChecker, node: &Node, members: &[Member], turns: Turns, media: &MediaFormats) {
    let root = At::Root;
    let mut known = vec!["schemaVersion", "system", "messages"];
    for tools in members.iter().filter(|member| matches!(member.key.as_ref(), "toolConfig" | "tools")) {
        let message = format!("`{}` defines tools, which can't be used to customize this model", tools.key);
        checker.noted.push(Code::UnsupportedContent, tools.start, String::new(), message, "remove it");
        known.push(if tools.key == "tools" { "tools" } else { "toolConfig" });
    }
    checker.unknown_keys(members, &known, root);
    check_schema_version(checker, node, members);
    if let Some(system) = field(members, "system") {
        check_system(checker, system, root.key("system"));
    }
    let at = root.key("messages");
    let Some(messages_node) = checker.required("messages", members, node, root) else {
        return;
    };
    let Some(messages) = list(checker, messages_node, at, "messages") else {
        return;
    };
    checker.turns += messages.len() as u64;
    let mut speakers = Vec::with_capacity(messages.len());
    let mut seen = ModalityCount::default();
    for (index, message) in messages.iter().enumerate() {
        let at = at.index(index);
        let Some(members) = object(checker, message, at) else {
            speakers.push(None);
            continue;
        };
        checker.unknown_keys(members, &["role", "content"], at);
        let role = checker.required("role", members, message, at);
        let speaker = role.and_then(|role| check_role(checker, role, at.key("role"), false));
        speakers.push(speaker);
        if let Some(content) = checker.required("content", members, message, at) {
            check_blocks(checker, content, at.key("content"), speaker, media, &mut seen);
        }
    }
    if turns == Turns::Answered {
        check_pair(checker, messages_node, messages, at);
    }
    check_order(checker, messages, &speakers, at, turns == Turns::Answered);
    if turns == Turns::Single && messages.len() > 2 {
        let message = format!(
            "the record has {} messages, and this student model accepts one question and its answer",
            messages.len()
        );
        checker.report(Code::TooManyTurns, messages_node, at, message, "write one record for each turn");
    }
    seen.judge_together(checker);
}

/// The guides of Nova take any text. Those of Llama and distillation name one;
/// the page on distillation spells it in two ways, once in its list of requirements and once in its examples.
fn check_schema_version(checker: &mut RecordChecker, node: &Node, members: &[Member]) {
    let at = At::Root.key("schemaVersion");
    match checker.required("schemaVersion", members, node, At::Root) {
        None => {}
        Some(Node { value: Value::Text(version), .. })
            if version == SCHEMA_VERSION || checker.training.any_schema_version => {}
        Some(node @ Node { value: Value::Text(version), .. })
            if version == MISSPELT && matches!(checker.training.format, Format::DistillationPrompts { .. }) =>
        {
            let message = format!(
                "AWS's page on distillation spells `schemaVersion` in two ways: like this in its requirements, `{SCHEMA_VERSION}` in its examples and in its validation script"
            );
            checker.report(Code::SourcesDisagree, node, at, message, format!("write \"{SCHEMA_VERSION}\" to be safe"));
        }
        Some(version @ Node { value: Value::Text(_), .. }) => {
            let help = format!("write \"{SCHEMA_VERSION}\"");
            let message = format!("expected `{SCHEMA_VERSION}`, found another `schemaVersion`");
            let what = (Code::UnknownSchemaVersion, "schemaVersion");
            checker.noted.note_shared(what, version.start, at.to_string(), message, help);
        }
        Some(version) => checker.wrong_type(version, at, &format!("a string, such as \"{SCHEMA_VERSION}\"")),
    }
}

fn check_system(checker: &mut RecordChecker, node: &Node, at: At) {
    // An empty list is what Converse takes for no system text (API reference, `Converse`: 0 items are the least).
    if matches!(&node.value, Value::List(texts) if texts.is_empty()) {
        if checker.training.one_system_text {
            let message = "`system` is an empty list: the Converse API accepts it, and AWS's sample validator for this format doesn't";
            checker.report(Code::SourcesDisagree, node, at, message, "remove `system`");
        }
        return;
    }
    let Some(texts) = list(checker, node, at, "texts, such as `[{\"text\": …}]`") else {
        return;
    };
    if let Some(second) = texts.get(1).filter(|_| checker.training.one_system_text) {
        let message = format!(
            "`system` has {} texts: the Converse API accepts them, and AWS's sample validator for this format accepts one",
            texts.len()
        );
        checker.report(Code::TooManySystemTexts, second, at.index(1), message, "join the texts into one");
    }
    for (index, text) in texts.iter().enumerate() {
        let at = at.index(index);
        let Some(members) = object(checker, text, at) else { continue };
        if let Some(cache) = members.iter().find(|member| matches!(member.key.as_ref(), "cachePoint" | "guardContent"))
            && field(members, "text").is_none()
        {
            let message = format!("`{}` blocks can't be used to customize this model", cache.key);
            checker.noted.push(Code::UnsupportedContent, cache.start, at.to_string(), message, "remove the block");
            continue;
        }
        check_type(checker, members, at, &["text"]);
        if let Some(text) = checker.required("text", members, text, at) {
            check_text(checker, text, at.key("text"), text_kind::SYSTEM);
        }
    }
}
