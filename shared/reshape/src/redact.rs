//! Replaces secrets and personal data in the texts of a record. Every other byte stays as it is.

use std::borrow::Cow;
use std::fmt::Write;

use tunedrop_validation::{SensitiveCounts, sensitive_spans};

/// Keys whose values the formats prescribe, or that are encoded media. Keys themselves are never changed.
const KEPT: [&str; 9] =
    ["role", "type", "format", "schemaVersion", "uri", "bucketOwner", "bytes", "image-ref", "mask-image-ref"];

/// A record with placeholders.
pub(crate) struct Redacted {
    pub(crate) line: Vec<u8>,
    pub(crate) counts: SensitiveCounts,
}

/// Replaces what is found in the strings of a line, which must be JSON. `None` if nothing is found.
pub(crate) fn redact(line: &str) -> Option<Redacted> {
    let bytes = line.as_bytes();
    let mut redacted = Redacted { line: Vec::new(), counts: SensitiveCounts::new() };
    let (mut copied, mut at, mut key) = (0, 0, "");
    while let Some(quote) = bytes.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) {
        // A number, a bracket or a comma between: the key is that of something else.
        if !line[at..at + quote].bytes().all(|byte| byte == b':' || byte.is_ascii_whitespace()) {
            key = "";
        }
        let start = at + quote + 1;
        let end = start + string_length(&bytes[start..]);
        let content = &line[start..end];
        at = end + 1;
        if bytes.get(at..).is_some_and(|rest| rest.trim_ascii_start().first() == Some(&b':')) {
            key = content;
        } else if !KEPT.contains(&key)
            && let Some(replaced) = replaced(content, &mut redacted.counts)
        {
            redacted.line.extend_from_slice(&bytes[copied..start]);
            redacted.line.extend_from_slice(replaced.as_bytes());
            copied = end;
        }
    }
    redacted.line.extend_from_slice(&bytes[copied..]);
    (!redacted.counts.is_empty()).then_some(redacted)
}

/// What was replaced, in words: `2 email addresses, 1 IBAN`.
pub(crate) fn in_words(counts: &SensitiveCounts) -> String {
    let mut words = String::new();
    for (kind, count) in counts {
        let separator = if words.is_empty() { "" } else { ", " };
        // Writing to a string doesn't fail.
        let _ = write!(words, "{separator}{}", kind.counted(*count));
    }
    words
}

/// The length of a JSON string up to its closing quotation mark.
fn string_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += next;
        if bytes[at] == b'"' {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

/// Replaces what is found in a JSON string's content, until nothing is: a shorter text may bring a number nearer to the word
/// that announces it.
fn replaced(content: &str, counts: &mut SensitiveCounts) -> Option<String> {
    let mut current = Cow::Borrowed(content);
    loop {
        let text = Text::of(&current);
        let spans = sensitive_spans(&text.decoded);
        if spans.is_empty() {
            break;
        }
        let (mut next, mut copied) = (String::with_capacity(current.len()), 0);
        for span in spans {
            next.push_str(&current[copied..text.raw(span.start)]);
            next.push_str(span.kind.placeholder());
            copied = text.raw(span.end);
            *counts.entry(span.kind).or_default() += 1;
        }
        next.push_str(&current[copied..]);
        drop(text);
        current = Cow::Owned(next);
    }
    match current {
        Cow::Borrowed(_) => None,
        Cow::Owned(text) => Some(text),
    }
}

/// A JSON string's text, and where its bytes come from.
struct Text<'c> {
    decoded: Cow<'c, str>,
    /// For each byte of the text, the offset of what it is written as; `None` if that is the same.
    places: Option<Vec<usize>>,
}

impl<'c> Text<'c> {
    fn of(content: &'c str) -> Text<'c> {
        if !content.contains('\\') {
            return Text { decoded: Cow::Borrowed(content), places: None };
        }
        let (mut decoded, mut places, mut at) = (String::with_capacity(content.len()), Vec::new(), 0);
        while let Some(first) = content[at..].chars().next() {
            let (character, length) = if first == '\\' { unescaped(&content[at..]) } else { (first, first.len_utf8()) };
            decoded.push(character);
            places.resize(decoded.len(), at);
            at += length;
        }
        places.push(content.len());
        Text { decoded: Cow::Owned(decoded), places: Some(places) }
    }

    /// The offset in the content of a byte of the text.
    fn raw(&self, decoded: usize) -> usize {
        self.places.as_ref().map_or(decoded, |places| places[decoded])
    }
}

/// The character that the escape at the beginning stands for, and the escape's length.
fn unescaped(escape: &str) -> (char, usize) {
    let unit = |at: usize| escape.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let simple = match escape.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => {
            let first = unit(2).unwrap_or(0xfffd);
            let second = escape.get(6..8).filter(|next| *next == "\\u").and_then(|_| unit(8));
            return match (first, second) {
                (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
                    let both = 0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00);
                    (char::from_u32(both).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
                }
                // Half of a pair has no character.
                _ => (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
            };
        }
        // A quotation mark, a slash or a backslash.
        Some(other) => char::from(*other),
        None => '\\',
    };
    (simple, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str, words: &str) {
        let redacted = redact(line).expect("something is found");
        let out = String::from_utf8(redacted.line).expect("UTF-8");
        assert_eq!((out.as_str(), in_words(&redacted.counts).as_str()), (expected, words));
        assert!(redact(&out).is_none(), "{out}");
    }

    #[test]
    fn replaces_values_and_leaves_everything_else_byte_for_byte() {
        check(
            r#"{"prompt" : "to ada@example.com,\u00e9 \"x\"", "n": 1.50, "completion":"or GB29NWBK60161331926819\n"}"#,
            r#"{"prompt" : "to [EMAIL],\u00e9 \"x\"", "n": 1.50, "completion":"or [IBAN]\n"}"#,
            "1 email address, 1 IBAN",
        );
        check(
            r#"{"prompt": "ada\u0040example.com \ud83d\ude00 \ud83d bob@example.com \/ \u0034111 1111 1111 1111"}"#,
            r#"{"prompt": "[EMAIL] \ud83d\ude00 \ud83d [EMAIL] \/ [CARD]"}"#,
            "1 card number, 2 email addresses",
        );
        check(
            r#"{"prompt": "{\"mail\": \"ada@example.com\"}"}"#,
            r#"{"prompt": "{\"mail\": \"[EMAIL]\"}"}"#,
            "1 email address",
        );
        check(r#"{"a": [{"b": ["ada@example.com"]}]}"#, r#"{"a": [{"b": ["[EMAIL]"]}]}"#, "1 email address");
    }

    #[test]
    fn keys_numbers_and_what_the_format_prescribes_stay() {
        for line in [
            r#"{"ada@example.com": 1, "n": 4111111111111111}"#,
            r#"{"ada@example.com" : "x"}"#,
            r#"{"image-ref": "s3://b/ada@example.com.png", "uri":"s3://b/ada@example.com", "bytes": "ada@example.com"}"#,
            r#"{"role": "ada@example.com"}"#,
            r#"{"prompt": "[EMAIL] [IBAN] [NATIONAL_ID]"}"#,
        ] {
            assert!(redact(line).is_none(), "{line}");
        }
        check(r#"{"role": 1, "x": "ada@example.com"}"#, r#"{"role": 1, "x": "[EMAIL]"}"#, "1 email address");
        check(r#"{"role": ["ada@example.com"]}"#, r#"{"role": ["[EMAIL]"]}"#, "1 email address");
    }
}
