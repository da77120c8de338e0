//! The recursive descent parser for one line.

use std::collections::HashSet;

use super::brackets::trailing_comma;
use super::diagnosis::{Diagnosis, Expected, diagnose};
use super::digits::digit;
use super::{MOST_NESTED, Member, Node, Value, numbers};
use crate::Code;
use crate::line_findings::LineFindings;
use crate::pointer::{Step, pointer, shown};

/// Parses `line` as one JSON value. Returns `None` if it can't be parsed to its end, which is then reported.
pub(crate) fn parse<'a>(line: &'a str, noted: &mut LineFindings) -> Option<Node<'a>> {
    let bytes = line.as_bytes();
    let has_control = bytes.iter().fold(false, |any, byte| any | (*byte < b' '));
    let mut parser = Parser { line, bytes, at: 0, has_control, path: Vec::new(), noted };
    let node = parser.value().ok()?;
    parser.space();
    match parser.peek() {
        None => Some(node),
        Some(b',') if line[parser.at + 1..].trim().is_empty() => {
            parser.invalid("trailing `,` after the record", "remove it: records are separated by line breaks only");
            Some(node)
        }
        // This was reported.
        Some(_) if matches!(node.value, Value::Unread) => None,
        Some(_) => {
            parser.unexpected(Expected::End);
            None
        }
    }
}

/// The error that ends the parsing of a line. It was reported.
struct Unreadable;

pub(super) struct Parser<'a, 'f, 'g> {
    pub(super) line: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    /// Whether the line contains a control character.
    pub(super) has_control: bool,
    path: Vec<Step<'a>>,
    noted: &'f mut LineFindings<'g>,
}

impl<'a> Parser<'a, '_, '_> {
    fn value(&mut self) -> Result<Node<'a>, Unreadable> {
        self.space();
        let start = self.at;
        let value = match self.peek() {
            Some(b'"') => self.string().map(Value::Text).ok_or_else(|| self.unexpected_value(Expected::Quote))?,
            Some(b'{' | b'[') if self.path.len() == MOST_NESTED => self.skip_nested()?,
            Some(b'{') => self.object()?,
            Some(b'[') => self.list()?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'+' | b'.') if numbers::is_likely(&self.bytes[self.at..]) => self.number()?,
            Some(byte) if byte.is_ascii_alphabetic() => self.word()?,
            _ => return Err(self.unexpected_value(self.expected_value())),
        };
        Ok(Node { start, end: self.at, value })
    }

    fn object(&mut self) -> Result<Value<'a>, Unreadable> {
        self.at += 1;
        let mut members: Vec<Member<'a>> = Vec::new();
        // The first 32 keys are compared one by one. From then on, keys are compared by hash, so that the time for a
        // hostile line stays linear.
        let mut seen: HashSet<String> = HashSet::new();
        if self.closed(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected(Expected::Key));
            }
            let key = self.string().ok_or_else(|| self.unexpected(Expected::Quote))?;
            if members.len() == 32 {
                seen.extend(members.iter().map(|member| member.key.to_string()));
            }
            let twice = if members.len() < 32 {
                members.iter().any(|member| member.key == key)
            } else {
                !seen.insert(key.to_string())
            };
            if twice {
                self.report(
                    Code::DuplicateKey,
                    start,
                    format!("{} occurs twice in this object", shown(&key)),
                    "keep one of the two",
                );
            }
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected(Expected::Colon));
            }
            self.at += 1;
            self.path.push(Step::Key(key.clone()));
            let node = self.value();
            if node.is_ok() {
                self.path.pop();
            }
            members.push(Member { key, start, node: node? });
            if !self.goes_on(b'}', Expected::MemberEnd)? {
                return Ok(Value::Object(members));
            }
        }
    }

    fn list(&mut self) -> Result<Value<'a>, Unreadable> {
        self.at += 1;
        let mut nodes = Vec::new();
        if self.closed(b']') {
            return Ok(Value::List(nodes));
        }
        loop {
            self.path.push(Step::Index(nodes.len()));
            nodes.push(self.value()?);
            self.path.pop();
            if !self.goes_on(b']', Expected::ElementEnd)? {
                return Ok(Value::List(nodes));
            }
        }
    }

    /// Reads the comma or `close` after a member. Returns whether another member follows. A comma before `close` is
    /// reported and skipped.
    fn goes_on(&mut self, close: u8, expected: Expected) -> Result<bool, Unreadable> {
        if self.closed(close) {
            return Ok(false);
        }
        if self.peek() != Some(b',') {
            return Err(self.unexpected(expected));
        }
        let comma = self.at;
        self.at += 1;
        if self.closed(close) {
            let (message, help) = trailing_comma(self.line, comma);
            self.report(Code::InvalidJson, comma, message, help);
            return Ok(false);
        }
        Ok(true)
    }

    /// Skips white space, and consumes `close` if it is next. Returns whether it was.
    fn closed(&mut self, close: u8) -> bool {
        self.space();
        if self.peek() == Some(close) {
            self.at += 1;
            return true;
        }
        false
    }

    /// Reports and skips a value that is nested too deep, by counting its brackets.
    fn skip_nested(&mut self) -> Result<Value<'a>, Unreadable> {
        self.report(
            Code::NestingTooDeep,
            self.at,
            format!("lists and objects are nested more than {MOST_NESTED} deep"),
            "flatten the value, or write it as text",
        );
        let mut open = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.skip_string();
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Ok(Value::Unread);
            }
        }
        Err(self.unexpected(Expected::Bracket))
    }

    fn number(&mut self) -> Result<Value<'a>, Unreadable> {
        let start = self.at;
        self.eat(|byte| byte == b'-');
        let whole = self.eat(|byte| byte.is_ascii_digit());
        let mut good = whole > 0 && (whole == 1 || self.bytes[self.at - whole] != b'0');
        if self.peek() == Some(b'.') {
            self.at += 1;
            good &= self.eat(|byte| byte.is_ascii_digit()) > 0;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            good &= self.eat(|byte| byte.is_ascii_digit()) > 0;
        }
        // `-Infinity`, `1_000`, `0x1f` and `--1` are consumed as a whole, so that each is one finding.
        good &= self.eat(|byte| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte)) == 0;
        if self.line[self.at..].chars().next().is_some_and(|next| digit(next).is_some()) {
            return Err(self.unexpected_value(Expected::Digit));
        }
        if good {
            return Ok(Value::Number);
        }
        let (found, help) = numbers::diagnose(&self.line[start..self.at]);
        self.report(Code::InvalidJson, start, format!("expected a value, found {found}"), help);
        Ok(Value::Unread)
    }

    fn word(&mut self) -> Result<Value<'a>, Unreadable> {
        let start = self.at;
        self.eat(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let word = &self.line[start..self.at];
        match word {
            "null" => return Ok(Value::Null),
            "true" | "false" => return Ok(Value::Bool),
            _ => {}
        }
        let Some(help) = numbers::word_of_other_language(word) else {
            self.at = start;
            return Err(self.unexpected_value(self.expected_value()));
        };
        self.report(Code::InvalidJson, start, format!("expected a value, found `{word}`"), help);
        Ok(Value::Unread)
    }

    /// Consumes bytes for which `passes` holds. Returns their number.
    fn eat(&mut self, passes: impl Fn(u8) -> bool) -> usize {
        let start = self.at;
        while self.peek().is_some_and(&passes) {
            self.at += 1;
        }
        self.at - start
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        self.eat(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    }

    pub(super) fn report(&mut self, code: Code, at: usize, message: String, help: &str) {
        self.noted.push(code, at, pointer(&self.path), message, help);
    }

    fn invalid(&mut self, message: &str, help: &str) {
        self.report(Code::InvalidJson, self.at, message.to_owned(), help);
    }

    /// Returns what to expect in place of a value: at the beginning of the line, a record.
    fn expected_value(&self) -> Expected {
        if self.path.is_empty() { Expected::Record } else { Expected::Value }
    }

    /// Does the same as `unexpected` for a value. The finding has the pointer of the value's parent.
    fn unexpected_value(&mut self, expected: Expected) -> Unreadable {
        self.path.pop();
        self.unexpected(expected)
    }

    /// Reports that there is something other than `expected`.
    #[cold]
    fn unexpected(&mut self, expected: Expected) -> Unreadable {
        let is_reported = self.noted.is_no_text(self.noted.before + self.at);
        if !is_reported {
            let Diagnosis { code, at, message, help } = diagnose(self.line, self.at, expected, self.noted.before);
            self.noted.is_cut = expected == Expected::Quote && at == self.line.len();
            self.report(code, at, message, &help);
        }
        Unreadable
    }
}
