//! The scripts of `action.yml` and the hooks of pre-commit, run as GitHub and pre-commit run them.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Ran, folder, records, root, tunedrop};

const TITAN: (&str, &str) = ("INPUT_MODEL", "titan-text-express");

/// A step of the action: what it printed, its outputs, and the job's summary.
struct Step {
    ran: Ran,
    outputs: String,
    summary: String,
}

impl Step {
    fn output(&self, name: &str) -> Option<&str> {
        self.outputs.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
    }
}

/// The defaults of the action's inputs, as variables.
fn defaults() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("action.yml")).expect("the action");
    let mut name = String::new();
    let mut found = Vec::new();
    for line in text.lines().take_while(|line| !line.starts_with("outputs:")) {
        if let Some(input) = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')) {
            name = input.trim_end_matches(':').to_uppercase().replace('-', "_");
        } else if let Some(value) = line.strip_prefix("    default: ") {
            found.push((format!("INPUT_{name}"), value.trim_matches('"').to_owned()));
        }
    }
    assert!(found.len() > 8, "{found:?}");
    found
}

fn step(here: &Path, name: &str, inputs: &[(&str, &str)]) -> Step {
    let temporary = here.join("runner");
    fs::create_dir_all(&temporary).expect("a folder");
    let (outputs, summary) = (temporary.join("output"), temporary.join("summary"));
    let mut command = Command::new("python3");
    command.arg(root().join("release/action.py")).arg(name).current_dir(here);
    command.envs(defaults()).envs(inputs.iter().copied()).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("PROGRAM", env!("CARGO_BIN_EXE_tunedrop")).env("RUNNER_TEMP", &temporary);
    command.env("GITHUB_OUTPUT", &outputs).env("GITHUB_STEP_SUMMARY", &summary);
    let ran = command.output().expect("python3 runs").into();
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    Step { ran, outputs: read(&outputs), summary: read(&summary) }
}

/// A record without an answer, whose text must not be quoted anywhere but in the log.
fn invalid() -> String {
    format!("{}{{\"prompt\": \"secret words\", \"completion\": \"\"}}\n", records(60))
}

#[test]
fn valid_data_passes() {
    let here = folder(&[("train.jsonl", records(60).as_bytes())]);
    let step = step(here.path(), "check", &[TITAN, ("INPUT_PATHS", "\n  train.jsonl\n")]);
    assert_eq!(step.ran.code, 0, "{}", step.ran.err);
    assert_eq!(
        [step.output("exit"), step.output("valid"), step.output("errors")],
        [Some("0"), Some("true"), Some("0")]
    );
    assert!(
        step.summary.contains("no problems that block") && step.summary.contains("| train\\.jsonl | train |"),
        "{}",
        step.summary
    );
    assert_eq!(step.output("sarif-file"), None);
}

#[test]
fn findings_become_annotations_summary_and_sarif() {
    let here = folder(&[("train.jsonl", invalid().as_bytes())]);
    let step = step(here.path(), "check", &[TITAN, ("INPUT_PATHS", "train.jsonl"), ("INPUT_UPLOAD_SARIF", "true")]);
    // The last step of the action fails, after the upload.
    assert_eq!((step.ran.code, step.output("exit")), (0, Some("1")), "{}", step.ran.err);
    assert!(step.ran.out.contains("::error file=train.jsonl,line=61"), "{}", step.ran.out);
    assert!(step.summary.contains("error empty\\-text | train\\.jsonl:61 |"), "{}", step.summary);
    assert!(step.summary.contains("\n1 error, 0 warnings\n"), "{}", step.summary);
    assert!(!step.summary.contains("secret words") && !step.ran.out.contains("secret words"));
    let sarif: Value =
        serde_json::from_slice(&fs::read(step.output("sarif-file").expect("a path")).expect("a file")).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "empty-text");
}

#[test]
fn without_annotations_and_summary_the_log_has_the_findings() {
    let here = folder(&[("train.jsonl", invalid().as_bytes())]);
    let off = [TITAN, ("INPUT_PATHS", "train.jsonl"), ("INPUT_ANNOTATIONS", "false"), ("INPUT_SUMMARY", "false")];
    let step = step(here.path(), "check", &off);
    assert_eq!(step.output("exit"), Some("1"));
    assert!(step.ran.out.contains("error[empty-text]") && !step.ran.out.contains("::error"), "{}", step.ran.out);
    assert_eq!(step.summary, "");
}

#[test]
fn names_and_inputs_are_never_markup_or_options() {
    let name = "--model|<b>`x`.jsonl";
    let here = folder(&[(name, invalid().as_bytes())]);
    let found = step(here.path(), "check", &[TITAN, ("INPUT_PATHS", name)]);
    assert_eq!(found.output("exit"), Some("1"), "{}", found.ran.err);
    assert!(found.summary.contains("| \\-\\-model\\|&lt;b\\>\\`x\\`\\.jsonl |"), "{}", found.summary);

    for (inputs, said) in [
        ([("INPUT_PATHS", " \n"), TITAN], "paths names no file"),
        ([("INPUT_PATHS", name), ("INPUT_STRICT", "yes")], "strict must be true or false"),
    ] {
        let refused = step(here.path(), "check", &inputs);
        assert!(refused.ran.code == 1 && refused.ran.err.contains(said), "{}", refused.ran.err);
    }
}

#[test]
fn usage_errors_fail_the_step() {
    let here = folder(&[("train.jsonl", records(60).as_bytes())]);
    let step = step(here.path(), "check", &[("INPUT_MODEL", "no-such-model"), ("INPUT_PATHS", "train.jsonl")]);
    assert!(step.ran.code == 2 && step.ran.err.contains("no-such-model"), "{}", step.ran.err);
}

#[test]
fn an_installed_program_is_used() {
    let here = folder(&[]);
    let found = step(here.path(), "install", &[("INPUT_PROGRAM", env!("CARGO_BIN_EXE_tunedrop"))]);
    assert_eq!(found.output("program"), Some(env!("CARGO_BIN_EXE_tunedrop")), "{}", found.ran.err);
    let refused = step(here.path(), "install", &[("INPUT_VERSION", "1.0 --index-url=x")]);
    assert!(refused.ran.code == 1 && refused.ran.err.contains("version must be"), "{}", refused.ran.err);
}

/// pre-commit calls the entry with the hook's arguments, the user's, and the changed files.
#[test]
fn hooks_check_each_file_and_each_dataset() {
    let text = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("the hooks");
    let entries: Vec<Vec<&str>> = text
        .lines()
        .filter_map(|line| line.strip_prefix("  entry: tunedrop "))
        .map(|entry| entry.split(' ').collect())
        .collect();
    let [check, dataset] = &entries[..] else { panic!("{entries:?}") };

    let recipe = "base_model: titan-text-express\ntrain: train.jsonl\n";
    let files = [
        ("a.jsonl", records(60)),
        ("b.jsonl", records(60)),
        ("set/train.jsonl", invalid()),
        ("set/job.yaml", recipe.to_owned()),
    ];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_bytes()));
    let here = folder(&files);
    // The same records in two training files are no leakage.
    let ran = tunedrop(here.path(), &[&check[..], &["--model", "titan-text-express", "a.jsonl", "b.jsonl"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.out);
    let ran =
        tunedrop(here.path(), &[&check[..], &["--model", "titan-text-express", "a.jsonl", "set/train.jsonl"]].concat());
    assert_eq!(ran.code, 1, "{}", ran.out);
    let ran = tunedrop(here.path(), &[&dataset[..], &["set"]].concat());
    assert!(ran.code == 1 && ran.out.contains("set/train.jsonl"), "{}", ran.out);
}
