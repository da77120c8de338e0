//! The tests that pages name as proof exist, and so do the types that the README of a crate names.

use std::collections::BTreeSet;

use super::{files_ending, has_word, read, root};

/// The suites whose tests pages name.
const SUITES: [&str; 6] = ["repo ", "e2e ", "permissions ", "crash ", "cli ", "unit "];

/// Returns the names of tests in backticks after a suite's name: `e2e a_test`, `e2e module::a_test`.
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
fn tests_named_as_proof_exist() {
    let paths = files_ending(&[".rs"]);
    let sources: Vec<String> = paths.iter().map(|path| read(path)).collect();
    // A name is that of a test, or of a module of tests.
    let exists = |name: &str| {
        sources.iter().any(|source| source.contains(&format!("fn {name}(")))
            || paths.iter().any(|path| path.file_stem().is_some_and(|stem| stem == name))
    };
    for (page, least) in [("SECURITY.md", 12), ("docs/reliability.md", 30)] {
        let named = named_tests(&read(&root().join(page)));
        assert!(named.len() >= least, "{page}: expected at least {least} names, found {named:?}");
        let missing: Vec<&String> = named.iter().filter(|name| !exists(name)).collect();
        assert_eq!(missing, Vec::<&String>::new(), "{page} names tests that don't exist");
    }
}

#[test]
fn finds_the_names_of_tests() {
    assert_eq!(named_tests("| x | `e2e module::gone` |\n`e2e prose`\n").into_iter().collect::<Vec<_>>(), ["gone"]);
}

/// Returns the types in backticks: `Run`, `Event::Run`.
fn named_types(page: &str) -> BTreeSet<&str> {
    let spans = page.split('`').skip(1).step_by(2).filter_map(|span| span.split("::").next());
    spans
        .filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase()) && name.contains(|c: char| c.is_lowercase()))
        .filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric()))
        .collect()
}

#[test]
fn types_in_the_readme_of_a_crate_exist() {
    let mut named = 0;
    for crate_name in ["aws", "evaluation", "quality", "report", "reshape", "run", "steps", "validation"] {
        let folder = root().join("shared").join(crate_name);
        let sources: Vec<String> = files_ending(&[".rs"])
            .iter()
            .filter(|path| path.starts_with(folder.join("src")))
            .map(|path| read(path))
            .collect();
        let page = read(&folder.join("README.md"));
        for name in named_types(&page) {
            assert!(
                sources.iter().any(|source| has_word(source, name)),
                "shared/{crate_name}/README.md: no type {name}"
            );
            named += 1;
        }
    }
    assert!(named >= 10, "{named} names");
}

#[test]
fn finds_the_names_of_types() {
    assert_eq!(
        named_types("`Run::key` of a `run`, `ETag`, `A`, `a B`").into_iter().collect::<Vec<_>>(),
        ["ETag", "Run"]
    );
}
