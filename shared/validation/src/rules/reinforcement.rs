//! Reinforcement fine-tuning: OpenAI's chat layout, and whatever the grader needs.

use super::messages::judge_messages;
use super::sensitive::judge_all;
use super::turns::Speaker;
use super::{list, said};
use crate::Code;
use crate::json::{Member, Node, Value, field};
use crate::pointer::At;
use crate::sheet::Sheet;

/// Judges a record. Keys of its own are fine, whatever they hold: the grader gets them. So does `reference_answer`, of
/// whatever type the grader understands (user guide, "Prepare data for Amazon Nova models"; Nova 2 user guide, "Preparing
/// data for RFT on Amazon Nova 2").
pub(super) fn judge(sheet: &mut Sheet, node: &Node, members: &[Member]) {
    let root = At::Root;
    judge_id(sheet, members);
    // Any other key may be the grader's; one that looks like the missing `messages` isn't.
    if field(members, "messages").is_none() {
        for member in members {
            sheet.look_alike(member, &["messages"], members, root);
        }
    }
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

/// Pages list `id` among the keys that a grader may be given, of no type; the two checkers take texts that say something, and null.
fn judge_id(sheet: &mut Sheet, members: &[Member]) {
    let is_taken = |id: &Value| matches!(id, Value::Null) || matches!(id, Value::Text(id) if !id.is_empty());
    let Some(id) = field(members, "id").filter(|id| !is_taken(&id.value)) else {
        return;
    };
    let message = "AWS's checkers take an `id` that is a text and not empty; its pages don't say what it must be";
    sheet.fault(Code::SourcesDisagree, id, At::Root.key("id"), message, "write it as a text, or leave the key out");
}
