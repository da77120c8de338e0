//! The rules on one record, a file for each family.

mod blocks;
mod conversation;
mod image_caption;
mod length;
mod media;
mod messages;
mod modality_count;
mod nulls;
mod plain;
mod reinforcement;
mod sensitive;
mod text;
mod turns;

pub(crate) use length::check_length;
pub(crate) use nulls::remove_nulls;

use crate::catalogue::{Format, MediaFormats};
use crate::json::{Member, Node, Value};
use crate::record_checker::RecordChecker;

/// The kinds of texts, which are part of a record's fingerprint.
pub(crate) mod text_kind {
    pub(crate) const PROMPT: u8 = b'p';
    pub(crate) const COMPLETION: u8 = b'c';
    pub(crate) const INPUT: u8 = b'i';
    pub(crate) const SYSTEM: u8 = b's';
    pub(crate) const USER: u8 = b'u';
    pub(crate) const ASSISTANT: u8 = b'a';
    pub(crate) const REASONING: u8 = b'r';
    pub(crate) const MEDIA: u8 = b'm';
    pub(crate) const OTHER: u8 = b'o';
}

/// Checks the record `node`, which is the object of these `members`, against its format.
pub(crate) fn check_record(checker: &mut RecordChecker, node: &Node, members: &[Member]) {
    let training = checker.training;
    match &training.format {
        Format::PromptCompletion => plain::check_prompt_completion(checker, node, members),
        Format::Input => plain::check_input(checker, node, members),
        Format::Conversation(media) => {
            conversation::check(checker, node, members, conversation::Turns::Answered, media)
        }
        Format::DistillationPrompts { multi_turn } => {
            let turns = if *multi_turn { conversation::Turns::Any } else { conversation::Turns::Single };
            conversation::check(checker, node, members, turns, &MediaFormats::default());
        }
        Format::Messages => messages::check(checker, node, members),
        Format::Reinforcement => reinforcement::check(checker, node, members),
        Format::ImageCaption { caption_min, caption_max } => {
            image_caption::check(checker, node, members, Limits { least: *caption_min, most: *caption_max });
        }
    }
}

/// How much of something there may be.
#[derive(Debug, Clone, Copy)]
struct Limits {
    least: u64,
    most: u64,
}

/// The members of a value that must be an object.
fn object<'n, 'a>(checker: &mut RecordChecker, node: &'n Node<'a>, at: crate::pointer::At) -> Option<&'n [Member<'a>]> {
    match &node.value {
        Value::Object(members) => Some(members),
        _ => {
            checker.wrong_type(node, at, "an object");
            None
        }
    }
}

/// The elements of a value that must be a list, and not empty.
fn list<'n, 'a>(
    checker: &mut RecordChecker,
    node: &'n Node<'a>,
    at: crate::pointer::At,
    of: &str,
) -> Option<&'n [Node<'a>]> {
    match &node.value {
        Value::List(nodes) if nodes.is_empty() => {
            checker.report(
                crate::Code::EmptyList,
                node,
                at,
                "the list is empty",
                format!("add {of}, or remove the record"),
            );
            None
        }
        Value::List(nodes) => Some(nodes),
        _ => {
            checker.wrong_type(node, at, &format!("a list of {of}"));
            None
        }
    }
}
