//! One pass over a file for what is expected of its records.

use std::collections::HashMap;

use tunedrop_validation::{
    Code, Excerpt, Finding, Findings, KEPT_PER_CODE, LineFeed, Role, TextReader, TextRole, Training, grouped,
};
use twox_hash::xxhash3_64;

use crate::expect::{Expectation, Expectations, Expected};
use crate::fields::{field, named};
use crate::parallel;
use crate::pass::{divided, line_count};

/// How many of the expected texts a finding lists.
const VALUES_SHOWN: usize = 8;

/// How many different texts of a field are compared, for `unique`.
const UNIQUE_MAX: usize = 2_000_000;

/// Reads a file once. Memory: one piece of at most 8 MiB, and for `unique` a hash of each text.
#[derive(Debug)]
pub struct ExpectPass {
    feed: LineFeed,
    state: State,
}

#[derive(Debug)]
struct State {
    name: String,
    role: Role,
    reader: TextReader,
    threads: usize,
    lines: u64,
    expectations: Expectations,
    seen: Vec<Seen>,
    findings: Findings,
}

/// What was seen of one expectation.
#[derive(Debug, Clone, Default)]
struct Seen {
    /// How many records have each value of `one_of` and of `required`.
    one_of: Vec<u64>,
    required: Vec<u64>,
    /// Hashes of texts, with their first lines.
    texts: HashMap<u64, u64>,
    not_compared: u64,
}

/// Why a record fails an expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Failure {
    NotJson,
    /// Where the schema isn't met.
    Schema(String),
    Value,
    Length(u64),
    Pattern,
}

/// What a thread has seen of an expectation, in its part of the lines.
#[derive(Debug, Default)]
struct PartSeen {
    one_of: Vec<u64>,
    required: Vec<u64>,
    /// For `unique`: lines and hashes.
    texts: Vec<(u64, u64)>,
    failures: Vec<(u64, Failure, Option<Excerpt>)>,
}

impl ExpectPass {
    /// Starts a pass over the file `name`. The result doesn't depend on the number of `threads`.
    pub fn new(name: &str, role: Role, training: &Training, expectations: &Expectations, threads: usize) -> ExpectPass {
        let state = State {
            name: name.to_owned(),
            role,
            reader: TextReader::new(training),
            threads,
            lines: 0,
            expectations: expectations.clone(),
            seen: vec![Seen::default(); expectations.all.len()],
            findings: Findings::default(),
        };
        ExpectPass { feed: LineFeed::default(), state }
    }

    /// Reads the file's next bytes, which may begin and end anywhere in a line.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.feed.feed(bytes, &mut |lines| self.state.take(lines));
    }

    /// Reads the rest of the last line, and returns what isn't as expected. Records with an error aren't looked at.
    pub fn finish(mut self) -> Findings {
        self.feed.finish(|lines| self.state.take(lines));
        self.state.finish()
    }
}

impl State {
    fn take(&mut self, lines: &[u8]) {
        let parts = divided(lines, self.threads);
        let (reader, all) = (&self.reader, &self.expectations.all);
        let read = parallel::map(&parts, self.threads, |part| {
            let expected: Vec<&Expected> = all.iter().map(AsRef::as_ref).collect();
            (line_count(part), read_part(reader, &expected, part))
        });
        for (count, seen) in read {
            for (at, part) in seen.into_iter().enumerate() {
                self.merge(at, part);
            }
            self.lines += count;
        }
    }

    fn merge(&mut self, at: usize, part: PartSeen) {
        let Some(expected) = self.expectations.all.get(at).cloned() else { return };
        let expectation = &expected.expectation;
        for (line, failure, excerpt) in part.failures {
            let (code, message, help) = said(expectation, &failure);
            self.push(code, self.lines + line + 1, message, help, excerpt);
        }
        let Some(seen) = self.seen.get_mut(at) else { return };
        add(&mut seen.one_of, &part.one_of);
        add(&mut seen.required, &part.required);
        let mut repeated = Vec::new();
        for (line, hash) in part.texts {
            let line = self.lines + line + 1;
            match seen.texts.get(&hash) {
                Some(first) => repeated.push((line, *first)),
                None if seen.texts.len() < UNIQUE_MAX => {
                    seen.texts.insert(hash, line);
                }
                None => seen.not_compared += 1,
            }
        }
        for (line, first) in repeated {
            let message = format!("the {} is the same as on line {first}", expectation.field.as_str());
            let help = "keep one of the records, or change the text".to_owned();
            self.push(Code::RepeatedValue, line, message, help, None);
        }
    }

    fn push(&mut self, code: Code, line: u64, message: String, help: String, excerpt: Option<Excerpt>) {
        let finding = Finding::of_file(code, &self.name, message, help);
        self.findings.push(Finding { line: Some(line), excerpt, ..finding });
    }

    fn finish(mut self) -> Findings {
        let of_file = |code, message: String, help: &str| Finding::of_file(code, &self.name, message, help.to_owned());
        for (expected, seen) in self.expectations.all.iter().zip(&self.seen) {
            let expectation = &expected.expectation;
            let name = expectation.field.as_str();
            let counts = |counts: &[u64], at: usize| counts.get(at).copied().unwrap_or_default();
            for (at, value) in expectation.one_of.iter().enumerate() {
                let (count, least) = (counts(&seen.one_of, at), expectation.min_each.unwrap_or_default());
                if self.role == Role::Train && count < least {
                    let records = match count {
                        0 => "no record has".to_owned(),
                        1 => "1 record has".to_owned(),
                        _ => format!("{} records have", grouped(count)),
                    };
                    let message =
                        format!("{records} the {name} `{value}`, and at least {} are expected", grouped(least));
                    self.findings.push(of_file(Code::RareValue, message, "add records with it"));
                }
            }
            for (at, value) in expectation.required.iter().enumerate() {
                if self.role != Role::Evaluation && counts(&seen.required, at) == 0 {
                    let message = format!("no record of the file has the {name} `{value}`");
                    self.findings.push(of_file(Code::MissingValue, message, "add records with it to the file"));
                }
            }
            if seen.not_compared > 0 {
                let message = format!(
                    "{} records were not compared with the others for a unique {name}",
                    grouped(seen.not_compared)
                );
                self.findings.push(of_file(Code::QualityIncomplete, message, "split the file, and check the parts"));
            }
        }
        self.findings.kept.sort_by_key(|finding| finding.line);
        self.findings
    }
}

fn add(sums: &mut Vec<u64>, counts: &[u64]) {
    sums.resize(sums.len().max(counts.len()), 0);
    sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
}

fn read_part(reader: &TextReader, expected: &[&Expected], lines: &[u8]) -> Vec<PartSeen> {
    let start = |expected: &&Expected| PartSeen {
        one_of: vec![0; expected.expectation.one_of.len()],
        required: vec![0; expected.expectation.required.len()],
        ..PartSeen::default()
    };
    let mut seen: Vec<PartSeen> = expected.iter().map(start).collect();
    let mut text = String::new();
    reader.read(lines, &mut |line, texts| {
        let mut parts: Vec<(TextRole, &str)> = Vec::with_capacity(4);
        named(texts, &mut parts);
        for (expected, seen) in expected.iter().zip(&mut seen) {
            field(expected.expectation.field, &parts, &mut text);
            look(expected, &text, line, seen);
        }
    });
    seen
}

/// Looks at one record's text.
fn look(expected: &Expected, text: &str, line: u64, seen: &mut PartSeen) {
    let expectation = &expected.expectation;
    if let Some(schema) = &expected.schema {
        match serde_json::from_str::<serde_json::Value>(text) {
            Err(_) => seen.fail(line, Failure::NotJson, text),
            Ok(value) => {
                if let Err(error) = schema.validate(&value) {
                    seen.fail(line, Failure::Schema(error.schema_path().to_string()), text);
                }
            }
        }
    }
    let value = text.trim();
    let count = |values: &[String], counts: &mut [u64]| {
        let at = values.iter().position(|one| one.trim() == value);
        at.and_then(|at| counts.get_mut(at)).map(|count| *count += 1).is_some()
    };
    count(&expectation.required, &mut seen.required);
    let is_one = count(&expectation.one_of, &mut seen.one_of);
    if !expectation.one_of.is_empty() && !is_one {
        seen.fail(line, Failure::Value, text);
    }
    if expectation.min_chars.is_some() || expectation.max_chars.is_some() {
        let chars = text.chars().count() as u64;
        let is_short = expectation.min_chars.is_some_and(|least| chars < least);
        if is_short || expectation.max_chars.is_some_and(|most| chars > most) {
            seen.fail(line, Failure::Length(chars), text);
        }
    }
    if expected.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(text)) {
        seen.fail(line, Failure::Pattern, text);
    }
    if expectation.unique {
        seen.texts.push((line, xxhash3_64::Hasher::oneshot(text.as_bytes())));
    }
}

impl PartSeen {
    fn fail(&mut self, line: u64, failure: Failure, text: &str) {
        // Excerpts of more findings aren't shown.
        let excerpt = (self.failures.len() < KEPT_PER_CODE * 4).then(|| Excerpt::around(text.as_bytes(), 0));
        self.failures.push((line, failure, excerpt));
    }
}

/// Returns the finding's code, its message and its help.
fn said(expectation: &Expectation, failure: &Failure) -> (Code, String, String) {
    let name = expectation.field.as_str();
    match failure {
        Failure::NotJson => {
            let help =
                format!("write JSON, as {} describes it", expectation.json_schema.as_deref().unwrap_or_default());
            (Code::UnexpectedJson, format!("the {name} is not JSON"), help)
        }
        Failure::Schema(at) => {
            let schema = expectation.json_schema.as_deref().unwrap_or_default();
            let message = format!("the {name} doesn't match {schema} at {at}");
            (Code::UnexpectedJson, message, "correct the text, or the schema".to_owned())
        }
        Failure::Value => {
            let values: Vec<String> =
                expectation.one_of.iter().take(VALUES_SHOWN).map(|value| format!("`{value}`")).collect();
            let more = expectation.one_of.len().saturating_sub(VALUES_SHOWN);
            let more = if more > 0 { format!(" or {more} others") } else { String::new() };
            let message = format!("the {name} is none of the expected texts");
            (Code::UnexpectedValue, message, format!("write {}{more}", values.join(", ")))
        }
        Failure::Length(chars) => {
            let least = expectation.min_chars.map(|least| format!("at least {}", grouped(least)));
            let most = expectation.max_chars.map(|most| format!("at most {}", grouped(most)));
            let bounds: Vec<String> = least.into_iter().chain(most).collect();
            let message =
                format!("the {name} has {} characters, and {} are expected", grouped(*chars), bounds.join(" and "));
            (Code::UnexpectedLength, message, "shorten or extend it, or remove the record".to_owned())
        }
        Failure::Pattern => {
            let pattern = expectation.matches.as_deref().unwrap_or_default();
            let message = format!("the {name} doesn't match the expression `{pattern}`");
            (Code::UnexpectedText, message, "correct the text, or the expression".to_owned())
        }
    }
}
