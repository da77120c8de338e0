//! Chooses the records of the validation file by hash and seed. Duplicates stay in the same file.

use std::collections::HashMap;

use crate::same::Key;

/// The size of the validation file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Share {
    /// A percentage of all records.
    Percent(f64),
    /// A number of records.
    Count(u64),
}

impl Share {
    /// Returns the number of records, at least 1.
    pub(crate) fn of(self, records: u64) -> u64 {
        let wanted = match self {
            Share::Percent(percent) => (records as f64 * percent / 100.0).round() as u64,
            Share::Count(count) => count,
        };
        wanted.max(1)
    }
}

impl std::str::FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Share, String> {
        let wrong = || "a share is a percentage such as 5%, or a number of records".to_owned();
        match text.strip_suffix('%') {
            Some(number) => match number.trim().parse::<f64>() {
                Ok(percent) if percent > 0.0 && percent < 100.0 => Ok(Share::Percent(percent)),
                _ => Err(wrong()),
            },
            None => text.parse().ok().filter(|count| *count > 0).map(Share::Count).ok_or_else(wrong),
        }
    }
}

/// The distinct records of a file. Memory: 24 bytes for each, plus the overhead of a hash table.
#[derive(Debug, Default)]
pub struct Groups {
    counts: HashMap<Key, u64>,
    records: u64,
}

impl Groups {
    /// Counts a record.
    pub fn note(&mut self, key: Key) {
        *self.counts.entry(key).or_default() += 1;
        self.records += 1;
    }

    /// Returns the number of records.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Returns the size of the smallest group of duplicates. A record without duplicates is a group of one.
    pub fn smallest(&self) -> u64 {
        self.counts.values().copied().min().unwrap_or(0)
    }

    /// Returns the records for the validation file, and their number. It is as close to `share` as groups of duplicates
    /// allow, at most `most`, and never all records. It doesn't depend on the order of the records.
    pub fn chosen(&self, share: Share, seed: u64, most: Option<u64>) -> (std::collections::HashSet<Key>, u64) {
        let wanted = share.of(self.records).min(most.unwrap_or(u64::MAX)).min(self.records.saturating_sub(1));
        let mut order: Vec<(Key, Key, u64)> = self
            .counts
            .iter()
            .map(|(key, count)| {
                let mut hasher = blake3::Hasher::new();
                hasher.update(&seed.to_le_bytes()).update(key);
                let mut rank = Key::default();
                rank.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
                (rank, *key, *count)
            })
            .collect();
        order.sort_unstable();
        let (mut chosen, mut records) = (std::collections::HashSet::new(), 0);
        for (_, key, count) in order {
            if records + count <= wanted {
                chosen.insert(key);
                records += count;
            }
        }
        (chosen, records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(different: u8, times: u64) -> Groups {
        let mut groups = Groups::default();
        for key in 0..different {
            (0..times).for_each(|_| groups.note([key; 16]));
        }
        groups
    }

    #[test]
    fn parses_shares() {
        assert_eq!("5%".parse(), Ok(Share::Percent(5.0)));
        assert_eq!("20".parse(), Ok(Share::Count(20)));
        for wrong in ["0", "0%", "100%", "-1", "x", "%", "NaN%"] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn chooses_by_the_seed_alone() {
        let all = groups(200, 1);
        let (one, count) = all.chosen(Share::Percent(5.0), 7, None);
        assert_eq!((one.len(), count), (10, 10));
        assert_eq!(all.chosen(Share::Percent(5.0), 7, None).0, one);
        assert_ne!(all.chosen(Share::Percent(5.0), 8, None).0, one);
    }

    #[test]
    fn keeps_duplicates_together_and_leaves_training_records() {
        let (chosen, count) = groups(10, 4).chosen(Share::Count(10), 1, None);
        assert_eq!((chosen.len(), count), (2, 8));
        assert_eq!(groups(3, 1).chosen(Share::Count(50), 1, None).1, 2);
        assert_eq!(groups(200, 1).chosen(Share::Percent(50.0), 1, Some(20)).1, 20);
        assert_eq!(groups(1, 1).chosen(Share::Percent(5.0), 1, None).1, 0);
    }
}
