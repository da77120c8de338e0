//! Output as one JSON object. docs/cli.md describes it. Its keys are a contract.

use std::collections::BTreeMap;

use serde::Serialize;
use tunedrop_quality::Quality;
use tunedrop_validation::{Code, Finding, Severity, Statistics};

use crate::check_result::{CheckResult, FileResult};
use crate::location::Unreadable;

/// The format's version. It increases when a key changes its meaning or is removed.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Page<'o> {
    version: u32,
    valid: bool,
    strict: bool,
    errors: u64,
    warnings: u64,
    files: Vec<File<'o>>,
    findings: Vec<Shown<'o>>,
    /// One for each dataset; absent if no data was looked at a second time.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    quality: &'o [Quality],
    notes: &'o [String],
    unreadable: Vec<Unread<'o>>,
}

#[derive(Serialize)]
struct File<'o> {
    path: &'o str,
    role: &'o str,
    model: &'o str,
    #[serde(rename = "type")]
    customization: &'o str,
    records: u64,
    errors: u64,
    warnings: u64,
    counts: &'o BTreeMap<Code, u64>,
    findings: Vec<Shown<'o>>,
    statistics: Held<'o>,
}

/// The statistics, with percentiles.
#[derive(Serialize)]
struct Held<'o> {
    #[serde(flatten)]
    statistics: &'o Statistics,
    /// Tokens (upper end, rounded up by at most 3 %) that half, and 95 %, of the valid records stay within.
    tokens_p50: Option<u64>,
    tokens_p95: Option<u64>,
}

#[derive(Serialize)]
struct Shown<'o> {
    code: Code,
    severity: Severity,
    /// Present in the list that isn't of one file.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'o str>,
    line: Option<u64>,
    column: Option<u64>,
    pointer: &'o str,
    message: &'o str,
    help: &'o str,
}

#[derive(Serialize)]
struct Unread<'o> {
    path: &'o str,
    reason: &'o str,
}

/// The whole object, and a line feed.
pub(crate) fn json(outcome: &CheckResult) -> String {
    let page = Page {
        version: VERSION,
        valid: outcome.valid(),
        strict: outcome.strict,
        errors: outcome.errors(),
        warnings: outcome.warnings(),
        files: outcome.files.iter().map(file).collect(),
        findings: outcome.findings.kept.iter().map(|finding| shown(finding, Some(&finding.file))).collect(),
        quality: &outcome.quality,
        notes: &outcome.notes,
        unreadable: outcome.unreadable.iter().map(unread).collect(),
    };
    // Strings and numbers under string keys: nothing here can fail to serialize.
    let mut text = serde_json::to_string_pretty(&page).expect("an outcome serializes");
    text.push('\n');
    text
}

fn unread(fault: &Unreadable) -> Unread<'_> {
    Unread { path: &fault.path, reason: &fault.why }
}

fn file(file: &FileResult) -> File<'_> {
    File {
        path: &file.path,
        role: file.role.as_str(),
        model: &file.model.0,
        customization: file.customization.as_str(),
        records: file.statistics.records,
        errors: file.findings.errors,
        warnings: file.findings.warnings,
        counts: &file.findings.counts,
        findings: file.findings.kept.iter().map(|finding| shown(finding, None)).collect(),
        statistics: Held {
            statistics: &file.statistics,
            tokens_p50: file.statistics.token_percentile(50),
            tokens_p95: file.statistics.token_percentile(95),
        },
    }
}

fn shown<'o>(finding: &'o Finding, path: Option<&'o str>) -> Shown<'o> {
    let Finding { code, severity, line, column, pointer, message, help, .. } = finding;
    Shown { code: *code, severity: *severity, path, line: *line, column: *column, pointer, message, help }
}
