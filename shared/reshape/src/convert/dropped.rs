//! Counts the dropped keys of a file.

use std::collections::BTreeMap;

/// The maximum number of keys that are counted by name. A file with more uses data as keys.
const MOST_KEYS: usize = 200;

/// The maximum number of characters of a key that are shown.
const LONGEST_KEY: usize = 60;

/// The dropped keys of a file, each with the number of records that had it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dropped {
    records: BTreeMap<String, u64>,
    /// The number of dropped keys that aren't counted by name.
    pub more: u64,
}

impl Dropped {
    /// Adds the keys of one record.
    pub fn add(&mut self, keys: Vec<String>) {
        for key in keys {
            if let Some(records) = self.records.get_mut(&key) {
                *records += 1;
            } else if self.records.len() < MOST_KEYS {
                self.records.insert(key, 1);
            } else {
                self.more += 1;
            }
        }
    }

    /// Returns the keys, grouped by the number of records that had them, the most frequent ones first.
    pub fn by_count(&self) -> Vec<(u64, Vec<&str>)> {
        let mut groups: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
        for (key, records) in &self.records {
            groups.entry(*records).or_default().push(key);
        }
        groups.into_iter().rev().collect()
    }
}

/// Returns the key, truncated if it is long.
pub(crate) fn shown(key: &str) -> String {
    match key.char_indices().nth(LONGEST_KEY) {
        Some((end, _)) => format!("{}…", &key[..end]),
        None => key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_keys_by_the_number_of_records() {
        let mut dropped = Dropped::default();
        for keys in [&["id", "source"][..], &["id", "source"], &["messages[].name"]] {
            dropped.add(keys.iter().map(|key| (*key).to_owned()).collect());
        }
        assert_eq!(dropped.by_count(), [(2, vec!["id", "source"]), (1, vec!["messages[].name"])]);
    }

    #[test]
    fn bounds_memory_and_the_length_of_keys() {
        let mut dropped = Dropped::default();
        dropped.add((0..MOST_KEYS + 7).map(|at| format!("key {at}")).collect());
        assert_eq!((dropped.records.len(), dropped.more), (MOST_KEYS, 7));
        assert_eq!(shown(&"ä".repeat(100)), "ä".repeat(LONGEST_KEY) + "…");
        assert_eq!(shown("id"), "id");
    }
}
