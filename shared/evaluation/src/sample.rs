//! The sample: the records of a held-out file that models are asked.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use tunedrop_validation::Format;

use crate::key::RecordKey;
use crate::record::{HeldOut, Unusable, read_record};

/// The default number of records in a sample.
pub const RECORDS_DEFAULT: usize = 200;

/// The maximum number of records in a sample. Each is a paid call to each model.
pub const RECORDS_MAX: usize = 1_000;

/// The maximum size of a sample in bytes: of its records' lines in the file. A sample is in memory.
pub const SAMPLE_BYTES_MAX: usize = 64 << 20;

/// The maximum number of keys in a [`RecordKeys`]: the same as in the validator's index of records.
const KEYS_MAX: usize = 4_000_000;

/// The keys of a file's records: at most 4,000,000, of 16 bytes each.
#[derive(Debug, Clone, Default)]
pub struct RecordKeys {
    keys: HashSet<RecordKey>,
    /// Whether there were more keys.
    more: bool,
}

impl RecordKeys {
    /// Adds a key. Returns false if it was added before.
    pub fn add(&mut self, key: RecordKey) -> bool {
        if self.keys.len() < KEYS_MAX {
            return self.keys.insert(key);
        }
        let is_new = !self.keys.contains(&key);
        self.more |= is_new;
        is_new
    }

    /// Adds the key of a line, unless a model can't be evaluated with its record.
    pub fn add_line(&mut self, format: &Format, line: &[u8]) {
        if let Ok(record) = read_record(format, line) {
            self.add(record.key);
        }
    }

    /// Whether a record is in the file.
    pub fn contains(&self, key: &RecordKey) -> bool {
        self.keys.contains(key)
    }

    /// Returns the number of distinct records.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Returns the number of records that are also in `others`.
    pub(crate) fn shared_with(&self, others: &RecordKeys) -> usize {
        self.keys.intersection(&others.keys).count()
    }
}

/// Counts of a held-out file's records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleCounts {
    /// The number of lines that aren't blank.
    pub records: u64,
    /// The number of duplicates. They aren't asked again.
    pub duplicates: u64,
    /// The number of records that models can't be evaluated with, by the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unusable: BTreeMap<Unusable, u64>,
    /// The number of records in the sample.
    pub sampled: u64,
}

/// A sample of a held-out file.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// The records by their keys.
    pub records: BTreeMap<RecordKey, HeldOut>,
    /// Counts of the file's records.
    pub counts: SampleCounts,
    /// The keys of all records that models can be evaluated with, for [`Overlap`](crate::Overlap).
    pub keys: RecordKeys,
    /// Whether the records that belong in the sample have more than [`SAMPLE_BYTES_MAX`] bytes. Some are missing then.
    pub is_too_large: bool,
}

impl Sample {
    /// Returns the reference answers, for [`Input`](crate::Input).
    pub fn references(&self) -> BTreeMap<RecordKey, String> {
        self.records.iter().map(|(key, record)| (*key, record.reference.clone())).collect()
    }
}

/// Chooses a sample, line by line.
///
/// It keeps the records with the smallest keys. So the sample depends only on the records, not on their order, and a
/// record that is added to the file replaces at most one record of the sample. Memory: the sampled records, of at most
/// [`SAMPLE_BYTES_MAX`] bytes, and for each distinct record of the file 16 bytes plus the overhead of a hash table.
#[derive(Debug)]
pub struct Sampler {
    most: usize,
    bytes_max: usize,
    sample: Sample,
    /// The sizes of the sample's lines.
    sizes: BTreeMap<RecordKey, usize>,
    bytes: usize,
    /// The smallest key that the limit on bytes left out: all records up to it have more bytes.
    left_out: Option<RecordKey>,
}

impl Sampler {
    /// Creates a sampler for `max_records` records. Values outside of 1 to 1,000 are replaced with 1 or 1,000.
    pub fn new(max_records: usize) -> Sampler {
        Sampler {
            most: max_records.clamp(1, RECORDS_MAX),
            bytes_max: SAMPLE_BYTES_MAX,
            sample: Sample::default(),
            sizes: BTreeMap::new(),
            bytes: 0,
            left_out: None,
        }
    }

    /// Adds the file's next line.
    pub fn add(&mut self, format: &Format, line: &[u8]) {
        if line.trim_ascii().is_empty() {
            return;
        }
        let Sample { records, counts, keys, .. } = &mut self.sample;
        counts.records += 1;
        match read_record(format, line) {
            Err(reason) => *counts.unusable.entry(reason).or_default() += 1,
            Ok(record) if !keys.add(record.key) => counts.duplicates += 1,
            Ok(record) if self.left_out.is_some_and(|least| record.key > least) => {}
            Ok(record) => {
                self.sizes.insert(record.key, line.len());
                self.bytes += line.len();
                records.insert(record.key, record);
                while records.len() > self.most || self.bytes > self.bytes_max {
                    if records.len() <= self.most {
                        self.left_out = records.last_key_value().map(|(key, _)| *key);
                    }
                    let Some((key, _)) = records.pop_last() else { break };
                    self.bytes -= self.sizes.remove(&key).unwrap_or(0);
                }
            }
        }
    }

    /// Returns the sample, at the end of the file.
    pub fn finish(mut self) -> Sample {
        // With all the records that it may have, the sample lacks none: what was left out has larger keys.
        self.sample.is_too_large = self.left_out.is_some() && self.sample.records.len() < self.most;
        self.sample.counts.sampled = self.sample.records.len() as u64;
        self.sample
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn line(n: usize) -> Vec<u8> {
        format!("{{\"prompt\": \"q{n}\", \"completion\": \"a{n}\"}}").into_bytes()
    }

    fn sampled(most: usize, lines: impl Iterator<Item = usize>) -> Sample {
        let mut sampler = Sampler::new(most);
        lines.for_each(|n| sampler.add(&Format::PromptCompletion, &line(n)));
        sampler.finish()
    }

    fn keys(sample: &Sample) -> BTreeSet<RecordKey> {
        sample.records.keys().copied().collect()
    }

    #[test]
    fn order_and_duplicates_dont_change_the_sample() {
        let sample = sampled(200, 0..2_000);
        assert_eq!((sample.records.len(), sample.counts.sampled), (200, 200));
        assert_eq!(keys(&sample), keys(&sampled(200, (0..2_000).rev())));
        let twice = sampled(200, (0..2_000).chain(0..2_000));
        assert_eq!(keys(&sample), keys(&twice));
        assert_eq!((twice.counts.records, twice.counts.duplicates, twice.keys.len()), (4_000, 2_000, 2_000));
    }

    #[test]
    fn a_larger_sample_contains_a_smaller_one() {
        assert!(keys(&sampled(50, 0..500)).is_subset(&keys(&sampled(200, 0..500))));
        assert_eq!(sampled(1_000, 0..20).records.len(), 20);
    }

    #[test]
    fn a_few_added_records_change_little() {
        let before = keys(&sampled(200, 0..2_000));
        let after = keys(&sampled(200, 0..2_020));
        // 20 of 2,020 records are new, so about 2 of the 200 sampled ones should be. At most 20 could be.
        let new = after.difference(&before).count();
        assert!(new <= 8, "{new} of 200 records changed");
    }

    #[test]
    fn every_record_is_as_likely_as_another() {
        let halves = sampled(1_000, 0..4_000)
            .records
            .values()
            .filter(|record| record.reference[1..].parse::<usize>().expect("a number") < 2_000)
            .count();
        assert!((430..=570).contains(&halves), "{halves} of 1,000 are from the first half");
    }

    #[test]
    fn unusable_records_and_blank_lines_are_counted() {
        let mut sampler = Sampler::new(10);
        for line in ["{}", "\r", "", "{\"prompt\": \"a\"}", "{\"prompt\": \"a\", \"completion\": \"b\"}", "x"] {
            sampler.add(&Format::PromptCompletion, line.as_bytes());
        }
        let counts = sampler.finish().counts;
        let unusable = BTreeMap::from([(Unusable::NotARecord, 2), (Unusable::NoReference, 1)]);
        assert_eq!(counts, SampleCounts { records: 4, duplicates: 0, unusable, sampled: 1 });
        let json = r#"{"records":4,"duplicates":0,"unusable":{"not_a_record":2,"no_reference":1},"sampled":1}"#;
        assert_eq!(serde_json::to_string(&counts).expect("counts serialize"), json);
    }

    #[test]
    fn sizes_out_of_range_count_as_the_nearest() {
        assert_eq!(sampled(0, 0..5).records.len(), 1);
        assert_eq!(sampled(usize::MAX, 0..1_500).records.len(), RECORDS_MAX);
    }

    #[test]
    fn a_sample_with_too_many_bytes_is_recognized_in_any_order() {
        let size = line(1000).len();
        let of = |most: usize, records: usize, lines: &mut dyn Iterator<Item = usize>| {
            let mut sampler = Sampler { bytes_max: records * size, ..Sampler::new(most) };
            for n in lines {
                sampler.add(&Format::PromptCompletion, &line(n));
                assert!(sampler.bytes <= sampler.bytes_max && sampler.bytes == sampler.sizes.values().sum::<usize>());
            }
            sampler.finish()
        };
        for (most, records, is_too_large) in
            [(50, 50, false), (50, 49, true), (50, 1, true), (1, 1, false), (1, 0, true)]
        {
            let sample = of(most, records, &mut (1_000..1_200));
            assert_eq!(sample.is_too_large, is_too_large, "{most} records, room for {records}");
            let reversed = of(most, records, &mut (1_000..1_200).rev());
            assert_eq!((reversed.is_too_large, keys(&reversed)), (is_too_large, keys(&sample)));
            if !is_too_large {
                assert_eq!(keys(&sample), keys(&sampled(most, 1_000..1_200)));
            }
        }
    }

    #[test]
    fn large_records_outside_of_the_sample_dont_count() {
        let mut lines: Vec<Vec<u8>> = (0..100).map(line).collect();
        let small = keys(&sampled(10, 0..100));
        let last = *small.last().expect("ten records");
        let large =
            (0..200).map(|n| format!("{{\"prompt\": \"l{n}\", \"completion\": \"{}\"}}", "x".repeat(500)).into_bytes());
        let is_outside =
            |line: &Vec<u8>| read_record(&Format::PromptCompletion, line).is_ok_and(|record| record.key > last);
        let large: Vec<Vec<u8>> = large.filter(is_outside).collect();
        assert!(large.len() > 20);
        // They come first, when there is room for them still.
        lines.splice(0..0, large);
        let mut sampler = Sampler { bytes_max: 2_000, ..Sampler::new(10) };
        lines.iter().for_each(|line| sampler.add(&Format::PromptCompletion, line));
        let sample = sampler.finish();
        assert_eq!((sample.is_too_large, keys(&sample)), (false, small));
    }
}
