//! Texts that aren't JSON.

use super::{Layout, Sample, logs, markup, outline, reads_as, table};
use crate::json::Value;
use crate::lines::Line;

const RECORDS: &str = "make one JSON object of each record, and put each on its own line";

const PLAIN: Layout = Layout::new("plain text", RECORDS);
const SEQUENCE: Layout =
    Layout::new("a JSON text sequence (RFC 7464)", "remove the record separators: `tr -d '\\036' < IN > OUT`");
const EVENTS: Layout = Layout::new(
    "a stream of server-sent events (`data: …`)",
    "keep what follows `data: `, and write one training record on each line",
);
const POINTER: Layout = Layout::new("a Git LFS pointer", "fetch the file itself with `git lfs pull`");
const SUBTITLES: Layout = Layout::new("subtitles", RECORDS);
const ARMOR: Layout = Layout::new("a PEM or PGP file", "decrypt or decode it; Bedrock takes plain JSON Lines");
const FASTTEXT: Layout = Layout::new("in fastText's format (`__label__…`)", RECORDS);
const COMMENTED: Layout =
    Layout::new("JSON with comments", "remove the comments, and write each record on its own line");
const VALUES: Layout = Layout::new(
    "JSON values that aren't objects, one on each line",
    "make one JSON object of each record, and put each on its own line",
);

/// Identifies a file that doesn't begin with JSON; `None` where it may be JSON Lines all the same.
pub(super) fn of(sample: &Sample) -> Option<Layout> {
    if let Some(layout) = signed(sample).or_else(|| markup::page(sample)) {
        return Some(layout);
    }
    // One line that can't be read is a record with a fault, and so is the first one of several records.
    if (sample.is_one_line() && sample.ended) || sample.has_records() {
        return None;
    }
    if is_hidden_brace(sample.first()) {
        return None;
    }
    if reads_as(sample.first(), |_| true) {
        return values(sample);
    }
    let kinds = [events, commented, markup::of, logs::chat, table::of, logs::of, markup::of_keys];
    Some(kinds.into_iter().find_map(|kind| kind(sample)).unwrap_or(PLAIN))
}

/// Whether a line is a record but for a character before its brace, or for the brace itself: that is a finding of its own.
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

/// Layouts that the first line shows.
fn signed(sample: &Sample) -> Option<Layout> {
    let first = sample.first();
    let beginnings: [(&[u8], Layout); 6] = [
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

/// Lines of JSON texts, numbers and the like. Prose may begin with one, too.
fn values(sample: &Sample) -> Option<Layout> {
    if sample.lines.len() < 3 {
        return None;
    }
    if sample.lines.iter().all(|line| reads_as(line.head(), |value| !matches!(value, Value::Object(_)))) {
        return Some(VALUES);
    }
    let is_prose = !sample.share(2, |line| reads_as(line, |_| true));
    is_prose.then(|| table::of(sample).unwrap_or(PLAIN))
}

fn events(sample: &Sample) -> Option<Layout> {
    const FIELDS: [&[u8]; 5] = [b"data:", b"event:", b"id:", b"retry:", b":"];
    let is_field = |line: &[u8]| FIELDS.iter().any(|field| line.starts_with(field));
    let is_data = |line: &[u8]| line.starts_with(b"data:");
    let is = is_field(sample.first()) && sample.share(1, is_field) && sample.share(4, is_data);
    is.then_some(EVENTS)
}

/// JSON below lines of comments.
fn commented(sample: &Sample) -> Option<Layout> {
    let mut body = sample.body;
    loop {
        let comment = [(b"//".as_slice(), b"\n".as_slice()), (b"#", b"\n"), (b"/*", b"*/")];
        let (_, end) = comment.into_iter().find(|(begin, _)| body.starts_with(begin))?;
        let length = memchr::memmem::find(body, end)? + end.len();
        body = body[length..].trim_ascii_start();
        if matches!(body.first(), Some(b'{' | b'[')) {
            return outline::read(body, false).map(|_| COMMENTED);
        }
    }
}
