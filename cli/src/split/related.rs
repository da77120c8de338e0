//! Records that stay together, and labels that both files should have: `--by-group` and `--stratify`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use anyhow::{Result, bail};
use tunedrop_quality::{FileSketch, Grouping, QualityPass, grouping};
use tunedrop_reshape::{Groups, Key, Share, chosen_of_strata};
use tunedrop_validation::{Catalogue, Role};

use crate::fit::in_format;
use crate::progress::Waiting;

/// Reads the texts of the records while split reads their lines.
pub(super) struct Related {
    pass: QualityPass,
    /// The key of each record, in the order of the file.
    keys: Vec<Key>,
    by_group: bool,
    stratify: bool,
}

/// Which records go into the validation file.
pub(super) struct Plan {
    /// The key of the group of each record, in the order of the file.
    keys: Vec<Key>,
    strata: Vec<Groups>,
    /// Whether some records weren't compared.
    pub(super) is_partial: bool,
}

impl Related {
    /// The format of the records is that of a model that accepts them.
    pub(super) fn new(path: &Path, by_group: bool, stratify: bool) -> Result<Related> {
        let Some(rules) = in_format(path, Catalogue::embedded()) else {
            let option = if by_group { "--by-group" } else { "--stratify" };
            bail!(
                "{option} reads the texts of the records, and no model has the format of {}; convert it first with tunedrop convert",
                path.display()
            );
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let pass = QualityPass::new("", Role::Train, rules.training, threads).keeping_lines();
        Ok(Related { pass, keys: Vec::new(), by_group, stratify })
    }

    pub(super) fn add(&mut self, key: Key, line: &[u8]) {
        self.keys.push(key);
        self.pass.feed(line);
        self.pass.feed(b"\n");
    }

    pub(super) fn plan(self, path: &Path) -> Result<Plan> {
        let _waiting = Waiting::new("comparing records");
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let sketch: FileSketch = self.pass.finish();
        let found = grouping(sketch, threads);
        if self.stratify && !found.has_labels {
            bail!(
                "the answers of {} aren't a few labels of which each has ten records or more on average, so --stratify has nothing to divide by",
                path.display()
            );
        }
        Ok(planned(self.keys, &found, self.by_group, self.stratify))
    }
}

/// A group's key is the smallest one of its records, so it doesn't depend on their order.
fn planned(keys: Vec<Key>, found: &Grouping, by_group: bool, stratify: bool) -> Plan {
    let at = |line: u64| usize::try_from(line).ok().and_then(|line| line.checked_sub(1));
    let key_at = |line: u64| at(line).and_then(|at| keys.get(at));
    let mut smallest: HashMap<u32, Key> = HashMap::new();
    for record in found.records.iter().filter(|_| by_group) {
        if let (Some(group), Some(key)) = (record.group, key_at(record.line)) {
            smallest.entry(group).and_modify(|least| *least = (*least).min(*key)).or_insert(*key);
        }
    }
    let mut grouped = keys.clone();
    // The label of a group is that of the record with the smallest key. Others are in the stratum without a label.
    let mut labels: HashMap<Key, u64> = HashMap::new();
    for record in &found.records {
        let (Some(key), Some(place)) = (key_at(record.line), at(record.line)) else { continue };
        let group = record.group.and_then(|group| smallest.get(&group)).unwrap_or(key);
        grouped[place] = *group;
        if let (true, Some(label), true) = (stratify, record.label, group == key) {
            labels.insert(*group, label);
        }
    }
    let mut strata: BTreeMap<Option<u64>, Groups> = BTreeMap::new();
    for key in &grouped {
        strata.entry(labels.get(key).copied()).or_default().note(*key);
    }
    Plan { keys: grouped, strata: strata.into_values().collect(), is_partial: found.is_partial }
}

impl Plan {
    /// Returns the number of records.
    pub(super) fn records(&self) -> u64 {
        self.strata.iter().map(Groups::records).sum()
    }

    /// Returns the size of the smallest group.
    pub(super) fn smallest(&self) -> u64 {
        self.strata.iter().map(Groups::smallest).filter(|size| *size > 0).min().unwrap_or(0)
    }

    pub(super) fn chosen(&self, share: Share, seed: u64, most: Option<u64>) -> (HashSet<Key>, u64) {
        match self.strata.as_slice() {
            [one] => one.chosen(share, seed, most),
            all => chosen_of_strata(&all.iter().collect::<Vec<_>>(), share, seed, most),
        }
    }

    /// Returns the key of a record's group, by its 0-based number.
    pub(super) fn key(&self, number: usize) -> Option<Key> {
        self.keys.get(number).copied()
    }
}
