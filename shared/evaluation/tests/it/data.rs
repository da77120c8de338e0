//! Evaluations made for tests: records of a number each, and models that answer some of them right.

use std::collections::BTreeMap;

use tunedrop_evaluation::{Answer, HeldOut, Input, Metric, RecordKey, Side, read_record};
use tunedrop_validation::Format;

/// A small generator of its own, so that the tests don't draw what the crate draws.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// True with this chance.
    pub(crate) fn is(&mut self, chance: f64) -> bool {
        (self.next() as f64 / (1u64 << 31) as f64) < chance
    }
}

pub(crate) fn record(prompt: &str, reference: &str) -> HeldOut {
    let line = serde_json::json!({"prompt": prompt, "completion": reference}).to_string();
    read_record(&Format::PromptCompletion, line.as_bytes()).expect("a record")
}

/// The records' references by key.
pub(crate) fn references(records: &[HeldOut]) -> BTreeMap<RecordKey, String> {
    records.iter().map(|record| (record.key, record.reference.clone())).collect()
}

/// `count` records with answers of some words each.
pub(crate) fn sentences(count: u64) -> Vec<HeldOut> {
    let mut chance = Chance(7);
    let sentence = |_: u64| (0..8).map(|_| format!("w{}", chance.next() % 50)).collect::<Vec<_>>().join(" ");
    let sentences: Vec<String> = (0..count).map(sentence).collect();
    sentences.iter().enumerate().map(|(at, sentence)| record(&format!("question {at}"), sentence)).collect()
}

/// A side with one answer for each record.
pub(crate) fn side(name: &str, records: &[HeldOut], mut answer: impl FnMut(&HeldOut) -> String) -> Side {
    let answer = |record: &HeldOut| (record.key, Answer { text: answer(record), ..Answer::default() });
    Side { name: name.to_owned(), answers: records.iter().map(answer).collect(), ..Side::default() }
}

/// A model that keeps each word of the reference with this chance.
pub(crate) fn model(name: &str, records: &[HeldOut], skill: f64, seed: u64) -> Side {
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    side(name, records, |record| {
        let words = record.reference.split(' ');
        words.map(|word| if chance.is(skill) { word } else { "other" }).collect::<Vec<_>>().join(" ")
    })
}

pub(crate) fn input(records: &[HeldOut], metrics: &[Metric], new: Side, against: Side) -> Input {
    Input {
        references: references(records),
        metrics: metrics.to_vec(),
        new,
        against: vec![against],
        ..Input::default()
    }
}
