//! The summary of the files, and the result.

use std::fmt::Write;

use tunedrop_quality::{FileQuality, LabelCount};
use tunedrop_validation::{Role, Statistics, TokenBracket};

use super::{BOLD, ERROR, GOOD, grouped, visible};
use crate::check_result::{CheckResult, FileResult};

/// A paragraph for each file. The last line is the result.
pub(super) fn summary(outcome: &CheckResult) -> String {
    let mut text: String = outcome.files.iter().map(|read| file(read, outcome)).collect();
    if !outcome.files.is_empty() {
        text.push('\n');
    }
    text.push_str(&result(outcome));
    text
}

fn file(file: &FileResult, outcome: &CheckResult) -> String {
    let FileResult { path, role, model, customization, statistics, .. } = file;
    let role = match role {
        Role::Train => "training",
        Role::Validation => "validation",
        Role::Evaluation => "held-out",
    };
    let path = if path == "-" { "standard input".to_owned() } else { visible(path) };
    let kind = customization.as_str();
    let mut text = format!("{BOLD}{path}{BOLD:#} ({role} data for {}, {kind})\n", visible(&model.1));
    let seen = outcome.quality.iter().flat_map(|quality| &quality.files).find(|seen| seen.name == file.path);
    let seen = seen.map_or(Vec::new(), |seen| distributions(seen, outcome.shows_texts));
    for (name, value) in rows(statistics).into_iter().chain(seen) {
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
    let kinds: Vec<String> = statistics.sensitive.iter().map(|(kind, count)| kind.counted(*count)).collect();
    if !kinds.is_empty() {
        rows.push(("sensitive", kinds.join(", ")));
    }
    rows
}

/// How many languages or labels are listed.
const LISTED: usize = 6;

/// The distributions of a file that was looked at a second time.
fn distributions(file: &FileQuality, shows_labels: bool) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if let (Some(half), Some(most)) = (file.answer_chars_p50, file.answer_chars_p95) {
        let (half, most) = (grouped(half.into()), grouped(most.into()));
        rows.push(("an answer", format!("up to {half} characters in half of them, {most} in 95 %")));
    }
    let languages: Vec<(String, u64)> =
        file.languages.iter().map(|language| (language.name.to_owned(), language.records)).collect();
    rows.extend(listed(&languages).map(|listed| ("languages", listed)));
    let name = |label: &LabelCount| if shows_labels { visible(label.label.text()) } else { "records".to_owned() };
    let labels: Vec<(String, u64)> = file.labels.iter().map(|label| (name(label), label.records)).collect();
    rows.extend(listed(&labels).map(|listed| ("labels", listed)));
    rows
}

/// `1,200 English, 12 German and 3 others`.
fn listed(counts: &[(String, u64)]) -> Option<String> {
    let first: Vec<String> =
        counts.iter().take(LISTED).map(|(name, count)| format!("{} {name}", grouped(*count))).collect();
    let more = counts.len().saturating_sub(LISTED);
    let rest = if more > 0 { format!(" and {more} others") } else { String::new() };
    (!first.is_empty()).then(|| format!("{}{rest}", first.join(", ")))
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
