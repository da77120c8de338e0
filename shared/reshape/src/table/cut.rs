//! Splits CSV into rows, at the line breaks that aren't inside a quoted cell.

use memchr::{memchr, memchr_iter, memchr3};

use super::cells;
use crate::records::LONGEST;

/// The maximum length in bytes of a row with a misplaced quotation mark. If its end isn't found within it, the rest of
/// the file is left out.
const FAULTY_LONGEST: usize = 64 * 1024;

/// A row's bytes, without the line break at its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Raw<'b> {
    pub(super) bytes: &'b [u8],
    /// The line that it begins on.
    pub(super) line: u64,
    /// The line that it ends on.
    pub(super) last: u64,
    pub(super) fault: Option<Fault>,
}

/// Why a row can't be split.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The reason, with the location.
    pub(super) why: String,
    /// Whether the start of the next row is unknown.
    pub(super) is_last: bool,
    /// Whether the row has backslashes before quotation marks.
    pub(super) is_escape: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a cell.
    Begin,
    Unquoted,
    Quoted,
    /// After a quotation mark that closes a cell, unless another one follows.
    Closed,
    /// After a misplaced quotation mark.
    Misplaced,
}

/// Splits rows. Keeps at most one row in memory.
#[derive(Debug)]
pub(super) struct Rows {
    separator: u8,
    row: Vec<u8>,
    is_long: bool,
    state: State,
    /// The current line, and the offset in `row` at which it begins.
    line: u64,
    line_start: usize,
    row_line: u64,
    /// Line and column of the last quotation mark that opened a cell.
    opened: (u64, usize),
    fault: String,
    /// The number of columns in the header.
    columns: Option<usize>,
    /// Whether the last byte was a carriage return that ended a row.
    after_return: bool,
    /// Whether a row had backslashes before quotation marks.
    has_escapes: bool,
    is_lost: bool,
}

impl Rows {
    pub(super) fn new(separator: u8, line: u64) -> Rows {
        Rows {
            separator,
            row: Vec::new(),
            is_long: false,
            state: State::Begin,
            line,
            line_start: 0,
            row_line: line,
            opened: (line, 1),
            fault: String::new(),
            columns: None,
            after_return: false,
            has_escapes: false,
            is_lost: false,
        }
    }

    /// Reads the next bytes, in chunks of any size. `take` returns the number of columns of the table.
    pub(super) fn feed(&mut self, mut bytes: &[u8], take: &mut dyn FnMut(Raw) -> usize) {
        while let Some(&byte) = bytes.first() {
            if self.is_lost {
                return;
            }
            // Bytes that can't change the state are copied at once.
            let plain = match self.state {
                State::Unquoted => memchr3(self.separator, b'\n', b'\r', bytes),
                State::Quoted => memchr(b'"', bytes),
                _ => Some(0),
            };
            let length = plain.unwrap_or(bytes.len());
            if length > 0 {
                self.add(&bytes[..length]);
                bytes = &bytes[length..];
                continue;
            }
            bytes = &bytes[1..];
            self.step(byte, take);
        }
    }

    /// Reads the end of the table.
    pub(super) fn finish(&mut self, take: &mut dyn FnMut(Raw) -> usize) {
        if self.is_lost {
            return;
        }
        if self.state == State::Quoted {
            let (line, column) = self.opened;
            self.fault = format!("the quotation mark at line {line}, column {column} is never closed: close it");
            self.lose(take);
        } else if !self.row.is_empty() || self.is_long {
            self.end_line(true, take);
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.state == State::Quoted {
            let mut breaks = memchr_iter(b'\n', bytes);
            if let Some(last) = breaks.next_back() {
                self.line += breaks.count() as u64 + 1;
                self.line_start = self.row.len() + last + 1;
            }
        }
        if self.row.len() + bytes.len() <= LONGEST {
            self.row.extend_from_slice(bytes);
        } else {
            self.is_long = true;
        }
    }

    fn step(&mut self, byte: u8, take: &mut dyn FnMut(Raw) -> usize) {
        if std::mem::take(&mut self.after_return) && byte == b'\n' {
            return;
        }
        if matches!(byte, b'\n' | b'\r') && self.state != State::Quoted {
            self.after_return = byte == b'\r';
            return self.end_line(false, take);
        }
        let column = self.row.len().saturating_sub(self.line_start) + 1;
        let next = match self.state {
            State::Misplaced => State::Misplaced,
            _ if byte == self.separator => State::Begin,
            State::Begin if byte == b'"' => {
                self.opened = (self.line, column);
                let is_after_space = self.row.last().is_some_and(|byte| *byte == b' ');
                if is_after_space && self.separator != b' ' {
                    self.misplaced("a space before an opening quotation mark: remove it", column - 1)
                } else {
                    State::Quoted
                }
            }
            State::Begin if byte == b' ' => State::Begin,
            State::Begin | State::Unquoted => State::Unquoted,
            // In a quoted cell, only a quotation mark isn't copied above.
            State::Quoted => State::Closed,
            State::Closed if byte == b'"' => State::Quoted,
            State::Closed => {
                let is_escaped = self.row.iter().rev().nth(1).is_some_and(|byte| *byte == b'\\');
                let why = if is_escaped {
                    r#"a backslash before a quotation mark: CSV writes "" for a quotation mark inside a cell"#
                } else {
                    r#"text after a closing quotation mark: write "" for a quotation mark inside a cell"#
                };
                self.misplaced(why, column - 1)
            }
        };
        self.add(&[byte]);
        self.state = next;
    }

    fn misplaced(&mut self, why: &str, column: usize) -> State {
        self.fault = format!("line {}, column {column}: {why}", self.line);
        State::Misplaced
    }

    /// Ends a line outside of quoted cells. The row ends too, unless it has a misplaced quotation mark that isn't
    /// closed.
    fn end_line(&mut self, at_end: bool, take: &mut dyn FnMut(Raw) -> usize) {
        self.line += 1;
        if self.state == State::Misplaced {
            let is_bounded = !self.is_long && self.row.len() < FAULTY_LONGEST;
            let Some(columns) = self.columns.filter(|_| is_bounded) else { return self.lose(take) };
            if !cells::ends(&self.row, self.separator, columns) {
                if at_end || !cells::has_escapes(&self.row) {
                    return self.lose(take);
                }
                self.row.push(b'\n');
                self.line_start = self.row.len();
                return;
            }
        }
        // Whether a quotation mark after a backslash closes its cell depends on the program that wrote the table.
        if self.has_escapes && self.state != State::Misplaced && cells::has_escapes(&self.row) {
            self.fault = format!("line {}: a backslash before a quotation mark", self.row_line);
            return self.lose(take);
        }
        let fault = match self.state {
            State::Misplaced => Some(Fault {
                why: std::mem::take(&mut self.fault),
                is_last: false,
                is_escape: cells::has_escapes(&self.row),
            }),
            _ if self.is_long => Some(Fault {
                why: format!("the row is longer than {} MiB", LONGEST >> 20),
                is_last: false,
                is_escape: false,
            }),
            _ => None,
        };
        self.has_escapes |= fault.as_ref().is_some_and(|fault| fault.is_escape);
        // Empty lines before the header aren't rows.
        if self.is_long || !self.row.is_empty() || self.columns.is_some() {
            self.columns = Some(take(Raw { bytes: &self.row, line: self.row_line, last: self.line - 1, fault }));
        }
        self.row.clear();
        (self.is_long, self.state) = (false, State::Begin);
        (self.row_line, self.line_start) = (self.line, 0);
    }

    /// Leaves out the rest of the file, because it isn't known whether it is part of a cell.
    fn lose(&mut self, take: &mut dyn FnMut(Raw) -> usize) {
        let fault = Some(Fault { why: std::mem::take(&mut self.fault), is_last: true, is_escape: false });
        take(Raw { bytes: &[], line: self.row_line, last: self.line, fault });
        self.is_lost = true;
    }
}
