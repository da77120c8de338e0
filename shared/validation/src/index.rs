//! Which records were seen: what finds duplicates, and validation records that stand in the training file.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::gist::Fingerprint;

/// How many tables share the records. Each grows by doubling, but only one at a time holds its old half beside the new.
const TABLES: usize = 64;

/// The records of a file by what they say, each with its line. 29 to 58 bytes a record: see docs/speed.md.
#[derive(Debug, Clone)]
pub struct RecordIndex {
    tables: Vec<HashTable<Record>>,
}

#[derive(Debug, Clone)]
struct Record {
    fingerprint: Fingerprint,
    line: u64,
}

impl Default for RecordIndex {
    fn default() -> RecordIndex {
        RecordIndex { tables: vec![HashTable::new(); TABLES] }
    }
}

impl RecordIndex {
    /// How many different records there are.
    pub fn len(&self) -> usize {
        self.tables.iter().map(HashTable::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tables.iter().all(HashTable::is_empty)
    }

    /// The line of the first record that says the same.
    pub(crate) fn line_of(&self, fingerprint: &Fingerprint) -> Option<u64> {
        let table = &self.tables[table_of(fingerprint)];
        table.find(fingerprint[0], |record| record.fingerprint == *fingerprint).map(|record| record.line)
    }

    /// Notes a record; the line of the first one that says the same, if there is one.
    pub(crate) fn note(&mut self, fingerprint: Fingerprint, line: u64) -> Option<u64> {
        let table = &mut self.tables[table_of(&fingerprint)];
        let same = |record: &Record| record.fingerprint == fingerprint;
        match table.entry(fingerprint[0], same, |record| record.fingerprint[0]) {
            Entry::Occupied(first) => Some(first.get().line),
            Entry::Vacant(free) => {
                free.insert(Record { fingerprint, line });
                None
            }
        }
    }
}

/// By the half that the tables themselves don't look at.
fn table_of(fingerprint: &Fingerprint) -> usize {
    fingerprint[1] as usize % TABLES
}
