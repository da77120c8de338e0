//! The first JSON value of a file of which only the beginning is at hand, completed so that it can be read.

use std::borrow::Cow;

use crate::json::{MOST_NESTED, Node};

/// A value that the file begins with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outline<'b> {
    /// The value; where its end is missing, closed behind the last part that is whole.
    text: Cow<'b, str>,
    /// Offset behind its last byte; `None` where the end is missing.
    pub(super) end: Option<usize>,
}

impl Outline<'_> {
    /// The value as a tree.
    pub(crate) fn node(&self) -> Option<Node<'_>> {
        super::read(self.text.as_bytes())
    }
}

/// Reads the first value of `bytes`, which must begin with it; `None` where it isn't JSON. `newlines`: texts may hold
/// line breaks that aren't escaped.
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

/// Not JSON.
struct Fault;

struct Scan<'b> {
    bytes: &'b [u8],
    at: usize,
    /// What closes the lists and objects that are open.
    open: Vec<u8>,
    newlines: bool,
    /// How many bytes can be kept, and what must follow them, if the bytes end too early.
    safe: Option<(usize, String)>,
}

impl Scan<'_> {
    /// The end of the value; `None` where the bytes end before it does.
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

    /// Goes behind what may follow a value, up to where the next one begins. `false` where none does.
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
                        // A comma too many: the rules will say so.
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

    /// Goes behind a key and its colon; `false` where the bytes end before.
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

    /// Goes behind a text; `false` where the bytes end before. A value's text may be cut short.
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

    /// Goes behind a number, `true`, `false` or `null`; `NaN` and `Infinity` have their own findings.
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

    /// Notes that the bytes up to here can be closed to a value.
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
    fn line_breaks_in_texts_can_be_let_through() {
        let outline = read(b"{\"a\": \"b\nc\"}", true);
        assert_eq!(outline.map(|outline| outline.text.into_owned()).as_deref(), Some("{\"a\": \"b c\"}"));
    }
}
