//! The rules on roles and their order.

use super::text_kind;
use crate::Code;
use crate::json::{Node, Value};
use crate::lookalike::{Difference, difference, looks_like};
use crate::pointer::At;
use crate::record_checker::RecordChecker;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    System,
    User,
    Assistant,
}

impl Speaker {
    /// The kind of this speaker's texts, for the fingerprint.
    pub(super) fn text_kind(self) -> u8 {
        match self {
            Self::System => text_kind::SYSTEM,
            Self::User => text_kind::USER,
            Self::Assistant => text_kind::ASSISTANT,
        }
    }
}

/// Reads a role. One that only looks like a known one is noted, and taken for what was meant, so that it makes no second fault.
pub(super) fn check_role(checker: &mut RecordChecker, node: &Node, at: At, system_allowed: bool) -> Option<Speaker> {
    let Value::Text(role) = &node.value else {
        checker.wrong_type(node, at, "a string");
        return None;
    };
    let names = [("user", Speaker::User), ("assistant", Speaker::Assistant), ("system", Speaker::System)];
    let known = names.into_iter().find(|(name, _)| role == name || looks_like(role, name));
    let roles = if system_allowed { "`system`, `user` or `assistant`" } else { "`user` or `assistant`" };
    let message = format!("expected {roles} as the role");
    match known {
        Some((_, Speaker::System)) if !system_allowed => {
            checker.report(
                Code::UnknownRole,
                node,
                at,
                format!("{message}, found `system`"),
                "move the text from `messages` to the record's own `system`",
            );
            Some(Speaker::System)
        }
        Some((name, speaker)) if role == name => Some(speaker),
        Some((name, speaker)) => {
            if let Some((_, Difference { at: odd, message })) = difference("role", role, [name]) {
                let help = format!("write the role as `{name}`");
                match odd {
                    Some(odd) => checker.report_text(Code::UnknownRole, node, odd, at, message, &help),
                    None => checker.report(Code::UnknownRole, node, at, message, help),
                }
            }
            Some(speaker)
        }
        None => {
            let meant = match role.trim().to_ascii_lowercase().as_str() {
                "human" | "prompter" => "; this role probably means `user`",
                "bot" | "ai" | "gpt" | "model" | "chatbot" => "; this role probably means `assistant`",
                "tool" | "function" => "; tool results can't be used here",
                _ => "",
            };
            checker.report(Code::UnknownRole, node, at, message, format!("write {roles}{meant}"));
            None
        }
    }
}

/// Checks the order of the turns of `messages`: first the user, then in turn. A role that is not known (`None`)
/// has its own finding, and makes no further one.
pub(super) fn check_order(
    checker: &mut RecordChecker,
    messages: &[Node],
    speakers: &[Option<Speaker>],
    at: At,
    answered: bool,
) {
    // System messages that don't belong here have their own findings.
    let turns: Vec<(usize, Option<Speaker>)> =
        speakers.iter().copied().enumerate().filter(|(_, speaker)| *speaker != Some(Speaker::System)).collect();
    // Of a single message in a record that must have two, its number says enough.
    let is_too_short = answered && messages.len() < 2;
    if let Some((index, Some(Speaker::Assistant))) = turns.first().filter(|_| !is_too_short) {
        let help = "start with a user message; move a greeting to `system`, or remove it";
        checker.report(
            Code::WrongFirstRole,
            &messages[*index],
            at.index(*index),
            "expected a user message first, found an assistant message",
            help,
        );
    }
    for pair in turns.windows(2) {
        let (index, speaker) = pair[1];
        if let (Some(before), Some(speaker)) = (pair[0].1, speaker)
            && before == speaker
        {
            let whose = if speaker == Speaker::User { "user" } else { "assistant" };
            let message = format!("two {whose} messages in a row");
            checker.report(
                Code::UnpairedTurn,
                &messages[index],
                at.index(index),
                message,
                "join the two messages, or add the missing turn",
            );
        }
    }
    if answered
        && turns.len() > 1
        && let Some((index, Some(Speaker::User))) = turns.last()
    {
        let help = "add the answer, or remove the last question";
        checker.report(
            Code::WrongLastRole,
            &messages[*index],
            at.index(*index),
            "expected an assistant message last, found a user message",
            help,
        );
    }
}

/// Notes that fewer messages than a question and an answer are there.
pub(super) fn check_pair(checker: &mut RecordChecker, node: &Node, messages: &[Node], at: At) {
    if messages.len() < 2 {
        checker.report(
            Code::TooFewTurns,
            node,
            at,
            "expected at least two messages, found one",
            "add the missing turn, or remove the record",
        );
    }
}
