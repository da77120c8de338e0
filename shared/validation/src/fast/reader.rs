//! The reader of one record: the offset in the bytes, and the texts read so far.

use super::scan::{Scanner, Text};
use super::text::is_blank;
use crate::record_summary::frame;

/// The ranges of a record's first eight strings in the piece's bytes. They begin after the opening quote, and end after
/// the closing quote.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    ranges: [(usize, usize); 8],
    count: usize,
}

impl Bounds {
    fn add(&mut self, range: (usize, usize)) {
        if let Some(free) = self.ranges.get_mut(self.count) {
            *free = range;
        }
        self.count += 1;
    }

    /// Returns the ranges of all strings; `None` if there are more than eight.
    pub(super) fn all(&self) -> Option<&[(usize, usize)]> {
        self.ranges.get(..self.count)
    }
}

/// Reads one record.
///
/// Methods that return an `Option` decline the record with `None`. Those that return a `bool` say whether they consumed
/// something.
pub(super) struct Reader<'r> {
    scanner: &'r Scanner,
    bytes: &'r [u8],
    at: usize,
    out: &'r mut [u8],
    written: usize,
    pub(super) ascii: u64,
    pub(super) beyond_ascii: u64,
    /// Whether there are non-ASCII bytes, which might not be UTF-8.
    pub(super) is_raw: bool,
    pub(super) bounds: Bounds,
}

impl<'r> Reader<'r> {
    pub(super) fn new(scanner: &'r Scanner, bytes: &'r [u8], at: usize, out: &'r mut [u8]) -> Reader<'r> {
        let bounds = Bounds::default();
        Reader { scanner, bytes, at, out, written: 0, ascii: 0, beyond_ascii: 0, is_raw: false, bounds }
    }

    /// Returns the next byte; after the last one, a newline.
    #[inline(always)]
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(b'\n')
    }

    /// Skips white space. A carriage return may be one only at the end of the line: a rule reports others.
    #[inline(always)]
    pub(super) fn skip_space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t') {
            self.at += 1;
        }
    }

    /// Skips white space, and consumes `byte` if it is next.
    #[inline(always)]
    pub(super) fn consume(&mut self, byte: u8) -> bool {
        self.skip_space();
        if self.peek() == byte {
            self.at += 1;
            return true;
        }
        false
    }

    /// Skips white space, and consumes `byte`, which must be next.
    #[inline(always)]
    pub(super) fn require(&mut self, byte: u8) -> Option<()> {
        if self.consume(byte) { Some(()) } else { None }
    }

    /// Skips white space, and consumes `literal` if it is next: a string with its quotes, written without escapes.
    #[inline(always)]
    pub(super) fn consume_literal(&mut self, literal: &[u8]) -> bool {
        self.skip_space();
        if self.bytes[self.at.min(self.bytes.len())..].starts_with(literal) {
            self.at += literal.len();
            return true;
        }
        false
    }

    /// Consumes `bytes` if they are next. Doesn't skip white space.
    #[inline(always)]
    pub(super) fn consume_exactly(&mut self, bytes: &[u8]) -> bool {
        let is_next = self.bytes.get(self.at..self.at + bytes.len()) == Some(bytes);
        if is_next {
            self.at += bytes.len();
        }
        is_next
    }

    /// Consumes `bytes`, which must be next. Doesn't skip white space.
    #[inline(always)]
    pub(super) fn require_exactly(&mut self, bytes: &[u8]) -> Option<()> {
        if self.consume_exactly(bytes) { Some(()) } else { None }
    }

    /// Consumes a key and the colon after it, if the key is next.
    #[inline(always)]
    pub(super) fn consume_key(&mut self, quoted: &[u8]) -> Option<bool> {
        if !self.consume_literal(quoted) {
            return Some(false);
        }
        self.require(b':')?;
        Some(true)
    }

    /// Consumes the comma or `close` after a member. Returns whether another member follows.
    #[inline(always)]
    pub(super) fn has_next(&mut self, close: u8) -> Option<bool> {
        if self.consume(b',') {
            return Some(true);
        }
        self.require(close)?;
        Some(false)
    }

    /// Reads a string, and declines one that a rule might report. Returns the range of its text in
    /// [`hashed`](Reader::hashed).
    #[inline(always)]
    pub(super) fn text(&mut self, kind: u8) -> Option<std::ops::Range<usize>> {
        self.require(b'"')?;
        let first = self.at;
        let text = self.text_after_quote(kind)?;
        self.bounds.add((first, self.at));
        Some(text)
    }

    /// Does the same, starting after the opening quote.
    #[inline(always)]
    pub(super) fn text_after_quote(&mut self, kind: u8) -> Option<std::ops::Range<usize>> {
        let start = self.written;
        let Text { end, written, ascii, beyond_ascii, is_raw } =
            self.scanner.scan(self.bytes, self.at, self.out, start)?;
        if is_blank(&self.out[start..written]) {
            return None;
        }
        self.at = end;
        self.ascii += ascii;
        self.beyond_ascii += beyond_ascii;
        self.is_raw |= is_raw;
        self.out.get_mut(written..written + 8)?.copy_from_slice(&frame(kind, written - start));
        self.written = written + 8;
        Some(start..written)
    }

    /// Returns the unescaped texts so far, each followed by its frame: the input of the fingerprint.
    pub(super) fn hashed(&self) -> &[u8] {
        &self.out[..self.written]
    }

    /// Returns the bytes up to the current offset.
    pub(super) fn read_bytes(&self) -> &[u8] {
        &self.bytes[..self.at]
    }

    /// Returns the length of [`hashed`](Reader::hashed).
    pub(super) fn written(&self) -> usize {
        self.written
    }

    /// Moves the texts from `middle` on in front of the others.
    #[cold]
    pub(super) fn move_to_front(&mut self, middle: usize) {
        self.out[..self.written].rotate_left(middle);
    }

    /// Returns the offset of the line's end, if only white space precedes it.
    pub(super) fn line_end(&mut self) -> Option<usize> {
        self.skip_space();
        if self.peek() == b'\r' {
            self.at += 1;
        }
        if self.peek() == b'\n' { Some(self.at) } else { None }
    }
}
