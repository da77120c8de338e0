//! Adds up the summaries of a file's records, in bounded memory.

use hashbrown::HashTable;

use super::histogram::{BUCKETS, bucket_of, up_to};
use super::{LongRecord, Statistics, TokenBucket};
use crate::record_summary::RecordSummary;

/// How many of the longest records are listed.
const LONGEST: usize = 10;

/// Up to how many different system texts are counted.
const SYSTEMS: usize = 1 << 16;

/// Statistics in the making.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// All but the histogram and the system texts, which [`statistics`](Gathered::statistics) adds.
    pub(crate) statistics: Statistics,
    /// The first line with a system text.
    pub(crate) first_system: Option<u64>,
    /// Whether a record has characters beyond ASCII.
    pub(crate) has_letters: bool,
    histogram: Vec<u64>,
    systems: HashTable<u64>,
}

impl Default for Gathered {
    fn default() -> Gathered {
        Gathered {
            statistics: Statistics::default(),
            first_system: None,
            has_letters: false,
            histogram: vec![0; BUCKETS],
            systems: HashTable::new(),
        }
    }
}

impl Gathered {
    /// Adds the record of `line`.
    pub(crate) fn add(&mut self, summary: &RecordSummary, line: u64) {
        let tokens = summary.tokens();
        let statistics = &mut self.statistics;
        statistics.valid_records += 1;
        statistics.turns += summary.turns;
        self.has_letters |= summary.beyond_ascii > 0;
        statistics.characters += summary.ascii + summary.beyond_ascii;
        statistics.tokens.low += tokens.low;
        statistics.tokens.high += tokens.high;
        self.histogram[bucket_of(tokens.high)] += 1;
        if let Some(system) = summary.system {
            statistics.with_system += 1;
            self.first_system.get_or_insert(line);
            let known = self.systems.find(system, |known| *known == system).is_some();
            if !known && self.systems.len() < SYSTEMS {
                self.systems.insert_unique(system, system, |known| *known);
            }
        }
        let key = |record: &LongRecord| (record.tokens.high, record.tokens.low);
        let record = LongRecord { line, tokens };
        let full = statistics.longest.len() == LONGEST;
        if !full || statistics.longest.last().is_some_and(|last| key(last) < key(&record)) {
            let longest = &mut statistics.longest;
            // Of two of one length, the first line comes first.
            let place = longest.partition_point(|longer| key(longer) >= key(&record));
            longest.insert(place, record);
            longest.truncate(LONGEST);
        }
    }

    /// The statistics of all that was added.
    pub(crate) fn statistics(self) -> Statistics {
        let mut statistics = self.statistics;
        statistics.different_systems = self.systems.len() as u64;
        if let Some(first) = statistics.longest.first() {
            statistics.longest_line = Some(first.line);
            statistics.longest_tokens = first.tokens;
        }
        let buckets = self.histogram.iter().enumerate().filter(|(_, records)| **records > 0);
        statistics.token_histogram =
            buckets.map(|(bucket, records)| TokenBucket { up_to: up_to(bucket), records: *records }).collect();
        statistics
    }
}
