use tunedrop_quality::{Level, QualityPass, assess};
use tunedrop_validation::{Catalogue, Customization};

use super::*;

const KEY: TraceKey = [7; 32];

fn run_id() -> RunId {
    "bot-0123456789ab".parse().expect("a run id")
}

/// A training file with labels, one record of rare characters and one far too long.
fn quality(refunds: usize) -> Quality {
    let record = |at: usize| {
        let words: Vec<String> = (0..8).map(|word| format!("w{}", (at * 97 + word * 13) % 7919)).collect();
        let label = if at % 100 < refunds { "refund" } else { "exchange" };
        let more = if at == 4 { " \u{e000}" } else { "" };
        format!("{{\"prompt\": \"{}{more}\", \"completion\": \"{label}\"}}\n", words.join(" "))
    };
    let data: String = (0..400).map(record).collect();
    let model = Catalogue::embedded().find("titan-text-express").expect("a model");
    let training = model.customization(Customization::FineTuning).expect("its rules");
    let mut pass = QualityPass::new("train.jsonl", Role::Train, training, 1);
    pass.feed(data.as_bytes());
    assess(vec![pass.finish()], Level::Standard, 1)
}

#[test]
fn labels_are_hashed_with_the_key_of_the_stack() {
    let (one, same, other) = (label_hash(&KEY), label_hash(&KEY), label_hash(&[8; 32]));
    assert_eq!(one("refund"), same("refund"));
    assert_ne!(one("refund"), one("exchange"));
    assert_ne!(one("refund"), other("refund"));
    let sketch = sketch_of(&quality(30), &KEY).expect("a sketch");
    assert!(!sketch.windows(6).any(|bytes| bytes == b"refund") && sketch.len() < 500, "{}", sketch.len());
}

#[test]
fn finds_what_changed_since_the_last_version() {
    let (before, now) = (sketch_of(&quality(30), &KEY).expect("a sketch"), quality(3));
    let compared = |earlier| compare_with(&now, &run_id(), earlier, &KEY).expect("a comparison");
    let drift = compared(Earlier::Sketch(&before)).drift.expect("a drift");
    assert_eq!(drift.changes[0].text, "label 1 rose from 70% to 97%");
    let same = sketch_of(&now, &KEY).expect("a sketch");
    assert!(compared(Earlier::Sketch(&same)).drift.expect("a drift").changes.is_empty());
}

#[test]
fn says_why_nothing_is_compared() {
    let now = quality(30);
    let why = |earlier| {
        let compared = compare_with(&now, &run_id(), earlier, &KEY).expect("a comparison");
        assert!(compared.drift.is_none() && compared.findings("train.jsonl").kept.is_empty());
        compared.not_compared.expect("a reason")
    };
    let mut other = sketch_of(&now, &KEY).expect("a sketch");
    other[8] = 9;
    assert_eq!(why(Earlier::Sketch(&other)), "another version of tunedrop wrote its sketch");
    for damaged in [&other[..20], b"", b"{}"] {
        let expected =
            if damaged.len() == 20 { "another version of tunedrop wrote its sketch" } else { "its sketch is damaged" };
        assert_eq!(why(Earlier::Sketch(damaged)), expected);
    }
    assert_eq!(why(Earlier::Erased), "its data was erased");
    assert!(why(Earlier::Missing).starts_with("it has no sketch"));
}

#[test]
fn suspects_are_lines_and_reasons() {
    let suspects = Suspects::of(&quality(30)).expect("suspects");
    let rare = suspects.suspects.iter().find(|one| one.line == 5).expect("line 5");
    assert_eq!(rare.reasons, ["rare-characters"]);
    assert_eq!(Suspects::decode(&suspects.encode()), Some(suspects.clone()));
    let other = Suspects { version: 2, ..suspects };
    for bytes in [other.encode().as_slice(), b"", b"{}", b"{\"version\":1}"] {
        assert_eq!(Suspects::decode(bytes), None);
    }
}
