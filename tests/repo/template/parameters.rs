//! docs/parameters.md has every parameter of the template, with its default.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{template, text};

/// The first two cells of each row that begins with a name in backticks.
fn rows(page: &str) -> BTreeMap<&str, &str> {
    let cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    cells.filter_map(|(name, rest)| Some((name, rest.split_once(" | ")?.0))).collect()
}

/// Returns what is wrong with the page's rows. Empty if nothing is.
fn faults(template: &Value, page: &str) -> Vec<String> {
    let (parameters, rows) = (template["Parameters"].as_object().expect("a map"), rows(page));
    let mut faults: Vec<String> = rows
        .keys()
        .filter(|name| !parameters.contains_key(**name))
        .map(|name| format!("the template has no parameter {name}"))
        .collect();
    for (name, parameter) in parameters {
        let default = match &parameter["Default"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        match rows.get(name.as_str()) {
            None => faults.push(format!("there is no row for {name}")),
            // The meaning of an empty default is described in words.
            Some(cell) if default.is_empty() && !cell.contains('`') => {}
            Some(cell) if *cell == format!("`{default}`") => {}
            Some(cell) => faults.push(format!("{name}: the page says {cell}, and the template \"{default}\"")),
        }
    }
    faults
}

#[test]
fn the_page_lists_every_parameter_with_its_default() {
    assert_eq!(faults(&template(), &text("docs/parameters.md")), Vec::<String>::new());
}

#[test]
fn detects_a_wrong_row() {
    let (template, page) = (template(), text("docs/parameters.md"));
    for (right, wrong) in [("| `300` |", "| `600` |"), ("| `Email` |", "| `Mail` |")] {
        assert!(page.contains(right), "{right}");
        assert!(!faults(&template, &page.replace(right, wrong)).is_empty(), "{wrong}");
    }
}
