//! Fixes mechanical problems without changing the text of a record.

use std::borrow::Cow;
use std::collections::HashMap;

use tunedrop_validation::SensitiveCounts;

use crate::json;
use crate::redact::{in_words, redact};
use crate::same::{Key, key};

/// The note on a comma that was removed.
pub(crate) const TRAILING_COMMA: &str = "trailing comma removed";

/// The result of fixing a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed<'l> {
    /// The line without a newline; `None` if it was removed.
    pub line: Option<Cow<'l, [u8]>>,
    /// The changes.
    pub notes: Vec<Cow<'static, str>>,
    /// What was replaced with placeholders in the line.
    pub redacted: SensitiveCounts,
}

/// Fixes a file record by record. Keeps a hash of each record, to find exact duplicates.
#[derive(Debug, Default)]
pub struct Fixer {
    seen: HashMap<Key, u64>,
    redacts: bool,
}

impl Fixer {
    /// Also replaces secrets and personal data in texts.
    pub fn redacting() -> Fixer {
        Fixer { redacts: true, ..Fixer::default() }
    }

    /// Fixes the record `number`, which may span lines.
    pub fn fix<'l>(&mut self, number: u64, record: &'l [u8]) -> Fixed<'l> {
        let mut notes: Vec<Cow<'static, str>> = Vec::new();
        let mut line = record;
        if let Some(rest) = line.strip_prefix(b"\xef\xbb\xbf") {
            notes.push("byte order mark removed".into());
            line = rest;
        }
        if line.trim_ascii().is_empty() {
            notes.push("blank line removed".into());
            return Fixed::removed(notes);
        }
        let is_return = |byte: &u8| *byte == b'\r';
        let end = line.trim_ascii_end().len();
        if let Some(first) = line[end..].iter().position(is_return) {
            let many = line[end..].iter().filter(|byte| is_return(byte)).count() > 1;
            notes.push(format!("carriage return{} at the end removed", if many { "s" } else { "" }).into());
            line = &line[..end + first];
        }
        let start = line.len() - line.trim_ascii_start().len();
        if let Some(last) = line[..start].iter().rposition(is_return) {
            notes.push("carriage return at the start removed".into());
            line = &line[last + 1..];
        }
        let mut line = Cow::Borrowed(line);
        if !is_json(&line)
            && let Some(fixed) = without_trailing_commas(&line).filter(|fixed| is_json(fixed))
        {
            line = Cow::Owned(fixed);
            notes.push(TRAILING_COMMA.into());
        }
        if line.contains(&b'\n') && is_json(&line) {
            // A JSON string can't contain an unescaped line break, so each line break is between values.
            line = line.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect();
            notes.push("joined into one line".into());
        } else if line.iter().any(is_return) && is_json(&line) {
            line = line.iter().map(|byte| if is_return(byte) { b' ' } else { *byte }).collect();
            notes.push("carriage return between values replaced with a space".into());
        }
        if let Some(fixed) = with_roles_in_lower_case(&line) {
            line = Cow::Owned(fixed);
            notes.push("role changed to lower case".into());
        }
        // Before duplicates are looked for: two records may differ in what is replaced only.
        let redacted = if self.redacts { redact_line(&mut line, &mut notes) } else { SensitiveCounts::new() };
        if let Some(key) = key(&line) {
            if let Some(first) = self.seen.get(&key) {
                return Fixed::removed(vec![format!("duplicate of {first}: removed").into()]);
            }
            self.seen.insert(key, number);
        }
        Fixed { line: Some(line), notes, redacted }
    }
}

impl Fixed<'_> {
    fn removed(notes: Vec<Cow<'static, str>>) -> Self {
        Fixed { line: None, notes, redacted: SensitiveCounts::new() }
    }
}

/// Replaces secrets and personal data in a line.
fn redact_line(line: &mut Cow<[u8]>, notes: &mut Vec<Cow<'static, str>>) -> SensitiveCounts {
    let Some(text) = std::str::from_utf8(line).ok().filter(|text| json::value(text).is_ok()) else {
        notes.push("not searched for secrets and personal data, because it isn't JSON".into());
        return SensitiveCounts::new();
    };
    let Some(redacted) = redact(text) else { return SensitiveCounts::new() };
    notes.push(format!("{} replaced", in_words(&redacted.counts)).into());
    *line = Cow::Owned(redacted.line);
    redacted.counts
}

fn is_json(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|text| json::value(text).is_ok())
}

/// Removes commas before closing brackets and at the end. Returns `None` if there are none.
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

/// Changes roles such as `User` to lower case; returns `None` if nothing changed.
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
            // A raw value is a slice of the text that was parsed.
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
    fn leaves_valid_lines_unchanged() {
        for line in [r#"{"a": ",}", "b" : [1 , 2]}"#, "{\"role\":\"User\"}", "not json at all,", "[1,,2]"] {
            let kept = if line.ends_with(',') { "not json at all," } else { line };
            check(line, Some(kept), "");
        }
    }

    #[test]
    fn fixes_mechanical_problems() {
        check(
            "\u{feff}{\"a\": 1}\r",
            Some("{\"a\": 1}"),
            "byte order mark removed; carriage return at the end removed",
        );
        check(" \t\r", None, "blank line removed");
        check("\u{feff}\r", None, "byte order mark removed; blank line removed");
        check("{\"a\": 1} \r \r\r", Some("{\"a\": 1} "), "carriage returns at the end removed");
        check(
            "\r{\"a\":\r2}",
            Some("{\"a\": 2}"),
            "carriage return at the start removed; carriage return between values replaced with a space",
        );
        check("{\"a\": [1, 2, ], }", Some("{\"a\": [1, 2 ] }"), "trailing comma removed");
        check("{\"a\": \",]\\\"}\"},", Some("{\"a\": \",]\\\"}\"}"), "trailing comma removed");
        check("{\n  \"a\":\r\n 1\n}", Some("{   \"a\":   1 }"), "joined into one line");
        check(
            r#"{"messages":[{"role":"User","content":"User"},{"content":"x","role":"ASSISTANT"},{"role":"Bot"}]}"#,
            Some(
                r#"{"messages":[{"role":"user","content":"User"},{"content":"x","role":"assistant"},{"role":"Bot"}]}"#,
            ),
            "role changed to lower case",
        );
    }

    #[test]
    fn records_that_differ_in_personal_data_only_are_duplicates_after_it_is_replaced() {
        let mut fixer = Fixer::redacting();
        let first = fixer.fix(1, br#"{"a": "ada@example.com"}"#);
        assert_eq!(first.line.as_deref(), Some(&br#"{"a": "[EMAIL]"}"#[..]));
        assert_eq!((first.notes.join(""), first.redacted.len()), ("1 email address replaced".to_owned(), 1));
        let second = fixer.fix(2, br#"{"a": "bob@example.com"}"#);
        assert_eq!((second.line, second.notes.join("")), (None, "duplicate of 1: removed".to_owned()));
        let broken = fixer.fix(3, br#"{"a": "bob@example.com""#);
        assert_eq!(broken.notes.join(""), "not searched for secrets and personal data, because it isn't JSON");
    }

    #[test]
    fn removes_duplicates() {
        let mut fixer = Fixer::default();
        assert!(fixer.fix(1, br#"{"a": "\u00e9", "b": 1}"#).line.is_some());
        let again = fixer.fix(4, "{\"b\":1,\"a\":\"é\"}".as_bytes());
        assert_eq!((again.line, again.notes.join("")), (None, "duplicate of 1: removed".to_owned()));
    }
}
