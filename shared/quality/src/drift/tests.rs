use tunedrop_validation::Role;

use super::*;
use crate::assess::{LabelCount, LanguageCount};
use crate::profile::Profile;

/// A file whose answers have these lengths, with languages and labels by share.
pub(super) fn file(
    lengths: impl Iterator<Item = u32>,
    languages: &[(&'static str, u64)],
    labels: &[(&str, u64)],
) -> FileQuality {
    let mut profile = Profile::default();
    let mut records = 0;
    for chars in lengths {
        records += 1;
        profile.answers.add(chars);
        profile.prompts.add(40);
        profile.turns.add(2);
    }
    let language = |(code, records): &(&'static str, u64)| LanguageCount {
        code,
        name: if *code == "fra" { "French" } else { "English" },
        records: *records,
    };
    let label =
        |(label, records): &(&str, u64)| LabelCount { records: *records, label: Excerpt::around(label.as_bytes(), 0) };
    FileQuality {
        name: "train.jsonl".to_owned(),
        role: Role::Train,
        findings: Findings::default(),
        records,
        not_compared: 0,
        answer_chars_p50: None,
        answer_chars_p95: None,
        answer_lengths: Vec::new(),
        languages: languages.iter().map(language).collect(),
        labels: labels.iter().map(label).collect(),
        suspects: Vec::new(),
        profile,
    }
}

/// A hash without a key, for tests.
pub(super) fn hash(label: &str) -> u32 {
    label.bytes().fold(7, |hash, byte| u32::wrapping_mul(hash, 31).wrapping_add(u32::from(byte)))
}

/// Compares a table with the one in docs/quality.md, or writes it.
pub(super) fn in_docs(name: &str, table: &str) {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/quality.md");
    let text = std::fs::read_to_string(page).expect("docs/quality.md");
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = text.split_once(&begin).expect("the table's place");
    let (old, after) = rest.split_once(&end).expect("the table's end");
    let new = format!("\n{table}\n");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(page, format!("{before}{begin}{new}{end}{after}")).expect("docs/quality.md");
    } else {
        assert_eq!(old, new, "run again with UPDATE_DOCS=1");
    }
}

fn texts(before: &FileQuality, now: &FileQuality) -> Vec<String> {
    let drift = compare(&Sketch::of(before, &hash), now, &hash).unwrap();
    drift.changes.into_iter().map(|change| change.text).collect()
}

/// Lengths around a median, from half of it to twice as much.
fn around(median: u32, records: u32) -> impl Iterator<Item = u32> {
    (0..records).map(move |at| (f64::from(median) * 2f64.powf(f64::from(at * 37 % 100) / 50.0 - 1.0)) as u32)
}

#[test]
fn says_what_changed_and_by_how_much() {
    let before = file(around(150, 1_000), &[("eng", 1_000)], &[("refund", 300), ("exchange", 700)]);
    let now =
        file(around(210, 1_000), &[("eng", 880), ("fra", 120)], &[("other", 500), ("exchange", 470), ("Refund.", 30)]);
    assert_eq!(
        texts(&before, &now),
        [
            "label 1 is new: 50% of records have it",
            "label 3 fell from 30% to 3%",
            "12% of records are in French, before 0%",
            "label 2 fell from 70% to 47%",
        ]
    );
    assert!(texts(&now, &before).contains(&"a label that 50% of records had isn't used any more".to_owned()));
}

#[test]
fn says_how_much_longer_texts_are() {
    let (before, now) = (file(around(150, 1_000), &[], &[]), file(around(210, 1_000), &[], &[]));
    assert_eq!(texts(&before, &now), ["answers are 41% longer (median 207 characters, before 147)"]);
    assert_eq!(texts(&now, &before), ["answers are 29% shorter (median 147 characters, before 207)"]);
    let long = file(around(700, 1_000), &[], &[]);
    let found = texts(&before, &long);
    assert!(found[0].starts_with("answers are 5 times as long (median 6") && found.len() == 1, "{found:?}");
}

#[test]
fn says_nothing_without_a_difference_that_matters() {
    let same = file(around(150, 1_000), &[("eng", 1_000)], &[]);
    assert!(texts(&same, &same).is_empty());
    let nearly = file(around(155, 1_000), &[("eng", 995), ("fra", 5)], &[]);
    assert!(texts(&same, &nearly).is_empty(), "{:?}", texts(&same, &nearly));
}

#[test]
fn few_records_are_not_compared() {
    let (few, many) = (file(around(100, 99), &[], &[]), file(around(900, 500), &[], &[]));
    let why = |before: &FileQuality, now: &FileQuality| compare(&Sketch::of(before, &hash), now, &hash).unwrap_err();
    assert_eq!(why(&few, &many), "the earlier version has 99 records, and 100 are needed");
    assert_eq!(why(&many, &few), "it has 99 records, and 100 are needed");
}

#[test]
fn equal_medians_with_another_spread_are_reported() {
    let narrow = file((0..1_000).map(|at| 95 + at % 11), &[], &[]);
    let wide = file((0..1_000).map(|at| if at % 2 == 0 { 20 } else { 400 + at % 10 }).chain([100; 3]), &[], &[]);
    let found = texts(&narrow, &wide);
    assert!(found[0].starts_with("answer") && found[0].contains("before"), "{found:?}");
}

#[test]
fn text_of_a_label_is_in_no_serialized_field() {
    let before = file(around(150, 1_000), &[], &[("refund", 300), ("exchange", 700)]);
    let now = file(around(150, 1_000), &[], &[("exchange", 970), ("refund", 30)]);
    let drift = compare(&Sketch::of(&before, &hash), &now, &hash).unwrap();
    assert_eq!(drift.changes.len(), 1);
    assert_eq!(drift.changes[0].naming("`exchange`"), "label `exchange` rose from 70% to 97%");
    let comparison = Comparison { with: "a-1".to_owned(), is_accepted: true, drift: Some(drift), not_compared: None };
    let sentence = comparison.sentence(3);
    assert_eq!(sentence.as_deref(), Some("Compared with the last accepted version: label 1 rose from 70% to 97%."));
    let json = serde_json::to_string(&comparison).unwrap();
    for text in [json, format!("{:?}", comparison.findings("train.jsonl").kept)] {
        assert!(text.contains("label 1") && !text.contains("exchange") && !text.contains("refund"), "{text}");
    }
}
