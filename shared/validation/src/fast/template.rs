//! The template of records: the bytes around the texts, which are usually the same in all records of a file.

use super::reader::Reader;
use super::text::are_same;
use super::{Parts, text_kind};
use crate::record_summary::mark;

/// The bytes around the texts of a record that was read byte by byte.
///
/// A record with the same bytes between its texts has the same structure, so these bytes are compared as a whole. Other
/// records are read byte by byte.
#[derive(Debug, Default)]
pub(crate) struct RecordTemplate {
    /// The kinds of the texts, which alternate: question and answer. The same kind twice if a record has one text.
    kinds: [u8; 2],
    has_turns: bool,
    /// Before the first text. Empty if there is no template yet.
    head: Vec<u8>,
    /// From the system prompt to the first question.
    system: Vec<u8>,
    /// From a question to its answer.
    answer: Vec<u8>,
    /// From an answer to the next question.
    next: Vec<u8>,
    /// After the last text.
    tail: Vec<u8>,
}

impl RecordTemplate {
    /// Reads a record to the end of its line. Returns `None` if it differs from the template or must take the slow
    /// path.
    pub(super) fn read(&self, reader: &mut Reader) -> Option<Parts> {
        let mut parts = Parts::default();
        if self.head.is_empty() || !reader.consume_exactly(&self.head) {
            return None;
        }
        if !self.system.is_empty() {
            let text = reader.text_after_quote(text_kind::SYSTEM)?;
            parts.system = Some(mark(&reader.hashed()[text]));
            reader.require_exactly(&self.system)?;
        }
        loop {
            let question = reader.text_after_quote(self.kinds[0])?;
            if !self.answer.is_empty() {
                reader.require_exactly(&self.answer)?;
                let answer = reader.text_after_quote(self.kinds[1])?;
                if self.has_turns {
                    parts.turns += 2;
                } else if are_same(&reader.hashed()[question], &reader.hashed()[answer]) {
                    return None;
                }
            }
            if self.next.is_empty() || !reader.consume_exactly(&self.next) {
                break;
            }
        }
        reader.require_exactly(&self.tail)?;
        Some(parts)
    }

    /// Replaces the template by the record that begins at `start` and was read to the end of its line.
    pub(super) fn learn(&mut self, kinds: [u8; 2], parts: &Parts, reader: &Reader, start: usize) {
        let bytes = reader.read_bytes();
        self.head.clear();
        let Some(texts) = reader.bounds.all() else { return };
        let has_system = usize::from(parts.system.is_some());
        // If the number differs, a message has several blocks, or the system prompt isn't first.
        let expected = if parts.turns > 0 { parts.turns as usize + has_system } else { texts.len() };
        if texts.len() != expected || texts.len() <= has_system {
            return;
        }
        for gap in [&mut self.system, &mut self.answer, &mut self.next, &mut self.tail] {
            gap.clear();
        }
        for (at, pair) in texts.windows(2).enumerate() {
            let between = &bytes[pair[0].1..pair[1].0];
            let gap = match at.checked_sub(has_system) {
                None => &mut self.system,
                Some(turn) if turn % 2 == 0 => &mut self.answer,
                Some(_) => &mut self.next,
            };
            if gap.is_empty() {
                gap.extend_from_slice(between);
            } else if gap != between {
                return;
            }
        }
        (self.kinds, self.has_turns) = (kinds, parts.turns > 0);
        self.tail.extend_from_slice(&bytes[texts[texts.len() - 1].1..]);
        self.head.extend_from_slice(&bytes[start..texts[0].0]);
    }
}
