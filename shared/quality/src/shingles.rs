//! The set of a record's shingles, as sorted hashes.

use crate::tokens::mix;

/// The number of words of a shingle.
const WORDS: usize = 3;

/// Appends the hashes of a text's shingles. A text of fewer words than a shingle is one shingle.
pub(crate) fn add_shingles(tokens: &[u64], shingles: &mut Vec<u32>) {
    if tokens.is_empty() {
        return;
    }
    if tokens.len() < WORDS {
        shingles.push(hash(tokens));
        return;
    }
    shingles.extend(tokens.windows(WORDS).map(hash));
}

#[inline(always)]
fn hash(tokens: &[u64]) -> u32 {
    let sum = tokens
        .iter()
        .fold(tokens.len() as u64, |sum, token| (sum ^ token).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29));
    (mix(sum) >> 32) as u32
}

/// Sorts the hashes, and removes duplicates. Keeps the smallest `most` of them, which are a random sample of the set.
pub(crate) fn sort_and_sample(shingles: &mut Vec<u32>, most: usize) {
    sort(shingles);
    shingles.dedup();
    shingles.truncate(most);
}

/// Fewer hashes than this are sorted by comparing them, and so are more than the other number.
const BY_VALUE: std::ops::Range<usize> = 64..(1 << 13);
/// Places of a hash are counted by its highest bits.
const PLACES: usize = 1 << 10;
/// The most hashes that are expected to have the same highest bits, beside the average.
const CROWDED: usize = 16;

/// Sorts hashes, which are evenly distributed: each is put where its highest bits say that it is about to be, and then
/// moved by the few that are left. It takes a third of the time that comparing takes.
fn sort(hashes: &mut [u32]) {
    if !BY_VALUE.contains(&hashes.len()) {
        hashes.sort_unstable();
        return;
    }
    let place = |hash: u32| (hash >> 22) as usize;
    let mut ends = [0_u32; PLACES];
    hashes.iter().for_each(|hash| ends[place(*hash)] += 1);
    let average = hashes.len() / PLACES;
    let mut end = 0;
    for count in &mut ends {
        if *count as usize > average * 2 + CROWDED {
            // Somebody chose them.
            hashes.sort_unstable();
            return;
        }
        end += std::mem::replace(count, end);
    }
    let unsorted = hashes.to_vec();
    for hash in unsorted {
        let at = &mut ends[place(hash)];
        hashes[*at as usize] = hash;
        *at += 1;
    }
    for at in 1..hashes.len() {
        let hash = hashes[at];
        let mut to = at;
        while to > 0 && hashes[to - 1] > hash {
            hashes[to] = hashes[to - 1];
            to -= 1;
        }
        hashes[to] = hash;
    }
}

/// Whether the Jaccard similarity of two sets is at least `least`. Exact for sets of fewer than `most` hashes. Of a
/// larger set, there are only the smallest ones, so the sets are compared up to the largest hash that both samples cover.
///
/// Also returns how many hashes were compared.
pub(crate) fn is_similar(one: &[u32], other: &[u32], most: usize, least: f64) -> (bool, u64) {
    let (one, other) = (covered(one, other, most), covered(other, one, most));
    let (short, long) = (one.len().min(other.len()), one.len().max(other.len()));
    if (short as f64) < least * long as f64 {
        return (false, 1);
    }
    // With i hashes in common, the similarity is i / (both - i).
    let both = (one.len() + other.len()) as f64;
    let allowed = (both * (1.0 - least) / (1.0 + least) + 1e-9) as usize;
    let (mut at, mut behind, mut different) = (0, 0, 0);
    while at < one.len() && behind < other.len() {
        let (left, right) = (one[at], other[behind]);
        at += usize::from(left <= right);
        behind += usize::from(right <= left);
        different += usize::from(left != right);
        if different > allowed {
            return (false, (at + behind) as u64);
        }
    }
    different += one.len() - at + other.len() - behind;
    (different <= allowed, (at + behind) as u64)
}

/// Returns the Jaccard similarity of two sets, with the same sampling.
pub(crate) fn similarity(one: &[u32], other: &[u32], most: usize) -> f64 {
    let (one, other) = (covered(one, other, most), covered(other, one, most));
    let shared = one.iter().filter(|hash| other.binary_search(hash).is_ok()).count();
    let all = one.len() + other.len() - shared;
    if all == 0 { 1.0 } else { shared as f64 / all as f64 }
}

/// Returns the part of `set` that both samples cover.
fn covered<'s>(set: &'s [u32], other: &[u32], most: usize) -> &'s [u32] {
    let end = |set: &[u32]| if set.len() < most { u32::MAX } else { set.last().copied().unwrap_or(u32::MAX) };
    let end = end(set).min(end(other));
    &set[..set.partition_point(|hash| *hash <= end)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_of_sets() {
        let (one, other): (Vec<u32>, Vec<u32>) = ((0..100).collect(), (10..100).collect());
        assert!((similarity(&one, &other, 4096) - 0.9).abs() < 1e-9);
        assert!(is_similar(&one, &other, 4096, 0.9).0);
        assert!(!is_similar(&one, &other, 4096, 0.91).0);
        assert!(is_similar(&[], &[], 4096, 0.8).0);
        assert!(!is_similar(&[], &[1], 4096, 0.8).0);
    }

    #[test]
    fn samples_are_compared_as_far_as_both_reach() {
        // The whole sets have 8 of 10 in common among the smallest ones.
        let one: Vec<u32> = (0..8).map(|n| n * 10).collect();
        let other: Vec<u32> = (0..8).map(|n| n * 10).chain([75]).filter(|n| *n != 30).collect();
        assert!((similarity(&one, &other, 8) - 7.0 / 8.0).abs() < 1e-9);
    }

    #[test]
    fn sorts_any_numbers() {
        for length in [0, 1, 63, 64, 65, 350, 1_000, 20_000, 70_000_u64] {
            let random = |at: u64| (mix(at) >> 32) as u32;
            let all: [fn(u64) -> u32; 4] = [random, |at| (at % 97) as u32, |at| !(at as u32), |at| (at as u32) << 30];
            for numbers in all {
                let mut sorted: Vec<u32> = (0..length).map(numbers).collect();
                let mut expected = sorted.clone();
                expected.sort_unstable();
                sort(&mut sorted);
                assert_eq!(sorted, expected, "{length}");
            }
        }
    }

    #[test]
    fn a_short_text_is_one_shingle() {
        let mut shingles = Vec::new();
        add_shingles(&[1, 2], &mut shingles);
        add_shingles(&[], &mut shingles);
        assert_eq!(shingles.len(), 1);
        add_shingles(&[1, 2, 3, 4], &mut shingles);
        assert_eq!(shingles.len(), 3);
    }
}
