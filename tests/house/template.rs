//! What the emulator can't show (facts of encryption, lifecycle, alarms, rule dead letters) and what must
//! not drift (names, permissions, wiring) is asserted on the template's text.

mod bus;
mod creation;
mod names;
mod numbers;
mod parameters;
mod permissions;
mod readers;
mod watch;
mod wiring;

use std::collections::BTreeMap;

use serde_json::Value;

/// The functions, as design, folders, packages and template name them.
const FUNCTIONS: [&str; 5] = ["validate", "launch", "record", "notify", "sweep"];

/// Those with a queue in front: `sweep` comes straight from its schedule.
const QUEUED: [&str; 4] = ["validate", "launch", "record", "notify"];

/// The template. The reader drops CloudFormation's tags: `!Ref Table` is "Table", `!GetAtt Table.Arn` is
/// "Table.Arn", `!If [HasKey, a, b]` is a list of three.
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

/// `validate` as the template's logical ids begin: `Validate`.
fn capital(function: &str) -> String {
    function[..1].to_uppercase() + &function[1..]
}

/// Every policy statement below a node, whatever functions it stands in.
fn statements(node: &Value) -> Vec<&Value> {
    match node {
        Value::Object(map) if map.contains_key("Effect") => vec![node],
        Value::Object(map) => map.values().flat_map(statements).collect(),
        Value::Array(list) => list.iter().flat_map(statements).collect(),
        _ => Vec::new(),
    }
}

/// Every policy statement of the template, by the resource that holds it.
fn all_statements(template: &Value) -> BTreeMap<&str, Vec<&Value>> {
    let resources = template["Resources"].as_object().expect("resources are a map");
    resources.iter().map(|(name, resource)| (name.as_str(), statements(&resource["Properties"]))).collect()
}

/// A value that may stand alone or in a list.
fn many(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one.as_str()],
        Value::Array(list) => list.iter().flat_map(many).collect(),
        _ => Vec::new(),
    }
}
