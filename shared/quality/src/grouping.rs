//! Which records of a file belong together: near-duplicates, and records with the same label.

use std::collections::HashMap;

use tunedrop_validation::Findings;

use crate::answers::{add_conflicts, are_labels};
use crate::assess::{Level, joined};
use crate::kept::{FileSketch, NO_SET};
use crate::near::near;
use crate::template::leave_out_templates;

/// The groups of a file's valid records. Read it with [`QualityPass::keeping_lines`](crate::QualityPass::keeping_lines).
#[derive(Debug)]
pub struct Grouping {
    /// The records, by line.
    pub records: Vec<Grouped>,
    /// Whether the answers are a few labels.
    pub has_labels: bool,
    /// Whether some records weren't compared, because there are too many.
    pub is_partial: bool,
}

/// A record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grouped {
    /// Its 1-based line.
    pub line: u64,
    /// The group of its near-duplicates. `None` if it wasn't compared.
    pub group: Option<u32>,
    /// The hash of its label, if its answer may be one.
    pub label: Option<u64>,
    /// Whether its answer conflicts with another one to the same prompt.
    pub conflicts: bool,
}

/// Compares the records of a file. Doesn't depend on the number of `threads`.
pub fn grouping(mut sketch: FileSketch, threads: usize) -> Grouping {
    let lines = sketch.lines.take().unwrap_or_default();
    let conflicts = add_conflicts(&sketch, Level::Standard, &mut Findings::default());
    let (has_labels, left) = (are_labels(&sketch), sketch.left);
    let mut sets = joined(std::slice::from_mut(&mut sketch));
    leave_out_templates(&mut sets, threads);
    let near = near(&sets, sets.len(), threads);
    let group = |set: u32| if set == NO_SET { None } else { near.group.get(set as usize).copied() };
    let records = lines.iter().map(|kept| Grouped {
        line: u64::from(kept.line),
        group: group(kept.set),
        label: kept.label,
        conflicts: conflicts.contains(&kept.line),
    });
    Grouping { records: records.collect(), has_labels, is_partial: near.is_partial || left > 0 }
}

impl Grouping {
    /// Returns the lines of records that are near-duplicates of an earlier one, with the line of the first of the group.
    /// Records whose answers conflict are left out: keeping either isn't enough.
    pub fn repeats(&self) -> Vec<(u64, u64)> {
        let mut first: HashMap<u32, u64> = HashMap::new();
        let mut repeats = Vec::new();
        for record in self.records.iter().filter(|record| !record.conflicts) {
            let Some(group) = record.group else { continue };
            match first.get(&group) {
                Some(first) => repeats.push((record.line, *first)),
                None => {
                    first.insert(group, record.line);
                }
            }
        }
        repeats
    }

    /// Returns the number of records whose answers conflict with an earlier one.
    pub fn conflicting(&self) -> usize {
        self.records.iter().filter(|record| record.conflicts).count()
    }
}
