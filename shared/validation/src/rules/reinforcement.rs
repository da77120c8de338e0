//! Reinforcement fine-tuning: OpenAI's chat layout, and whatever the grader needs.

use super::messages::judge_messages;
use super::sensitive::judge_all;
use super::turns::Speaker;
use super::{list, said};
use crate::Code;
use crate::json::{Member, Node, Value, field};
use crate::pointer::At;
use crate::sheet::Sheet;

/// Judges a record. Keys of its own are fine: the grader gets them.
pub(super) fn judge(sheet: &mut Sheet, node: &Node, members: &[Member]) {
    let root = At::Root;
    judge_id(sheet, members);
    judge_answer(sheet, members);
    for member in members.iter().filter(|member| !matches!(member.key.as_ref(), "id" | "messages")) {
        sheet.says(said::OTHER, member.key.as_bytes());
        let line = sheet.line.as_bytes();
        sheet.says(said::OTHER, &line[member.node.start..member.node.end]);
        if sheet.sensitive {
            judge_all(sheet, &member.node, root);
        }
    }
    let at = root.key("messages");
    let Some(messages_node) = sheet.required("messages", members, node, root) else {
        return;
    };
    let Some(messages) = list(sheet, messages_node, at, "messages") else {
        return;
    };
    sheet.turns += messages.len() as u64;
    let speakers = judge_messages(sheet, messages, at, true);
    let late = speakers.iter().enumerate().skip(1).filter(|(_, speaker)| **speaker == Some(Speaker::System));
    for (index, _) in late {
        let message = "a system message stands behind another message";
        sheet.fault(
            Code::MisplacedSystemMessage,
            &messages[index],
            at.index(index),
            message,
            "move it to the front, or join it with the first one",
        );
    }
    if !speakers.iter().any(|speaker| matches!(speaker, Some(Speaker::User) | None)) {
        sheet.fault(
            Code::MissingUserTurn,
            messages_node,
            at,
            "none of the messages is the user's",
            "add a user message",
        );
    }
}

fn judge_id(sheet: &mut Sheet, members: &[Member]) {
    let at = At::Root.key("id");
    match field(members, "id") {
        None => {}
        Some(Node { value: Value::Text(id), .. }) if !id.is_empty() => {}
        Some(id @ Node { value: Value::Text(_), .. }) => {
            sheet.fault(Code::EmptyText, id, at, "`id` is empty", "write an id, or leave the key out")
        }
        Some(id) => sheet.wrong_type(id, at, "a text"),
    }
}

fn judge_answer(sheet: &mut Sheet, members: &[Member]) {
    let at = At::Root.key("reference_answer");
    match field(members, "reference_answer") {
        None | Some(Node { value: Value::Object(_), .. }) => {}
        Some(Node { value: Value::Text(answer), .. }) if !answer.is_empty() => {}
        Some(answer @ Node { value: Value::Text(_), .. }) => {
            sheet.fault(
                Code::EmptyText,
                answer,
                at,
                "`reference_answer` is empty",
                "write what the grader compares with, or leave the key out",
            );
        }
        Some(answer) => sheet.wrong_type(answer, at, "a text or an object"),
    }
}
