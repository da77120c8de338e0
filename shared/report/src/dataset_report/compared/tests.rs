use tunedrop_quality::{Comparison, Level, Quality, QualityPass, Sketch, assess, compare};
use tunedrop_validation::{Catalogue, Customization, Role};

use crate::DatasetReport;
use crate::samples::{HOSTILE, accepted, assert_harmless, seen};

fn hash(label: &str) -> u32 {
    label.bytes().fold(7, |hash, byte| u32::wrapping_mul(hash, 31).wrapping_add(u32::from(byte)))
}

/// Records of which so many percent have the label `refund`, after this many words.
fn quality(refunds: usize, words: usize) -> Quality {
    let model = Catalogue::embedded().find("titan-text-express").expect("a model");
    let training = model.customization(Customization::FineTuning).expect("its rules");
    let mut pass = QualityPass::new("train.jsonl", Role::Train, training, 1);
    for number in 0..400 {
        let prompt: Vec<String> = (0..words).map(|at| format!("w{}", (number * 71 + at * 13) % 1999)).collect();
        let label = if number % 100 < refunds { "<b>refund</b>" } else { "exchange" };
        let record = serde_json::json!({"prompt": prompt.join(" "), "completion": label});
        pass.feed(format!("{record}\n").as_bytes());
    }
    assess(vec![pass.finish()], Level::Standard, 1)
}

fn report(with: &str, is_accepted: bool, change: impl Fn(&mut Comparison)) -> DatasetReport {
    let (before, mut now) = (quality(30, 12), quality(3, 30));
    let drift = compare(&Sketch::of(&before.files[0], &hash), &now.files[0], &hash);
    let mut comparison = Comparison { with: with.to_owned(), is_accepted, drift: drift.ok(), not_compared: None };
    change(&mut comparison);
    let mut findings = std::mem::take(&mut now.files[0].findings);
    findings.extend(comparison.findings("train.jsonl"));
    now.compared = Some(comparison);
    DatasetReport { quality: Some(now), findings, ..accepted() }
}

/// The part of the page about the comparison.
fn part(report: &DatasetReport) -> String {
    let html = report.html();
    assert_harmless(&html);
    let seen = seen(&html);
    let start = seen.find("Compared with").expect("the part");
    let end = seen[start..].find("Largest groups").map_or(seen.len(), |end| start + end);
    seen[start..end].to_owned()
}

#[test]
fn shows_what_changed_since_the_last_version() {
    insta::assert_snapshot!(part(&report("support-bot-aaaaaaaaaaaa", true, |_| {})));
}

#[test]
fn shows_labels_only_if_excerpts_are_allowed() {
    let private = DatasetReport { show_excerpts: false, ..report("support-bot-aaaaaaaaaaaa", true, |_| {}) };
    let shown = part(&private);
    assert!(shown.contains("label 1 rose from 70% to 97%") && !shown.contains("exchange"), "{shown}");
    assert!(!private.json().contains("exchange") && private.json().contains("label 1 rose"));
}

#[test]
fn says_that_nothing_changed_or_why_nothing_was_compared() {
    let same = report("support-bot-aaaaaaaaaaaa", true, |comparison| {
        comparison.drift.iter_mut().for_each(|drift| drift.changes.clear());
    });
    insta::assert_snapshot!(part(&same));
    let none = report(HOSTILE, false, |comparison| {
        comparison.drift = None;
        comparison.not_compared = Some("its sketch is damaged".to_owned());
    });
    assert!(part(&none).contains("was not compared with") && part(&none).contains("its sketch is damaged."));
}
