//! The summary of the files, and the result.

use std::fmt::Write;

use tunedrop_validation::{Role, Statistics, TokenBracket};

use super::{BOLD, ERROR, GOOD, grouped, visible};
use crate::check_result::{CheckResult, FileResult};

/// A paragraph for each file. The last line is the result.
pub(super) fn summary(outcome: &CheckResult) -> String {
    let mut text: String = outcome.files.iter().map(file).collect();
    if !outcome.files.is_empty() {
        text.push('\n');
    }
    text.push_str(&result(outcome));
    text
}

fn file(file: &FileResult) -> String {
    let FileResult { path, role, model, customization, statistics, .. } = file;
    let role = match role {
        Role::Train => "training",
        Role::Validation => "validation",
        Role::Evaluation => "held-out",
    };
    let path = if path == "-" { "standard input".to_owned() } else { visible(path) };
    let kind = customization.as_str();
    let mut text = format!("{BOLD}{path}{BOLD:#} ({role} data for {}, {kind})\n", visible(&model.1));
    for (name, value) in rows(statistics) {
        // Writing to a string doesn't fail.
        let _ = writeln!(text, "  {name:<11} {value}");
    }
    text
}

fn rows(statistics: &Statistics) -> Vec<(&'static str, String)> {
    let Statistics {
        records, valid_records, turns, characters, tokens, longest_tokens, longest_line, duplicates, ..
    } = statistics;
    let valid = match records - valid_records {
        0 => "all valid".to_owned(),
        _ => format!("{} of them valid", grouped(*valid_records)),
    };
    let records =
        if *records == 0 { "none could be read".to_owned() } else { format!("{}, {valid}", grouped(*records)) };
    let mut rows = vec![("records", records)];
    if *turns > 0 {
        rows.push(("turns", grouped(*turns)));
    }
    if *valid_records > 0 {
        rows.push(("characters", grouped(*characters)));
        rows.push(("tokens", format!("{}, estimated", bracket(*tokens))));
    }
    if let (Some(half), Some(most)) = (statistics.token_percentile(50), statistics.token_percentile(95)) {
        rows.push(("a record", format!("up to {} tokens in half of them, {} in 95 %", grouped(half), grouped(most))));
    }
    if let Some(line) = longest_line {
        rows.push(("longest", format!("{} tokens, on line {line}", bracket(*longest_tokens))));
    }
    if *duplicates > 0 {
        rows.push(("duplicates", grouped(*duplicates)));
    }
    rows
}

fn result(outcome: &CheckResult) -> String {
    let (errors, warnings) = (counted(outcome.errors(), "error"), counted(outcome.warnings(), "warning"));
    let strict =
        if outcome.strict && outcome.errors() == 0 { "; warnings block with --strict or strict: true" } else { "" };
    let (style, word) = match (outcome.unreadable.len(), outcome.blocked) {
        (_, true) => (ERROR, "not valid"),
        (0, false) => (GOOD, "valid"),
        (_, false) => (ERROR, "incomplete"),
    };
    let blocked = if outcome.blocked { strict } else { "" };
    let unread = match outcome.unreadable.len() as u64 {
        0 => String::new(),
        many => format!("; {} can't be read", counted(many, "path")),
    };
    format!("{style}{word}{style:#}: {errors}, {warnings}{blocked}{unread}\n")
}

/// `1 error`, `2 errors`, `no errors`.
pub(crate) fn counted(number: u64, what: &str) -> String {
    match number {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{} {what}s", grouped(number)),
    }
}

/// `1,200 to 2,400`.
pub(crate) fn bracket(tokens: TokenBracket) -> String {
    format!("{} to {}", grouped(tokens.low), grouped(tokens.high))
}
