//! Reinforcement fine-tuning: OpenAI's chat layout, and whatever the grader needs.

use super::messages::check_messages;
use super::sensitive::check_all;
use super::turns::Speaker;
use super::{list, text_kind};
use crate::Code;
use crate::json::{Member, Node, Value, field};
use crate::pointer::At;
use crate::record_checker::RecordChecker;

/// Checks a record. Keys of its own are fine, whatever they hold: the grader gets them. So does `reference_answer`, of
/// whatever type the grader understands (user guide, "Prepare data for Amazon Nova models"; Nova 2 user guide, "Preparing
/// data for RFT on Amazon Nova 2").
pub(super) fn check(checker: &mut RecordChecker, node: &Node, members: &[Member]) {
    let root = At::Root;
    check_id(checker, members);
    // Any other key may be the grader's; one that looks like the missing `messages` isn't.
    if field(members, "messages").is_none() {
        for member in members {
            checker.look_alike(member, &["messages"], members, root);
        }
    }
    for member in members.iter().filter(|member| !matches!(member.key.as_ref(), "id" | "messages")) {
        checker.add_text(text_kind::OTHER, member.key.as_bytes());
        let line = checker.line.as_bytes();
        checker.add_text(text_kind::OTHER, &line[member.node.start..member.node.end]);
        if checker.sensitive {
            check_all(checker, &member.node, root);
        }
    }
    let at = root.key("messages");
    let Some(messages_node) = checker.required("messages", members, node, root) else {
        return;
    };
    let Some(messages) = list(checker, messages_node, at, "messages") else {
        return;
    };
    checker.turns += messages.len() as u64;
    let speakers = check_messages(checker, messages, at, true);
    let late = speakers.iter().enumerate().skip(1).filter(|(_, speaker)| **speaker == Some(Speaker::System));
    for (index, _) in late {
        let message = "a system message after another message";
        checker.report(
            Code::MisplacedSystemMessage,
            &messages[index],
            at.index(index),
            message,
            "move it to the front, or join it with the first system message",
        );
    }
    if !speakers.iter().any(|speaker| matches!(speaker, Some(Speaker::User) | None)) {
        checker.report(
            Code::MissingUserTurn,
            messages_node,
            at,
            "the record has no user message",
            "add a user message",
        );
    }
}

/// Pages list `id` among the keys that a grader may be given, of no type; the two checkers take texts that say something, and null.
fn check_id(checker: &mut RecordChecker, members: &[Member]) {
    let is_taken = |id: &Value| matches!(id, Value::Null) || matches!(id, Value::Text(id) if !id.is_empty());
    let Some(id) = field(members, "id").filter(|id| !is_taken(&id.value)) else {
        return;
    };
    let message = "AWS's checkers require a nonempty text as `id`; AWS's pages don't say what it must be";
    checker.report(Code::SourcesDisagree, id, At::Root.key("id"), message, "write it as a text, or remove the key");
}
