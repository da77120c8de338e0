//! SARIF 2.1.0: the requirements of the standard and of code scanning.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{findings, folder, tunedrop};

const DATA: &str = "{\"prompt\": \"ünï\", \"completion\": 3}\n{\"prompt\": \"b\"}\n\n";

/// The requirements of the standard for the parts in use (OASIS SARIF 2.1.0, sections 3.13 to 3.30 and 3.49).
fn faults(log: &Value) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let mut must = |holds: bool, what| {
        if !holds {
            faults.push(what)
        }
    };
    must(log["version"] == "2.1.0", "version");
    must(log["$schema"].as_str().is_some_and(|schema| schema.ends_with("sarif-2.1.0.json")), "$schema");
    let run = &log["runs"][0];
    must(log["runs"].as_array().map(Vec::len) == Some(1), "one run");
    must(run["tool"]["driver"]["name"] == "tunedrop", "tool.driver.name");
    must(["utf16CodeUnits", "unicodeCodePoints"].iter().any(|kind| run["columnKind"] == *kind), "columnKind");
    let rules = run["tool"]["driver"]["rules"].as_array().cloned().unwrap_or_default();
    let ids: BTreeSet<_> = rules.iter().filter_map(|rule| rule["id"].as_str()).collect();
    must(ids.len() == rules.len(), "rule ids are unique");
    must(run["invocations"][0]["executionSuccessful"].is_boolean(), "executionSuccessful");
    let level = |level: &Value| ["none", "note", "warning", "error"].iter().any(|known| level == known);
    for notification in run["invocations"][0]["toolExecutionNotifications"].as_array().into_iter().flatten() {
        must(level(&notification["level"]) && notification["message"]["text"].is_string(), "notification");
    }
    must(run["results"].is_array(), "results");
    for result in run["results"].as_array().into_iter().flatten() {
        let rule = result["ruleIndex"].as_u64().and_then(|at| rules.get(at as usize));
        must(rule.is_some_and(|rule| rule["id"] == result["ruleId"]), "ruleIndex leads to ruleId");
        must(level(&result["level"]), "level");
        must(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()), "message.text");
        let place = &result["locations"][0]["physicalLocation"];
        must(place["artifactLocation"]["uri"].as_str().is_some_and(|uri| !uri.contains([' ', '\\'])), "uri");
        let region = &place["region"];
        let positive = |key: &str| region.get(key).is_none_or(|number| number.as_u64().is_some_and(|n| n > 0));
        must(positive("startLine") && positive("startColumn"), "lines and columns count from 1");
        must(region.is_null() || region["startLine"].is_u64(), "a region has a line");
    }
    faults
}

#[test]
fn writes_valid_sarif() {
    let here = folder(&[("my data.jsonl", DATA.as_bytes())]);
    let args = ["check", "my data.jsonl", "gone.jsonl", "--role", "train", "--model", "titan-text-express", "--format"];
    let ran = tunedrop(here.path(), &[&args[..], &["sarif"]].concat());
    let log = ran.json();
    assert_eq!((faults(&log), ran.code), (vec![], 2));
    let results = log["runs"][0]["results"].as_array().expect("results");
    let page = tunedrop(here.path(), &[&args[..], &["json"]].concat()).json();
    assert_eq!(results.len(), findings(&page).len());
    let region = &results[0]["locations"][0]["physicalLocation"]["region"];
    // Two characters before it have two bytes each.
    assert_eq!((&region["startLine"], &region["startColumn"]), (&1.into(), &33.into()));
    assert_eq!(results[0]["properties"]["byteColumn"], 35);
    let place = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(place["uri"], "my%20data.jsonl");
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn the_schema_check_finds_errors() {
    let log = serde_json::json!({"version": "2.0.0", "runs": [{"results": [{"ruleId": "x", "ruleIndex": 1}]}]});
    for fault in ["version", "$schema", "tool.driver.name", "ruleIndex leads to ruleId", "message.text", "uri"] {
        assert!(faults(&log).contains(&fault), "{fault}");
    }
}
