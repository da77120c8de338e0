//! Mending what is mechanical: nothing that a record says is changed.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::json;
use crate::same::{Key, key};

/// A line that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed<'l> {
    /// The line without a newline; `None` where it is left out.
    pub line: Option<Cow<'l, [u8]>>,
    /// What was done.
    pub notes: Vec<Cow<'static, str>>,
}

/// Mends line by line. Holds a hash of each record, so that exact repeats are found.
#[derive(Debug, Default)]
pub struct Fixer {
    seen: HashMap<Key, u64>,
}

impl Fixer {
    /// Mends the record `number`, which may be spread over lines.
    pub fn fix<'l>(&mut self, number: u64, record: &'l [u8]) -> Fixed<'l> {
        let mut notes: Vec<Cow<'static, str>> = Vec::new();
        let mut line = record;
        if let Some(rest) = line.strip_prefix(b"\xef\xbb\xbf") {
            notes.push("byte order mark taken out".into());
            line = rest;
        }
        if let Some(rest) = line.strip_suffix(b"\r") {
            notes.push("carriage return at the end taken out".into());
            line = rest;
        }
        if line.trim_ascii().is_empty() {
            return Fixed { line: None, notes: vec!["blank line taken out".into()] };
        }
        let mut line = Cow::Borrowed(line);
        if !is_json(&line)
            && let Some(mended) = without_trailing_commas(&line).filter(|mended| is_json(mended))
        {
            line = Cow::Owned(mended);
            notes.push("trailing comma taken out".into());
        }
        if line.contains(&b'\n') && is_json(&line) {
            // No text of JSON holds a line's end unescaped, so all of them stand between values.
            line = line.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect();
            notes.push("put on one line".into());
        }
        if let Some(mended) = with_roles_in_lower_case(&line) {
            line = Cow::Owned(mended);
            notes.push("role put in lower case".into());
        }
        if let Some(key) = key(&line) {
            if let Some(first) = self.seen.get(&key) {
                return Fixed { line: None, notes: vec![format!("says the same as {first}: taken out").into()] };
            }
            self.seen.insert(key, number);
        }
        Fixed { line: Some(line), notes }
    }
}

fn is_json(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|text| json::value(text).is_ok())
}

/// Without commas that stand before a closing bracket, or behind the whole; `None` where there are none.
pub(crate) fn without_trailing_commas(line: &[u8]) -> Option<Vec<u8>> {
    let mut out: Vec<u8> = Vec::with_capacity(line.len());
    let (mut in_text, mut escaped, mut comma) = (false, false, None);
    let mut changed = false;
    for byte in line {
        if in_text {
            (in_text, escaped) = (escaped || *byte != b'"', !escaped && *byte == b'\\');
        } else {
            match byte {
                b'"' => (in_text, comma) = (true, None),
                b',' => comma = Some(out.len()),
                b'}' | b']' => {
                    if let Some(place) = comma.take() {
                        out.remove(place);
                        changed = true;
                    }
                }
                byte if byte.is_ascii_whitespace() => {}
                _ => comma = None,
            }
        }
        out.push(*byte);
    }
    if let Some(place) = comma {
        out.remove(place);
        changed = true;
    }
    changed.then_some(out)
}

/// With `User` as `user` and the like, wherever a message names its role; `None` where none is to be mended.
fn with_roles_in_lower_case(line: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(line).ok()?;
    let messages = json::field(&json::members(text)?, "messages")?.get();
    let mut places = Vec::new();
    for message in json::elements(messages)? {
        let Some(role) = json::members(message.get()).and_then(|members| json::field(&members, "role")) else {
            continue;
        };
        let (raw, lower) = (role.get(), role.get().to_ascii_lowercase());
        if raw != lower && matches!(lower.as_str(), "\"user\"" | "\"assistant\"" | "\"system\"") {
            // A raw value is a part of the text that it was read from.
            places.push((raw.as_ptr().addr() - text.as_ptr().addr(), raw.len()));
        }
    }
    let mut out = line.to_vec();
    for (start, length) in &places {
        out[*start..start + length].make_ascii_lowercase();
    }
    (!places.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<&str>, note: &str) {
        let fixed = Fixer::default().fix(1, line.as_bytes());
        let text = fixed.line.map(|line| String::from_utf8(line.into_owned()).expect("UTF-8"));
        assert_eq!(text.as_deref(), expected);
        assert_eq!(fixed.notes.join("; "), note);
    }

    #[test]
    fn what_is_good_stays_as_it_is() {
        for line in [r#"{"a": ",}", "b" : [1 , 2]}"#, "{\"role\":\"User\"}", "not json at all,", "[1,,2]"] {
            let kept = if line.ends_with(',') { "not json at all," } else { line };
            check(line, Some(kept), "");
        }
    }

    #[test]
    fn each_mechanical_fault_is_mended() {
        check(
            "\u{feff}{\"a\": 1}\r",
            Some("{\"a\": 1}"),
            "byte order mark taken out; carriage return at the end taken out",
        );
        check(" \t\r", None, "blank line taken out");
        check("{\"a\": [1, 2, ], }", Some("{\"a\": [1, 2 ] }"), "trailing comma taken out");
        check("{\"a\": \",]\\\"}\"},", Some("{\"a\": \",]\\\"}\"}"), "trailing comma taken out");
        check("{\n  \"a\":\r\n 1\n}", Some("{   \"a\":   1 }"), "put on one line");
        check(
            r#"{"messages":[{"role":"User","content":"User"},{"content":"x","role":"ASSISTANT"},{"role":"Bot"}]}"#,
            Some(
                r#"{"messages":[{"role":"user","content":"User"},{"content":"x","role":"assistant"},{"role":"Bot"}]}"#,
            ),
            "role put in lower case",
        );
    }

    #[test]
    fn repeats_go() {
        let mut fixer = Fixer::default();
        assert!(fixer.fix(1, br#"{"a": "\u00e9", "b": 1}"#).line.is_some());
        let again = fixer.fix(4, "{\"b\":1,\"a\":\"é\"}".as_bytes());
        assert_eq!((again.line, again.notes.join("")), (None, "says the same as 1: taken out".to_owned()));
    }
}
