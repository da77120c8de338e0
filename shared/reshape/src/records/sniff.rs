//! How the records lie in a file.

use super::LONGEST;
use super::cut::value_end;
use crate::fix::without_trailing_commas;
use crate::json;

/// How the records lie in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A line each: JSON Lines, good or bad.
    Lines,
    /// The elements of a JSON array.
    Array,
    /// JSON values one after the other, each spread over lines.
    Spread,
}

/// Tells the layout from a file's first bytes; `None` while more are needed. `ended`: there are no more.
pub(super) fn sniff(head: &[u8], ended: bool) -> Option<Layout> {
    let body = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    // A line that is too long to be read is no reason to wait any longer.
    let ended = ended || body.len() > LONGEST;
    let Some(newline) = memchr::memchr(b'\n', body) else {
        return ended.then(|| if is_array_of_objects(body) { Layout::Array } else { Layout::Lines });
    };
    match body[0] {
        // What the array begins with is still to come.
        b'[' if !ended && body[1..].trim_ascii_start().is_empty() => None,
        b'[' if !is_array_of_objects(body) => Some(Layout::Lines),
        b'[' => {
            let next = body[newline..].trim_ascii_start().first();
            match next {
                None => ended.then_some(Layout::Array),
                // A list on each line.
                Some(b'[') => Some(Layout::Lines),
                Some(_) if value_end(body).is_some_and(|end| end <= newline) => Some(Layout::Lines),
                Some(_) => Some(Layout::Array),
            }
        }
        b'{' => match value_end(body) {
            Some(end) if end <= newline || !reads(&body[..end]) => Some(Layout::Lines),
            Some(_) => Some(Layout::Spread),
            None => ended.then_some(Layout::Lines),
        },
        _ => Some(Layout::Lines),
    }
}

fn is_array_of_objects(body: &[u8]) -> bool {
    let inside = body.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    matches!(inside.and_then(<[u8]>::first), Some(b'{' | b']'))
}

fn reads(value: &[u8]) -> bool {
    let mended = without_trailing_commas(value);
    std::str::from_utf8(mended.as_deref().unwrap_or(value)).is_ok_and(|text| json::value(text).is_ok())
}
