//! Names files that aren't JSON Lines, and says how to convert them.
//!
//! The first lines decide ([`Beginning`]). A file counts as JSON Lines, valid or not, unless its beginning is clearly
//! something else. A format is named only if it is certain, because a wrong name misleads people.

mod document;
mod ending;
mod literals;
mod logs;
mod magic;
mod markup;
mod outline;
mod packed;
mod sequence;
mod single;
mod table;
mod text;
mod values;

pub use document::RECORD_LISTS;
pub use ending::Ending;
pub(crate) use outline::Outline;

use crate::json::{Node, Value, parse};
use crate::line_findings::LineFindings;
use crate::lines::Line;

/// The number of bytes at the beginning of a file that [`layout_of`] reads: 64 KiB.
pub const LAYOUT_HEAD: usize = 64 * 1024;

/// The maximum number of non-blank lines that it reads.
const MOST_LINES: usize = 32;

/// The number of bytes that are kept of a line that begins after the first [`LAYOUT_HEAD`] bytes.
const NEXT_LINE: usize = 1024;

/// The type of a file that isn't JSON Lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileType {
    /// Its name, as in "the file is …": `a Parquet file`.
    pub is: &'static str,
    /// The help: an instruction without a full stop. It names the command that reads the file, if there is one.
    pub help: &'static str,
    /// The value of `tunedrop convert --from` for this type; `None` if convert doesn't support it.
    pub from: Option<&'static str>,
    /// Whether its records are JSON in another layout (an array, values that span several lines) or encoding (UTF-16).
    pub holds_json: bool,
}

impl FileType {
    const fn new(is: &'static str, help: &'static str) -> FileType {
        FileType { is, help, from: None, holds_json: false }
    }

    const fn converted(is: &'static str, from: &'static str, help: &'static str) -> FileType {
        FileType { is, help, from: Some(from), holds_json: false }
    }

    const fn json(is: &'static str, help: &'static str) -> FileType {
        FileType { is, help, from: None, holds_json: true }
    }
}

/// Identifies a file that isn't JSON Lines.
///
/// `head` is the file's first bytes: at least [`LAYOUT_HEAD`] of them, or the whole file (`is_whole`). Returns `None`
/// for JSON Lines, valid or not, and if the type is unknown. [`FileCheck`](crate::FileCheck) reports the same type,
/// except if the first line is longer than `head`, because it also reads the next line.
pub fn layout_of(head: &[u8], is_whole: bool) -> Option<FileType> {
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

/// The first lines of a file. Long lines are truncated.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Beginning {
    raw: Vec<u8>,
    lines: Vec<Kept>,
}

/// The kept part of a line that isn't blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kept {
    start: usize,
    end: usize,
    is_cut: bool,
}

impl Beginning {
    /// Adds the file's next line. Returns whether there are enough lines to identify the layout.
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
            // Separates the lines if the first one fills the buffer.
            self.raw.extend((!is_blank).then_some(b'\n'));
        }
        match self.lines.len() {
            0 | 1 => false,
            2 => self.is_json_lines() || self.raw.len() >= LAYOUT_HEAD,
            // The names of an archive's files may be many lines apart.
            more => self.raw.len() >= LAYOUT_HEAD || (more >= MOST_LINES && !magic::is_zip(&self.raw)),
        }
    }

    /// Returns the layout if it isn't JSON Lines. `ended`: the file has no more lines.
    pub(crate) fn layout(&self, ended: bool) -> Option<FileType> {
        if self.is_json_lines() {
            return None;
        }
        if let Some(layout) = magic::of(&self.raw, ended && self.raw.len() < LAYOUT_HEAD) {
            return Some(layout);
        }
        let sample = Sample { body: self.body(), lines: self.trimmed(), ended };
        match sample.lines.first()?.head().first()? {
            b'{' | b'[' => values::of(&sample).unwrap_or_else(|| text::of(&sample)),
            _ => text::of(&sample),
        }
    }

    /// Returns the first value, if the file begins with JSON.
    pub(crate) fn outline(&self) -> Option<Outline<'_>> {
        outline::read(self.body(), false)
    }

    /// Whether the first two lines look like records. That is so for almost all files, so it is checked first.
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
        let is_joined = || {
            let end = outline::read(first_line, false).and_then(|first| first.end);
            end.is_some_and(|end| first_line[end..].trim_ascii_start().starts_with(b"{"))
        };
        opens(first_line)
            && opens(second_line)
            && (first.is_cut || (first_line.ends_with(b"}") && !(self.lines.len() < 32 && is_joined())))
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

    /// Returns the bytes without byte order marks and without white space around them. If the first line was truncated,
    /// returns only that line.
    fn body(&self) -> &[u8] {
        let raw = match self.lines.first() {
            Some(first) if first.is_cut => &self.raw[..first.end],
            _ => &self.raw,
        };
        without_mark(raw).trim_ascii()
    }
}

/// The part of a file by which its layout is identified.
struct Sample<'b> {
    /// The first bytes, without byte order marks and without white space around them.
    body: &'b [u8],
    /// The first non-blank lines, without trailing white space.
    lines: Vec<Line<'b>>,
    /// Whether the file has no more lines.
    ended: bool,
}

impl<'b> Sample<'b> {
    fn first(&self) -> &'b [u8] {
        self.lines.first().map_or(b"", |line| line.head())
    }

    /// Whether only one line is known.
    fn is_one_line(&self) -> bool {
        self.lines.len() < 2
    }

    /// Whether `is` holds for at least one in `of` lines.
    fn share(&self, of: usize, is: impl Fn(&[u8]) -> bool) -> bool {
        self.lines.iter().filter(|line| is(line.head())).count() * of >= self.lines.len()
    }

    /// Whether enough lines are records for the file to be JSON Lines that also has other lines.
    fn has_records(&self) -> bool {
        let is_record = |line: &&Line| match line {
            Line::Whole(bytes) => reads_as(bytes, |value| matches!(value, Value::Object(_))),
            Line::TooLong(bytes) => bytes.starts_with(b"{\""),
        };
        self.lines.iter().filter(is_record).count() * 3 >= self.lines.len()
    }
}

/// Returns the bytes without leading byte order marks.
fn without_mark(mut bytes: &[u8]) -> &[u8] {
    while let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        bytes = rest;
    }
    bytes
}

/// Whether a line is one JSON value for which `is` holds.
fn reads_as(line: &[u8], is: impl Fn(&Value) -> bool) -> bool {
    let line = line.trim_ascii();
    // Rejects most lines of other files without parsing them.
    if !matches!(line.first(), Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')) {
        return false;
    }
    read(line).is_some_and(|node| !matches!(node.value, Value::Unread) && is(&node.value))
}

/// Parses a JSON value. Returns `None` if it isn't valid.
pub(crate) fn read(text: &[u8]) -> Option<Node<'_>> {
    parse(std::str::from_utf8(text).ok()?, &mut LineFindings::new("", 0, b""))
}

#[cfg(test)]
mod tests;
