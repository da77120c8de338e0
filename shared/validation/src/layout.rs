//! Files that aren't JSON Lines: what they are, and what to do about it.
//!
//! The first lines decide ([`Beginning`]). A file counts as JSON Lines, valid or not, unless its beginning clearly is
//! something else. A file gets a name only if that is certain, because a wrong name misleads people.

mod document;
mod logs;
mod magic;
mod markup;
mod outline;
mod table;
mod text;
mod values;

pub use document::RECORD_LISTS;
pub(crate) use outline::Outline;

use crate::faults::Faults;
use crate::json::{Node, Value, parse};
use crate::lines::Line;

/// How many of a file's first bytes [`layout_of`] looks at: 64 KiB.
pub const LAYOUT_HEAD: usize = 64 * 1024;

/// How many lines that aren't blank it looks at.
const MOST_LINES: usize = 32;

/// How much is kept of a line that begins behind the first [`LAYOUT_HEAD`] bytes.
const NEXT_LINE: usize = 1024;

/// What a file is, other than JSON Lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Its name, as in "the file is …": `a Parquet file`.
    pub is: &'static str,
    /// What to do about it: an imperative without a full stop. Names the command that reads the file, if there is one.
    pub help: &'static str,
    /// The value of `tunedrop convert --from` that reads the file; `None` where convert doesn't.
    pub from: Option<&'static str>,
    /// Whether its records are JSON anyway, in another arrangement (an array, values spread over lines) or in UTF-16.
    pub holds_json: bool,
}

impl Layout {
    const fn new(is: &'static str, help: &'static str) -> Layout {
        Layout { is, help, from: None, holds_json: false }
    }

    const fn converted(is: &'static str, from: &'static str, help: &'static str) -> Layout {
        Layout { is, help, from: Some(from), holds_json: false }
    }

    const fn json(is: &'static str, help: &'static str) -> Layout {
        Layout { is, help, from: None, holds_json: true }
    }
}

/// Identifies a file that isn't JSON Lines.
///
/// `head` is the file's first bytes: at least [`LAYOUT_HEAD`] of them, or the whole file (`is_whole`). Returns `None`
/// for JSON Lines, valid or not, and for what can't be identified. [`FileCheck`](crate::FileCheck) reports the same
/// layout, unless the first line is longer than `head`: it looks at the next line, too.
pub fn layout_of(head: &[u8], is_whole: bool) -> Option<Layout> {
    let mut beginning = Beginning::default();
    let mut lines = head.split_inclusive(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let is_cut = lines.peek().is_none() && !is_whole && !line.ends_with(b"\n");
        let bytes = line.strip_suffix(b"\n").unwrap_or(line);
        if beginning.add(if is_cut { Line::TooLong(bytes) } else { Line::Whole(bytes) }) {
            return beginning.layout(false);
        }
    }
    beginning.layout(is_whole)
}

/// The first lines of a file, cut short where they are long.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Beginning {
    raw: Vec<u8>,
    lines: Vec<Kept>,
}

/// What is kept of a line that isn't blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kept {
    start: usize,
    end: usize,
    is_cut: bool,
}

impl Beginning {
    /// Adds the file's next line. Returns whether enough is known now to identify the layout.
    pub(crate) fn add(&mut self, line: Line) -> bool {
        let bytes = line.head();
        let is_blank = bytes.trim_ascii().is_empty();
        if is_blank && self.lines.is_empty() {
            return false;
        }
        let least = if is_blank { 0 } else { NEXT_LINE };
        let room = LAYOUT_HEAD.saturating_sub(self.raw.len()).max(least);
        let kept = &bytes[..bytes.len().min(room)];
        let start = self.raw.len();
        self.raw.extend_from_slice(kept);
        if !is_blank {
            let is_cut = kept.len() < bytes.len() || matches!(line, Line::TooLong(_));
            self.lines.push(Kept { start, end: self.raw.len(), is_cut });
        }
        if self.raw.len() < LAYOUT_HEAD {
            self.raw.push(b'\n');
        } else {
            // Keeps lines apart where the first one fills the room.
            self.raw.extend((!is_blank).then_some(b'\n'));
        }
        match self.lines.len() {
            0 | 1 => false,
            2 => self.is_json_lines() || self.raw.len() >= LAYOUT_HEAD,
            // The names in an archive are far apart.
            more => self.raw.len() >= LAYOUT_HEAD || (more >= MOST_LINES && !magic::is_zip(&self.raw)),
        }
    }

    /// The layout, if it isn't JSON Lines. `ended`: these are all lines of the file.
    pub(crate) fn layout(&self, ended: bool) -> Option<Layout> {
        if self.is_json_lines() {
            return None;
        }
        if let Some(layout) = magic::of(&self.raw) {
            return Some(layout);
        }
        let sample = Sample { body: self.body(), lines: self.trimmed(), ended };
        match sample.lines.first()?.head().first()? {
            b'{' | b'[' => values::of(&sample).unwrap_or_else(|| text::of(&sample)),
            _ => text::of(&sample),
        }
    }

    /// The first value, where the file begins with JSON.
    pub(crate) fn outline(&self) -> Option<Outline<'_>> {
        outline::read(self.body(), false)
    }

    /// Whether the first two lines look like records: almost all files end here.
    fn is_json_lines(&self) -> bool {
        let [first, second, ..] = self.lines.as_slice() else {
            return false;
        };
        let bytes = |kept: &Kept| without_mark(&self.raw[kept.start..kept.end]).trim_ascii();
        let opens = |line: &[u8]| {
            let inside = line.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
            matches!(inside.and_then(<[u8]>::first), Some(b'"' | b'}'))
        };
        let (first_line, second_line) = (bytes(first), bytes(second));
        opens(first_line) && opens(second_line) && (first.is_cut || first_line.ends_with(b"}"))
    }

    fn trimmed(&self) -> Vec<Line<'_>> {
        let trim = |kept: &Kept| {
            let bytes = without_mark(&self.raw[kept.start..kept.end]).trim_ascii_end();
            if kept.is_cut { Line::TooLong(bytes) } else { Line::Whole(bytes) }
        };
        let mut lines: Vec<_> = self.lines.iter().map(trim).collect();
        if let Some(first) = lines.first_mut() {
            *first = match *first {
                Line::Whole(bytes) => Line::Whole(bytes.trim_ascii_start()),
                Line::TooLong(bytes) => Line::TooLong(bytes.trim_ascii_start()),
            };
        }
        lines
    }

    /// The first bytes from the first character on; only the first line, where it was cut.
    fn body(&self) -> &[u8] {
        let raw = match self.lines.first() {
            Some(first) if first.is_cut => &self.raw[..first.end],
            _ => &self.raw,
        };
        without_mark(raw).trim_ascii()
    }
}

/// What the layouts are identified by.
struct Sample<'b> {
    /// The first bytes, from the first character on.
    body: &'b [u8],
    /// The first lines that aren't blank, without white space at their ends.
    lines: Vec<Line<'b>>,
    /// Whether these are all lines of the file.
    ended: bool,
}

impl<'b> Sample<'b> {
    fn first(&self) -> &'b [u8] {
        self.lines.first().map_or(b"", |line| line.head())
    }

    /// Whether the file has one line only, as far as this shows.
    fn is_one_line(&self) -> bool {
        self.lines.len() < 2
    }

    /// Whether at least `of`th part of the lines is such.
    fn share(&self, of: usize, is: impl Fn(&[u8]) -> bool) -> bool {
        self.lines.iter().filter(|line| is(line.head())).count() * of >= self.lines.len()
    }

    /// Whether enough of the lines are records for the file to be JSON Lines with other lines among them.
    fn has_records(&self) -> bool {
        let is_record = |line: &&Line| match line {
            Line::Whole(bytes) => reads_as(bytes, |value| matches!(value, Value::Object(_))),
            Line::TooLong(bytes) => bytes.starts_with(b"{\""),
        };
        self.lines.iter().filter(is_record).count() * 3 >= self.lines.len()
    }
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Whether a line is one JSON value of a kind that passes.
fn reads_as(line: &[u8], is: impl Fn(&Value) -> bool) -> bool {
    let line = line.trim_ascii();
    // Most lines of other files end here.
    if !matches!(line.first(), Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')) {
        return false;
    }
    read(line).is_some_and(|node| !matches!(node.value, Value::Unread) && is(&node.value))
}

/// Reads a JSON value; `None` where it isn't one.
pub(crate) fn read(text: &[u8]) -> Option<Node<'_>> {
    parse(std::str::from_utf8(text).ok()?, &mut Faults::new("", 0, b""))
}

#[cfg(test)]
mod tests;
