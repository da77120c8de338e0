//! Messages: those of `bedrock-conversation-2024` as far as they are text, and Claude's.

use super::reader::Reader;
use super::{Said, said};
use crate::gist::mark;

/// What messages look like, and how many there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Whether texts stand in blocks, and the schema is named.
    blocks: bool,
    /// Whether each question has its answer.
    answered: bool,
    most: u64,
}

impl Layout {
    pub(super) const ANSWERED: Layout = Layout { blocks: true, answered: true, most: u64::MAX };
    pub(super) const CLAUDE: Layout = Layout { blocks: false, answered: true, most: u64::MAX };

    /// The prompts of a distillation.
    pub(super) fn prompts(multi_turn: bool) -> Layout {
        Layout { blocks: true, answered: false, most: if multi_turn { u64::MAX } else { 2 } }
    }
}

pub(super) fn read(reader: &mut Reader, layout: Layout) -> Option<Said> {
    let mut said = Said::default();
    let (mut has_version, mut system_end) = (false, None);
    reader.eat(b'{')?;
    loop {
        if layout.blocks && !has_version && reader.eats_key(b"\"schemaVersion\"")? {
            has_version = true;
            if !reader.eats_text(b"\"bedrock-conversation-2024\"") {
                return None;
            }
        } else if said.turns == 0 && reader.eats_key(b"\"messages\"")? {
            said.turns = read_messages(reader, layout)?;
        } else if said.system.is_none() && reader.eats_key(b"\"system\"")? {
            let start = reader.written();
            said.system = Some(read_system(reader, layout)?);
            system_end = Some((start, reader.written()));
        } else {
            return None;
        }
        if !reader.goes_on(b'}')? {
            break;
        }
    }
    // The system's text comes first in what is compared, wherever it stands.
    if let Some((start @ 1.., _)) = system_end {
        reader.swap(start);
        said.is_turned = true;
    }
    let answered = !layout.answered || (said.turns >= 2 && said.turns.is_multiple_of(2));
    let whole = has_version == layout.blocks && said.turns > 0 && said.turns <= layout.most;
    if answered && whole { Some(said) } else { None }
}

fn read_system(reader: &mut Reader, layout: Layout) -> Option<u64> {
    let text = if layout.blocks {
        reader.eat(b'[')?;
        let text = read_block(reader, said::SYSTEM)?;
        reader.eat(b']')?;
        text
    } else {
        reader.text(said::SYSTEM)?
    };
    Some(mark(&reader.said()[text]))
}

/// Reads the list of messages: the user's first, then in turn. How many there are.
fn read_messages(reader: &mut Reader, layout: Layout) -> Option<u64> {
    let mut turns = 0;
    reader.eat(b'[')?;
    loop {
        let (role, kind): (&[u8], u8) =
            if turns % 2 == 0 { (b"\"user\"", said::USER) } else { (b"\"assistant\"", said::ASSISTANT) };
        reader.eat(b'{')?;
        let role_first = reader.eats_key(b"\"role\"")?;
        if role_first {
            if !reader.eats_text(role) {
                return None;
            }
            reader.eat(b',')?;
        }
        if !reader.eats_key(b"\"content\"")? {
            return None;
        }
        read_content(reader, layout, kind)?;
        if !role_first {
            reader.eat(b',')?;
            if !reader.eats_key(b"\"role\"")? || !reader.eats_text(role) {
                return None;
            }
        }
        reader.eat(b'}')?;
        turns += 1;
        if !reader.goes_on(b']')? {
            return Some(turns);
        }
    }
}

fn read_content(reader: &mut Reader, layout: Layout, kind: u8) -> Option<()> {
    if !layout.blocks {
        reader.text(kind)?;
        return Some(());
    }
    reader.eat(b'[')?;
    loop {
        read_block(reader, kind)?;
        if !reader.goes_on(b']')? {
            return Some(());
        }
    }
}

/// `{"text": …}`.
fn read_block(reader: &mut Reader, kind: u8) -> Option<std::ops::Range<usize>> {
    reader.eat(b'{')?;
    if !reader.eats_key(b"\"text\"")? {
        return None;
    }
    let text = reader.text(kind)?;
    reader.eat(b'}')?;
    Some(text)
}
