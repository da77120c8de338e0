//! The tests that a page names as proof are there.

use std::collections::BTreeSet;

use super::{files_ending, read, root};

/// Suites that a page names a test of.
const SUITES: [&str; 6] = ["house ", "e2e ", "permissions ", "crash ", "cli ", "unit "];

/// The names of tests in backticks behind a suite's name: `e2e a_test`, `e2e module::a_test`.
fn named_tests(page: &str) -> BTreeSet<String> {
    let spans = page.lines().filter(|line| line.starts_with('|')).flat_map(|line| line.split('`').skip(1).step_by(2));
    spans
        .filter_map(|span| SUITES.iter().find_map(|suite| span.strip_prefix(suite)))
        .filter_map(|test| test.rsplit("::").next())
        .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn tests_named_in_the_threat_model_exist() {
    let page = read(&root().join("SECURITY.md"));
    let named = named_tests(&page);
    assert!(named.len() >= 12, "the page is read wrongly: {named:?}");
    let sources: Vec<String> = files_ending(&[".rs"]).iter().map(|path| read(path)).collect();
    let missing: Vec<&String> =
        named.iter().filter(|name| !sources.iter().any(|source| source.contains(&format!("fn {name}(")))).collect();
    assert_eq!(missing, Vec::<&String>::new(), "SECURITY.md names tests that aren't there");
}

#[test]
fn a_missing_test_is_seen() {
    assert_eq!(named_tests("| x | `e2e module::gone` |\n`e2e prose`\n").into_iter().collect::<Vec<_>>(), ["gone"]);
}
