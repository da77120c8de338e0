//! Which records were seen: what finds duplicates, and validation records that stand in the training file.

use std::collections::HashMap;

/// The records of a file by what they say, each with its line. About 40 bytes a record.
#[derive(Debug, Clone, Default)]
pub struct RecordIndex {
    lines: HashMap<Fingerprint, u64>,
}

/// 128 bits of the BLAKE3 hash of a record's texts: no two different records ever meet by chance, nor by design.
pub(crate) type Fingerprint = [u8; 16];

impl RecordIndex {
    /// How many different records there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The line of the first record that says the same.
    pub(crate) fn line_of(&self, fingerprint: &Fingerprint) -> Option<u64> {
        self.lines.get(fingerprint).copied()
    }

    /// Notes a record; the line of the first one that says the same, if there is one.
    pub(crate) fn note(&mut self, fingerprint: Fingerprint, line: u64) -> Option<u64> {
        match self.lines.entry(fingerprint) {
            std::collections::hash_map::Entry::Occupied(first) => Some(*first.get()),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(line);
                None
            }
        }
    }
}
