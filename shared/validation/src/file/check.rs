//! The slow path of one line: encoding, JSON, format, rules, and the record's summary.

use super::encoding::check_encoding;
use super::modalities::FileModalities;
use super::piece::{Earlier, Good, PieceOutcome, Rules, is_blank};
use crate::json::{Member, Node, Value, parse};
use crate::line_findings::LineFindings;
use crate::lines::{LONGEST, Line};
use crate::record_checker::RecordChecker;
use crate::record_summary::RecordSummary;
use crate::rules::{check_length, check_record, remove_nulls};
use crate::shape::Shape;
use crate::{Code, Findings, shape};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Checks a line. `number` and `start`, the offset of its first byte, are relative to its piece. Returns whether the
/// line ends inside a string.
pub(super) fn check_line(
    rules: &Rules,
    line: Line,
    (number, start): (u64, usize),
    earlier: Earlier,
    outcome: &mut PieceOutcome,
) -> bool {
    let before = [earlier.findings, &outcome.findings];
    let unknown_before = [earlier.unknown, &outcome.causes.unknown_findings];
    let stray_before = [earlier.stray, &outcome.causes.stray_findings];
    let mut noted = LineFindings::new(&rules.file, number, line.head());
    noted.earlier = &before;
    let mut result = LineResult::Bad;
    match line {
        Line::TooLong(_) => {
            outcome.records += 1;
            let message = format!("the line is longer than {} MiB, so it wasn't checked", LONGEST >> 20);
            let help = "split the record, or put each record on its own line";
            noted.push(Code::LineTooLong, 0, String::new(), message, help);
        }
        Line::Whole(_) if is_blank(line) => {
            noted.push(Code::BlankLine, 0, String::new(), "the line is blank", "delete the line");
        }
        Line::Whole(bytes) if is_mark_alone(bytes) => {
            check_mark(bytes, &mut noted);
        }
        Line::Whole(bytes) => {
            outcome.records += 1;
            outcome.slow += 1;
            result = check_text_line(bytes, rules, &mut noted, (&unknown_before, &stray_before), &mut outcome.shown);
            if !matches!(result, LineResult::Stray(_)) {
                check_carriage_returns(bytes, &mut noted);
            }
        }
    }
    let likely = noted.take_likely_shared();
    let (findings, is_cut, shared) = (noted.findings, noted.is_cut, noted.shared);
    noted.sensitive.into_iter().for_each(|(kind, times)| *outcome.sensitive.entry(kind).or_default() += times);
    outcome.causes.note(noted.encoding, noted.nulls, number);
    outcome.causes.note_shared(shared, true, number);
    outcome.causes.note_shared(likely, false, number);
    if !findings.counts.is_empty() {
        outcome.findings.extend(findings);
    }
    match result {
        LineResult::Good(summary) => outcome.good.push(Good { line: number, start, summary }),
        LineResult::OtherFormat(shape) => outcome.causes.note_format(shape, number),
        LineResult::UnknownFormat(findings) => outcome.causes.note_unknown(findings, number),
        LineResult::Stray(findings) => outcome.causes.note_stray(findings, number),
        LineResult::Bad => {}
    }
    is_cut
}

/// The result of checking a line, without its findings.
enum LineResult {
    /// A record without an error.
    Good(RecordSummary),
    /// A record in another format.
    OtherFormat(&'static Shape),
    /// A record that has none of the required keys, and its findings.
    UnknownFormat(Findings),
    /// A line of plain text, and its findings.
    Stray(Findings),
    /// Anything else.
    Bad,
}

fn check_text_line<'f>(
    bytes: &[u8],
    rules: &Rules,
    noted: &mut LineFindings<'f>,
    (unknown_before, stray_before): (&'f [&'f Findings], &'f [&'f Findings]),
    shown: &mut FileModalities,
) -> LineResult {
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let bytes = check_mark(bytes, noted);
    let line = check_encoding(bytes, noted);
    if is_stray(&line) && noted.encoding.is_none() {
        let (findings, before) = (std::mem::take(&mut noted.findings), noted.earlier);
        noted.earlier = stray_before;
        if let Some(node) = parse(&line, noted) {
            check_other_value(&node, rules, noted);
        }
        noted.earlier = before;
        return LineResult::Stray(std::mem::replace(&mut noted.findings, findings));
    }
    let Some(mut node) = parse(&line, noted) else {
        return LineResult::Bad;
    };
    remove_nulls(&mut node, &rules.training, noted);
    let Value::Object(members) = &node.value else {
        check_other_value(&node, rules, noted);
        return LineResult::Bad;
    };
    if let Some(shape) = shape::other_format(&rules.training, members) {
        // Whether members may be null depends on that format.
        noted.nulls = None;
        return LineResult::OtherFormat(shape);
    }
    if shape::lacks_all(&rules.training.format, members) {
        let (findings, before) = (std::mem::take(&mut noted.findings), noted.earlier);
        noted.earlier = unknown_before;
        check_object(&line, &node, members, rules, noted, shown);
        noted.keep_shared();
        noted.earlier = before;
        return LineResult::UnknownFormat(std::mem::replace(&mut noted.findings, findings));
    }
    check_object(&line, &node, members, rules, noted, shown)
}

/// Checks a record by the rules of its format.
fn check_object(
    line: &str,
    node: &Node,
    members: &[Member],
    rules: &Rules,
    noted: &mut LineFindings,
    shown: &mut FileModalities,
) -> LineResult {
    let mut checker = RecordChecker::new(line, &rules.training, &rules.reserved, noted);
    checker.sensitive = rules.sensitive;
    checker.media_folder = rules.media_folder.as_ref();
    check_record(&mut checker, node, members);
    check_length(&mut checker, node);
    let good = !checker.noted.has_error();
    shown.note(std::mem::take(&mut checker.media), checker.shows, checker.noted.line(), good);
    if good { LineResult::Good(checker.summary()) } else { LineResult::Bad }
}

/// Whether a line begins like plain text or a row of a table, rather than like an invalid record.
fn is_stray(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(|first: char| first == '"' || first.is_alphanumeric()) && !line.starts_with("\"{")
}

/// Reports a carriage return that isn't at the line's end, if the line can be parsed.
fn check_carriage_returns(bytes: &[u8], noted: &mut LineFindings) {
    let line = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let Some(at) = memchr::memchr(b'\r', line) else { return };
    // In a string, it is reported as a control character.
    let is_unread = |code| noted.findings.counts.contains_key(code);
    if noted.encoding.is_some() || [Code::InvalidJson, Code::ControlCharacter].iter().any(is_unread) {
        return;
    }
    let message = "found a carriage return besides the one that may end the line: JSON allows it, and AWS's checkers read a line end there";
    let help = "remove it: `tunedrop fix IN --model MODEL -o OUT`";
    let (what, offset) = ((Code::SourcesDisagree, "\r"), at.saturating_sub(noted.before));
    noted.note_shared(what, offset, String::new(), message.to_owned(), help.to_owned());
}

/// Whether a line consists of byte order marks and white space.
fn is_mark_alone(mut bytes: &[u8]) -> bool {
    let length = bytes.len();
    while let Some(rest) = bytes.strip_prefix(BYTE_ORDER_MARK) {
        bytes = rest;
    }
    bytes.len() < length && bytes.trim_ascii().is_empty()
}

/// Reports byte order marks. Returns the line without them.
fn check_mark<'b>(bytes: &'b [u8], noted: &mut LineFindings) -> &'b [u8] {
    let mut rest = bytes;
    while let Some(behind) = rest.strip_prefix(BYTE_ORDER_MARK) {
        rest = behind;
    }
    let marks = (bytes.len() - rest.len()) / BYTE_ORDER_MARK.len();
    if marks > 0 {
        let message = match marks {
            1 => "found a byte order mark before the record".to_owned(),
            2 => "found two byte order marks before the record".to_owned(),
            many => format!("found {many} byte order marks before the record"),
        };
        let help = match marks {
            1 => "save the file as UTF-8 without a byte order mark".to_owned(),
            // Some programs add a mark to a file that already has one.
            many => format!("remove all of them: `tail -c +{} IN > OUT`", many * BYTE_ORDER_MARK.len() + 1),
        };
        noted.push(Code::ByteOrderMark, 0, String::new(), message, help);
        noted.before = bytes.len() - rest.len();
    }
    rest
}

/// Reports a line that is valid JSON, but not an object.
fn check_other_value(node: &Node, rules: &Rules, noted: &mut LineFindings) {
    let found = match &node.value {
        Value::Unread => return,
        Value::Text(_) => "a string",
        value => value.kind(),
    };
    let message = format!("expected an object, found {found}");
    let help = match &node.value {
        Value::Text(text) if text.trim_start().starts_with(['{', '[']) => {
            "write the record without the quotes around it: it was encoded as JSON twice".to_owned()
        }
        _ => format!("write {} on each line", shape::wanted(&rules.training.format)),
    };
    noted.push(Code::NotAnObject, node.start, String::new(), message, help);
}
