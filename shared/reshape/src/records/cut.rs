//! The two splitters, for lines and for JSON values, and the buffer of one record.

use super::{Item, LONGEST, Part};

type Take<'t> = &'t mut dyn FnMut(Item);

/// A record's number, and the line and byte column at which it begins.
type At = (u64, u64, u64);

/// The current record, until it is complete or too long.
#[derive(Debug, Default)]
pub(super) struct Held {
    bytes: Vec<u8>,
    long: bool,
}

impl Held {
    fn is_empty(&self) -> bool {
        self.bytes.is_empty() && !self.long
    }

    fn add(&mut self, (number, line, column): At, bytes: &[u8], take: Take) {
        let mut hand = |part, bytes| take(Item { number, line, column, part, bytes, newline: false });
        if self.long {
            hand(Part::More, bytes);
        } else if self.bytes.len() + bytes.len() <= LONGEST {
            self.bytes.extend_from_slice(bytes);
        } else {
            self.long = true;
            hand(Part::Begin, &self.bytes);
            hand(Part::More, bytes);
            self.bytes.clear();
        }
    }

    fn end(&mut self, (number, line, column): At, newline: bool, take: Take) {
        let part = if self.long { Part::End } else { Part::Whole };
        take(Item { number, line, column, part, bytes: &self.bytes, newline });
        self.bytes.clear();
        self.long = false;
    }
}

/// Splits at newlines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    held: Held,
    /// The number of complete lines.
    ended: u64,
}

impl Lines {
    pub(super) fn feed(&mut self, mut chunk: &[u8], take: Take) {
        while let Some(end) = memchr::memchr(b'\n', chunk) {
            let number = self.ended + 1;
            let line = &chunk[..end];
            if self.held.is_empty() && line.len() <= LONGEST {
                take(Item { number, line: number, column: 1, part: Part::Whole, bytes: line, newline: true });
            } else {
                self.held.add((number, number, 1), line, take);
                self.held.end((number, number, 1), true, take);
            }
            self.ended = number;
            chunk = &chunk[end + 1..];
        }
        self.held.add((self.ended + 1, self.ended + 1, 1), chunk, take);
    }

    pub(super) fn finish(&mut self, take: Take) {
        if !self.held.is_empty() {
            self.held.end((self.ended + 1, self.ended + 1, 1), false, take);
        }
    }
}

/// Splits JSON values: a sequence of values, or the elements of an array. It only counts brackets outside of strings,
/// and doesn't check whether a value is valid JSON.
#[derive(Debug)]
pub(super) struct Values {
    held: Held,
    ended: u64,
    /// The current line, and the line where the value begins.
    line: u64,
    begun: u64,
    /// The byte column of the next byte, and the one where the value begins.
    column: u64,
    begun_column: u64,
    array: bool,
    /// Whether the offset is inside the array's brackets.
    open: bool,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a value.
    Between,
    /// In a number, a word, or another value without brackets.
    Bare,
    /// In an object, list or string: the depth of brackets, and whether it is in a string or after a backslash.
    Inside { depth: u64, string: bool, escaped: bool },
}

impl Values {
    pub(super) fn new(array: bool) -> Values {
        Values {
            held: Held::default(),
            ended: 0,
            line: 1,
            begun: 1,
            column: 1,
            begun_column: 1,
            array,
            open: false,
            state: State::Between,
        }
    }

    pub(super) fn feed(&mut self, mut chunk: &[u8], take: Take) {
        while let Some(&byte) = chunk.first() {
            match self.state {
                State::Between => {
                    chunk = &chunk[1..];
                    self.between(byte, take);
                }
                State::Bare => {
                    let ends = |byte: &u8| byte.is_ascii_whitespace() || b",]}[{\"".contains(byte);
                    let end = chunk.iter().position(ends);
                    self.held.add(self.at(), &chunk[..end.unwrap_or(chunk.len())], take);
                    if end.is_some() {
                        self.end(take);
                    }
                    self.column += end.unwrap_or(chunk.len()) as u64;
                    chunk = &chunk[end.unwrap_or(chunk.len())..];
                }
                State::Inside { .. } => {
                    let end = self.inside(chunk);
                    let (value, rest) = chunk.split_at(end);
                    self.held.add(self.at(), value, take);
                    self.line += memchr::memchr_iter(b'\n', value).count() as u64;
                    self.column = match memchr::memrchr(b'\n', value) {
                        Some(last) => (value.len() - last) as u64,
                        None => self.column + value.len() as u64,
                    };
                    if self.state == State::Between {
                        self.end(take);
                    }
                    chunk = rest;
                }
            }
        }
    }

    /// Ends the last value. Returns whether the array has no closing bracket.
    pub(super) fn finish(&mut self, take: Take) -> bool {
        if !self.held.is_empty() {
            self.end(take);
        }
        self.open
    }

    /// Returns the value's number, line and column.
    fn at(&self) -> At {
        (self.ended + 1, self.begun, self.begun_column)
    }

    fn end(&mut self, take: Take) {
        self.held.end(self.at(), false, take);
        self.ended += 1;
        self.state = State::Between;
    }

    fn between(&mut self, byte: u8, take: Take) {
        self.line += u64::from(byte == b'\n');
        let column = self.column;
        self.column = if byte == b'\n' { 1 } else { column + 1 };
        match byte {
            b',' | 0xef | 0xbb | 0xbf => return,
            _ if byte.is_ascii_whitespace() => return,
            b'[' if self.array && !self.open => {
                self.open = true;
                return;
            }
            b']' if self.open => {
                self.open = false;
                return;
            }
            b'{' | b'[' => self.state = State::Inside { depth: 1, string: false, escaped: false },
            b'"' => self.state = State::Inside { depth: 0, string: true, escaped: false },
            b'}' | b']' => {
                (self.begun, self.begun_column) = (self.line, column);
                self.held.add(self.at(), &[byte], take);
                return self.end(take);
            }
            _ => self.state = State::Bare,
        }
        (self.begun, self.begun_column) = (self.line, column);
        self.held.add(self.at(), &[byte], take);
    }

    /// Returns the number of bytes of `chunk` that belong to the value. If the value ends, sets the state to `Between`.
    fn inside(&mut self, chunk: &[u8]) -> usize {
        let State::Inside { mut depth, mut string, mut escaped } = self.state else {
            return 0;
        };
        for (at, &byte) in chunk.iter().enumerate() {
            if escaped {
                escaped = false;
            } else if string {
                match byte {
                    b'\\' => escaped = true,
                    // Strings don't span lines: the closing quote is missing, so the next line starts outside a string.
                    b'"' | b'\n' => string = false,
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => string = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
            }
            if depth == 0 && !string {
                self.state = State::Between;
                return at + 1;
            }
        }
        self.state = State::Inside { depth, string, escaped };
        chunk.len()
    }
}

/// Returns the end of the object or list at the beginning of `bytes`. `None` if its end is missing.
pub(crate) fn value_end(bytes: &[u8]) -> Option<usize> {
    let mut values = Values::new(false);
    let end = match bytes.first() {
        Some(b'{' | b'[') => {
            values.state = State::Inside { depth: 1, string: false, escaped: false };
            1 + values.inside(&bytes[1..])
        }
        _ => return None,
    };
    (values.state == State::Between).then_some(end)
}
