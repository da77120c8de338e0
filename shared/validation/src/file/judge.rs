//! Judging one line: encoding, JSON, shape, rules, and what the record adds to the statistics.

use std::borrow::Cow;

use super::Pass;
use crate::Code;
use crate::faults::Faults;
use crate::json::{Node, Value, parse};
use crate::lines::{LONGEST, Line};
use crate::pointer::At;
use crate::rules::{judge_length, judge_record};
use crate::sheet::Sheet;
use crate::statistics::{Statistics, TokenBracket};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Pass {
    /// Judges line `number`.
    pub(super) fn judge(&mut self, line: Line, number: u64) {
        let mut faults = Faults::new(&self.file, number, line.head());
        match line {
            Line::TooLong(_) => {
                self.statistics.records += 1;
                let message = format!("the line is longer than {} MiB, and was passed over", LONGEST >> 20);
                faults.push(
                    Code::LineTooLong,
                    0,
                    String::new(),
                    message,
                    "split the record, or put each record on a line of its own",
                );
            }
            Line::Whole(bytes) if bytes.trim_ascii().is_empty() => {
                faults.push(Code::BlankLine, 0, String::new(), "the line is blank", "delete it");
            }
            Line::Whole(bytes) => {
                self.statistics.records += 1;
                judge_text_line(
                    bytes,
                    number,
                    &mut faults,
                    Gathered {
                        training: &self.training,
                        reserved: &self.reserved,
                        against: self.against.as_ref(),
                        statistics: &mut self.statistics,
                        index: &mut self.index,
                        foreign: &mut self.foreign,
                    },
                );
            }
        }
        let findings = faults.findings;
        if !findings.kept.is_empty() {
            self.findings.extend(findings);
        }
    }
}

/// The parts of a pass that a record adds to.
struct Gathered<'p> {
    training: &'p crate::catalogue::Training,
    reserved: &'p crate::reserved::Reserved,
    against: Option<&'p crate::RecordIndex>,
    statistics: &'p mut Statistics,
    index: &'p mut crate::RecordIndex,
    foreign: &'p mut super::foreign::Foreign,
}

fn judge_text_line(bytes: &[u8], number: u64, faults: &mut Faults, gathered: Gathered) {
    let mut bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    if let Some(rest) = bytes.strip_prefix(BYTE_ORDER_MARK) {
        let message = "a byte order mark stands before the record";
        faults.push(Code::ByteOrderMark, 0, String::new(), message, "save the file as UTF-8 without a byte order mark");
        faults.before = BYTE_ORDER_MARK.len();
        bytes = rest;
    }
    let line = judge_encoding(bytes, faults);
    let Some(node) = read(&line, bytes, faults) else {
        return;
    };
    let Value::Object(members) = &node.value else {
        if matches!(node.value, Value::Unread) {
            return;
        }
        let message = format!("the line is {}, not an object", node.value.kind());
        return faults.push(
            Code::NotAnObject,
            node.start,
            String::new(),
            message,
            format!("write {} on each line", crate::shape::wanted(&gathered.training.format)),
        );
    };
    if let Some(shape) = crate::shape::foreign(&gathered.training.format, members) {
        return gathered.foreign.note(shape, number);
    }
    let mut sheet = Sheet::new(&line, gathered.training, gathered.reserved, faults);
    judge_record(&mut sheet, &node, members);
    judge_length(&mut sheet, &node);
    // A foreign record is no valid one either, but has its finding at the end of the file.
    if sheet.faults.findings.errors == 0 {
        let fingerprint = sheet.fingerprint();
        add(gathered.statistics, &sheet, number);
        let earlier = gathered.index.note(fingerprint, number);
        if earlier.is_some() {
            gathered.statistics.duplicates += 1;
        }
        judge_repeats(&mut sheet, &node, earlier, gathered.against.and_then(|train| train.line_of(&fingerprint)));
    }
}

/// Reads the JSON. What stands where a byte is not UTF-8 has its finding already.
fn read<'l>(line: &'l str, bytes: &[u8], faults: &mut Faults) -> Option<Node<'l>> {
    if !faults.findings.counts.contains_key(&Code::InvalidUtf8) {
        return parse(line, faults);
    }
    let mut met = faults.afresh();
    let node = parse(line, &mut met);
    let bad = |column: u64| {
        let at = column as usize - 1 - met.before;
        line.as_bytes().get(at) == Some(&b'?') && bytes[at] != b'?'
    };
    for finding in std::mem::take(&mut met.findings).kept {
        if finding.code != Code::InvalidJson || !finding.column.is_some_and(bad) {
            faults.findings.push(finding);
        }
    }
    node
}

/// The line as text. Bytes that are not UTF-8 are noted once, and replaced one for one, so that columns stay true.
fn judge_encoding<'b>(bytes: &'b [u8], faults: &mut Faults) -> Cow<'b, str> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Cow::Borrowed(text),
        Err(error) => error,
    };
    let mut text = String::with_capacity(bytes.len());
    let mut places = 0_u64;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
        places += if chunk.invalid().is_empty() { 0 } else { 1 };
    }
    let mut message = "bytes that are not UTF-8 begin here".to_owned();
    match places {
        0 | 1 => {}
        2 => message.push_str(", and in one more place of the line"),
        more => message.push_str(&format!(", and in {} more places of the line", more - 1)),
    }
    faults.push(Code::InvalidUtf8, error.valid_up_to(), String::new(), message, "save the file as UTF-8");
    Cow::Owned(text)
}

fn add(statistics: &mut Statistics, sheet: &Sheet, number: u64) {
    let tokens = sheet.tokens();
    statistics.valid_records += 1;
    statistics.turns += sheet.turns;
    statistics.characters += sheet.ascii + sheet.beyond_ascii;
    statistics.tokens.low += tokens.low;
    statistics.tokens.high += tokens.high;
    let key = |bracket: &TokenBracket| (bracket.high, bracket.low);
    if statistics.longest_line.is_none() || key(&tokens) > key(&statistics.longest_tokens) {
        statistics.longest_tokens = tokens;
        statistics.longest_line = Some(number);
    }
}

fn judge_repeats(sheet: &mut Sheet, node: &Node, earlier: Option<u64>, in_train: Option<u64>) {
    if let Some(line) = earlier {
        let message = format!("the record says the same as line {line}");
        sheet.fault(Code::DuplicateRecord, node, At::Root, message, "drop one of them, unless the weight is meant");
    }
    if let Some(line) = in_train {
        let message = format!("the record stands in the training file too, on line {line}");
        sheet.fault(Code::TrainValidationLeakage, node, At::Root, message, "take it out of one of the two files");
    }
}
