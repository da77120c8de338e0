//! The permissions that docs/permissions.md recommends for readers of reports don't include training data.

use crate::docs::{read, root};

/// Where the text of records is: uploads, the copies that are trained, and what Bedrock writes.
const DATA: [&str; 10] = [
    "datasets/support-bot/train.jsonl",
    "datasets/support-bot/img/1.png",
    "runs/support-bot-0123456789ab/data/train.jsonl",
    "runs/support-bot-0123456789ab/data/validation.jsonl",
    "runs/support-bot-0123456789ab/data/evaluation-0123456789ab.jsonl",
    "runs/support-bot-0123456789ab-2/data/train.jsonl",
    "output/support-bot-0123456789ab/data.jsonl",
    "evaluations/support-bot-0123456789ab/data/evaluation.jsonl",
    "evaluations/support-bot-0123456789ab/1/answers/base/0.jsonl",
    "evaluations/support-bot-0123456789ab/12/answers/base-again/0.jsonl",
];

const REPORTS: [&str; 8] = [
    "reports/support-bot/support-bot-0123456789ab/report.html",
    "reports/support-bot/latest.json",
    "runs/support-bot-0123456789ab/outcome.html",
    "runs/support-bot-0123456789ab/outcome.json",
    "runs/support-bot-0123456789ab/training_metrics.csv",
    "runs/support-bot-0123456789ab/validation_metrics.csv",
    "evaluations/support-bot-0123456789ab/1/evaluation.html",
    "evaluations/support-bot-0123456789ab/1/evaluation.json",
];

/// Matches like IAM: `*` matches any characters, slashes included.
fn matches(pattern: &str, key: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == key,
        Some((before, after)) => key.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| matches(after, &rest[at..]))
        }),
    }
}

/// Returns the patterns that the page recommends for `s3:GetObject`.
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
            assert!(!matches(pattern, key), "{pattern} exposes {key}");
        }
    }
    for key in REPORTS {
        assert!(patterns.iter().any(|pattern| matches(pattern, key)), "nothing gives {key}");
    }
}

/// The names above are those that validate gives its copies.
#[test]
fn copies_are_named_by_their_role() {
    for (file, name) in [
        ("shared/steps/src/validate/build.rs", "\"runs/{run_id}/data/{}.jsonl\", role.as_str()"),
        ("shared/run/src/evaluation.rs", "\"runs/{run_id}/data/evaluation-{}.jsonl\""),
    ] {
        let source = read(&root().join(file));
        assert!(source.contains(name), "{file}: see DATA in readers.rs, and docs/permissions.md");
    }
}
