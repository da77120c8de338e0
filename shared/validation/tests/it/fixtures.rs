//! Every fixture: `fixtures/<format>/<code>[-<what>].jsonl`, with what is expected beside it in `.findings`.
//!
//! After a change that is meant, `UPDATE_FIXTURES=1 cargo test` writes the expectations again: read the difference.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tunedrop_validation::{Code, Customization, FileReport, Options, Training};

use crate::support::{rules, shown, validate_with};

const FORMATS: [(&str, &str, Customization); 16] = [
    ("prompt-completion", "titan-text-express", Customization::FineTuning),
    ("input", "titan-text-express", Customization::ContinuedPreTraining),
    ("conversation-text", "nova-micro", Customization::FineTuning),
    ("conversation-media", "nova-lite", Customization::FineTuning),
    ("conversation-reasoning", "nova-2-lite", Customization::FineTuning),
    ("conversation-llama", "llama-3-3-70b", Customization::FineTuning),
    ("conversation-llama-media", "llama-3-2-11b", Customization::FineTuning),
    ("messages", "claude-3-haiku", Customization::FineTuning),
    ("distillation", "nova-lite", Customization::Distillation),
    ("distillation-single-turn", "llama-3-1-8b", Customization::Distillation),
    ("reinforcement", "nova-2-lite", Customization::ReinforcementFineTuning),
    ("image-caption", "nova-canvas", Customization::FineTuning),
    ("image-embeddings", "titan-multimodal-embeddings", Customization::FineTuning),
    ("prompt-completion-sides", "cohere-command", Customization::FineTuning),
    // With the optional pack.
    ("sensitive", "titan-text-express", Customization::FineTuning),
    ("sensitive-reinforcement", "nova-2-lite", Customization::ReinforcementFineTuning),
];

/// Each fixture, with its rules.
pub(crate) fn all() -> Vec<(PathBuf, &'static Training)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut fixtures = Vec::new();
    for (format, model, customization) in FORMATS {
        for entry in fs::read_dir(root.join(format)).expect("the format's folder") {
            let path = entry.expect("a fixture").path();
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                fixtures.push((path, rules(model, customization)));
            }
        }
    }
    fixtures.sort_by(|a, b| a.0.cmp(&b.0));
    fixtures
}

/// Validates a fixture, with the optional pack if its folder says so.
fn validate(path: &Path, training: &Training) -> FileReport {
    let bytes = fs::read(path).expect("a fixture");
    let folder = path.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
    let options = Options { sensitive: folder.starts_with("sensitive"), ..Options::default() };
    validate_with(options, training, [bytes.as_slice()])
}

#[test]
fn findings_are_as_expected() {
    let mut wrong = Vec::new();
    for (path, training) in all() {
        let found = shown(&validate(&path, training).findings);
        let beside = path.with_extension("findings");
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            fs::write(&beside, &found).expect("the expectation is written");
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{}\n--- expected\n{expected}--- found\n{found}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn fixtures_show_what_they_are_named_for() {
    for (path, training) in all() {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        let report = validate(&path, training);
        if name.starts_with("valid") {
            assert_eq!(shown(&report.findings), "", "{}", path.display());
            assert_eq!(report.statistics.valid_records, report.statistics.records);
        } else if name != "several-faults" {
            let named = |code: &&Code| name == code.as_str() || name.starts_with(&format!("{code}-"));
            let code = Code::ALL.iter().find(named).unwrap_or_else(|| panic!("{name} is no code"));
            assert!(report.findings.counts.contains_key(code), "{}", path.display());
        }
    }
}

#[test]
fn every_code_that_a_file_can_have_has_a_fixture() {
    // Too large for a fixture, or of two files: they have tests of their own.
    let elsewhere = [Code::LineTooLong, Code::TrainValidationLeakage];
    let met: BTreeSet<Code> = all()
        .into_iter()
        .flat_map(|(path, training)| validate(&path, training).findings.counts.into_keys())
        .chain(elsewhere)
        .collect();
    let of_files: BTreeSet<Code> = Code::ALL.iter().copied().filter(|code| *code < Code::MissingFile).collect();
    assert_eq!(met, of_files);
}
