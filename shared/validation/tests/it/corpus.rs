//! The labeled corpus: records, each with the paragraph that decides it, and the expected result.
//!
//! A line of `corpus/*.jsonl` is `{"model", "type", "source", "paragraph", "data", "codes"}`; `sources.toml` has titles
//! and addresses. `data` is a whole file, mostly of one record. `filler` is a text and how often it stands for each `§`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;
use tunedrop_validation::{Catalogue, Code, Customization, Format, Severity};

use crate::support::{rules, shown, validate};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    model: String,
    #[serde(rename = "type")]
    customization: Customization,
    source: String,
    paragraph: String,
    data: String,
    #[serde(default)]
    filler: Option<(String, usize)>,
    codes: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    title: String,
    address: String,
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// Each entry, with the place where it stands.
fn entries() -> Vec<(String, Entry)> {
    let mut files: Vec<_> = fs::read_dir(folder()).expect("the corpus").flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let mut entries = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (at, line) in fs::read_to_string(&path).expect("a file of the corpus").lines().enumerate() {
            let entry = serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}:{}: {error}", at + 1));
            entries.push((format!("{name}:{}", at + 1), entry));
        }
    }
    entries
}

fn data(entry: &Entry) -> String {
    match &entry.filler {
        Some((text, times)) => entry.data.replace('§', &text.repeat(*times)),
        None => entry.data.clone(),
    }
}

#[test]
fn each_record_has_the_result_that_its_source_gives() {
    let mut wrong = Vec::new();
    for (place, entry) in entries() {
        let data = data(&entry);
        let report = validate(rules(&entry.model, entry.customization), [data.as_bytes()]);
        let found: BTreeSet<String> = report.findings.counts.keys().map(|code| code.to_string()).collect();
        let is_refused =
            |code: &String| Code::from_name(code).is_some_and(|code| code.info().severity == Severity::Error);
        if found != entry.codes || report.findings.block(false) != entry.codes.iter().any(is_refused) {
            let (codes, shown) = (&entry.codes, shown(&report.findings));
            wrong.push(format!("{place} ({}): expected {codes:?}, found\n{shown}", entry.paragraph));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_record_names_a_source_that_can_be_looked_up() {
    let sources = fs::read_to_string(folder().join("sources.toml")).expect("the sources");
    let sources: BTreeMap<String, Source> = toml::from_str(&sources).expect("the sources");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (name, Source { title, address }) in &sources {
        assert!(!title.is_empty() && (address.starts_with("https://") || root.join(address).exists()), "{name}");
    }
    let entries = entries();
    let used: BTreeSet<&String> = entries.iter().map(|(_, entry)| &entry.source).collect();
    assert_eq!(used, sources.keys().collect());
    assert!(entries.iter().all(|(_, entry)| !entry.paragraph.is_empty()));
}

#[test]
fn it_is_large_and_covers_models_formats_and_codes() {
    let entries = entries();
    let different: BTreeSet<_> =
        entries.iter().map(|(_, it)| (&it.model, it.customization, &it.data, &it.filler)).collect();
    assert!(different.len() >= 200, "{} different records", different.len());
    let valid = entries.iter().filter(|(_, entry)| entry.codes.is_empty()).count();
    assert!(valid >= 60 && entries.len() - valid >= 100, "{valid} valid ones of {}", entries.len());

    let models: BTreeSet<&str> = entries.iter().map(|(_, entry)| entry.model.as_str()).collect();
    let all: BTreeSet<&str> = Catalogue::embedded().models().iter().map(|model| model.alias.as_str()).collect();
    assert_eq!(models, all);
    // Each kind of record is there both good and bad.
    for good in [true, false] {
        let formats: BTreeSet<String> = entries
            .iter()
            .filter(|(_, entry)| entry.codes.is_empty() == good)
            .map(|(_, entry)| format_name(&rules(&entry.model, entry.customization).format))
            .collect();
        assert_eq!(formats.len(), 8, "{formats:?}");
    }

    let codes: BTreeSet<&str> = entries.iter().flat_map(|(_, entry)| &entry.codes).map(String::as_str).collect();
    // No text can hold what is not UTF-8; too large for a record here; of two files; of the optional pack.
    let elsewhere = ["invalid-utf8", "line-too-long", "train-validation-leakage"];
    let pack = [
        "aws-access-key",
        "private-key",
        "card-number",
        "email-address",
        "iban",
        "phone-number",
        "national-id",
        "json-web-token",
        "vendor-key",
    ];
    let of_files = Code::ALL.iter().filter(|code| **code < Code::MissingFile).map(|code| code.as_str());
    let missing: Vec<&str> =
        of_files.filter(|code| !codes.contains(code) && !elsewhere.contains(code) && !pack.contains(code)).collect();
    assert_eq!(missing, [""; 0]);
}

fn format_name(format: &Format) -> String {
    match format {
        // Those with media and those without are different enough.
        Format::Conversation(media) => format!("Conversation {}", media.images.is_empty()),
        other => format!("{other:?}").split([' ', '{', '(']).next().unwrap_or_default().to_owned(),
    }
}
