//! Detects how the records of a file are arranged.

use super::LONGEST;
use super::cut::value_end;
use crate::fix::without_trailing_commas;
use crate::json;

/// The arrangement of the records of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// One record on each line: JSON Lines, valid or not.
    Lines,
    /// The elements of a JSON array.
    Array,
    /// A sequence of JSON values that span several lines.
    Spread,
}

/// Detects the arrangement by a file's first bytes. Returns `None` if more are needed. `ended`: there are no more
/// bytes.
pub(super) fn sniff(head: &[u8], ended: bool) -> Option<Arrangement> {
    let body = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    // If a line is too long to be read, more bytes wouldn't help.
    let ended = ended || body.len() > LONGEST;
    let Some(newline) = memchr::memchr(b'\n', body) else {
        return ended.then(|| if is_array_of_objects(body) { Arrangement::Array } else { Arrangement::Lines });
    };
    match body[0] {
        // The array's first element isn't known yet.
        b'[' if !ended && body[1..].trim_ascii_start().is_empty() => None,
        b'[' if !is_array_of_objects(body) => Some(Arrangement::Lines),
        b'[' => {
            let next = body[newline..].trim_ascii_start().first();
            match next {
                None => ended.then_some(Arrangement::Array),
                // A list on each line.
                Some(b'[') => Some(Arrangement::Lines),
                Some(_) if value_end(body).is_some_and(|end| end <= newline) => Some(Arrangement::Lines),
                Some(_) => Some(Arrangement::Array),
            }
        }
        b'{' => match value_end(body) {
            Some(end) if end <= newline || !reads(&body[..end]) => Some(Arrangement::Lines),
            Some(_) => Some(Arrangement::Spread),
            None => ended.then_some(Arrangement::Lines),
        },
        _ => Some(Arrangement::Lines),
    }
}

fn is_array_of_objects(body: &[u8]) -> bool {
    let inside = body.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    matches!(inside.and_then(<[u8]>::first), Some(b'{' | b']'))
}

fn reads(value: &[u8]) -> bool {
    let fixed = without_trailing_commas(value);
    std::str::from_utf8(fixed.as_deref().unwrap_or(value)).is_ok_and(|text| json::value(text).is_ok())
}
