//! One pass over a file: bytes in, a sketch out.

use tunedrop_validation::{LineFeed, Role, TextReader, Training};

use crate::facts::{Buffers, Facts, facts};
use crate::kept::FileSketch;
use crate::parallel;

/// Reads a file once. Memory: one piece of at most 8 MiB, and the sketch.
#[derive(Debug)]
pub struct QualityPass {
    feed: LineFeed,
    state: State,
}

#[derive(Debug)]
struct State {
    reader: TextReader,
    threads: usize,
    /// Lines that were read.
    lines: u64,
    sketch: FileSketch,
}

impl QualityPass {
    /// Starts a pass over the file `name`. With several `threads`, its records are read in parallel. The result doesn't
    /// depend on their number.
    pub fn new(name: &str, role: Role, training: &Training, threads: usize) -> QualityPass {
        let (reader, sketch) = (TextReader::new(training), FileSketch::new(name, role));
        QualityPass { feed: LineFeed::default(), state: State { reader, threads, lines: 0, sketch } }
    }

    /// Also keeps the line of every record, for [`grouping`](crate::grouping): 24 bytes each.
    pub fn keeping_lines(mut self) -> QualityPass {
        self.state.sketch.lines = Some(Vec::new());
        self
    }

    /// Reads the file's next bytes, which may begin and end anywhere in a line.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.feed.feed(bytes, &mut |lines| self.state.take(lines));
    }

    /// Reads the rest of the last line, and returns what is kept of the file.
    pub fn finish(mut self) -> FileSketch {
        self.feed.finish(|lines| self.state.take(lines));
        self.state.sketch
    }
}

impl State {
    fn take(&mut self, lines: &[u8]) {
        let parts = divided(lines, self.threads);
        let reader = &self.reader;
        let read = parallel::map(&parts, self.threads, |part| read_part(reader, part));
        for (count, records) in read {
            records.into_iter().for_each(|record| self.sketch.add(self.lines + record.line + 1, record));
            self.lines += count;
        }
    }
}

/// Returns the number of lines, and the facts of the records.
fn read_part(reader: &TextReader, lines: &[u8]) -> (u64, Vec<Facts>) {
    let (mut records, mut buffers) = (Vec::new(), Buffers::default());
    reader.read(lines, &mut |line, texts| records.extend(facts(line, texts, &mut buffers)));
    (line_count(lines), records)
}

pub(crate) fn line_count(lines: &[u8]) -> u64 {
    let newlines = lines.iter().filter(|byte| **byte == b'\n').count() as u64;
    newlines + u64::from(!lines.ends_with(b"\n"))
}

/// Divides whole lines into parts of about the same size.
pub(crate) fn divided(lines: &[u8], parts: usize) -> Vec<&[u8]> {
    let each = lines.len().div_ceil(parts.max(1));
    let (mut rest, mut divided) = (lines, Vec::with_capacity(parts));
    while !rest.is_empty() {
        let near = each.min(rest.len()) - 1;
        let end = rest[near..].iter().position(|byte| *byte == b'\n').map_or(rest.len(), |newline| near + newline + 1);
        divided.push(&rest[..end]);
        rest = &rest[end..];
    }
    divided
}

#[cfg(test)]
mod tests {
    use super::divided;

    #[test]
    fn divides_at_line_ends() {
        assert_eq!(divided(b"ab\ncd\nef\ngh", 2), [&b"ab\ncd\n"[..], b"ef\ngh"]);
        assert_eq!(divided(b"abcdef\nx\n", 4), [&b"abcdef\n"[..], b"x\n"]);
        assert!(divided(b"", 2).is_empty());
    }
}
