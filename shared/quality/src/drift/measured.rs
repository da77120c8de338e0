//! How often two random halves of the same data seem to differ, and how often a known change is found. docs/quality.md has
//! the table, which `UPDATE_DOCS=1 cargo test -p tunedrop-quality --lib drift` writes.

use std::fmt::Write;

use super::tests::{file, hash};
use super::*;

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Chance(u64);

impl Chance {
    fn even(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (self.even() + f64::EPSILON).ln()).sqrt() * (std::f64::consts::TAU * self.even()).cos()
    }

    /// How many of `records` are of each part.
    fn parts(&mut self, records: u64, shares: &[f64]) -> Vec<u64> {
        let mut counts = vec![0; shares.len()];
        for _ in 0..records {
            let mut left = self.even();
            let at = shares.iter().position(|share| {
                left -= share;
                left < 0.0
            });
            counts[at.unwrap_or(shares.len() - 1)] += 1;
        }
        counts
    }
}

/// What records are drawn from.
#[derive(Clone)]
struct Data {
    median: f64,
    french: f64,
    /// `None`: the answers are texts.
    labels: Option<[f64; 4]>,
    near: f64,
}

const TEXTS: Data = Data { median: 150.0, french: 0.02, labels: None, near: 0.03 };
const LABELS: Data = Data { labels: Some([0.4, 0.3, 0.2, 0.1]), ..TEXTS };

fn sample(data: &Data, records: u64, chance: &mut Chance) -> FileQuality {
    // Lengths vary by a factor of 2.7, as those of many sets of answers do.
    let lengths: Vec<u32> = (0..records).map(|_| (data.median * chance.normal().exp()) as u32).collect();
    let languages = chance.parts(records, &[1.0 - data.french, data.french]);
    let labels = data.labels.map(|labels| chance.parts(records, &labels)).unwrap_or_default();
    let names = ["refund", "exchange", "delivery", "other"];
    let labels: Vec<(&str, u64)> = names.into_iter().zip(labels).filter(|(_, count)| *count > 0).collect();
    let near = chance.parts(records, &[data.near, 1.0 - data.near])[0];
    let mut file = file(lengths.into_iter(), &[("eng", languages[0]), ("fra", languages[1])], &labels);
    file.profile.near_duplicates = near;
    file
}

/// How many of `pairs` have a difference of the kind `what`, or of any kind.
fn found(before: &Data, now: &Data, records: u64, pairs: u64, what: Option<&str>) -> u64 {
    let mut chance = Chance(records);
    let is_found = |_: &u64| {
        let before = sample(before, records, &mut chance);
        let drift = compare(&Sketch::of(&before, &hash), &sample(now, records, &mut chance), &hash).unwrap();
        drift.changes.iter().any(|change| what.is_none_or(|what| change.what == what))
    };
    (0..pairs).filter(is_found).count() as u64
}

const SIZES: [u64; 4] = [200, 1_000, 5_000, 20_000];
const PAIRS: u64 = 1_000;
const CHANGED: u64 = 200;

#[test]
fn random_halves_hardly_ever_differ_and_known_changes_are_found() {
    let labels = |shares: [f64; 4]| Data { labels: Some(shares), ..TEXTS };
    let changes: [(&str, &str, &Data, Data); 9] = [
        ("answers are 10% longer", "answer-length", &TEXTS, Data { median: 165.0, ..TEXTS }),
        ("answers are 40% longer", "answer-length", &TEXTS, Data { median: 210.0, ..TEXTS }),
        ("answers are twice as long", "answer-length", &TEXTS, Data { median: 300.0, ..TEXTS }),
        ("French rises from 2% to 4%", "language", &TEXTS, Data { french: 0.04, ..TEXTS }),
        ("French rises from 2% to 14%", "language", &TEXTS, Data { french: 0.14, ..TEXTS }),
        ("a label falls from 30% to 25%", "label", &LABELS, labels([0.45, 0.25, 0.2, 0.1])),
        ("a label falls from 30% to 3%", "label", &LABELS, labels([0.67, 0.03, 0.2, 0.1])),
        ("a label of 10% is lost", "label", &LABELS, labels([0.5, 0.3, 0.2, 0.0])),
        ("near-duplicates rise from 3% to 15%", "near-duplicates", &TEXTS, Data { near: 0.15, ..TEXTS }),
    ];
    let mut table = String::from("| Change | 200 records | 1,000 | 5,000 | 20,000 |\n|---|---|---|---|---|\n");
    let mut row = |name: &str, cells: Vec<String>| {
        let _ = writeln!(table, "| {name} | {} |", cells.join(" | "));
    };
    let mut alarms = 0;
    for (name, data) in [("none, texts (false alarms)", &TEXTS), ("none, labels (false alarms)", &LABELS)] {
        let mut cell = |records: u64| {
            let pairs = PAIRS / (1 + records / 5_000);
            let count = found(data, data, records, pairs, None);
            alarms += count;
            format!("{count} of {pairs}")
        };
        row(name, SIZES.into_iter().map(&mut cell).collect());
    }
    for (name, what, before, now) in &changes {
        let share = |records: u64| {
            let pairs = if records > 5_000 { CHANGED / 4 } else { CHANGED };
            format!("{}%", found(before, now, records, pairs, Some(what)) * 100 / pairs)
        };
        row(name, SIZES.into_iter().map(share).collect());
    }
    // The bound is one in 1,000 pairs, of which there are 5,400.
    assert!(alarms <= 6, "{alarms}");
    crate::drift::tests::in_docs("drift", &table);
}
