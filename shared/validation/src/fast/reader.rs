//! A place in a line, and what was read up to there.

use super::scan::{Scanner, Text};
use super::text::is_blank;
use crate::gist::frame;

/// Where texts stand in a file's bytes, behind their first quotes and behind their last: as many as are kept.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    places: [(usize, usize); 8],
    met: usize,
}

impl Bounds {
    fn note(&mut self, place: (usize, usize)) {
        if let Some(free) = self.places.get_mut(self.met) {
            *free = place;
        }
        self.met += 1;
    }

    /// Those of a record; `None` where it has more than are kept.
    pub(super) fn all(&self) -> Option<&[(usize, usize)]> {
        self.places.get(..self.met)
    }
}

/// Reads one record. Each method declines with `None`, or says whether it ate something.
pub(super) struct Reader<'r> {
    scanner: &'r Scanner,
    bytes: &'r [u8],
    at: usize,
    out: &'r mut [u8],
    written: usize,
    pub(super) ascii: u64,
    pub(super) beyond_ascii: u64,
    /// Whether bytes beyond ASCII were met, which may be no UTF-8.
    pub(super) is_raw: bool,
    pub(super) bounds: Bounds,
}

impl<'r> Reader<'r> {
    pub(super) fn new(scanner: &'r Scanner, bytes: &'r [u8], at: usize, out: &'r mut [u8]) -> Reader<'r> {
        let bounds = Bounds::default();
        Reader { scanner, bytes, at, out, written: 0, ascii: 0, beyond_ascii: 0, is_raw: false, bounds }
    }

    /// The next byte; behind the last one, it is as if a newline stood there.
    #[inline(always)]
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(b'\n')
    }

    /// Eats white space.
    #[inline(always)]
    pub(super) fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\r') {
            self.at += 1;
        }
    }

    /// Eats white space, and `byte` if it is next.
    #[inline(always)]
    pub(super) fn eats(&mut self, byte: u8) -> bool {
        self.space();
        if self.peek() == byte {
            self.at += 1;
            return true;
        }
        false
    }

    /// Eats white space, and `byte`, which must be next.
    #[inline(always)]
    pub(super) fn eat(&mut self, byte: u8) -> Option<()> {
        if self.eats(byte) { Some(()) } else { None }
    }

    /// Eats white space, and `literal` if it is next: a text, with its quotes, written as usual.
    #[inline(always)]
    pub(super) fn eats_text(&mut self, literal: &[u8]) -> bool {
        self.space();
        if self.bytes[self.at.min(self.bytes.len())..].starts_with(literal) {
            self.at += literal.len();
            return true;
        }
        false
    }

    /// Eats `bytes` if they are next, whatever they are.
    #[inline(always)]
    pub(super) fn eats_exactly(&mut self, bytes: &[u8]) -> bool {
        let are_next = self.bytes.get(self.at..self.at + bytes.len()) == Some(bytes);
        if are_next {
            self.at += bytes.len();
        }
        are_next
    }

    /// Eats `bytes`, which must be next.
    #[inline(always)]
    pub(super) fn eat_exactly(&mut self, bytes: &[u8]) -> Option<()> {
        if self.eats_exactly(bytes) { Some(()) } else { None }
    }

    /// Eats a key if it is next, and the colon behind it.
    #[inline(always)]
    pub(super) fn eats_key(&mut self, quoted: &[u8]) -> Option<bool> {
        if !self.eats_text(quoted) {
            return Some(false);
        }
        self.eat(b':')?;
        Some(true)
    }

    /// Behind a member: whether another follows before `close`.
    #[inline(always)]
    pub(super) fn goes_on(&mut self, close: u8) -> Option<bool> {
        if self.eats(b',') {
            return Some(true);
        }
        self.eat(close)?;
        Some(false)
    }

    /// Reads a text that no rule has a word on; what it says, as a range of [`said`](Reader::said).
    #[inline(always)]
    pub(super) fn text(&mut self, kind: u8) -> Option<std::ops::Range<usize>> {
        self.eat(b'"')?;
        let first = self.at;
        let text = self.text_behind_quote(kind)?;
        self.bounds.note((first, self.at));
        Some(text)
    }

    /// The same, behind its first quote.
    #[inline(always)]
    pub(super) fn text_behind_quote(&mut self, kind: u8) -> Option<std::ops::Range<usize>> {
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

    /// What the texts say up to here, each followed by its frame.
    pub(super) fn said(&self) -> &[u8] {
        &self.out[..self.written]
    }

    /// The bytes up to here.
    pub(super) fn read_bytes(&self) -> &[u8] {
        &self.bytes[..self.at]
    }

    /// How long that is.
    pub(super) fn written(&self) -> usize {
        self.written
    }

    /// Puts what was said from `middle` on before what was said earlier.
    #[cold]
    pub(super) fn swap(&mut self, middle: usize) {
        self.out[..self.written].rotate_left(middle);
    }

    /// Where the line ends, if nothing but white space stands before.
    pub(super) fn line_end(&mut self) -> Option<usize> {
        self.space();
        if self.peek() == b'\n' { Some(self.at) } else { None }
    }
}
