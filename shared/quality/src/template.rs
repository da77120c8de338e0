//! Shingles that many records share: the template of their prompts.

use crate::near::Sets;
use crate::parallel;

/// A shingle belongs to the template if at least this part of all records has it.
const SHARE: f64 = 0.1;
/// In smaller sets, a few near-duplicates would be taken for a template.
const RECORDS_MIN: u32 = 100;

/// Counters. Two shingles may share one. A file keeps at most 32,000,000, so a counter has 31 on average, and those of a
/// template at least 100.
const COUNTERS: usize = 1 << 20;

/// Leaves out the shingles of the template, unless a record has no others. Returns their share of all shingles. Doesn't
/// depend on the number of `threads`.
pub(crate) fn leave_out_templates(sets: &mut Sets, threads: usize) -> f64 {
    let least = ((sets.len() as f64 * SHARE).ceil() as u32).max(RECORDS_MIN);
    let all = sets.hashes.len();
    if (sets.len() as u32) < least || all == 0 {
        return 0.0;
    }
    let parts: Vec<&[u32]> = sets.hashes.chunks(all.div_ceil(threads.max(1))).collect();
    let counts = parallel::map(&parts, threads, |hashes| counted(hashes));
    let is_template: Vec<bool> =
        (0..COUNTERS).map(|at| counts.iter().map(|counts| counts[at]).fold(0, u32::saturating_add) >= least).collect();
    if !is_template.contains(&true) {
        return 0.0;
    }
    let is_template = |hash: u32| is_template[hash as usize % COUNTERS];
    let only_template: Vec<bool> =
        (0..sets.len()).map(|set| sets.get(set).iter().all(|hash| is_template(*hash))).collect();
    let shared = sets.hashes.iter().filter(|hash| is_template(**hash)).count();
    sets.retain(|set, _, hash| only_template[set] || !is_template(hash));
    shared as f64 / all as f64
}

fn counted(hashes: &[u32]) -> Vec<u32> {
    let mut counts = vec![0u32; COUNTERS];
    for hash in hashes {
        let count = &mut counts[*hash as usize % COUNTERS];
        *count = count.saturating_add(1);
    }
    counts
}
