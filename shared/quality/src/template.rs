//! Shingles that many records share: the template of their prompts.

use crate::near::Sets;

/// A shingle belongs to the template if at least this part of all records has it.
const SHARE: f64 = 0.1;
/// In smaller sets, a few near-duplicates would be taken for a template.
const RECORDS_MIN: u32 = 100;

/// Counters. Two shingles may share one, which makes a difference only where a million shingles have few records each.
const COUNTERS: usize = 1 << 22;

/// Leaves out the shingles of the template, unless a record has no others. Returns their share of all shingles.
pub(crate) fn leave_out_templates(sets: &mut Sets) -> f64 {
    let least = ((sets.len() as f64 * SHARE).ceil() as u32).max(RECORDS_MIN);
    let all = sets.hashes.len();
    if (sets.len() as u32) < least || all == 0 {
        return 0.0;
    }
    let mut counts = vec![0u32; COUNTERS];
    for hash in &sets.hashes {
        let count = &mut counts[*hash as usize % COUNTERS];
        *count = count.saturating_add(1);
    }
    let is_template = |hash: u32| counts[hash as usize % COUNTERS] >= least;
    let only_template: Vec<bool> =
        (0..sets.len()).map(|set| sets.get(set).iter().all(|hash| is_template(*hash))).collect();
    let shared = sets.hashes.iter().filter(|hash| is_template(**hash)).count();
    sets.retain(|set, _, hash| only_template[set] || !is_template(hash));
    shared as f64 / all as f64
}
