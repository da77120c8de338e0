//! One pass over a file: bytes in, a sketch out.

use tunedrop_validation::{LineFeed, Role, TextReader, Training};

use crate::facts::{Buffers, Facts, facts};
use crate::kept::FileSketch;
use crate::parallel;

/// How many bytes of lines are read together, so that dividing them among threads is worth it.
const BATCH: usize = 1 << 20;

/// Reads a file once. Memory: a batch of lines, one piece of at most 8 MiB, what is known of the records of two batches,
/// and the sketch.
#[derive(Debug)]
pub struct QualityPass {
    feed: LineFeed,
    state: State,
}

#[derive(Debug)]
struct State {
    reader: TextReader,
    threads: usize,
    /// Whole lines that weren't read yet.
    batch: Vec<u8>,
    /// What was read last, for each part of a batch: the number of lines, and the records. It is added to the sketch while
    /// the next batch is read.
    read: Vec<(u64, Vec<Facts>)>,
    /// Lines that were added.
    lines: u64,
    sketch: FileSketch,
}

impl QualityPass {
    /// Starts a pass over the file `name`. With several `threads`, its records are read in parallel. The result doesn't
    /// depend on their number.
    pub fn new(name: &str, role: Role, training: &Training, threads: usize) -> QualityPass {
        let (reader, sketch) = (TextReader::new(training), FileSketch::new(name, role));
        let state = State { reader, threads, batch: Vec::new(), read: Vec::new(), lines: 0, sketch };
        QualityPass { feed: LineFeed::default(), state }
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
        self.state.finish()
    }
}

impl State {
    fn take(&mut self, lines: &[u8]) {
        if self.batch.is_empty() && lines.len() >= BATCH {
            return self.read(lines);
        }
        self.batch.extend_from_slice(lines);
        if self.batch.len() >= BATCH {
            self.read_batch();
        }
    }

    fn read_batch(&mut self) {
        let mut batch = std::mem::take(&mut self.batch);
        self.read(&batch);
        batch.clear();
        self.batch = batch;
    }

    /// Reads lines, and adds what was read before.
    fn read(&mut self, lines: &[u8]) {
        let parts = divided(lines, self.threads);
        let State { reader, sketch, lines: before, read, .. } = self;
        let last = std::mem::take(read);
        let add = || add(sketch, before, last);
        *read = parallel::map_beside(&parts, self.threads, |part| read_part(reader, part), add);
    }

    fn finish(mut self) -> FileSketch {
        if !self.batch.is_empty() {
            self.read_batch();
        }
        let State { mut sketch, mut lines, read, .. } = self;
        add(&mut sketch, &mut lines, read);
        sketch
    }
}

/// Adds the records that were read, after a number of `lines`.
fn add(sketch: &mut FileSketch, lines: &mut u64, read: Vec<(u64, Vec<Facts>)>) {
    for (count, records) in read {
        records.into_iter().for_each(|record| sketch.add(*lines + record.line + 1, record));
        *lines += count;
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
