//! The permissions that the template grants, read from its text.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;

/// One action that one statement allows a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Permission {
    pub(super) role: String,
    pub(super) sid: String,
    pub(super) action: String,
}

impl std::fmt::Display for Permission {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}/{}/{}", self.role, self.sid, self.action)
    }
}

/// Every permission of every role, without denials and trust policies.
pub(super) fn permissions() -> Result<BTreeSet<Permission>> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml"))?;
    let template: Value = serde_saphyr::from_str(&text)?;
    let mut found = BTreeSet::new();
    for (role, resource) in template["Resources"].as_object().context("resources are a map")? {
        let policies = match resource["Type"].as_str() {
            Some("AWS::IAM::Role") => &resource["Properties"]["Policies"],
            Some("AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy") => &resource["Properties"]["PolicyDocument"],
            _ => continue,
        };
        for statement in allowing(policies) {
            let sid = statement["Sid"].as_str().with_context(|| format!("a statement of {role} has no Sid"))?;
            for action in many(&statement["Action"]) {
                found.insert(Permission { role: role.clone(), sid: sid.to_owned(), action: action.to_owned() });
            }
        }
    }
    Ok(found)
}

/// Every allowing statement below a node, also inside of CloudFormation's functions.
fn allowing(node: &Value) -> Vec<&Value> {
    match node {
        Value::Object(map) if map.contains_key("Effect") => {
            if node["Effect"] == "Allow" {
                vec![node]
            } else {
                Vec::new()
            }
        }
        Value::Object(map) => map.values().flat_map(allowing).collect(),
        Value::Array(list) => list.iter().flat_map(allowing).collect(),
        _ => Vec::new(),
    }
}

/// A value, alone or in a list.
fn many(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one.as_str()],
        Value::Array(list) => list.iter().flat_map(many).collect(),
        _ => Vec::new(),
    }
}
