//! Judging one line the long way: encoding, JSON, shape, rules, and what the record comes to.

use std::borrow::Cow;

use super::piece::{Good, PieceOutcome, Rules, is_blank};
use super::shown::Shown;
use crate::faults::Faults;
use crate::gist::Gist;
use crate::json::{Value, parse};
use crate::lines::{LONGEST, Line};
use crate::rules::{judge_length, judge_record};
use crate::shape::Shape;
use crate::sheet::Sheet;
use crate::{Code, Findings};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Judges the last line counted in `outcome`; it begins at byte `start` of its piece.
pub(super) fn judge_line(rules: &Rules, line: Line, start: usize, earlier: &Findings, outcome: &mut PieceOutcome) {
    let number = outcome.lines;
    let before = [earlier, &outcome.findings];
    let mut faults = Faults::new(&rules.file, number, line.head());
    faults.earlier = &before;
    let mut verdict = Verdict::Bad;
    match line {
        Line::TooLong(_) => {
            outcome.records += 1;
            let message = format!("the line is longer than {} MiB, and was passed over", LONGEST >> 20);
            let help = "split the record, or put each record on a line of its own";
            faults.push(Code::LineTooLong, 0, String::new(), message, help);
        }
        Line::Whole(_) if is_blank(line) => {
            faults.push(Code::BlankLine, 0, String::new(), "the line is blank", "delete it");
        }
        Line::Whole(bytes) => {
            outcome.records += 1;
            outcome.slow += 1;
            verdict = judge_text_line(bytes, rules, &mut faults, &mut outcome.shown);
        }
    }
    let findings = faults.findings;
    if !findings.counts.is_empty() {
        outcome.findings.extend(findings);
    }
    match verdict {
        Verdict::Good(gist) => outcome.good.push(Good { line: number, start, gist }),
        Verdict::Foreign(shape) => outcome.foreign.note(shape, number),
        Verdict::Bad => {}
    }
}

/// What a line is; faults are told beside.
enum Verdict {
    /// A record without an error.
    Good(Gist),
    /// A record in that other format.
    Foreign(&'static Shape),
    /// Anything else.
    Bad,
}

fn judge_text_line(bytes: &[u8], rules: &Rules, faults: &mut Faults, shown: &mut Shown) -> Verdict {
    let mut bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    if let Some(rest) = bytes.strip_prefix(BYTE_ORDER_MARK) {
        let message = "a byte order mark stands before the record";
        faults.push(Code::ByteOrderMark, 0, String::new(), message, "save the file as UTF-8 without a byte order mark");
        faults.before = BYTE_ORDER_MARK.len();
        bytes = rest;
    }
    let line = judge_encoding(bytes, faults);
    let Some(node) = parse(&line, faults) else {
        return Verdict::Bad;
    };
    let format = &rules.training.format;
    let Value::Object(members) = &node.value else {
        if !matches!(node.value, Value::Unread) {
            let message = format!("the line is {}, not an object", node.value.kind());
            let help = format!("write {} on each line", crate::shape::wanted(format));
            faults.push(Code::NotAnObject, node.start, String::new(), message, help);
        }
        return Verdict::Bad;
    };
    if let Some(shape) = crate::shape::foreign(&rules.training, members) {
        return Verdict::Foreign(shape);
    }
    let mut sheet = Sheet::new(&line, &rules.training, &rules.reserved, faults);
    sheet.sensitive = rules.sensitive;
    sheet.media_folder = rules.media_folder.as_ref();
    judge_record(&mut sheet, &node, members);
    judge_length(&mut sheet, &node);
    let good = sheet.faults.findings.errors == 0;
    shown.note(std::mem::take(&mut sheet.media), sheet.shows, sheet.faults.line(), good);
    if good { Verdict::Good(sheet.gist()) } else { Verdict::Bad }
}

/// The line as text. Bytes that are not UTF-8 are noted once, and replaced one for one, so that columns stay true.
fn judge_encoding<'b>(bytes: &'b [u8], faults: &mut Faults) -> Cow<'b, str> {
    let start = match simdutf8::compat::from_utf8(bytes) {
        Ok(text) => return Cow::Borrowed(text),
        Err(error) => error.valid_up_to(),
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
    faults.push(Code::InvalidUtf8, start, String::new(), message, "save the file as UTF-8");
    Cow::Owned(text)
}
