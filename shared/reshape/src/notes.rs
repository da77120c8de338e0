//! Short notes about records.

use std::borrow::Cow;

/// The maximum number of ranges that are kept. Others are only counted.
const MOST_KEPT: usize = 100_000;

/// The number of recent ranges that a note may extend.
const LOOK_BACK: usize = 8;

/// Consecutive records with the same note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteRange {
    /// The first record's number (its line, in a file of lines).
    pub first: u64,
    /// The last record's number.
    pub last: u64,
    /// The change, or what is wrong.
    pub what: Cow<'static, str>,
}

/// Notes about records, by number. The same note about consecutive records is one range.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    ranges: Vec<NoteRange>,
    /// The number of notes that weren't kept.
    pub more: u64,
}

impl Notes {
    /// Adds a note about record `number`, which must not be lower than an earlier one.
    pub fn add(&mut self, number: u64, what: impl Into<Cow<'static, str>>) {
        let what = what.into();
        let recent = self.ranges.iter_mut().rev().take(LOOK_BACK);
        let goes_on = |range: &&mut NoteRange| range.what == what && (range.last == number || range.last + 1 == number);
        if let Some(range) = recent.into_iter().find(goes_on) {
            range.last = number;
        } else if self.ranges.len() < MOST_KEPT {
            self.ranges.push(NoteRange { first: number, last: number, what });
        } else {
            self.more += 1;
        }
    }

    /// Returns the ranges, by their first record.
    pub fn ranges(&self) -> &[NoteRange] {
        &self.ranges
    }

    /// Whether there are no notes.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_with_the_same_note_are_one_run() {
        let mut notes = Notes::default();
        for (number, what) in [(1, "a"), (1, "b"), (2, "a"), (3, "a"), (5, "a"), (5, "a")] {
            notes.add(number, what);
        }
        let ranges: Vec<_> =
            notes.ranges().iter().map(|range| (range.first, range.last, range.what.as_ref())).collect();
        assert_eq!(ranges, [(1, 3, "a"), (1, 1, "b"), (5, 5, "a")]);
    }

    #[test]
    fn bounds_memory() {
        let mut notes = Notes::default();
        for number in 0..MOST_KEPT as u64 + 5 {
            notes.add(number * 2, "a");
        }
        assert_eq!((notes.ranges().len(), notes.more), (MOST_KEPT, 5));
    }
}
