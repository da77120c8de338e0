//! Near-duplicates among sets of shingles: MinHash, locality-sensitive hashing, and a check of each candidate pair.

use crate::parallel;
use crate::shingles::is_similar;
use crate::tokens::mix;

/// The Jaccard similarity from which two records are near-duplicates.
pub const NEAR: f64 = 0.8;

/// Bands of a signature. Two records are candidates if all rows of a band are equal.
const BANDS: usize = 32;
/// Rows of a band. A pair of similarity 0.8 is missed once in 16,000 pairs: (1 - 0.8^6)^32.
const ROWS: usize = 6;
const BINS: usize = BANDS * ROWS;

/// How often an empty bin of a signature looks for a filled one at random.
const PROBES: u64 = 32;

/// How many sets of one bucket, no two of them similar, others are compared with. It bounds the work of a bucket.
const REPRESENTATIVES: usize = 16;

/// How many hashes are compared in all. It bounds the time for data that is made to have as many candidates as possible.
const COMPARED_MAX: u64 = 4_000_000_000;

/// Sets of sorted hashes, one after the other.
#[derive(Debug, Default, Clone)]
pub(crate) struct Sets {
    pub(crate) hashes: Vec<u32>,
    /// Where each set ends.
    pub(crate) ends: Vec<u32>,
    /// Sets of this size are samples of larger ones.
    pub(crate) most: usize,
}

impl Sets {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, set: usize) -> &[u32] {
        let start = if set == 0 { 0 } else { self.ends[set - 1] as usize };
        &self.hashes[start..self.ends[set] as usize]
    }

    pub(crate) fn push(&mut self, set: &[u32]) {
        self.hashes.extend_from_slice(&set[..set.len().min(self.most)]);
        self.ends.push(self.hashes.len() as u32);
    }

    /// Keeps the hashes that `keep` accepts, given the set and the position in it.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(usize, usize, u32) -> bool) {
        let (mut read, mut written) = (0, 0);
        for set in 0..self.ends.len() {
            let (start, end) = (read, self.ends[set] as usize);
            for at in start..end {
                let hash = self.hashes[at];
                if keep(set, at - start, hash) {
                    self.hashes[written] = hash;
                    written += 1;
                }
            }
            read = end;
            self.ends[set] = written as u32;
        }
        self.hashes.truncate(written);
    }
}

/// The near-duplicates among sets.
#[derive(Debug)]
pub(crate) struct Near {
    /// The group of each set: the smallest set in it.
    pub(crate) group: Vec<u32>,
    /// For each set of another file than the training file, a set of the training file that is similar to it.
    pub(crate) leaked: Vec<Option<u32>>,
    /// Whether [`COMPARED_MAX`] was reached, so that some weren't found.
    pub(crate) is_partial: bool,
}

/// Groups similar sets. The sets from `train_end` on are those of other files, which are compared with the training
/// file's. Doesn't depend on the number of threads.
pub(crate) fn near(sets: &Sets, train_end: usize, threads: usize) -> Near {
    // What buckets the sets share depends on all of them, so texts that meet can't be chosen in advance.
    let seed = (0..sets.len()).fold(0u64, |seed, set| {
        let ends = [sets.get(set).first(), sets.get(set).last()];
        seed.wrapping_add(ends.into_iter().flatten().fold(1, |hash, end| mix(hash ^ u64::from(*end))))
    });
    let all: Vec<u32> = (0..sets.len() as u32).collect();
    let keys: Vec<[u32; BANDS]> = parallel::map(&all, threads, |set| band_keys(sets.get(*set as usize), seed));
    let mut search =
        Search { sets, train_end: train_end as u32, parent: all, leaked: vec![None; sets.len()], compared: 0 };
    // As many bands at a time as there are threads.
    let bands: Vec<usize> = (0..BANDS).collect();
    for bands in bands.chunks(threads.max(1)) {
        for bucketed in parallel::map(bands, threads, |band| bucketed(sets, &keys, *band)) {
            for bucket in bucketed.chunk_by(|one, other| one >> 32 == other >> 32).filter(|bucket| bucket.len() > 1) {
                search.bucket(bucket);
            }
        }
    }
    let is_partial = search.compared >= COMPARED_MAX;
    let group = (0..sets.len() as u32).map(|set| search.find(set)).collect();
    Near { group, leaked: search.leaked, is_partial }
}

/// Returns the sets that aren't empty, sorted by their key of a band: the key, and the number of the set.
fn bucketed(sets: &Sets, keys: &[[u32; BANDS]], band: usize) -> Vec<u64> {
    let filled = keys.iter().enumerate().filter(|(set, _)| !sets.get(*set).is_empty());
    let mut bucketed: Vec<u64> = filled.map(|(set, keys)| u64::from(keys[band]) << 32 | set as u64).collect();
    bucketed.sort_unstable();
    bucketed
}

struct Search<'s> {
    sets: &'s Sets,
    train_end: u32,
    /// Union-find: the root of a group is its smallest set.
    parent: Vec<u32>,
    leaked: Vec<Option<u32>>,
    compared: u64,
}

impl Search<'_> {
    fn find(&mut self, mut set: u32) -> u32 {
        while self.parent[set as usize] != set {
            let up = self.parent[self.parent[set as usize] as usize];
            self.parent[set as usize] = up;
            set = up;
        }
        set
    }

    fn bucket(&mut self, bucket: &[u64]) {
        let mut representatives: Vec<u32> = Vec::with_capacity(REPRESENTATIVES);
        for entry in bucket {
            let set = *entry as u32;
            let mut is_met = false;
            for representative in &representatives {
                is_met |= self.compare(*representative, set);
                if is_met && !self.may_leak(*representative, set) {
                    break;
                }
            }
            if !is_met && representatives.len() < REPRESENTATIVES {
                representatives.push(set);
            }
        }
    }

    /// Whether `one` is of the training file, and nothing there is known yet to be similar to `other`.
    fn may_leak(&self, one: u32, other: u32) -> bool {
        one < self.train_end && other >= self.train_end && self.leaked[other as usize].is_none()
    }

    /// Compares two sets, unless the result is known. Returns whether they are in one group.
    fn compare(&mut self, one: u32, other: u32) -> bool {
        let (first, second) = (self.find(one), self.find(other));
        if first == second && !self.may_leak(one, other) {
            return true;
        }
        if self.compared >= COMPARED_MAX {
            return false;
        }
        let (left, right) = (self.sets.get(one as usize), self.sets.get(other as usize));
        let (is_similar, compared) = is_similar(left, right, self.sets.most, NEAR);
        self.compared += compared;
        if is_similar {
            self.parent[first.max(second) as usize] = first.min(second);
            if self.may_leak(one, other) {
                self.leaked[other as usize] = Some(one);
            }
        }
        is_similar || first == second
    }
}

/// Returns the bands of a set's signature: one-permutation MinHash (Li, Owen, Zhang 2012) with the densification of
/// Shrivastava (2017), which takes one hash of each shingle rather than one for each bin.
fn band_keys(set: &[u32], seed: u64) -> [u32; BANDS] {
    const EMPTY: u64 = u64::MAX;
    let mut bins = [EMPTY; BINS];
    for hash in set {
        let bits = mix(u64::from(*hash) ^ seed);
        let bin = (((bits >> 32) * BINS as u64) >> 32) as usize;
        bins[bin] = bins[bin].min(bits & 0xffff_ffff);
    }
    let mut keys = [0; BANDS];
    if set.is_empty() {
        return keys;
    }
    let filled = bins;
    for (bin, value) in bins.iter_mut().enumerate().filter(|(_, value)| **value == EMPTY) {
        let random = (0..PROBES).map(|probe| ((mix(seed ^ ((bin as u64) << 8 | probe)) >> 32) * BINS as u64) >> 32);
        let rest = (1..BINS).map(|step| ((bin + step) % BINS) as u64);
        *value = random.chain(rest).map(|at| filled[at as usize]).find(|other| *other != EMPTY).unwrap_or_default();
    }
    for (key, rows) in keys.iter_mut().zip(bins.as_chunks::<ROWS>().0) {
        *key = (rows.iter().fold(0, |hash, row| mix(u64::rotate_left(hash, 7) ^ row)) >> 32) as u32;
    }
    keys
}
