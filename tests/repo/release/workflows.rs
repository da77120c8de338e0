//! Workflows: what they run, and what they may do.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{root, text, yaml};

const WORKFLOWS: [&str; 3] =
    [".github/workflows/ci.yml", ".github/workflows/nightly.yml", ".github/workflows/release.yml"];

/// The jobs that may write, and what.
const WRITERS: [(&str, &[&str]); 3] =
    [("github", &["attestations", "contents", "id-token"]), ("pypi", &["id-token"]), ("crates", &["id-token"])];

/// Every step of a workflow, with the name of its job.
fn steps(workflow: &Value) -> Vec<(String, Value)> {
    let jobs = workflow["jobs"].as_object().expect("jobs");
    jobs.iter()
        .flat_map(|(name, job)| {
            let steps = job["steps"].as_array().expect("steps").iter();
            steps.map(move |step| (name.clone(), step.clone()))
        })
        .collect()
}

/// A tag can be moved, and a moved tag of an action has stolen secrets before. One action has one commit.
#[test]
fn actions_are_pinned_by_commit() {
    let mut pins: BTreeMap<String, String> = BTreeMap::new();
    for path in WORKFLOWS.iter().chain(&["action.yml"]) {
        for line in text(path).lines().filter(|line| line.trim_start_matches([' ', '-']).starts_with("uses:")) {
            let (_, used) = line.split_once("uses: ").expect("a value");
            let (action, pin) = used.split_once('@').unwrap_or_else(|| panic!("{path}: {line}"));
            let (commit, version) = pin.split_once(" # v").unwrap_or_else(|| panic!("{path}: no version: {line}"));
            let is_commit = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_commit && version.starts_with(|c: char| c.is_ascii_digit()), "{path}: {line}");
            let other = pins.insert(action.to_owned(), pin.to_owned());
            assert!(other.is_none_or(|other| other == pin), "{path}: {action} is pinned to another commit elsewhere");
        }
    }
    assert!(pins.len() >= 5, "{pins:?}");
}

#[test]
fn jobs_write_only_what_they_publish() {
    for path in WORKFLOWS {
        let workflow = yaml(path);
        let top = workflow["permissions"].as_object().expect("permissions");
        assert!(top.is_empty() || (top.len() == 1 && top["contents"] == "read"), "{path}: {top:?}");
        for (name, job) in workflow["jobs"].as_object().expect("jobs") {
            let granted = job["permissions"].as_object().into_iter().flatten();
            let mut writes: Vec<&str> =
                granted.filter(|(_, level)| *level == "write").map(|(key, _)| key.as_str()).collect();
            writes.sort_unstable();
            let allowed = WRITERS.iter().find(|(writer, _)| path.ends_with("release.yml") && writer == name);
            assert_eq!(writes, allowed.map_or(&[][..], |(_, keys)| keys), "{path}: {name}");
            if !writes.is_empty() {
                assert_eq!(job["if"], "github.ref_type == 'tag'", "{path}: {name} publishes without a tag");
                assert!(job["environment"].is_string(), "{path}: {name} publishes without an environment");
            }
        }
    }
}

/// Whatever a workflow does can be tried on a developer's machine.
#[test]
fn workflows_run_scripts_of_the_repository() {
    let mut scripts = 0;
    for path in WORKFLOWS {
        for (job, step) in steps(&yaml(path)) {
            let Some(run) = step["run"].as_str() else { continue };
            assert!(!run.contains("${{"), "{path}: {job} puts an expression into a command: use env");
            for word in run
                .split_whitespace()
                .filter(|word| ["release/", ".ci/", "tests/"].iter().any(|at| word.starts_with(at)))
            {
                scripts += 1;
                assert!(root().join(word).is_file(), "{path}: {job} runs {word}, which doesn't exist");
            }
        }
    }
    assert!(scripts >= 8, "only {scripts} scripts were found");
}

#[test]
fn every_nightly_suite_exists() {
    let script = text(".ci/nightly");
    let suites = yaml(".github/workflows/nightly.yml");
    let suites = suites["jobs"]["suite"]["strategy"]["matrix"]["suite"].as_array().expect("a list").clone();
    assert!(suites.len() >= 8);
    for suite in &suites {
        let suite = suite.as_str().expect("a text");
        assert!(script.lines().any(|line| line.trim_start().starts_with(&format!("{suite})"))), "no suite {suite}");
        assert!(text("docs/testing.md").contains(&format!("`{suite}`")), "docs/testing.md doesn't list {suite}");
    }
    let usage = suites.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("|");
    assert!(script.contains(&usage), "the usage of .ci/nightly lists other suites than the workflow: {usage}");
}
