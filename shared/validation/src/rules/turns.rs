//! Who speaks when.

use super::said;
use crate::Code;
use crate::json::{Node, Value};
use crate::lookalike::{Difference, difference, looks_like};
use crate::pointer::At;
use crate::sheet::Sheet;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    System,
    User,
    Assistant,
}

impl Speaker {
    /// Whose words they are, for the fingerprint.
    pub(super) fn said(self) -> u8 {
        match self {
            Self::System => said::SYSTEM,
            Self::User => said::USER,
            Self::Assistant => said::ASSISTANT,
        }
    }
}

/// Reads a role. One that only looks like a known one is noted, and taken for what was meant, so that it makes no second fault.
pub(super) fn judge_role(sheet: &mut Sheet, node: &Node, at: At, system_allowed: bool) -> Option<Speaker> {
    let Value::Text(role) = &node.value else {
        sheet.wrong_type(node, at, "a text");
        return None;
    };
    let names = [("user", Speaker::User), ("assistant", Speaker::Assistant), ("system", Speaker::System)];
    let known = names.into_iter().find(|(name, _)| role == name || looks_like(role, name));
    let roles = if system_allowed { "`system`, `user` or `assistant`" } else { "`user` or `assistant`" };
    let message = format!("the role is not {roles}");
    match known {
        Some((_, Speaker::System)) if !system_allowed => {
            sheet.fault(
                Code::UnknownRole,
                node,
                at,
                format!("{message}, but `system`"),
                "move the instruction out of `messages`, into the record's own `system`",
            );
            Some(Speaker::System)
        }
        Some((name, speaker)) if role == name => Some(speaker),
        Some((name, speaker)) => {
            if let Some((_, Difference { at: odd, message })) = difference("role", role, [name]) {
                let help = format!("write the role as `{name}`");
                match odd {
                    Some(odd) => sheet.text_fault(Code::UnknownRole, node, odd, at, message, &help),
                    None => sheet.fault(Code::UnknownRole, node, at, message, help),
                }
            }
            Some(speaker)
        }
        None => {
            let meant = match role.trim().to_ascii_lowercase().as_str() {
                "human" | "prompter" => "; this one is probably `user`",
                "bot" | "ai" | "gpt" | "model" | "chatbot" => "; this one is probably `assistant`",
                "tool" | "function" => "; tool results can't be used here",
                _ => "",
            };
            sheet.fault(Code::UnknownRole, node, at, message, format!("write {roles}{meant}"));
            None
        }
    }
}

/// Judges the order of the turns of `messages`: first the user, then in turn. A role that is not known (`None`)
/// has its own finding, and makes no further one.
pub(super) fn judge_order(sheet: &mut Sheet, messages: &[Node], speakers: &[Option<Speaker>], at: At, answered: bool) {
    // System messages that don't belong here are told already.
    let turns: Vec<(usize, Option<Speaker>)> =
        speakers.iter().copied().enumerate().filter(|(_, speaker)| *speaker != Some(Speaker::System)).collect();
    if let Some((index, Some(Speaker::Assistant))) = turns.first() {
        let help = "begin with a user message; move a greeting into `system`, or drop it";
        sheet.fault(
            Code::WrongFirstRole,
            &messages[*index],
            at.index(*index),
            "the first message is the assistant's",
            help,
        );
    }
    for pair in turns.windows(2) {
        let (index, speaker) = pair[1];
        if let (Some(before), Some(speaker)) = (pair[0].1, speaker)
            && before == speaker
        {
            let whose = if speaker == Speaker::User { "the user" } else { "the assistant" };
            let message = format!("{whose} speaks twice in a row");
            sheet.fault(
                Code::UnpairedTurn,
                &messages[index],
                at.index(index),
                message,
                "join the two messages, or add the turn between them",
            );
        }
    }
    if answered
        && turns.len() > 1
        && let Some((index, Some(Speaker::User))) = turns.last()
    {
        let help = "add the answer, or drop the last question";
        sheet.fault(Code::WrongLastRole, &messages[*index], at.index(*index), "the last message is the user's", help);
    }
}

/// Notes that fewer messages than a question and an answer are there.
pub(super) fn judge_pair(sheet: &mut Sheet, node: &Node, messages: &[Node], at: At) {
    if messages.len() < 2 {
        sheet.fault(
            Code::TooFewTurns,
            node,
            at,
            "there is one message only",
            "add the missing turn, or drop the record",
        );
    }
}
