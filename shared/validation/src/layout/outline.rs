//! Reads the first JSON value of a file. If only its beginning is known, completes it so that it can be parsed.

use std::borrow::Cow;

use crate::json::{MOST_NESTED, Node};

/// The value at the beginning of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outline<'b> {
    /// The value's text. If the value's end is missing, it is closed after the last complete part.
    text: Cow<'b, str>,
    /// The offset after its last byte; `None` if the end is missing.
    pub(super) end: Option<usize>,
}

impl Outline<'_> {
    /// Parses the value.
    pub(crate) fn node(&self) -> Option<Node<'_>> {
        super::read(self.text.as_bytes())
    }
}

/// Reads the value at the beginning of `bytes`. Returns `None` if it isn't JSON. `newlines`: strings may contain
/// unescaped line breaks.
pub(super) fn read(bytes: &[u8], newlines: bool) -> Option<Outline<'_>> {
    let mut scan = Scan { bytes, at: 0, open: Vec::new(), newlines, safe: None };
    let end = scan.value().ok()?;
    let text = match end {
        Some(end) => String::from_utf8_lossy(&bytes[..end]),
        None => {
            let (length, closers) = scan.safe?;
            Cow::Owned(String::from_utf8_lossy(&bytes[..length]).into_owned() + &closers)
        }
    };
    let text = if newlines { Cow::Owned(text.replace(['\n', '\r'], " ")) } else { text };
    Some(Outline { text, end })
}

/// The error for a text that isn't JSON.
struct Fault;

struct Scan<'b> {
    bytes: &'b [u8],
    at: usize,
    /// The closing brackets of the open lists and objects.
    open: Vec<u8>,
    newlines: bool,
    /// The number of bytes to keep if the bytes end too early, and the text that closes them.
    safe: Option<(usize, String)>,
}

impl Scan<'_> {
    /// Returns the end of the value. `None` if the bytes end before it.
    fn value(&mut self) -> Result<Option<usize>, Fault> {
        loop {
            let Some(byte) = self.next_token() else { return Ok(None) };
            match byte {
                b'{' | b'[' => {
                    if self.open.len() == MOST_NESTED {
                        return Err(Fault);
                    }
                    self.open.push(if byte == b'{' { b'}' } else { b']' });
                    self.at += 1;
                    self.keep(self.at, "");
                    match self.next_token() {
                        None => return Ok(None),
                        Some(next) if Some(&next) == self.open.last() => {}
                        Some(_) if byte == b'[' => continue,
                        Some(_) => match self.key()? {
                            true => continue,
                            false => return Ok(None),
                        },
                    }
                }
                b'"' => {
                    if !self.string(true)? {
                        return Ok(None);
                    }
                }
                _ => self.word()?,
            }
            if !self.after_value()? {
                return Ok((self.open.is_empty()).then_some(self.at));
            }
        }
    }

    /// Skips what may follow a value, up to the next value. Returns whether there is one.
    fn after_value(&mut self) -> Result<bool, Fault> {
        loop {
            let Some(&closer) = self.open.last() else { return Ok(false) };
            self.keep(self.at, "");
            match self.next_token() {
                None => return Ok(false),
                Some(b',') => {
                    self.at += 1;
                    match self.next_token() {
                        None => return Ok(false),
                        // An extra comma: the parser reports it.
                        Some(next) if next == closer => {}
                        Some(_) if closer == b']' => return Ok(true),
                        Some(_) => return self.key(),
                    }
                }
                Some(byte) if byte == closer => {
                    self.at += 1;
                    self.open.pop();
                }
                Some(_) => return Err(Fault),
            }
        }
    }

    /// Skips a key and its colon. Returns `false` if the bytes end before.
    fn key(&mut self) -> Result<bool, Fault> {
        if self.next_token() != Some(b'"') {
            return Err(Fault);
        }
        if !self.string(false)? {
            return Ok(false);
        }
        match self.next_token() {
            None => Ok(false),
            Some(b':') => {
                self.at += 1;
                Ok(true)
            }
            Some(_) => Err(Fault),
        }
    }

    /// Skips a string. Returns `false` if the bytes end before. If it is a value, it can be closed where the bytes end.
    fn string(&mut self, is_value: bool) -> Result<bool, Fault> {
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return Ok(true);
                }
                b'\\' => {
                    let length = if self.bytes.get(self.at + 1) == Some(&b'u') { 6 } else { 2 };
                    if self.at + length > self.bytes.len() {
                        break;
                    }
                    self.at += length;
                }
                b'\n' | b'\r' if !self.newlines => return Err(Fault),
                _ => self.at += 1,
            }
        }
        if is_value {
            self.keep(self.at, "\"");
        }
        Ok(false)
    }

    /// Skips a number, `true`, `false`, `null`, `NaN` or `Infinity`. The parser reports the last two.
    fn word(&mut self) -> Result<(), Fault> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"+-.".contains(byte)));
        let word = &rest[..length.unwrap_or(rest.len())];
        let starts_number = word.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
        let reads = std::str::from_utf8(word).is_ok_and(|word| word.parse::<f64>().is_ok());
        let is_number = starts_number && (reads || length.is_none());
        let words: [&[u8]; 5] = [b"true", b"false", b"null", b"NaN", b"Infinity"];
        let is_word = words.iter().any(|known| *known == word || (length.is_none() && known.starts_with(word)));
        if word.is_empty() || !(is_number || is_word) {
            return Err(Fault);
        }
        self.at += word.len();
        Ok(())
    }

    fn next_token(&mut self) -> Option<u8> {
        while self.bytes.get(self.at).is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    /// Stores that the first `length` bytes can be completed to a value with `quote` and closing brackets.
    fn keep(&mut self, length: usize, quote: &str) {
        let closers = self.open.iter().rev().map(|closer| char::from(*closer));
        self.safe = Some((length, quote.chars().chain(closers).collect()));
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[track_caller]
    fn check(bytes: &str, expected: Option<(&str, Option<usize>)>) {
        let outline = read(bytes.as_bytes(), false);
        assert_eq!(outline.as_ref().map(|outline| (outline.text.as_ref(), outline.end)), expected);
    }

    #[test]
    fn whole_values_have_their_end() {
        check(
            r#"{"a": [1, {"b": null}], "c": "d\"e"} more"#,
            Some((r#"{"a": [1, {"b": null}], "c": "d\"e"}"#, Some(36))),
        );
        check("[]", Some(("[]", Some(2))));
        check("17\n", Some(("17", Some(2))));
        check("[1,]", Some(("[1,]", Some(4))));
    }

    #[test]
    fn values_that_are_cut_are_closed() {
        check("{", Some(("{}", None)));
        check("[\n", Some(("[]", None)));
        check(r#"{"a": [{"b": "c"}, {"d"#, Some((r#"{"a": [{"b": "c"}, {}]}"#, None)));
        check(r#"{"a": "text that goes o"#, Some((r#"{"a": "text that goes o"}"#, None)));
        check(r#"{"a": "text \u00"#, Some((r#"{"a": "text "}"#, None)));
        check(r#"{"a": 1, "b":"#, Some((r#"{"a": 1}"#, None)));
        check(r#"{"a": tru"#, Some((r#"{"a": tru}"#, None)));
    }

    #[test]
    fn what_is_not_json_has_no_outline() {
        for bytes in
            ["{'a': 1}", "{a: 1}", "hello", "{\"a\" 1}", "[12.03.24, 10:15] Ann", "{\"a\": 1\n\"b\"", "", "\"a\nb\""]
        {
            check(bytes, None);
        }
        check(&"[".repeat(65), None);
    }

    #[test]
    fn line_breaks_in_strings_can_be_allowed() {
        let outline = read(b"{\"a\": \"b\nc\"}", true);
        assert_eq!(outline.map(|outline| outline.text.into_owned()).as_deref(), Some("{\"a\": \"b c\"}"));
    }
}
