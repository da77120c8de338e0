//! Identifies texts that aren't JSON.

use super::{FileType, Sample, literals, logs, markup, outline, reads_as, single, table};
use crate::json::Value;
use crate::lines::Line;

const RECORDS: &str = "write each record as a JSON object on its own line";

pub(super) const PLAIN: FileType = FileType::new("plain text", RECORDS);
const SEQUENCE: FileType =
    FileType::new("a JSON text sequence (RFC 7464)", "remove the record separators: `tr -d '\\036' < IN > OUT`");
const EVENTS: FileType = FileType::new(
    "a stream of server-sent events (`data: …`)",
    "keep what follows `data: `, and write one training record on each line",
);
const POINTER: FileType = FileType::new("a Git LFS pointer", "fetch the file itself with `git lfs pull`");
const SUBTITLES: FileType = FileType::new("subtitles", RECORDS);
const ARMOR: FileType =
    FileType::new("a PEM or PGP file", "decrypt or decode it; Bedrock accepts only plain JSON Lines");
const FASTTEXT: FileType = FileType::new("in fastText's format (`__label__…`)", RECORDS);
const COMMENTED: FileType =
    FileType::new("JSON with comments", "remove the comments, and write each record on its own line");
const VALUES: FileType = FileType::new(
    "JSON values that aren't objects, one on each line",
    "write each record as a JSON object on its own line",
);

/// Identifies a file that doesn't begin with JSON. Returns `None` if it may still be JSON Lines.
pub(super) fn of(sample: &Sample) -> Option<FileType> {
    if let Some(layout) = signed(sample).or_else(|| markup::page(sample)) {
        return Some(layout);
    }
    if is_hidden_brace(sample.first()) {
        return None;
    }
    if sample.is_one_line() && sample.ended {
        return single::of(sample);
    }
    if let Some(layout) = literals::of(sample) {
        return Some(layout);
    }
    if let Some(layout) = commented(sample, b"[") {
        return Some(layout);
    }
    // If records follow, a first line that can't be parsed is an invalid record.
    if sample.has_records() {
        return None;
    }
    if reads_as(sample.first(), |_| true) {
        return values(sample);
    }
    let kinds = [events, commented_json, markup::of, logs::chat, table::of, logs::of, markup::of_keys];
    Some(kinds.into_iter().find_map(|kind| kind(sample)).unwrap_or(PLAIN))
}

/// Whether a line would be a record without an invisible character before its brace, or with an ASCII brace. That is
/// reported for the line.
fn is_hidden_brace(line: &[u8]) -> bool {
    let is_odd = |char: char| {
        !char.is_ascii()
            && (char.is_whitespace() || matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'))
    };
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&line[..error.valid_up_to()]).unwrap_or_default(),
    };
    text.starts_with('｛') || (text.starts_with(is_odd) && text.trim_start_matches(is_odd).starts_with('{'))
}

/// Identifies layouts by the first line.
fn signed(sample: &Sample) -> Option<FileType> {
    let first = sample.first();
    let beginnings: [(&[u8], FileType); 6] = [
        (b"\x1e", SEQUENCE),
        (b"version https://git-lfs.github.com/spec/", POINTER),
        (b"WEBVTT", SUBTITLES),
        (b"[Script Info]", SUBTITLES),
        (b"-----BEGIN ", ARMOR),
        (b"__label__", FASTTEXT),
    ];
    let is_signed = |beginning: &[u8]| first.starts_with(beginning);
    if let Some((_, layout)) = beginnings.into_iter().find(|(beginning, _)| is_signed(beginning)) {
        return Some(layout);
    }
    let is_count = !first.is_empty() && first.iter().all(u8::is_ascii_digit);
    let is_time = |line: &Line| line.head().windows(5).any(|part| part == b" --> ");
    (is_count && sample.lines.get(1).is_some_and(is_time)).then_some(SUBTITLES)
}

/// Identifies lines of JSON strings and numbers. Plain text may begin with such a line too.
fn values(sample: &Sample) -> Option<FileType> {
    if sample.lines.len() < 3 {
        return None;
    }
    if sample.lines.iter().all(|line| reads_as(line.head(), |value| !matches!(value, Value::Object(_)))) {
        return Some(VALUES);
    }
    let is_prose = !sample.share(2, |line| reads_as(line, |_| true));
    is_prose.then(|| table::of(sample).unwrap_or(PLAIN))
}

pub(super) fn events(sample: &Sample) -> Option<FileType> {
    const FIELDS: [&[u8]; 5] = [b"data:", b"event:", b"id:", b"retry:", b":"];
    let is_field = |line: &[u8]| FIELDS.iter().any(|field| line.starts_with(field));
    let is_data = |line: &[u8]| line.starts_with(b"data:");
    let is = is_field(sample.first()) && sample.share(1, is_field) && sample.share(4, is_data);
    is.then_some(EVENTS)
}

/// Identifies JSON after lines of comments.
fn commented_json(sample: &Sample) -> Option<FileType> {
    commented(sample, b"{[")
}

/// Identifies JSON that follows lines of comments and begins with one of these brackets.
fn commented(sample: &Sample, opens: &[u8]) -> Option<FileType> {
    let mut body = sample.body;
    loop {
        let comment = [(b"//".as_slice(), b"\n".as_slice()), (b"#", b"\n"), (b"/*", b"*/")];
        let (_, end) = comment.into_iter().find(|(begin, _)| body.starts_with(begin))?;
        let length = memchr::memmem::find(body, end)? + end.len();
        body = body[length..].trim_ascii_start();
        if let Some(first @ (b'{' | b'[')) = body.first() {
            let outline = outline::read(body, false).filter(|_| opens.contains(first))?;
            let is_spread = outline.end.is_none_or(|end| body[..end].contains(&b'\n'));
            return (is_spread || opens.len() > 1).then_some(COMMENTED);
        }
    }
}
