//! The redactor knows the sentences in which guards refuse runs. It would withhold an unknown one.

use std::fs;
use std::path::PathBuf;

use crate::docs::{read, root};

/// Shorter texts are names and units, not sentences.
const SENTENCE_MIN: usize = 40;

/// Returns the string literals of a source file outside its tests, in order.
fn literals(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let mut rest = line;
        while let Some((_, after)) = rest.split_once('"') {
            let Some((literal, after)) = after.split_once('"') else { break };
            found.push(literal.to_owned());
            rest = after;
        }
    }
    found
}

/// Returns the literal with each slot, whatever its name, as `{}`.
fn bare(literal: &str) -> String {
    let mut parts = literal.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("{}");
        text.push_str(part.split_once('}').map_or("", |(_, after)| after));
    }
    text
}

fn guards() -> Vec<PathBuf> {
    let mut files = vec![root().join("shared/run/src/guard.rs")];
    let folder = fs::read_dir(root().join("shared/run/src/guard")).into_iter().flatten().flatten();
    files.extend(folder.map(|entry| entry.path()).filter(|path| path.is_file() && !path.ends_with("tests.rs")));
    files
}

#[test]
fn redactor_knows_every_sentence_of_a_guard() {
    let known = read(&root().join("shared/report/src/redact/known.rs"));
    let known: Vec<String> = literals(&known).iter().map(|literal| bare(literal)).collect();
    let mut sentences = 0;
    for path in guards() {
        for literal in literals(&read(&path)).iter().filter(|literal| literal.len() >= SENTENCE_MIN) {
            let sentence = bare(literal);
            assert!(known.contains(&sentence), "{}: add to redact/known.rs: {sentence}", path.display());
            sentences += 1;
        }
    }
    assert!(sentences >= 5, "{sentences} sentences");
}
