//! What is counted of a file's records for sketches and suspects, while they are read.

use crate::characters::KINDS;
use crate::facts::Facts;
use crate::histogram::Histogram;
use crate::suspects::SUSPECTS_MAX;

/// The counts of a file. They don't depend on the order of the records, but for the lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Profile {
    pub(crate) answers: Histogram,
    pub(crate) prompts: Histogram,
    pub(crate) turns: Histogram,
    /// Records that are equal to an earlier one.
    pub(crate) duplicates: u64,
    /// Records that are nearly equal to an earlier one.
    pub(crate) near_duplicates: u64,
    /// For each kind of character, the records that have it, and the first lines.
    kinds: [(u64, Vec<u32>); KINDS],
}

impl Profile {
    pub(crate) fn add(&mut self, line: u32, facts: &Facts) {
        self.answers.add(facts.chars);
        if let Some(chars) = facts.prompt_chars {
            self.prompts.add(chars);
        }
        self.turns.add(facts.turns);
        for (kind, (count, lines)) in self.kinds.iter_mut().enumerate() {
            if facts.kinds & 1 << kind != 0 {
                *count += 1;
                if lines.len() < SUSPECTS_MAX {
                    lines.push(line);
                }
            }
        }
    }

    /// Returns the lines of records with a kind of character that at most this part of all records has.
    pub(crate) fn rare_lines(&self, records: u64, parts: u64) -> Vec<u32> {
        let rare = self.kinds.iter().filter(|(count, _)| *count * parts <= records);
        let mut lines: Vec<u32> = rare.flat_map(|(_, lines)| lines.iter().copied()).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }
}
