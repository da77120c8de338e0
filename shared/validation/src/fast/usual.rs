//! What stands around the texts of a file's records is the same again and again.

use super::reader::Reader;
use super::text::are_same;
use super::{Said, said};
use crate::gist::mark;

/// The bytes around the texts, as one record had them that was read with a look at each.
///
/// They lead from text to text in whatever record has the very same: it reads the same way. A record that has others
/// is read with a look at each.
#[derive(Debug, Default)]
pub(crate) struct Usual {
    /// Whose words the texts are, in turn: the question's and the answer's. The same twice where there is one text.
    kinds: [u8; 2],
    has_turns: bool,
    /// Up to the first text; empty where no record was learned from.
    head: Vec<u8>,
    /// From the system's text to the first question.
    system: Vec<u8>,
    /// From a question to its answer.
    answer: Vec<u8>,
    /// From an answer to the next question.
    next: Vec<u8>,
    /// Behind the last text.
    tail: Vec<u8>,
}

impl Usual {
    /// Reads a record up to its line's end; `None` where it isn't as usual, or has to be judged the long way.
    pub(super) fn read(&self, reader: &mut Reader) -> Option<Said> {
        let mut said = Said::default();
        if self.head.is_empty() || !reader.eats_exactly(&self.head) {
            return None;
        }
        if !self.system.is_empty() {
            let text = reader.text_behind_quote(said::SYSTEM)?;
            said.system = Some(mark(&reader.said()[text]));
            reader.eat_exactly(&self.system)?;
        }
        loop {
            let question = reader.text_behind_quote(self.kinds[0])?;
            if !self.answer.is_empty() {
                reader.eat_exactly(&self.answer)?;
                let answer = reader.text_behind_quote(self.kinds[1])?;
                if self.has_turns {
                    said.turns += 2;
                } else if are_same(&reader.said()[question], &reader.said()[answer]) {
                    return None;
                }
            }
            if self.next.is_empty() || !reader.eats_exactly(&self.next) {
                break;
            }
        }
        reader.eat_exactly(&self.tail)?;
        Some(said)
    }

    /// Learns from a record that begins at `start`, and was read up to its line's end.
    pub(super) fn learn(&mut self, kinds: [u8; 2], said: &Said, reader: &Reader, start: usize) {
        let bytes = reader.read_bytes();
        self.head.clear();
        let Some(texts) = reader.bounds.all() else { return };
        let has_system = usize::from(said.system.is_some());
        // A text more or less is a message of several blocks, or a system's text that stands elsewhere.
        let expected = if said.turns > 0 { said.turns as usize + has_system } else { texts.len() };
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
        (self.kinds, self.has_turns) = (kinds, said.turns > 0);
        self.tail.extend_from_slice(&bytes[texts[texts.len() - 1].1..]);
        self.head.extend_from_slice(&bytes[start..texts[0].0]);
    }
}
