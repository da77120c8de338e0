//! Output for people: the findings by code, then a summary of the files.

use tunedrop_validation::{Code, Finding, Findings, Severity};

use super::snippet::snippet;
use super::summary::summary;
use super::{BOLD, ERROR, GUTTER, View, WARNING, grouped, visible};
use crate::check_result::CheckResult;

/// How many more locations of a code are listed.
const PLACES_MAX: usize = 8;

/// The whole output.
pub(crate) fn human(outcome: &CheckResult, view: &View) -> String {
    let mut page = String::new();
    for findings in std::iter::once(&outcome.findings).chain(outcome.files.iter().map(|file| &file.findings)) {
        file(&mut page, findings, view);
    }
    for note in &outcome.notes {
        put(&mut page, &format!("{WARNING}note{WARNING:#}{BOLD}: {}{BOLD:#}\n\n", visible(note)));
    }
    page.push_str(&summary(outcome));
    page
}

/// The codes, errors first, then in order of their first location.
fn codes(findings: &Findings) -> Vec<Code> {
    let mut codes: Vec<&Finding> = Vec::new();
    for finding in &findings.kept {
        if !codes.iter().any(|met| met.code == finding.code) {
            codes.push(finding);
        }
    }
    codes.sort_by_key(|finding| finding.severity);
    codes.into_iter().map(|finding| finding.code).collect()
}

fn file(page: &mut String, findings: &Findings, view: &View) {
    for code in codes(findings) {
        let kept: Vec<&Finding> = findings.kept.iter().filter(|finding| finding.code == code).collect();
        let whole = kept.len().min(view.per_code);
        for (at, finding) in kept[..whole].iter().enumerate() {
            let indent = shown(page, finding, view);
            let last = at + 1 == whole;
            let more = findings.counts.get(&code).copied().unwrap_or_default().saturating_sub(whole as u64);
            if last && more > 0 {
                note(page, indent, "more", &others(&kept[whole..], more));
            }
            if last {
                note(page, indent, "see", &format!("tunedrop explain {code}"));
            }
            page.push('\n');
        }
    }
    let unseen: u64 = findings
        .counts
        .iter()
        .filter(|(code, _)| !findings.kept.iter().any(|kept| kept.code == **code))
        .map(|(_, count)| count)
        .sum();
    if unseen > 0 {
        put(
            page,
            &format!("… and {} more not shown; pass --max-findings 0 to show all that are kept\n\n", grouped(unseen)),
        );
    }
}

/// Prints a finding. Returns the indentation of its gutter.
fn shown(page: &mut String, finding: &Finding, view: &View) -> usize {
    let (name, style) = match finding.severity {
        Severity::Error => ("error", ERROR),
        Severity::Warning => ("warning", WARNING),
    };
    let Finding { code, line, column, pointer, message, help, .. } = finding;
    let line = line.map(|line| line.to_string()).unwrap_or_default();
    let indent = line.len().max(2);
    put(page, &format!("{style}{name}[{code}]{style:#}{BOLD}: {}{BOLD:#}\n", visible(message)));
    let mut place = if finding.file == "-" { "<stdin>".to_owned() } else { visible(&finding.file) };
    match (column, line.is_empty()) {
        (Some(at), false) => place = format!("{place}:{line}:{at}"),
        (None, false) => place = format!("{place}:{line}"),
        _ => {}
    }
    let pointer = if pointer.is_empty() { String::new() } else { format!(" in {}", visible(pointer)) };
    put(page, &format!("{:indent$}{GUTTER}-->{GUTTER:#} {place}{pointer}\n", ""));
    if let Some(excerpt) = &finding.excerpt {
        let piece = snippet(excerpt, view.columns.saturating_sub(indent + 3));
        put(page, &format!("{:indent$} {GUTTER}|{GUTTER:#}\n", ""));
        put(page, &format!("{GUTTER}{line:>indent$} |{GUTTER:#} {}\n", piece.text));
        // Without a column, an excerpt may be the beginning of a text, where nothing is the fault.
        if column.is_some() || excerpt.at() > 0 {
            let caret = format!("{:at$}{style}^{style:#}", "", at = piece.caret);
            put(page, &format!("{:indent$} {GUTTER}|{GUTTER:#} {caret}\n", ""));
        }
    }
    note(page, indent, "help", help);
    indent
}

fn note(page: &mut String, indent: usize, name: &str, text: &str) {
    put(page, &format!("{:indent$} {GUTTER}={GUTTER:#} {BOLD}{name}{BOLD:#}: {}\n", "", visible(text)));
}

/// `and 41 more of these, at 5:19, 9:19 and 39 other locations`. Without columns, `on lines 5, 9 and 39 others`.
fn others(kept: &[&Finding], more: u64) -> String {
    let place = |finding: &&Finding| Some(format!("{}:{}", finding.line?, finding.column?));
    let places: Vec<String> = kept.iter().filter_map(place).take(PLACES_MAX).collect();
    if let Some(lines) = lines(kept).filter(|_| places.is_empty()) {
        let rest = more - lines.len() as u64;
        let rest = if rest > 0 { format!(" and {} others", grouped(rest)) } else { String::new() };
        let on = if more == 1 { "line" } else { "lines" };
        return format!("and {} more of these, on {on} {}{rest}", grouped(more), lines.join(", "));
    }
    let rest = more - places.len() as u64;
    match (places.is_empty(), rest) {
        (true, _) => format!("and {} more of these", grouped(more)),
        (_, 0) => format!("and {more} more of these, at {}", places.join(", ")),
        _ => {
            format!(
                "and {} more of these, at {} and {} other locations",
                grouped(more),
                places.join(", "),
                grouped(rest)
            )
        }
    }
}

/// The first lines of findings without a column.
fn lines(kept: &[&Finding]) -> Option<Vec<String>> {
    let lines = kept.iter().filter(|finding| finding.column.is_none()).filter_map(|finding| finding.line);
    let lines: Vec<String> = lines.take(PLACES_MAX).map(|line| line.to_string()).collect();
    (!lines.is_empty()).then_some(lines)
}

fn put(page: &mut String, text: &str) {
    page.push_str(text);
}
