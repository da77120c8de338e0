//! Where `unsafe` is allowed, and that CI installs dependencies by lock file and hash only.

use crate::docs::{files_ending, has_word, read, root};

/// Loads into the processor's vector registers, after a check that the processor supports them.
const MAY_BE_UNSAFE: [&str; 2] = ["shared/validation/src/fast/scan/arm.rs", "shared/validation/src/fast/scan/x86.rs"];

/// Whether code, not a comment, has the keyword or disables the lint against it. Written apart, because this file is
/// checked too.
fn is_unsafe(source: &str) -> bool {
    let code = source.lines().map(|line| line.split("//").next().unwrap_or_default());
    let words = [concat!("un", "safe"), concat!("un", "safe_code")];
    code.into_iter().any(|line| words.iter().any(|word| has_word(line, word)))
}

#[test]
fn unsafe_code_is_in_two_files_only() {
    let sources = files_ending(&[".rs"]);
    let found: Vec<String> = sources
        .iter()
        .filter(|path| is_unsafe(&read(path)))
        .map(|path| path.strip_prefix(root()).expect("a file of the repository").to_string_lossy().into_owned())
        .collect();
    let mut found = found;
    found.sort();
    assert_eq!(found, MAY_BE_UNSAFE);
}

#[test]
fn detects_unsafe_code() {
    let keyword = concat!("un", "safe");
    assert!(is_unsafe(&format!("    let x = {keyword} {{ y() }};")));
    assert!(is_unsafe(&format!("#![allow({keyword}_code)]")));
    assert!(!is_unsafe(&format!("// {keyword} is not needed here\nlet {keyword}ly = 1;")));
}

#[test]
fn every_crate_denies_unsafe_code() {
    let manifests = files_ending(&["Cargo.toml"]);
    let workspace: toml::Table = read(&root().join("Cargo.toml")).parse().expect("a manifest is TOML");
    assert_eq!(workspace["workspace"]["lints"]["rust"][concat!("un", "safe_code")].as_str(), Some("deny"));
    for path in manifests {
        let manifest: toml::Table = read(&path).parse().expect("a manifest is TOML");
        // The fuzz targets have their own workspace.
        if manifest.contains_key("package") && !path.ends_with("fuzz/Cargo.toml") {
            assert_eq!(manifest["lints"]["workspace"].as_bool(), Some(true), "{}", path.display());
        }
    }
}

/// cargo-lambda fills in what the profile leaves out, and would choose `abort`.
#[test]
fn release_profile_states_what_cargo_lambda_would_choose() {
    let workspace: toml::Table = read(&root().join("Cargo.toml")).parse().expect("a manifest is TOML");
    let profile = workspace["profile"]["release"].as_table().expect("a profile");
    assert_eq!(profile["panic"].as_str(), Some("unwind"));
    for key in ["strip", "lto", "codegen-units"] {
        assert!(profile.contains_key(key), "{key}");
    }
}

/// Every cargo command that builds or installs uses a lock file, and every pip command uses hashes.
#[test]
fn ci_scripts_install_pinned_dependencies_only() {
    let mut checked = 0;
    for script in [
        ".ci/nightly",
        ".ci/run",
        ".ci/sbom",
        "tests/pages/run",
        "tests/console/run",
        "tests/browser/run",
        "tests/mutations/run",
        "tests/arm64/run",
        "tests/scan/run",
        "tests/sam/emulator",
        "tests/sam/guided",
        "tests/sam/run",
        "tests/sam/tools",
        "shared/evaluation/reference/make",
        "python/build",
        "python/run",
        "release/build",
        "release/publish",
        "release/test",
    ] {
        let text = read(&root().join(script)).replace("\\\n", " ");
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            for command in [
                "build", "clippy", "doc", "fetch", "install", "lambda", "package", "publish", "run", "test", "zigbuild",
            ]
            .map(|name| format!("cargo {name} "))
            {
                if line.contains(&command) {
                    checked += 1;
                    assert!(line.contains("--locked"), "{script}: {line}");
                }
            }
            if line.contains("pip\" install") {
                checked += 1;
                assert!(line.contains("--require-hashes") && line.contains("--no-deps"), "{script}: {line}");
            }
        }
    }
    assert!(checked >= 8, "only {checked} commands were found");
}
