//! The parser's part for strings: escapes, surrogates, control characters.

use std::borrow::Cow;

use super::escapes::StringErrors;
use super::parser::Parser;

impl<'a> Parser<'a, '_, '_> {
    /// Reads a string, whose opening quote is next. Returns `None` if the line ends before the string does.
    pub(super) fn string(&mut self) -> Option<Cow<'a, str>> {
        self.at += 1;
        let start = self.at;
        self.at += self.plain();
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Some(Cow::Borrowed(&self.line[start..self.at - 1]));
        }
        // Reserves enough for a text of usual length, because growing is slower.
        let room = (self.bytes.len() - start).min(4096);
        let mut text = String::with_capacity(self.at - start + room);
        text.push_str(&self.line[start..self.at]);
        let mut errors = StringErrors::default();
        let ended = self.rest_of_string(&mut text, &mut errors);
        errors.report(self);
        ended.then_some(Cow::Owned(text))
    }

    /// Reads up to the closing quote. Returns whether there is one.
    fn rest_of_string(&mut self, text: &mut String, errors: &mut StringErrors) -> bool {
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return true;
                }
                Some(b'\\') => {
                    if self.escape(text, errors).is_none() {
                        return false;
                    }
                }
                Some(byte) if byte < b' ' => {
                    errors.controls.note(self.at);
                    text.push(char::from(byte));
                    self.at += 1;
                }
                Some(_) => {
                    let from = self.at;
                    self.at += self.plain();
                    text.push_str(&self.line[from..self.at]);
                }
                None => return false,
            }
        }
    }

    /// Returns the number of bytes before the next quote, backslash or control character.
    fn plain(&self) -> usize {
        let rest = &self.bytes[self.at..];
        let end = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        // Few lines contain a control character, so this was checked once for the whole line.
        if !self.has_control {
            return end;
        }
        rest[..end].iter().position(|byte| *byte < b' ').unwrap_or(end)
    }

    /// Skips a string.
    pub(super) fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return;
            }
        }
        self.at = self.bytes.len();
    }

    /// Reads an escape, whose backslash is next.
    fn escape(&mut self, text: &mut String, errors: &mut StringErrors) -> Option<()> {
        let start = self.at;
        self.at += 1;
        let kind = self.peek()?;
        let plain = match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                self.unicode(start, text, errors);
                return Some(());
            }
            _ => {
                errors.escapes.note(start);
                return Some(());
            }
        };
        text.push(plain);
        self.at += 1;
        Some(())
    }

    /// Reads the digits after `\u`, and the second half of a surrogate pair.
    fn unicode(&mut self, start: usize, text: &mut String, errors: &mut StringErrors) {
        let Some(first) = self.digits() else {
            errors.escapes.note(start);
            return;
        };
        if let Some(character) = char::from_u32(first) {
            text.push(character);
            return;
        }
        let before = self.at;
        if first < 0xdc00 && self.bytes[before..].starts_with(b"\\u") {
            self.at += 2;
            match self.digits() {
                Some(second @ 0xdc00..=0xdfff) => {
                    let joined = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                    text.push(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER));
                    return;
                }
                _ => self.at = before,
            }
        }
        errors.surrogates.note(start);
        text.push(char::REPLACEMENT_CHARACTER);
    }

    fn digits(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        let value = digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))?;
        self.at += 4;
        Some(value)
    }
}

/// Returns the offset in the raw line of byte `decoded` of a string's text. The string's opening quote is at `start`.
pub(crate) fn raw_offset(line: &str, start: usize, decoded: usize) -> usize {
    let bytes = line.as_bytes();
    let (mut at, mut made) = (start + 1, 0);
    while made < decoded && at < bytes.len() {
        let (eaten, wrote) = match (bytes[at], bytes.get(at + 1)) {
            (b'\\', Some(b'u')) => unicode_sizes(line, at),
            (b'\\', Some(_)) => (2, 1),
            _ => (1, 1),
        };
        at += eaten;
        made += wrote;
    }
    at
}

/// Returns the length of a `\u` escape in the line, and that of its character in the text, in bytes.
fn unicode_sizes(line: &str, at: usize) -> (usize, usize) {
    let unit = |at: usize| line.get(at + 2..at + 6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match unit(at).map(|first| (first, char::from_u32(first))) {
        Some((_, Some(character))) => (6, character.len_utf8()),
        Some((0xd800..=0xdbff, None))
            if line[at + 6..].starts_with("\\u") && matches!(unit(at + 6), Some(0xdc00..=0xdfff)) =>
        {
            (12, 4)
        }
        Some(_) => (6, char::REPLACEMENT_CHARACTER.len_utf8()),
        None => (2, 0),
    }
}
