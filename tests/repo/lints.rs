//! The lints that crates enable for themselves. clippy.toml has what they forbid, and why.

use crate::docs::{read, root};

/// The pure crates: no clock, environment, files or network.
const PURE: [&str; 6] = ["evaluation", "quality", "report", "reshape", "run", "validation"];

#[test]
fn crates_that_decide_deny_input_and_output() {
    for name in PURE {
        let source = read(&root().join(format!("shared/{name}/src/lib.rs")));
        let denied = "#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]";
        assert!(source.contains(denied), "shared/{name}");
        assert!(source.contains("#![deny(clippy::iter_over_hash_type)]"), "shared/{name}");
    }
    // An `allow` further down would disable them again.
    for path in crate::docs::files_ending(&[".rs"]) {
        let lifts = ["allow(clippy::disallowed", "expect(clippy::disallowed"];
        let here = PURE.iter().any(|name| path.starts_with(root().join(format!("shared/{name}/src"))));
        assert!(!here || !lifts.iter().any(|lift| read(&path).contains(lift)), "{}", path.display());
    }
}

#[test]
fn functions_write_to_their_log_only() {
    let functions = ["clean", "deploy", "evaluate", "launch", "notify", "record", "sweep", "validate"];
    let files = functions.map(|name| format!("functions/{name}/src/main.rs"));
    for file in files.iter().map(String::as_str).chain(["shared/steps/src/lib.rs"]) {
        let source = read(&root().join(file));
        assert!(source.contains("#![deny(clippy::print_stderr, clippy::print_stdout)]"), "{file}");
    }
}

#[test]
fn disallowed_methods_cover_clock_environment_files_and_network() {
    let lists: toml::Table = read(&root().join("clippy.toml")).parse().expect("clippy.toml is TOML");
    let listed: Vec<&str> = ["disallowed-methods", "disallowed-types"]
        .iter()
        .flat_map(|list| lists[*list].as_array().expect("a list"))
        .map(|entry| {
            assert!(entry["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{entry:?}");
            entry["path"].as_str().expect("a path")
        })
        .collect();
    for path in
        ["std::time::SystemTime::now", "jiff::Timestamp::now", "std::env::var", "std::fs::read", "std::net::TcpStream"]
    {
        assert!(listed.contains(&path), "{path}");
    }
}

/// Doc tests are off, because `cargo test` needs seconds per crate to find none. So an example in a comment wouldn't run.
#[test]
fn doc_comments_have_no_examples_that_would_not_run() {
    for path in crate::docs::files_ending(&[".rs"]) {
        let source = read(&path);
        let is_fence = |line: &str| ["/// ```", "//! ```"].iter().any(|fence| line.trim_start().starts_with(fence));
        assert!(!source.lines().any(is_fence), "{} has an example in a doc comment", path.display());
    }
}
