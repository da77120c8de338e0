//! Compares all ways to validate an input with the second implementation.

use std::collections::{BTreeSet, HashSet};

use arbitrary::Unstructured;
use tunedrop_validation::{
    Code, FileCheck, FileReport, Finding, KEPT_PER_CODE, Options, RecordIndex, Role, Severity, Statistics, TokenBracket,
};

use super::generate;
use super::rules::{Facts, validate};
use super::{Case, Shape};

/// Bits of an input's third byte.
const GENERATED: u8 = 1;
const SENSITIVE: u8 = 2;

/// Validates one input, and panics if two ways to validate it disagree.
///
/// Its first byte chooses the rules, the second the size of chunks, the third the mode: the rest is a file, or what
/// the generator makes a file of.
pub(crate) fn check(input: &[u8]) {
    let Some((&[case, size, mode], rest)) = input.split_first_chunk() else {
        return;
    };
    let case = Case::chosen(case);
    let file = if mode & GENERATED == 0 {
        rest.to_vec()
    } else {
        generate::file(&case, &mut Unstructured::new(rest)).unwrap_or_default()
    };
    check_file(&case, &file, usize::from(size) + 1, mode & SENSITIVE != 0);
}

fn check_file(case: &Case, file: &[u8], size: usize, sensitive: bool) {
    let usual = Options { sensitive, ..Options::default() };
    let thorough = Options { thorough: true, ..usual };
    let whole = run(case, usual, file.chunks(file.len().max(1)), None);
    same(file, &whole, &run(case, thorough, file.chunks(file.len().max(1)), None), "the slow path");
    same(file, &whole, &run(case, usual, file.chunks(size), None), "in chunks");
    same(file, &whole, &run(case, thorough, file.chunks(size), None), "in chunks, the slow path");
    let (head, tail) = file.split_at(size.min(file.len()));
    same(file, &whole, &run(case, usual, [head, b"", tail], None), "in two parts");

    let valid = whole.statistics.valid_records;
    let again = run(case, usual, [file], Some(whole.index.clone())).findings;
    assert_eq!(again.counts.get(&Code::TrainValidationLeakage).copied().unwrap_or(0), valid, "{}", shown(file));

    // After a good record few files are of another layout, so every line has its own result.
    let led = [case.good_record().as_bytes(), b"\n", file].concat();
    let lines = lines(&led);
    let results: Vec<_> = lines.iter().map(|line| validate(case, line)).collect();
    let refused = results[1..].iter().any(Result::is_err) || lines.len() == 1 || mixed(&results).is_some();
    assert_eq!(whole.findings.errors > 0, refused, "{}\n{:?}", shown(file), whole.findings);
    let report = run(case, usual, [&led[..]], None);
    let is_other_layout = |one: &Finding| one.code == Code::WrongLayout && one.line.is_none();
    if report.findings.kept.iter().any(is_other_layout) {
        assert!(refused, "{}", shown(&led));
        return;
    }
    same_results(&led, &lines, &results, &report, case.shape);
}

/// Validates the file in these chunks, as the validation file if there is one to compare with.
fn run<'c>(
    case: &Case,
    options: Options,
    chunks: impl IntoIterator<Item = &'c [u8]>,
    against: Option<RecordIndex>,
) -> FileReport {
    let role = if against.is_some() { Role::Validation } else { Role::Train };
    let mut check = FileCheck::new("data.jsonl", case.training, role, against).with(options);
    for chunk in chunks {
        check.feed(chunk);
    }
    check.finish()
}

fn same(file: &[u8], one: &FileReport, other: &FileReport, how: &str) {
    assert_eq!(one.findings, other.findings, "{how}: {}", shown(file));
    assert_eq!(one.statistics, other.statistics, "{how}: {}", shown(file));
    assert_eq!(one.media, other.media, "{how}: {}", shown(file));
    assert_eq!(one.index.len(), other.index.len(), "{how}: {}", shown(file));
}

fn lines(file: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = file.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

fn same_results(file: &[u8], lines: &[&[u8]], results: &[Result<Facts, String>], report: &FileReport, shape: Shape) {
    let findings = &report.findings;
    assert_eq!(findings.counts.values().sum::<u64>(), findings.errors + findings.warnings);
    for finding in &findings.kept {
        let length = finding.line.and_then(|line| lines.get(line as usize - 1)).map(|line| line.len() as u64);
        let within = length.is_some_and(|length| finding.column.is_some_and(|at| (1..=length + 1).contains(&at)));
        assert!(within, "{}\n{finding:?}", shown(file));
    }
    let errors = findings.kept.iter().filter(|finding| finding.severity == Severity::Error);
    let found: BTreeSet<u64> = errors.filter_map(|finding| finding.line).collect();
    let number = |index: usize| index as u64 + 1;
    let bad = results.iter().enumerate().filter(|(_, result)| result.is_err()).map(|(index, _)| index);
    let wanted: BTreeSet<u64> = bad.chain(mixed(results)).map(number).collect();
    let says = |line: &u64| results[*line as usize - 1].as_ref().err().cloned();
    // Lines that continue a string share the finding of the line where it begins. Where one ends is not told twice.
    let continued = continued(lines, results);
    let too_many: Vec<_> = found.difference(&wanted).collect();
    assert!(too_many.is_empty(), "lines {too_many:?} are valid\n{}\n{findings:?}", shown(file));
    let all_kept = findings.counts.values().all(|count| *count <= KEPT_PER_CODE as u64);
    // Lines in another format may share one finding.
    if all_kept && !findings.counts.contains_key(&Code::WrongLayout) {
        // Lines that aren't UTF-8 share a finding, and so do those with keys that are null.
        let shares = |line: &[u8]| std::str::from_utf8(line).is_err() || memchr::memmem::find(line, b"null").is_some();
        // So do lines of text, if they are many.
        let is_text = |line: &[u8]| {
            let first = line.trim_ascii_start().first();
            first.is_some_and(|first| *first == b'"' || first.is_ascii_alphanumeric() || !first.is_ascii())
        };
        let are_many = lines.iter().filter(|line| is_text(line)).count() >= 10;
        let shares = |line: &[u8]| shares(line) || (are_many && is_text(line));
        // And so do those whose findings have one cause: the message has their lines.
        let told: Vec<BTreeSet<u64>> = findings.kept.iter().map(|one| lines_of(&one.message, lines.len())).collect();
        let is_told = |line: &u64| told.iter().any(|lines| lines.contains(line));
        let missed = wanted
            .difference(&found)
            .filter(|line| !continued.contains(line) && !shares(lines[**line as usize - 1]) && !is_told(line));
        let missed: Vec<_> = missed.map(|line| (line, says(line))).collect();
        assert!(missed.is_empty(), "{missed:?} are not found\n{}", shown(file));
    }
    let mut statistics = expected(file, lines, results, &report.statistics);
    let (fewest, most) = (statistics.records.saturating_sub(continued.len() as u64), statistics.records);
    if (fewest..=most).contains(&report.statistics.records) {
        statistics.records = report.statistics.records;
    }
    if shape == Shape::Reinforcement {
        // What the grader gets counts there as it is written.
        statistics.duplicates = report.statistics.duplicates;
    }
    assert_eq!(report.statistics, statistics, "{}\n{findings:?}", shown(file));
}

/// The lines that the message of a shared finding names: all of the file, `(lines 1, 3 to 5)`, or more than it names.
fn lines_of(message: &str, all: usize) -> BTreeSet<u64> {
    let all = || (1..=all as u64).collect();
    let Some((_, named)) = message.rsplit_once("(line") else {
        return if message.contains("in all ") { all() } else { BTreeSet::new() };
    };
    let number = |text: &str| text.replace(',', "").parse::<u64>().ok();
    let named = named.trim_start_matches('s').split(')').next().unwrap_or_default().trim();
    if named.contains("others") {
        return all();
    }
    let parts = named.split(" and ").flat_map(|part| part.split(", "));
    let range = |part: &str| match part.split_once(" to ") {
        Some((first, last)) => Some(number(first)?..=number(last)?),
        None => number(part).map(|line| line..=line),
    };
    parts.filter_map(range).flatten().collect()
}

/// The lines behind an invalid record that begin none: they may continue a string of it.
fn continued(lines: &[&[u8]], results: &[Result<Facts, String>]) -> BTreeSet<u64> {
    let (mut continued, mut is_open) = (BTreeSet::new(), false);
    for (index, (line, result)) in lines.iter().zip(results).enumerate() {
        let begins = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).trim_ascii_start().starts_with(b"{");
        // A record may be spread over lines that are indented.
        let is_inside = is_open && result.is_err() && matches!(line.first(), Some(b' ' | b'\t'));
        if begins && !is_inside {
            is_open = result.is_err();
        } else if is_open {
            continued.insert(index as u64 + 1);
        }
    }
    continued
}

/// The first valid record that shows another kind of medium than one before it.
fn mixed(results: &[Result<Facts, String>]) -> Option<usize> {
    let first = |kind: usize| results.iter().position(|facts| facts.as_ref().is_ok_and(|facts| facts.shows[kind]));
    Some(first(0)?.max(first(1)?))
}

/// The statistics that follow from the verdicts; what doesn't is taken as `found`.
fn expected(file: &[u8], lines: &[&[u8]], results: &[Result<Facts, String>], found: &Statistics) -> Statistics {
    let none = TokenBracket::default();
    let mut sum = Statistics {
        bytes: file.len() as u64,
        records: 0,
        valid_records: 0,
        turns: 0,
        characters: 0,
        tokens: none,
        longest_tokens: none,
        longest_line: None,
        duplicates: 0,
        ..found.clone()
    };
    // A byte order mark alone is no record.
    let is_record = |line: &&&[u8]| {
        let mut line: &[u8] = line;
        while let Some(rest) = line.strip_prefix("\u{feff}".as_bytes()) {
            line = rest;
        }
        !line.trim_ascii().is_empty()
    };
    sum.records = lines.iter().filter(is_record).count() as u64;
    let mut seen = HashSet::new();
    for (index, facts) in results.iter().enumerate().filter_map(|(index, result)| Some((index, result.as_ref().ok()?)))
    {
        let (ascii, characters) = facts.characters();
        let tokens = TokenBracket { low: characters.div_ceil(6), high: ascii.div_ceil(3) + characters - ascii };
        sum.valid_records += 1;
        sum.turns += facts.turns;
        sum.characters += characters;
        sum.tokens.low += tokens.low;
        sum.tokens.high += tokens.high;
        if (tokens.high, tokens.low) > (sum.longest_tokens.high, sum.longest_tokens.low) {
            sum.longest_tokens = tokens;
            sum.longest_line = Some(index as u64 + 1);
        }
        sum.duplicates += u64::from(!seen.insert(&facts.texts));
    }
    sum
}

fn shown(file: &[u8]) -> String {
    format!("file: {}", file.escape_ascii())
}
