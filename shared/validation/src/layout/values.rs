//! Identifies JSON that isn't JSON Lines: arrays, values that span several lines, several values on a line, and text
//! that resembles JSON.

use super::{FileType, Sample, document, outline, reads_as, sequence, single};
use crate::json::{Node, Value};
use crate::lines::Line;

pub(super) const ARRAY: FileType = FileType::json(
    "one JSON array",
    "write each element on its own line: `tunedrop fix IN --model MODEL -o OUT`, or use `tunedrop convert` if the records are also in another format",
);
pub(super) const PRETTY: FileType = FileType::json(
    "JSON spread over several lines",
    "write each record on one line: `tunedrop fix IN --model MODEL -o OUT`",
);
const ARRAYS: FileType =
    FileType::new("JSON arrays, one on each line", "write each array as a JSON object on its own line");
const BROKEN_TEXTS: FileType = FileType::new(
    "JSON with line breaks inside strings",
    "write each line break inside a string as `\\n`, and each record on one line",
);
const PYTHON: FileType = FileType::new(
    "Python or JavaScript literals (strings in single quotes)",
    "write each record as JSON on its own line, for example with Python's `json.dumps`",
);
const JSON5: FileType = FileType::new(
    "JSON5 or JavaScript (keys without double quotes)",
    "put keys and strings in double quotes, and write each record on its own line",
);

/// Identifies a file that begins with a bracket. Returns `None` if it isn't JSON, and `Some(None)` for JSON Lines.
pub(super) fn of(sample: &Sample) -> Option<Option<FileType>> {
    if let Some(layout) = sequence::of(sample.body, sample.ended) {
        return Some(Some(layout));
    }
    match outline::read(sample.body, false) {
        Some(outline) if !is_prose(sample, &outline) => Some(of_value(sample, &outline)),
        Some(_) => None,
        None => of_fault(sample),
    }
}

/// Whether plain text follows a list: `[1] Smith, …`.
fn is_prose(sample: &Sample, outline: &outline::Outline) -> bool {
    let behind = outline.end.and_then(|end| sample.first().get(end..)).unwrap_or_default();
    sample.first().starts_with(b"[") && behind.trim_ascii().first().is_some_and(u8::is_ascii_alphabetic)
}

/// Identifies a file that begins with this JSON value.
fn of_value(sample: &Sample, outline: &outline::Outline) -> Option<FileType> {
    let first = sample.first();
    let is_cut = matches!(sample.lines.first(), Some(Line::TooLong(_)));
    let node = outline.node()?;
    let is_alone = sample.is_one_line();
    if let Some(end) = outline.end.filter(|end| *end <= first.len()) {
        let behind = first[end..].trim_ascii();
        return match (&node.value, behind.first()) {
            (Value::Object(members), None) if is_alone && sample.ended => document::of_object(members),
            (Value::List(nodes), None) if is_alone && sample.ended => {
                if nodes.iter().any(is_object) {
                    Some(document::of_list(nodes))
                } else {
                    single::of(sample)
                }
            }
            (Value::List(_), None) if all(sample, |line| reads_as(line, is_list)) => Some(ARRAYS),
            _ => None,
        };
    }
    match &node.value {
        // This is a record that is too long to read here, or that is truncated.
        Value::Object(members) if is_cut || is_alone => {
            is_cut.then(|| document::of_object(members)).flatten().filter(|_| is_alone)
        }
        Value::Object(members) => Some(document::of_object(members).unwrap_or(PRETTY)),
        Value::List(nodes) if is_cut || is_alone => {
            let next = sample.lines.get(1).and_then(|line| line.head().first());
            let is_array = nodes.iter().any(is_object) && !matches!(next, Some(b'{' | b'['));
            is_array.then(|| document::of_list(nodes))
        }
        Value::List(nodes) => Some(document::of_list(nodes)),
        _ => None,
    }
}

/// Identifies a file that begins with a bracket and has a syntax error.
fn of_fault(sample: &Sample) -> Option<Option<FileType>> {
    let (first, second) = (sample.first(), sample.lines.get(1).map_or(b"".as_slice(), |line| line.head()));
    let is_whole = matches!(sample.lines.first(), Some(Line::Whole(_)));
    if let Some(layout) = all(sample, |line| almost(line).is_some()).then(|| almost(first)).flatten() {
        return Some(Some(layout));
    }
    let opens = |closer: &[u8]| first.ends_with(closer);
    let is_open = is_whole && (opens(b"{") || opens(b"[") || opens(b",") || opens(b":"));
    let inside = sample.body.get(1..).unwrap_or_default().trim_ascii_start();
    if first.first() == Some(&b'{') {
        if sample.is_one_line() || sample.has_records() || second.trim_ascii_start().starts_with(b"{") {
            return Some(None);
        }
        return Some(match is_open {
            true => Some(almost_inside(inside).unwrap_or(PRETTY)),
            false => outline::read(sample.body, true).filter(|_| is_whole).map(|_| BROKEN_TEXTS),
        });
    }
    let is_line = first.len() > 1;
    match inside.first() {
        // The elements of an array would be separated by commas.
        Some(b'{') if sample.has_records() => Some(None),
        Some(b'{') if sample.is_one_line() => Some(almost(inside)),
        Some(b'{') => Some(Some(almost(inside).unwrap_or(ARRAY))),
        Some(b'"') if is_line => Some(None),
        _ => None,
    }
}

/// Whether there are at least three lines, and `is` holds for all of them that aren't truncated.
fn all(sample: &Sample, is: impl Fn(&[u8]) -> bool) -> bool {
    let whole = sample.lines.iter().filter(|line| matches!(line, Line::Whole(_)));
    sample.lines.len() > 2 && whole.into_iter().all(|line| is(line.head()))
}

/// Identifies an object or a list that isn't JSON but resembles it.
fn almost(line: &[u8]) -> Option<FileType> {
    let line = line.trim_ascii();
    match line.first()? {
        b'{' => almost_inside(line),
        b'[' => {
            let inside = line[1..].trim_ascii_start();
            (inside.starts_with(b"'") || inside.starts_with(b"{'") || inside.starts_with(b"('")).then_some(PYTHON)
        }
        b'(' => (line.get(1) == Some(&b'\'')).then_some(PYTHON),
        _ => None,
    }
}

/// Identifies an object that isn't JSON but resembles it, by its first key.
fn almost_inside(line: &[u8]) -> Option<FileType> {
    let line = line.trim_ascii();
    let line = line.strip_prefix(b"{").unwrap_or(line).trim_ascii_start();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$".contains(byte);
    if line.starts_with(b"'") {
        return Some(PYTHON);
    }
    let length = line.iter().take_while(|byte| is_word(byte)).count();
    (length > 0 && line[length..].trim_ascii_start().starts_with(b":")).then_some(JSON5)
}

fn is_object(node: &Node) -> bool {
    matches!(node.value, Value::Object(_))
}

fn is_list(value: &Value) -> bool {
    matches!(value, Value::List(_))
}
