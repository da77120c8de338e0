//! The rules over one record, a file per family.

mod blocks;
mod conversation;
mod image_caption;
mod length;
mod media;
mod messages;
mod nulls;
mod plain;
mod reinforcement;
mod seen;
mod sensitive;
mod text;
mod turns;

pub(crate) use length::judge_length;
pub(crate) use nulls::remove_nulls;

use crate::catalogue::{Format, MediaFormats};
use crate::json::{Member, Node, Value};
use crate::sheet::Sheet;

/// Whose words a text is; goes into the record's fingerprint.
pub(crate) mod said {
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

/// Judges the record `node`, which is the object of these `members`, against its format.
pub(crate) fn judge_record(sheet: &mut Sheet, node: &Node, members: &[Member]) {
    let training = sheet.training;
    match &training.format {
        Format::PromptCompletion => plain::judge_prompt_completion(sheet, node, members),
        Format::Input => plain::judge_input(sheet, node, members),
        Format::Conversation(media) => conversation::judge(sheet, node, members, conversation::Turns::Answered, media),
        Format::DistillationPrompts { multi_turn } => {
            let turns = if *multi_turn { conversation::Turns::Any } else { conversation::Turns::Single };
            conversation::judge(sheet, node, members, turns, &MediaFormats::default());
        }
        Format::Messages => messages::judge(sheet, node, members),
        Format::Reinforcement => reinforcement::judge(sheet, node, members),
        Format::ImageCaption { caption_min, caption_max } => {
            image_caption::judge(sheet, node, members, Limits { least: *caption_min, most: *caption_max });
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
fn object<'n, 'a>(sheet: &mut Sheet, node: &'n Node<'a>, at: crate::pointer::At) -> Option<&'n [Member<'a>]> {
    match &node.value {
        Value::Object(members) => Some(members),
        _ => {
            sheet.wrong_type(node, at, "an object");
            None
        }
    }
}

/// The elements of a value that must be a list, and not empty.
fn list<'n, 'a>(sheet: &mut Sheet, node: &'n Node<'a>, at: crate::pointer::At, of: &str) -> Option<&'n [Node<'a>]> {
    match &node.value {
        Value::List(nodes) if nodes.is_empty() => {
            sheet.fault(
                crate::Code::EmptyList,
                node,
                at,
                "this list is empty",
                format!("fill it with {of}, or drop the record"),
            );
            None
        }
        Value::List(nodes) => Some(nodes),
        _ => {
            sheet.wrong_type(node, at, &format!("a list of {of}"));
            None
        }
    }
}
