//! What was done, by record, in few words.

use std::borrow::Cow;

/// Most runs that are kept; those beyond are counted. Enough for any file that a person looks at.
const MOST_KEPT: usize = 100_000;

/// How far back a run is looked for that goes on; a record seldom gets more notes than this.
const LOOK_BACK: usize = 8;

/// Neighbouring records with the same note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The first record's number (its line, in a file of lines).
    pub first: u64,
    /// The last record's number.
    pub last: u64,
    /// What was done, or what stands in the way.
    pub what: Cow<'static, str>,
}

/// Notes on records, in their order; the same note on neighbours is one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    runs: Vec<Run>,
    /// Notes that were not kept.
    pub more: u64,
}

impl Notes {
    /// Notes something about record `number`, which is not lower than any before.
    pub fn add(&mut self, number: u64, what: impl Into<Cow<'static, str>>) {
        let what = what.into();
        let recent = self.runs.iter_mut().rev().take(LOOK_BACK);
        let goes_on = |run: &&mut Run| run.what == what && (run.last == number || run.last + 1 == number);
        if let Some(run) = recent.into_iter().find(goes_on) {
            run.last = number;
        } else if self.runs.len() < MOST_KEPT {
            self.runs.push(Run { first: number, last: number, what });
        } else {
            self.more += 1;
        }
    }

    /// The runs, in the order in which they began.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
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
        let runs: Vec<_> = notes.runs().iter().map(|run| (run.first, run.last, run.what.as_ref())).collect();
        assert_eq!(runs, [(1, 3, "a"), (1, 1, "b"), (5, 5, "a")]);
    }

    #[test]
    fn memory_is_bounded() {
        let mut notes = Notes::default();
        for number in 0..MOST_KEPT as u64 + 5 {
            notes.add(number * 2, "a");
        }
        assert_eq!((notes.runs().len(), notes.more), (MOST_KEPT, 5));
    }
}
