//! Which crate may depend on which. The pure crates depend on nothing that does I/O.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::{read, root};

/// The crates that each crate may use. The tests may use all of them.
const ALLOWED: [(&str, &[&str]); 21] = [
    ("tunedrop-validation", &[]),
    ("tunedrop-run", &["tunedrop-evaluation", "tunedrop-quality", "tunedrop-validation"]),
    ("tunedrop-report", &["tunedrop-evaluation", "tunedrop-quality", "tunedrop-run", "tunedrop-validation"]),
    ("tunedrop-reshape", &["tunedrop-validation"]),
    ("tunedrop-evaluation", &["tunedrop-validation"]),
    ("tunedrop-quality", &["tunedrop-validation"]),
    ("tunedrop-aws", &["tunedrop-evaluation", "tunedrop-run", "tunedrop-validation"]),
    (
        "tunedrop-steps",
        &["tunedrop-aws", "tunedrop-evaluation", "tunedrop-report", "tunedrop-run", "tunedrop-validation"],
    ),
    ("tunedrop-validate", &["tunedrop-steps"]),
    ("tunedrop-launch", &["tunedrop-steps"]),
    ("tunedrop-record", &["tunedrop-steps"]),
    ("tunedrop-deploy", &["tunedrop-steps"]),
    ("tunedrop-evaluate", &["tunedrop-steps"]),
    ("tunedrop-notify", &["tunedrop-steps"]),
    ("tunedrop-sweep", &["tunedrop-steps"]),
    ("tunedrop-clean", &["tunedrop-steps"]),
    (
        "tunedrop-cli",
        &[
            "tunedrop-aws",
            "tunedrop-evaluation",
            "tunedrop-quality",
            "tunedrop-report",
            "tunedrop-reshape",
            "tunedrop-run",
            "tunedrop-validation",
        ],
    ),
    // Without the feature `aws` of the command line.
    ("tunedrop-python", &["tunedrop-cli"]),
    // The Bedrock simulator is an independent implementation, so it shares nothing.
    ("tunedrop-local", &[]),
    ("tunedrop-speed", &["tunedrop-quality", "tunedrop-run", "tunedrop-validation"]),
    ("tunedrop-test-all", &[]),
];

const PURE: [&str; 6] = [
    "tunedrop-validation",
    "tunedrop-run",
    "tunedrop-report",
    "tunedrop-reshape",
    "tunedrop-evaluation",
    "tunedrop-quality",
];

/// The crates that may name a type of the AWS SDK: one crate of the product, and those that test it from outside.
const NAMES_SDK: [&str; 3] = ["tunedrop-aws", "tunedrop-local", "tunedrop-tests"];

type Graph = BTreeMap<String, BTreeSet<String>>;

/// The dependencies of each crate, according to its manifest. Its tests are left out.
fn ours() -> Graph {
    let manifest = root().join("Cargo.toml");
    // Without dependencies, nothing is resolved, so this needs neither network nor lock file.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--manifest-path"])
        .arg(manifest)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let name = |value: &Value| value["name"].as_str().expect("a name").to_owned();
    let built_from = |package: &Value| {
        let all = package["dependencies"].as_array().expect("a list of dependencies").iter();
        all.filter(|dependency| dependency["kind"] != "dev").map(name).collect()
    };
    metadata["packages"]
        .as_array()
        .expect("a list of packages")
        .iter()
        .map(|package| (name(package), built_from(package)))
        .collect()
}

/// Everything in the lock file. All versions of a crate count as one, which can only report too much.
fn locked(lock: &str) -> Graph {
    let lock: toml::Table = lock.parse().expect("a lock file is TOML");
    let mut graph = Graph::new();
    for package in lock["package"].as_array().expect("a list of packages") {
        let name = package["name"].as_str().expect("a name").to_owned();
        let used = package.get("dependencies").and_then(toml::Value::as_array).into_iter().flatten();
        let used = used.filter_map(|used| Some(used.as_str()?.split(' ').next()?.to_owned()));
        graph.entry(name).or_default().extend(used);
    }
    graph
}

/// Everything that `name` depends on, directly or indirectly: first by the manifests, then by the lock file.
fn reached(name: &str, ours: &Graph, locked: &Graph) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut next = vec![name.to_owned()];
    while let Some(name) = next.pop() {
        let used = ours.get(&name).or_else(|| locked.get(&name));
        next.extend(used.into_iter().flatten().filter(|used| seen.insert((*used).clone())).cloned());
    }
    seen
}

fn speaks_to_the_world(name: &str) -> bool {
    let family = name.split(['-', '_']).next().unwrap_or_default();
    ["aws", "axum", "hyper", "lambda", "mio", "reqwest", "tokio"].contains(&family)
}

fn wrong_arrows(ours: &Graph) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, used) in ours.iter().filter(|(name, _)| *name != "tunedrop-tests") {
        match ALLOWED.iter().find(|(known, _)| known == name) {
            None => wrong.push(format!("{name} is not listed in ALLOWED")),
            Some((_, allowed)) => {
                let up = used.iter().filter(|used| used.starts_with("tunedrop-") && !allowed.contains(&used.as_str()));
                wrong.extend(up.map(|used| format!("{name} uses {used}")));
            }
        }
    }
    wrong
}

#[test]
fn crates_depend_on_lower_layers_only() {
    let ours = ours();
    assert!(ALLOWED.iter().all(|(name, _)| ours.contains_key(*name)), "a listed crate is gone: {:?}", ours.keys());
    assert_eq!(wrong_arrows(&ours), Vec::<String>::new());
}

#[test]
fn detects_a_dependency_on_a_higher_layer() {
    let mut ours = ours();
    ours.entry("tunedrop-run".to_owned()).or_default().insert("tunedrop-aws".to_owned());
    ours.insert("tunedrop-extra".to_owned(), BTreeSet::new());
    assert_eq!(wrong_arrows(&ours), ["tunedrop-extra is not listed in ALLOWED", "tunedrop-run uses tunedrop-aws"]);
}

#[test]
fn pure_crates_depend_on_neither_aws_nor_tokio() {
    let (ours, locked) = (ours(), locked(&read(&root().join("Cargo.lock"))));
    for name in PURE {
        let reached = reached(name, &ours, &locked);
        assert!(reached.contains("serde_core"), "{name} reaches hardly anything, so nothing was checked");
        let impure: Vec<&String> = reached.iter().filter(|name| speaks_to_the_world(name)).collect();
        assert!(impure.is_empty(), "{name} reaches {impure:?}");
    }
}

#[test]
fn detects_an_indirect_dependency_on_io() {
    let (ours, locked) = (ours(), locked(&read(&root().join("Cargo.lock"))));
    let reached = reached("tunedrop-steps", &ours, &locked);
    for name in ["tokio", "aws-sdk-s3", "aws_lambda_events", "lambda_runtime", "hyper"] {
        assert!(reached.contains(name), "steps don't reach {name}, so the search is broken");
        assert!(speaks_to_the_world(name), "{name} isn't taken for what it is");
    }
    assert!(!speaks_to_the_world("serde_json") && !speaks_to_the_world("minimal-lexical"));
}

#[test]
fn only_one_product_crate_depends_on_the_sdk() {
    let names_sdk = |used: &BTreeSet<String>| {
        used.iter().any(|name| ["aws-config", "aws-sdk-", "aws-smithy-"].iter().any(|family| name.starts_with(family)))
    };
    let who: Vec<String> = ours().into_iter().filter(|(_, used)| names_sdk(used)).map(|(name, _)| name).collect();
    assert!(who.contains(&"tunedrop-aws".to_owned()), "not even the adapters name it, so the search is broken");
    assert_eq!(
        who.into_iter().filter(|name| !NAMES_SDK.contains(&name.as_str())).collect::<Vec<_>>(),
        Vec::<String>::new()
    );
}

/// A wheel is installed where nothing talks to AWS, and a notebook imports the module.
#[test]
fn python_module_has_neither_aws_nor_tokio() {
    let manifest = |path: &str| -> toml::Table { read(&root().join(path)).parse().expect("a manifest is TOML") };
    let (workspace, cli, python) = (manifest("Cargo.toml"), manifest("cli/Cargo.toml"), manifest("python/Cargo.toml"));
    let used = &workspace["workspace"]["dependencies"]["tunedrop-cli"];
    assert_eq!(used["default-features"].as_bool(), Some(false));
    let asked = python["dependencies"]["tunedrop-cli"].get("features");
    assert!(asked.is_none() && used.get("features").is_none(), "{asked:?}");
    let (ours, locked) = (ours(), locked(&read(&root().join("Cargo.lock"))));
    let dependencies = cli["dependencies"].as_table().expect("a table of dependencies");
    let is_optional = |about: &toml::Value| about.get("optional").and_then(toml::Value::as_bool) == Some(true);
    let optional = dependencies.iter().filter(|(_, about)| is_optional(about)).count();
    assert!(optional >= 3, "only {optional} dependencies are optional");
    for (name, _) in dependencies.iter().filter(|(_, about)| !is_optional(about)) {
        let all = reached(name, &ours, &locked).into_iter().chain([name.clone()]);
        let impure: Vec<String> = all.filter(|name| speaks_to_the_world(name)).collect();
        assert!(impure.is_empty(), "{name} reaches {impure:?}");
    }
}
