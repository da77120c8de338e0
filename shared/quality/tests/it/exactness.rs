//! Near-duplicates against the Jaccard similarity of every pair.

use std::collections::{BTreeSet, HashMap};

use tunedrop_quality::{Level, NEAR, assess};
use tunedrop_validation::Role;

use crate::corpus::{Chance, LANGUAGES, Seed};
use crate::support::{line, sketch};

/// The words of a text, split in another way than the product does.
fn shingles(text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    let mut words: Vec<String> = Vec::new();
    for word in lower.split(|c: char| c.is_whitespace() || c.is_ascii_punctuation() || "。，？।؟、".contains(c))
    {
        if word.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
            let mut run = String::new();
            for c in word.chars() {
                if ('\u{4e00}'..='\u{9fff}').contains(&c) {
                    words.extend((!run.is_empty()).then(|| std::mem::take(&mut run)));
                    words.push(c.to_string());
                } else {
                    run.push(c);
                }
            }
            words.extend((!run.is_empty()).then_some(run));
        } else if !word.is_empty() {
            words.push(word.to_owned());
        }
    }
    words.windows(3).map(|three| three.join(" ")).collect()
}

#[test]
fn finds_the_pairs_that_brute_force_finds() {
    let chance = &mut Chance(5_000);
    let seeds: Vec<Seed> = LANGUAGES.iter().map(|(code, _)| Seed::of(code)).collect();
    let mut records: Vec<(String, String)> = Vec::new();
    for number in 0..3_000 {
        let seed = &seeds[number % seeds.len()];
        records.push((seed.question(chance, number), seed.answer(chance, 6)));
    }
    for number in 0..2_000 {
        // Each copy has another number of words replaced, so that similarities are spread from 0.3 to 1.
        let (prompt, answer) = records[chance.below(3_000)].clone();
        let mut words: Vec<&str> = answer.split(' ').collect();
        // Without digits: answers that differ in numbers only are conflicts.
        let letters = |n: usize| n.to_string().bytes().map(|digit| char::from(digit + 49)).collect::<String>();
        let new = (0..words.len()).map(|n| format!("x{}x{}", letters(number), letters(n))).collect::<Vec<_>>();
        for _ in 0..chance.below(1 + words.len() / 6) {
            let at = chance.below(words.len());
            words[at] = &new[at];
        }
        records.push((prompt, words.join(" ")));
    }
    let sets: Vec<BTreeSet<String>> =
        records.iter().map(|(prompt, answer)| &shingles(prompt) | &shingles(answer)).collect();
    // Every pair, by the shingles that they share.
    let mut having: HashMap<&str, Vec<usize>> = HashMap::new();
    sets.iter().enumerate().for_each(|(at, set)| set.iter().for_each(|one| having.entry(one).or_default().push(at)));
    let mut parent: Vec<usize> = (0..sets.len()).collect();
    fn root(parent: &[usize], mut at: usize) -> usize {
        while parent[at] != at {
            at = parent[at];
        }
        at
    }
    let (mut pairs, mut border) = (0, 0);
    for (at, set) in sets.iter().enumerate() {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for one in set {
            having[one.as_str()]
                .iter()
                .filter(|other| **other < at)
                .for_each(|other| *shared.entry(*other).or_default() += 1);
        }
        for (other, shared) in shared {
            let similarity = shared as f64 / (set.len() + sets[other].len() - shared) as f64;
            if similarity >= NEAR {
                pairs += 1;
                border += usize::from(similarity < NEAR + 0.05);
                let (one, other) = (root(&parent, at), root(&parent, other));
                parent[one.max(other)] = one.min(other);
            }
        }
    }
    let redundant = (0..sets.len()).filter(|at| parent[*at] != *at).count() as u64;
    let data: String = records.iter().map(|(prompt, answer)| line(prompt, answer)).collect();
    let quality = assess(vec![sketch("train.jsonl", Role::Train, data.as_bytes(), 1 << 20, 2)], Level::Standard, 2);
    let found: u64 = quality.groups.iter().map(|group| group.records).sum();
    let counted = quality.files[0].findings.counts.get(&tunedrop_validation::Code::NearDuplicate).copied().unwrap_or(0);
    println!(
        "{pairs} pairs, {border} below 0.85, {redundant} records to remove; found {counted}; largest groups {found}"
    );
    // No pair is missed with the chance of 1 in 16,000 each, and copies with equal texts are duplicates, not near ones.
    let equal = records.len() - records.iter().collect::<BTreeSet<_>>().len();
    assert_eq!(counted + equal as u64, redundant);
}
