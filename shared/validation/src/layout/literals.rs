//! Identifies files with JSON inside other syntax: Python and JavaScript literals, JSON in strings, prefixed lines.

use super::{FileType, Sample, outline, read, text};
use crate::json::Value;

pub(super) const ENCODED_TWICE: FileType = FileType::new(
    "JSON that was encoded twice (JSON inside JSON strings)",
    "decode it once, for example with `jq -r . IN > OUT`",
);
const BYTES: FileType = FileType::new(
    "Python byte literals (`b'{…}'`)",
    "write each record as text, with `record.decode()` in Python, on its own line",
);
const STRINGS: FileType = FileType::new(
    "Python or JavaScript string literals (`'{…}'`)",
    "write the text itself, without the quotes around it: one JSON object on each line",
);
const CSV_QUOTED: FileType = FileType::new(
    "JSON objects in CSV quotes (`\"{\"\"…`)",
    "remove the quotes around each line, and write each `\"\"` as `\"`: `sed 's/^\"//; s/\"$//; s/\"\"/\"/g' IN > OUT`",
);
const COLORED: FileType =
    FileType::new("text with ANSI color codes", "write the file again without colors, for example with `jq -cM`");
const MODULE: FileType = FileType::new(
    "a JavaScript file (an array that is assigned or exported)",
    "write each element of the array on its own line with `JSON.stringify`",
);
const PREFIXED: FileType = FileType::new(
    "JSON objects with text before each of them",
    "remove what comes before the `{` of each line, for example with `sed 's/^[^{]*//' IN > OUT`",
);

/// Whether these bytes begin with a JSON object or a list of objects.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    let body = bytes.trim_ascii_start();
    let inside = body.strip_prefix(b"[").map_or(body, <[u8]>::trim_ascii_start);
    inside.starts_with(b"{") && outline::read(body, false).is_some()
}

pub(super) fn of(sample: &Sample) -> Option<FileType> {
    if is_module(sample) {
        return Some(MODULE);
    }
    if sample.share(1, is_encoded_twice) {
        return Some(ENCODED_TWICE);
    }
    if sample.share(1, |line| is_quoted(line, true)) {
        return Some(BYTES);
    }
    if sample.share(1, |line| is_quoted(line, false) && line.trim_ascii().starts_with(b"\"{\"\"")) {
        return Some(CSV_QUOTED);
    }
    if sample.share(1, |line| is_quoted(line, false)) {
        return Some(STRINGS);
    }
    if sample.share(1, |line| line.trim_ascii_start().starts_with(b"\x1b[")) {
        return Some(COLORED);
    }
    if let Some(events) = text::events(sample) {
        return Some(events);
    }
    (sample.lines.len() > 1 && sample.share(1, is_prefixed)).then_some(PREFIXED)
}

/// Whether the file is a JavaScript module: `export default [`, `module.exports = [`, `const data = [`.
fn is_module(sample: &Sample) -> bool {
    let body = sample.body;
    let is_keyword = ["export ", "module.exports", "const ", "let ", "var ", "window."]
        .iter()
        .any(|keyword| body.starts_with(keyword.as_bytes()));
    let Some(start) = body.iter().take(80).position(|byte| matches!(byte, b'[' | b'{')) else { return false };
    let before = body[..start].trim_ascii_end();
    is_keyword && (before.ends_with(b"=") || before.ends_with(b"default"))
}

/// Whether the line is a string literal with an object: `'{…}'` or `"{'…"`, with or without a `b` before it.
fn is_quoted(line: &[u8], is_bytes: bool) -> bool {
    let line = line.trim_ascii();
    let line = line.strip_suffix(b",").unwrap_or(line);
    let line = match (line.strip_prefix(b"b").or_else(|| line.strip_prefix(b"B")), is_bytes) {
        (Some(rest), true) => rest,
        (None, false) => line,
        _ => return false,
    };
    match line {
        [quote @ (b'\'' | b'"' | b'`'), inside @ .., end] if quote == end => {
            let inside = inside.trim_ascii_start();
            inside.starts_with(b"{\"") || inside.starts_with(b"{'") || inside.starts_with(b"{\\\"")
        }
        _ => false,
    }
}

/// Whether the line is a JSON string that contains an object.
fn is_encoded_twice(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.starts_with(b"\"")
        && read(line).is_some_and(|node| matches!(node.value, Value::Text(text) if is_json(text.as_bytes())))
}

/// Whether the line has a record after a number, a bullet or a name: `1. {…}`, `- {…}`, `id<TAB>{…}`.
fn is_prefixed(line: &[u8]) -> bool {
    let Some(start) = line.iter().take(64).position(|byte| *byte == b'{') else { return false };
    start > 0 && line[start..].starts_with(b"{\"") && is_json(&line[start..])
}
