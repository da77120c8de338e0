//! The two cutters, and what they hold of a record.

use super::{Item, LONGEST, Part};

type Take<'t> = &'t mut dyn FnMut(Item);

/// The record at hand, until it is whole or longer than may be.
#[derive(Debug, Default)]
pub(super) struct Held {
    bytes: Vec<u8>,
    long: bool,
}

impl Held {
    fn is_empty(&self) -> bool {
        self.bytes.is_empty() && !self.long
    }

    fn add(&mut self, number: u64, bytes: &[u8], take: Take) {
        let mut hand = |part, bytes| take(Item { number, part, bytes, newline: false });
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

    fn end(&mut self, number: u64, newline: bool, take: Take) {
        let part = if self.long { Part::End } else { Part::Whole };
        take(Item { number, part, bytes: &self.bytes, newline });
        self.bytes.clear();
        self.long = false;
    }
}

/// Cuts at newlines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    held: Held,
    /// Lines that ended.
    ended: u64,
}

impl Lines {
    pub(super) fn feed(&mut self, mut chunk: &[u8], take: Take) {
        while let Some(end) = memchr::memchr(b'\n', chunk) {
            let number = self.ended + 1;
            let line = &chunk[..end];
            if self.held.is_empty() && line.len() <= LONGEST {
                take(Item { number, part: Part::Whole, bytes: line, newline: true });
            } else {
                self.held.add(number, line, take);
                self.held.end(number, true, take);
            }
            self.ended = number;
            chunk = &chunk[end + 1..];
        }
        self.held.add(self.ended + 1, chunk, take);
    }

    pub(super) fn finish(&mut self, take: Take) {
        if !self.held.is_empty() {
            self.held.end(self.ended + 1, false, take);
        }
    }
}

/// Cuts out JSON values: those that follow each other, or the elements of an array. It counts brackets and knows
/// strings; whether what it cuts is JSON is for others to find out.
#[derive(Debug)]
pub(super) struct Values {
    held: Held,
    ended: u64,
    array: bool,
    /// Within the array's brackets.
    open: bool,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a value.
    Between,
    /// In a number, a word, or whatever it is that has no brackets.
    Bare,
    /// In an object, list or text: brackets open, in a string, behind a backslash.
    Inside { depth: u64, string: bool, escaped: bool },
}

impl Values {
    pub(super) fn new(array: bool) -> Values {
        Values { held: Held::default(), ended: 0, array, open: false, state: State::Between }
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
                    self.held.add(self.ended + 1, &chunk[..end.unwrap_or(chunk.len())], take);
                    if end.is_some() {
                        self.end(take);
                    }
                    chunk = &chunk[end.unwrap_or(chunk.len())..];
                }
                State::Inside { .. } => {
                    let end = self.inside(chunk);
                    let (value, rest) = chunk.split_at(end);
                    self.held.add(self.ended + 1, value, take);
                    if self.state == State::Between {
                        self.end(take);
                    }
                    chunk = rest;
                }
            }
        }
    }

    /// Ends the last value, and tells whether the array has no end.
    pub(super) fn finish(&mut self, take: Take) -> bool {
        if !self.held.is_empty() {
            self.end(take);
        }
        self.open
    }

    fn end(&mut self, take: Take) {
        self.held.end(self.ended + 1, false, take);
        self.ended += 1;
        self.state = State::Between;
    }

    fn between(&mut self, byte: u8, take: Take) {
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
                self.held.add(self.ended + 1, &[byte], take);
                return self.end(take);
            }
            _ => self.state = State::Bare,
        }
        self.held.add(self.ended + 1, &[byte], take);
    }

    /// How many bytes of `chunk` belong to the value; the state is `Between` where it ends there.
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
                    // No string goes over lines: its quote is missing, and the next line is read afresh.
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

/// Where the value ends that `bytes` begin with, an object or a list; `None` where it does not end there.
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
