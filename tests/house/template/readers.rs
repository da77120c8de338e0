//! What docs/permissions.md recommends for people who read reports gives them no training data.

use crate::docs::{read, root};

/// Where record text is: what was uploaded, the copies that are trained on, and what Bedrock writes.
const DATA: [&str; 6] = [
    "datasets/support-bot/train.jsonl",
    "datasets/support-bot/img/1.png",
    "runs/support-bot-0123456789ab/data/train.jsonl",
    "runs/support-bot-0123456789ab/data/validation.jsonl",
    "runs/support-bot-0123456789ab-2/data/train.jsonl",
    "output/support-bot-0123456789ab/data.jsonl",
];

const REPORTS: [&str; 6] = [
    "reports/support-bot/support-bot-0123456789ab/report.html",
    "reports/support-bot/latest.json",
    "runs/support-bot-0123456789ab/outcome.html",
    "runs/support-bot-0123456789ab/outcome.json",
    "runs/support-bot-0123456789ab/training_metrics.csv",
    "runs/support-bot-0123456789ab/validation_metrics.csv",
];

/// As IAM compares: `*` is any characters, slashes included.
fn matches(pattern: &str, key: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == key,
        Some((before, after)) => key.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| matches(after, &rest[at..]))
        }),
    }
}

/// The patterns that the page gives for `s3:GetObject`.
fn patterns() -> Vec<String> {
    let page = read(&root().join("docs/permissions.md"));
    let (_, people) = page.split_once("## What people need").expect("the page has this section");
    let rows = people.lines().filter(|line| line.starts_with("| ")).filter_map(|row| row.split_once("`s3:GetObject`"));
    let ticked = |(_, rest): (&str, &str)| -> Vec<String> {
        let here = rest.split(';').next().unwrap_or_default();
        here.split('`').skip(1).step_by(2).filter(|word| word.contains('/')).map(str::to_owned).collect()
    };
    rows.flat_map(ticked).collect()
}

#[test]
fn the_permission_recommended_for_readers_of_reports_covers_no_training_data() {
    let patterns = patterns();
    assert!(patterns.len() >= 5, "{patterns:?}");
    for pattern in &patterns {
        for key in DATA {
            assert!(!matches(pattern, key), "{pattern} gives away {key}");
        }
    }
    for key in REPORTS {
        assert!(patterns.iter().any(|pattern| matches(pattern, key)), "nothing gives {key}");
    }
}

/// The names above are those that validate gives its copies.
#[test]
fn copies_are_named_by_their_role() {
    let source = read(&root().join("shared/steps/src/validate.rs"));
    assert!(source.contains("runs/{run_id}/data/{role}.jsonl"), "see DATA in readers.rs, and docs/permissions.md");
}
