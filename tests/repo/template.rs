//! Checks the template's text. The tests cover what the emulator can't show (encryption, lifecycle rules, alarms and
//! the dead-letter queues of rules) and what must not drift (names, permissions and wiring).

mod bus;
mod creation;
mod endpoints;
mod names;
mod numbers;
mod parameters;
mod permissions;
mod platform;
mod readers;
mod throughput;
mod watch;
mod wiring;

use std::collections::BTreeMap;

use serde_json::Value;

/// The functions: folders, packages and logical ids are named after them.
const FUNCTIONS: [&str; 8] = ["validate", "launch", "record", "deploy", "evaluate", "notify", "sweep", "clean"];

/// The functions with a queue. Schedules invoke `sweep` and `clean`.
const QUEUED: [&str; 6] = ["validate", "launch", "record", "deploy", "evaluate", "notify"];

/// The template. The parser drops CloudFormation's tags: `!Ref Table` is "Table", `!GetAtt Table.Arn` is "Table.Arn",
/// `!If [HasKey, a, b]` is a list of three.
fn template() -> Value {
    serde_saphyr::from_str(&text("template.yaml")).expect("the template is YAML")
}

/// A file of the repository.
fn text(path: &str) -> String {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    std::fs::read_to_string(format!("{root}/{path}")).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The resource of that name.
#[track_caller]
fn resource<'a>(template: &'a Value, name: &str) -> &'a Value {
    let found = &template["Resources"][name];
    assert!(found.is_object(), "the template has no resource {name}");
    found
}

/// The properties of that resource.
#[track_caller]
fn properties<'a>(template: &'a Value, name: &str) -> &'a Value {
    &resource(template, name)["Properties"]
}

/// The names of the resources of a type, sorted.
fn named(template: &Value, kind: &str) -> Vec<String> {
    let resources = template["Resources"].as_object().expect("resources are a map");
    let mut names: Vec<String> =
        resources.iter().filter(|(_, resource)| resource["Type"] == kind).map(|(name, _)| name.clone()).collect();
    names.sort();
    names
}

/// Converts `validate` to `Validate`, which logical ids in the template begin with.
fn capital(function: &str) -> String {
    function[..1].to_uppercase() + &function[1..]
}

/// Returns every policy statement below a node, also inside of CloudFormation's functions.
fn statements(node: &Value) -> Vec<&Value> {
    match node {
        Value::Object(map) if map.contains_key("Effect") => vec![node],
        Value::Object(map) => map.values().flat_map(statements).collect(),
        Value::Array(list) => list.iter().flat_map(statements).collect(),
        _ => Vec::new(),
    }
}

/// Returns every policy statement of the template, with the resource that contains it.
fn all_statements(template: &Value) -> BTreeMap<&str, Vec<&Value>> {
    let resources = template["Resources"].as_object().expect("resources are a map");
    resources.iter().map(|(name, resource)| (name.as_str(), statements(&resource["Properties"]))).collect()
}

/// A value, alone or in a list.
fn many(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one.as_str()],
        Value::Array(list) => list.iter().flat_map(many).collect(),
        _ => Vec::new(),
    }
}
