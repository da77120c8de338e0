//! Records with messages: `bedrock-conversation-2024` without media, and Claude's format.

use super::reader::Reader;
use super::{Parts, text_kind};
use crate::record_summary::mark;

/// The layout of a record's messages, and their maximum number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Whether texts are in content blocks, and the record has a `schemaVersion`.
    blocks: bool,
    /// Whether each user message must have an answer.
    answered: bool,
    max: u64,
}

impl Layout {
    pub(super) const ANSWERED: Layout = Layout { blocks: true, answered: true, max: u64::MAX };
    pub(super) const CLAUDE: Layout = Layout { blocks: false, answered: true, max: u64::MAX };

    /// Returns the layout of prompts for distillation.
    pub(super) fn prompts(multi_turn: bool) -> Layout {
        Layout { blocks: true, answered: false, max: if multi_turn { u64::MAX } else { 2 } }
    }
}

pub(super) fn read(reader: &mut Reader, layout: Layout) -> Option<Parts> {
    let mut parts = Parts::default();
    let (mut has_version, mut system_end) = (false, None);
    reader.require(b'{')?;
    loop {
        if layout.blocks && !has_version && reader.consume_key(b"\"schemaVersion\"")? {
            has_version = true;
            if !reader.consume_literal(b"\"bedrock-conversation-2024\"") {
                return None;
            }
        } else if parts.turns == 0 && reader.consume_key(b"\"messages\"")? {
            parts.turns = read_messages(reader, layout)?;
        } else if parts.system.is_none() && reader.consume_key(b"\"system\"")? {
            let start = reader.written();
            parts.system = Some(read_system(reader, layout)?);
            system_end = Some((start, reader.written()));
        } else {
            return None;
        }
        if !reader.has_next(b'}')? {
            break;
        }
    }
    // The system prompt comes first in the fingerprint, wherever the record has it.
    if let Some((start @ 1.., _)) = system_end {
        reader.move_to_front(start);
        parts.is_reordered = true;
    }
    let answered = !layout.answered || (parts.turns >= 2 && parts.turns.is_multiple_of(2));
    let complete = has_version == layout.blocks && parts.turns > 0 && parts.turns <= layout.max;
    if answered && complete { Some(parts) } else { None }
}

fn read_system(reader: &mut Reader, layout: Layout) -> Option<u64> {
    let text = if layout.blocks {
        reader.require(b'[')?;
        let text = read_block(reader, text_kind::SYSTEM)?;
        reader.require(b']')?;
        text
    } else {
        reader.text(text_kind::SYSTEM)?
    };
    Some(mark(&reader.hashed()[text]))
}

/// Reads the list of messages, which alternate between user and assistant and begin with the user.
/// Returns their number.
fn read_messages(reader: &mut Reader, layout: Layout) -> Option<u64> {
    let mut turns = 0;
    reader.require(b'[')?;
    loop {
        let (role, kind): (&[u8], u8) =
            if turns % 2 == 0 { (b"\"user\"", text_kind::USER) } else { (b"\"assistant\"", text_kind::ASSISTANT) };
        reader.require(b'{')?;
        let role_first = reader.consume_key(b"\"role\"")?;
        if role_first {
            if !reader.consume_literal(role) {
                return None;
            }
            reader.require(b',')?;
        }
        if !reader.consume_key(b"\"content\"")? {
            return None;
        }
        read_content(reader, layout, kind)?;
        if !role_first {
            reader.require(b',')?;
            if !reader.consume_key(b"\"role\"")? || !reader.consume_literal(role) {
                return None;
            }
        }
        reader.require(b'}')?;
        turns += 1;
        if !reader.has_next(b']')? {
            return Some(turns);
        }
    }
}

fn read_content(reader: &mut Reader, layout: Layout, kind: u8) -> Option<()> {
    if !layout.blocks {
        reader.text(kind)?;
        return Some(());
    }
    reader.require(b'[')?;
    loop {
        read_block(reader, kind)?;
        if !reader.has_next(b']')? {
            return Some(());
        }
    }
}

/// Reads `{"text": …}`.
fn read_block(reader: &mut Reader, kind: u8) -> Option<std::ops::Range<usize>> {
    reader.require(b'{')?;
    if !reader.consume_key(b"\"text\"")? {
        return None;
    }
    let text = reader.text(kind)?;
    reader.require(b'}')?;
    Some(text)
}
