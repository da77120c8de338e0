//! Recursive descent over one line.

use std::collections::HashSet;

use super::brackets::trailing_comma;
use super::diagnosis::{Said, Wanted, diagnose};
use super::{MOST_NESTED, Member, Node, Value, numbers};
use crate::Code;
use crate::faults::Faults;
use crate::pointer::{Step, pointer, shown};

/// Reads `line` as one JSON value. `None` where it can't be read to its end; then a fault says why.
pub(crate) fn parse<'a>(line: &'a str, faults: &mut Faults) -> Option<Node<'a>> {
    let bytes = line.as_bytes();
    let has_control = bytes.iter().fold(false, |any, byte| any | (*byte < b' '));
    let mut parser = Parser { line, bytes, at: 0, has_control, path: Vec::new(), faults };
    let node = parser.value().ok()?;
    parser.space();
    match parser.peek() {
        None => Some(node),
        Some(b',') if line[parser.at + 1..].trim().is_empty() => {
            parser.invalid("trailing `,` after the record", "remove it: records are separated by line breaks only");
            Some(node)
        }
        Some(_) => {
            parser.unexpected(Wanted::End);
            None
        }
    }
}

/// A fault was noted behind which nothing can be read.
struct Unreadable;

pub(super) struct Parser<'a, 'f, 'g> {
    pub(super) line: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    /// Whether the line holds a control character anywhere.
    pub(super) has_control: bool,
    path: Vec<Step<'a>>,
    faults: &'f mut Faults<'g>,
}

impl<'a> Parser<'a, '_, '_> {
    fn value(&mut self) -> Result<Node<'a>, Unreadable> {
        self.space();
        let start = self.at;
        let value = match self.peek() {
            Some(b'"') => self.string().map(Value::Text).ok_or_else(|| self.unexpected_value(Wanted::Quote))?,
            Some(b'{' | b'[') if self.path.len() == MOST_NESTED => self.skip_nested()?,
            Some(b'{') => self.object()?,
            Some(b'[') => self.list()?,
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'+' | b'.') if numbers::is_likely(&self.bytes[self.at..]) => self.number(),
            Some(byte) if byte.is_ascii_alphabetic() => self.word()?,
            _ => return Err(self.unexpected_value(self.wanted_value())),
        };
        Ok(Node { start, end: self.at, value })
    }

    fn object(&mut self) -> Result<Value<'a>, Unreadable> {
        self.at += 1;
        let mut members: Vec<Member<'a>> = Vec::new();
        // Few keys are compared one by one; many, which only a hostile line has, by hash.
        let mut seen: HashSet<String> = HashSet::new();
        if self.closed(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected(Wanted::Key));
            }
            let key = self.string().ok_or_else(|| self.unexpected(Wanted::Quote))?;
            if members.len() == 32 {
                seen.extend(members.iter().map(|member| member.key.to_string()));
            }
            let twice = if members.len() < 32 {
                members.iter().any(|member| member.key == key)
            } else {
                !seen.insert(key.to_string())
            };
            if twice {
                self.fault(
                    Code::DuplicateKey,
                    start,
                    format!("{} is in this object twice", shown(&key)),
                    "keep one of the two",
                );
            }
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected(Wanted::Colon));
            }
            self.at += 1;
            self.path.push(Step::Key(key.clone()));
            let node = self.value();
            if node.is_ok() {
                self.path.pop();
            }
            members.push(Member { key, start, node: node? });
            if !self.goes_on(b'}', Wanted::MemberEnd)? {
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
            if !self.goes_on(b']', Wanted::ElementEnd)? {
                return Ok(Value::List(nodes));
            }
        }
    }

    /// Behind a member: whether another follows. A comma before the closing bracket is noted, and passed over.
    fn goes_on(&mut self, close: u8, wanted: Wanted) -> Result<bool, Unreadable> {
        if self.closed(close) {
            return Ok(false);
        }
        if self.peek() != Some(b',') {
            return Err(self.unexpected(wanted));
        }
        let comma = self.at;
        self.at += 1;
        if self.closed(close) {
            let (message, help) = trailing_comma(self.line, comma);
            self.fault(Code::InvalidJson, comma, message, help);
            return Ok(false);
        }
        Ok(true)
    }

    /// Eats white space, and `close` if it is next.
    fn closed(&mut self, close: u8) -> bool {
        self.space();
        if self.peek() == Some(close) {
            self.at += 1;
            return true;
        }
        false
    }

    /// Passes over what is nested too deep, by its brackets alone.
    fn skip_nested(&mut self) -> Result<Value<'a>, Unreadable> {
        self.fault(
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
        Err(self.unexpected(Wanted::Bracket))
    }

    fn number(&mut self) -> Value<'a> {
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
        // `-Infinity`, `1_000`, `0x1f`, `--1`: eaten whole, so that it is one fault.
        good &= self.eat(|byte| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte)) == 0;
        if good {
            return Value::Number;
        }
        let (found, help) = numbers::diagnose(&self.line[start..self.at]);
        self.fault(Code::InvalidJson, start, format!("expected a value, found {found}"), help);
        Value::Unread
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
        let Some(help) = numbers::foreign_word(word) else {
            self.at = start;
            return Err(self.unexpected_value(self.wanted_value()));
        };
        self.fault(Code::InvalidJson, start, format!("expected a value, found `{word}`"), help);
        Ok(Value::Unread)
    }

    /// Eats bytes as long as they pass; how many there were.
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

    pub(super) fn fault(&mut self, code: Code, at: usize, message: String, help: &str) {
        self.faults.push(code, at, pointer(&self.path), message, help);
    }

    fn invalid(&mut self, message: &str, help: &str) {
        self.fault(Code::InvalidJson, self.at, message.to_owned(), help);
    }

    /// A value; at the beginning of the line, the record.
    fn wanted_value(&self) -> Wanted {
        if self.path.is_empty() { Wanted::Record } else { Wanted::Value }
    }

    /// The same for a value: as it can't be read, the finding points to its parent.
    fn unexpected_value(&mut self, wanted: Wanted) -> Unreadable {
        self.path.pop();
        self.unexpected(wanted)
    }

    /// Notes that something else than `wanted` is here.
    #[cold]
    fn unexpected(&mut self, wanted: Wanted) -> Unreadable {
        let is_told = self.faults.is_no_text(self.faults.before + self.at);
        if !is_told {
            let Said { code, at, message, help } = diagnose(self.line, self.at, wanted, self.faults.before);
            self.faults.is_cut = wanted == Wanted::Quote && at == self.line.len();
            self.fault(code, at, message, &help);
        }
        Unreadable
    }
}
