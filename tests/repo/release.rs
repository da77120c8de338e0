//! What a release, its workflows, the action and the Terraform example must agree on.

mod workflows;

use std::process::Command;

use serde_json::Value;

use crate::docs::{files_ending, read, root};

fn text(path: &str) -> String {
    read(&root().join(path))
}

fn toml(path: &str) -> toml::Table {
    text(path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn version() -> String {
    toml("Cargo.toml")["workspace"]["package"]["version"].as_str().expect("a text").to_owned()
}

/// A heading such as `## 1.2.3 - 2026-12-24`, as numbers.
fn released(line: &str) -> Option<Vec<u64>> {
    let name = line.strip_prefix("## ")?.trim_start_matches('[').split([' ', ']']).next()?;
    name.split('.').map(|part| part.parse().ok()).collect()
}

#[test]
fn every_package_has_the_version_of_the_workspace() {
    let version = version();
    let mut packages = 0;
    for path in files_ending(&["Cargo.toml"]) {
        let manifest: toml::Table = read(&path).parse().expect("a manifest is TOML");
        // The fuzz targets have their own workspace, and are never released.
        if manifest.contains_key("package") && !path.ends_with("fuzz/Cargo.toml") {
            packages += 1;
            assert_eq!(manifest["package"]["version"]["workspace"].as_bool(), Some(true), "{}", path.display());
        }
    }
    assert!(packages > 10, "only {packages} packages were found");

    let dependencies = toml("Cargo.toml")["workspace"]["dependencies"].as_table().expect("a table").clone();
    for (name, dependency) in dependencies.iter().filter(|(_, dependency)| dependency.get("path").is_some()) {
        if let Some(required) = dependency.get("version") {
            assert_eq!(required.as_str(), Some(version.as_str()), "{name} in Cargo.toml");
        }
    }

    let python = toml("python/pyproject.toml");
    assert!(python["project"].get("version").is_none(), "python/pyproject.toml has a version of its own");
    assert_eq!(python["project"]["dynamic"].as_array().expect("a list")[0].as_str(), Some("version"));
    assert_eq!(yaml("template.yaml")["Outputs"]["Version"]["Value"].as_str(), Some(version.as_str()));
    let hooks = toml("pyproject.toml");
    assert_eq!(hooks["project"]["dependencies"][0].as_str(), Some(format!("tunedrop=={version}").as_str()));
}

#[test]
fn changelog_has_no_newer_version() {
    let number = |version: &str| released(&format!("## {version}")).expect("a version is three numbers");
    let changelog = text("CHANGELOG.md");
    let newest = changelog.lines().find_map(released);
    assert!(newest.is_none_or(|newest| newest <= number(&version())), "CHANGELOG.md is ahead of Cargo.toml");
    let headings = changelog.lines().filter(|line| line.starts_with("## ")).collect::<Vec<_>>();
    assert_eq!(headings[0], "## Unreleased");
    assert_eq!(released("## 1.20.3 - 2026-12-24"), Some(vec![1, 20, 3]));
    assert_eq!(released("## Unreleased"), None);
}

/// `release/version` reads the manifest with `sed`.
#[test]
fn release_version_prints_the_version_and_checks_the_tag() {
    let run = |arguments: &[&str]| {
        let done = Command::new(root().join("release/version")).args(arguments).output().expect("it runs");
        (
            done.status.success(),
            String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr),
        )
    };
    assert_eq!(run(&[]), (true, format!("{}\n", version())));
    let (passed, printed) = run(&["check", "v999.0.0"]);
    assert!(!passed && printed.contains("v999.0.0") && printed.contains(&version()), "{printed}");
}

/// The parameters that `release/template.py` adds are those that the Terraform example and the guides set.
#[test]
fn terraform_sets_the_parameters_of_a_release() {
    let template = yaml("template.yaml");
    let known = template["Parameters"].as_object().expect("a map");
    let script = text("release/template.py");
    let added = ["ArtifactBucket", "ArtifactPrefix"];
    for name in added {
        assert!(script.contains(&format!("\"{name}\": {{")), "release/template.py doesn't add {name}");
        assert!(!known.contains_key(name), "the template has a parameter {name} of its own");
    }
    let release = text("examples/terraform/release.tf");
    let (_, merged) = release.split_once("merge(var.parameters, {").expect("the parameters are merged");
    let set: Vec<&str> = merged.lines().skip(1).map_while(|line| Some(line.split_once(" = ")?.0.trim())).collect();
    assert_eq!(set, ["Architecture", "ArtifactBucket", "ArtifactPrefix"]);
    assert!(known.contains_key("Architecture"));
    let reserved = text("examples/terraform/variables.tf");
    assert!(reserved.contains("[\"Architecture\", \"ArtifactBucket\", \"ArtifactPrefix\"]"));

    // What the pages set must exist.
    for page in ["examples/terraform/README.md", "docs/stacksets.md", "docs/install.md"] {
        let page_text = text(page);
        let shown = page_text.split("ParameterKey=").skip(1).filter_map(|rest| rest.split([',', ' ', '\n']).next());
        let (_, tfvars) = page_text.split_once("parameters = {\n").unwrap_or_default();
        let tfvars = tfvars.lines().map_while(|line| Some(line.split_once(" = ")?.0.trim()));
        for name in shown.chain(tfvars) {
            assert!(known.contains_key(name) || added.contains(&name), "{page} sets {name}, which doesn't exist");
        }
    }
}

#[test]
fn hooks_run_the_check() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_array().expect("a list");
    assert_eq!(hooks.len(), 2);
    for hook in hooks {
        assert!(hook["entry"].as_str().is_some_and(|entry| entry.starts_with("tunedrop check")), "{hook}");
        assert_eq!(hook["language"], "python");
        let id = hook["id"].as_str().expect("a text");
        assert!(text("docs/install.md").contains(id), "docs/install.md doesn't mention the hook {id}");
    }
}

/// The two tables of inputs and outputs.
#[test]
fn the_guide_lists_every_input_of_the_action() {
    let action = yaml("action.yml");
    let page = text("docs/install.md");
    for kind in ["inputs", "outputs"] {
        for name in action[kind].as_object().expect("a map").keys() {
            assert!(page.contains(&format!("| `{name}` |")), "docs/install.md has no row for {name}");
        }
    }
}
