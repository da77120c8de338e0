//! The index of records, which finds duplicates, and validation records that are also in the training file.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::record_summary::Fingerprint;

/// How many tables share the records. Each grows by doubling, but only one at a time holds its old half next to the new.
const TABLES: usize = 64;

/// How many different records an index keeps: eight times the largest maximum of any model (500,000 records, see
/// models.toml), and at most 232 MB. It bounds the memory that a file of many tiny records needs.
const RECORDS_MAX: usize = 4_000_000;

/// The records of a file by what they say, each with its line. 29 to 58 bytes a record: see docs/speed.md.
///
/// It keeps the first 4,000,000 different records. Duplicates of later ones aren't found.
#[derive(Debug, Clone)]
pub struct RecordIndex {
    tables: Vec<HashTable<Record>>,
    len: usize,
    most: usize,
}

#[derive(Debug, Clone)]
struct Record {
    fingerprint: Fingerprint,
    line: u64,
}

impl Default for RecordIndex {
    fn default() -> RecordIndex {
        RecordIndex { tables: vec![HashTable::new(); TABLES], len: 0, most: RECORDS_MAX }
    }
}

impl RecordIndex {
    /// How many different records it holds.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The line of the first record with the same texts.
    pub(crate) fn line_of(&self, fingerprint: &Fingerprint) -> Option<u64> {
        let table = &self.tables[table_of(fingerprint)];
        table.find(fingerprint[0], |record| record.fingerprint == *fingerprint).map(|record| record.line)
    }

    /// Adds a record. Returns the line of the first one with the same texts, if there is one.
    pub(crate) fn note(&mut self, fingerprint: Fingerprint, line: u64) -> Option<u64> {
        let table = &mut self.tables[table_of(&fingerprint)];
        let same = |record: &Record| record.fingerprint == fingerprint;
        match table.entry(fingerprint[0], same, |record| record.fingerprint[0]) {
            Entry::Occupied(first) => Some(first.get().line),
            Entry::Vacant(free) => {
                if self.len < self.most {
                    self.len += 1;
                    free.insert(Record { fingerprint, line });
                }
                None
            }
        }
    }
}

/// By the half that the tables themselves don't look at.
fn table_of(fingerprint: &Fingerprint) -> usize {
    fingerprint[1] as usize % TABLES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_no_more_records_than_its_maximum() {
        let mut index = RecordIndex { most: 2, ..RecordIndex::default() };
        let notes: Vec<_> = [1, 2, 3, 3, 1].into_iter().zip(1..).map(|(n, line)| index.note([n, n], line)).collect();
        assert_eq!(notes, [None, None, None, None, Some(1)]);
        assert_eq!((index.len(), index.line_of(&[3, 3])), (2, None));
    }
}
