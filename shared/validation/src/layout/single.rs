//! Identifies files of one line that isn't a record.

use super::{FileType, Sample, literals, logs, markup, read, table, text};
use crate::json::Value;

const RECORDS: &str = "write each record as a JSON object on its own line";

const STRING: FileType = FileType::new("one JSON string", RECORDS);
const LIST: FileType = FileType::new("one JSON list", RECORDS);
const VALUE: FileType = FileType::new("one JSON value that isn't an object", RECORDS);

/// Identifies the only line of a file. Returns `None` if it may be an invalid record.
pub(super) fn of(sample: &Sample) -> Option<FileType> {
    let line = sample.first();
    if let Some(node) = read(line) {
        return match node.value {
            Value::Object(_) | Value::Unread => None,
            Value::Text(text) if literals::is_json(text.as_bytes()) => Some(literals::ENCODED_TWICE),
            Value::Text(_) => Some(STRING),
            Value::List(_) => Some(LIST),
            Value::Null | Value::Bool | Value::Number => Some(VALUE),
        };
    }
    if matches!(line.first(), Some(b'{' | b'[' | b'"' | b'\'' | b'`')) {
        return literals::of(sample);
    }
    if line.contains(&b'\r')
        && let Some(table) = table::of(sample)
    {
        return Some(table);
    }
    let kinds = [literals::of, text::events, markup::of, logs::chat, logs::of, table::header_alone];
    let is_text = line.iter().any(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
    kinds.into_iter().find_map(|kind| kind(sample)).or(is_text.then_some(text::PLAIN))
}
