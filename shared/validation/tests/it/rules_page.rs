//! Compares docs/rules.md with the table of codes.

use std::collections::BTreeSet;

use tunedrop_validation::Code;

const PAGE: &str = include_str!("../../../../docs/rules.md");

/// The cells of each row of the tables that have a column of that name, and which of the cells it is.
fn rows(column: &str) -> Vec<(Vec<&'static str>, usize)> {
    let (mut rows, mut at) = (Vec::new(), None);
    for line in PAGE.lines() {
        let Some(inner) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) else {
            at = if line.starts_with("|---") { at } else { None };
            continue;
        };
        let cells: Vec<&str> = inner.split(" | ").collect();
        match (at, cells.iter().position(|cell| *cell == column)) {
            (None, Some(place)) => at = Some(place),
            (Some(place), _) => rows.push((cells, place)),
            (None, None) => {}
        }
    }
    rows
}

/// The parts between backticks.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_rule_has_a_code_or_says_why_not() {
    let (rules, disagreements) = (rows("Code"), rows("tunedrop"));
    assert!(rules.len() > 80 && disagreements.len() >= 14, "{} and {}", rules.len(), disagreements.len());
    for (cells, place) in rules.iter().chain(&disagreements) {
        let cell = cells.get(*place).unwrap_or_else(|| panic!("a row is too short: {cells:?}"));
        let reasoned = cell.starts_with("none: ") || (*cell == "none" && cells.len() == place + 2);
        assert!(reasoned || spans(cell).next().is_some(), "{cells:?}");
        for code in spans(cell).filter(|_| !cell.starts_with("none")) {
            assert!(Code::from_name(code).is_some(), "{code} is not a code: {cells:?}");
        }
    }
}

#[test]
fn every_code_is_named() {
    let rules = rows("Code");
    let named: BTreeSet<&str> = rules.iter().flat_map(|(cells, place)| spans(cells[*place])).collect();
    let missing: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).filter(|code| !named.contains(code)).collect();
    assert_eq!(missing, [""; 0]);
}
