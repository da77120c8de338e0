//! Near-duplicates by the Jaccard similarity of every pair, computed from the words themselves.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

#[derive(Deserialize)]
struct Record {
    prompt: String,
    completion: String,
}

/// Two records are near-duplicates from this similarity on.
const NEAR: f64 = 0.8;

/// The words of a shingle.
const WORDS: usize = 3;

/// Writes the numbers of the records that have a near-duplicate before them, directly or through others.
///
/// Exact: two sets can only reach the similarity if they share one of the rarest members of each, as many as a fifth of
/// the set and one more (Chaudhuri, Ganti, Kaushik 2006). So only pairs that share one are compared, in full.
pub(crate) fn near(path: &Path, to: &Path) -> anyhow::Result<String> {
    let mut sets = Vec::new();
    let mut numbers: HashMap<String, u32> = HashMap::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let record: Record = serde_json::from_str(line).context("a record")?;
        let mut set = BTreeSet::new();
        for text in [record.prompt, record.completion] {
            let lower = text.to_lowercase();
            let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            let words: Vec<&str> = words.collect();
            for shingle in words.windows(WORDS) {
                let next = numbers.len() as u32;
                set.insert(*numbers.entry(shingle.join(" ")).or_insert(next));
            }
        }
        sets.push(set.into_iter().collect::<Vec<u32>>());
    }
    let mut frequency = vec![0_u32; numbers.len()];
    sets.iter().flatten().for_each(|shingle| frequency[*shingle as usize] += 1);
    let rarity = |shingle: &u32| (frequency[*shingle as usize], *shingle);
    let mut having: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut parent: Vec<usize> = (0..sets.len()).collect();
    let mut pairs = 0;
    for (at, set) in sets.iter().enumerate() {
        let mut by_rarity = set.clone();
        by_rarity.sort_by_key(rarity);
        by_rarity.truncate(set.len() - (NEAR * set.len() as f64).ceil() as usize + 1);
        let known = by_rarity.iter().filter_map(|shingle| having.get(shingle)).flatten();
        let candidates: BTreeSet<usize> = known.copied().collect();
        for other in candidates {
            let shared = set.iter().filter(|shingle| sets[other].binary_search(shingle).is_ok()).count();
            if shared as f64 / (set.len() + sets[other].len() - shared) as f64 >= NEAR {
                pairs += 1;
                let (one, other) = (root(&parent, at), root(&parent, other));
                parent[one.max(other)] = one.min(other);
            }
        }
        by_rarity.into_iter().for_each(|shingle| having.entry(shingle).or_default().push(at));
    }
    let mut numbers = String::new();
    for (at, _) in parent.iter().enumerate().filter(|(at, parent)| at != *parent) {
        let _ = writeln!(numbers, "{at}");
    }
    std::fs::write(to, &numbers)?;
    Ok(format!("{} near-duplicates, {pairs} pairs", numbers.lines().count()))
}

fn root(parent: &[usize], mut at: usize) -> usize {
    while parent[at] != at {
        at = parent[at];
    }
    at
}
