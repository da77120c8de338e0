//! The comparison: one input, every way to judge it, and the second opinion beside them.

use std::collections::{BTreeSet, HashSet};

use arbitrary::Unstructured;
use tunedrop_validation::{
    Code, FileCheck, FileReport, KEPT_PER_CODE, Options, RecordIndex, Role, Severity, Statistics, TokenBracket,
};

use super::generate;
use super::rules::{Said, judge};
use super::{Case, Shape};

/// Bits of an input's third byte.
const GENERATED: u8 = 1;
const SENSITIVE: u8 = 2;

/// Judges one input, and panics where two ways to judge it disagree.
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
    same(file, &whole, &run(case, thorough, file.chunks(file.len().max(1)), None), "the long way");
    same(file, &whole, &run(case, usual, file.chunks(size), None), "in chunks");
    same(file, &whole, &run(case, thorough, file.chunks(size), None), "in chunks, the long way");
    let (head, tail) = file.split_at(size.min(file.len()));
    same(file, &whole, &run(case, usual, [head, b"", tail], None), "in two parts");

    let valid = whole.statistics.valid_records;
    let again = run(case, usual, [file], Some(whole.index.clone())).findings;
    assert_eq!(again.counts.get(&Code::TrainValidationLeakage).copied().unwrap_or(0), valid, "{}", shown(file));

    // Behind a good record no file is taken for another layout, so every line has its verdict.
    let led = [case.good_record().as_bytes(), b"\n", file].concat();
    let lines = lines(&led);
    let verdicts: Vec<_> = lines.iter().map(|line| judge(case, line)).collect();
    let refused = verdicts[1..].iter().any(Result::is_err) || lines.len() == 1 || mixed(&verdicts).is_some();
    assert_eq!(whole.findings.errors > 0, refused, "{}\n{:?}", shown(file), whole.findings);
    same_verdicts(&led, &lines, &verdicts, &run(case, usual, [&led[..]], None), case.shape);
}

/// Judges the file in these chunks, as the validation file where there is one to compare with.
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

fn same_verdicts(file: &[u8], lines: &[&[u8]], verdicts: &[Result<Said, String>], report: &FileReport, shape: Shape) {
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
    let bad = verdicts.iter().enumerate().filter(|(_, verdict)| verdict.is_err()).map(|(index, _)| index);
    let wanted: BTreeSet<u64> = bad.chain(mixed(verdicts)).map(number).collect();
    let says = |line: &u64| verdicts[*line as usize - 1].as_ref().err().cloned();
    // Lines that continue a string share the finding of the line where it begins. Where one ends is not told twice.
    let continued = continued(lines, verdicts);
    let too_many: Vec<_> = found.difference(&wanted).collect();
    assert!(too_many.is_empty(), "lines {too_many:?} are valid\n{}\n{findings:?}", shown(file));
    let all_kept = findings.counts.values().all(|count| *count <= KEPT_PER_CODE as u64);
    // Lines in another format may share one finding.
    if all_kept && !findings.counts.contains_key(&Code::WrongLayout) {
        let missed = wanted.difference(&found).filter(|line| !continued.contains(line));
        let missed: Vec<_> = missed.map(|line| (line, says(line))).collect();
        assert!(missed.is_empty(), "{missed:?} are not found\n{}", shown(file));
    }
    let mut statistics = expected(file, lines, verdicts, &report.statistics);
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

/// The lines behind an invalid record that begin none: they may continue a string of it.
fn continued(lines: &[&[u8]], verdicts: &[Result<Said, String>]) -> BTreeSet<u64> {
    let (mut continued, mut is_open) = (BTreeSet::new(), false);
    for (index, (line, verdict)) in lines.iter().zip(verdicts).enumerate() {
        let begins = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).trim_ascii_start().starts_with(b"{");
        if begins {
            is_open = verdict.is_err();
        } else if is_open {
            continued.insert(index as u64 + 1);
        }
    }
    continued
}

/// The first valid record that shows another kind of medium than one before it.
fn mixed(verdicts: &[Result<Said, String>]) -> Option<usize> {
    let first = |kind: usize| verdicts.iter().position(|said| said.as_ref().is_ok_and(|said| said.shows[kind]));
    Some(first(0)?.max(first(1)?))
}

/// The statistics that follow from the verdicts; what doesn't is taken as `found`.
fn expected(file: &[u8], lines: &[&[u8]], verdicts: &[Result<Said, String>], found: &Statistics) -> Statistics {
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
    sum.records = lines.iter().filter(|line| !line.trim_ascii().is_empty()).count() as u64;
    let mut seen = HashSet::new();
    for (index, said) in
        verdicts.iter().enumerate().filter_map(|(index, verdict)| Some((index, verdict.as_ref().ok()?)))
    {
        let (ascii, characters) = said.characters();
        let tokens = TokenBracket { low: characters.div_ceil(6), high: ascii.div_ceil(3) + characters - ascii };
        sum.valid_records += 1;
        sum.turns += said.turns;
        sum.characters += characters;
        sum.tokens.low += tokens.low;
        sum.tokens.high += tokens.high;
        if (tokens.high, tokens.low) > (sum.longest_tokens.high, sum.longest_tokens.low) {
            sum.longest_tokens = tokens;
            sum.longest_line = Some(index as u64 + 1);
        }
        sum.duplicates += u64::from(!seen.insert(&said.texts));
    }
    sum
}

fn shown(file: &[u8]) -> String {
    format!("file: {}", file.escape_ascii())
}
