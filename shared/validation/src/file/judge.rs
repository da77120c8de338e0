//! Judging one line the long way: encoding, JSON, shape, rules, and what the record comes to.

use std::borrow::Cow;

use super::piece::{Good, PieceOutcome, Rules, is_blank};
use super::shown::Shown;
use crate::faults::Faults;
use crate::gist::Gist;
use crate::json::{Value, parse};
use crate::lines::{LONGEST, Line};
use crate::rules::{judge_length, judge_record, remove_nulls};
use crate::shape::Shape;
use crate::sheet::Sheet;
use crate::{Code, Findings};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Judges a line; its number and its first byte are counted in its piece. Whether it ends inside a string.
pub(super) fn judge_line(
    rules: &Rules,
    line: Line,
    (number, start): (u64, usize),
    earlier: &Findings,
    outcome: &mut PieceOutcome,
) -> bool {
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
    let (findings, is_cut) = (faults.findings, faults.is_cut);
    if !findings.counts.is_empty() {
        outcome.findings.extend(findings);
    }
    match verdict {
        Verdict::Good(gist) => outcome.good.push(Good { line: number, start, gist }),
        Verdict::Foreign(shape) => outcome.foreign.note(shape, number),
        Verdict::Bad => {}
    }
    is_cut
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
    let Some(mut node) = parse(&line, faults) else {
        return Verdict::Bad;
    };
    remove_nulls(&mut node, &rules.training, faults);
    let format = &rules.training.format;
    let Value::Object(members) = &node.value else {
        if !matches!(node.value, Value::Unread) {
            let found = if matches!(node.value, Value::Text(_)) { "a string" } else { node.value.kind() };
            let message = format!("expected an object, found {found}");
            let help = match &node.value {
                Value::Text(text) if text.trim_start().starts_with('{') => {
                    "write the record without the quotes around it: it was encoded as JSON twice".to_owned()
                }
                _ => format!("write {} on each line", crate::shape::wanted(format)),
            };
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

/// What to do about the bytes at `at`, which are not UTF-8. Nobody can tell an encoding from a few bytes.
fn encoding_help(bytes: &[u8], at: usize) -> &'static str {
    if bytes[..at].contains(&0) || bytes[at..].contains(&0) {
        return "convert the file to UTF-8; it may be UTF-16: `iconv -f UTF-16 -t UTF-8 IN > OUT`";
    }
    "find out the file's encoding, for example with `file -i IN`, and convert it: `iconv -f ENCODING -t UTF-8 IN > OUT`"
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
    let mut message = "invalid UTF-8".to_owned();
    match places {
        0 | 1 => {}
        2 => message.push_str(", here and in one more place on the line"),
        more => message.push_str(&format!(", here and in {} more places on the line", more - 1)),
    }
    faults.push(Code::InvalidUtf8, start, String::new(), message, encoding_help(bytes, start));
    Cow::Owned(text)
}
