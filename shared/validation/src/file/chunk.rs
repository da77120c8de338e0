//! What is judged at once: whole lines, by whichever thread.

use std::cell::RefCell;
use std::ops::Range;

use super::foreign::Foreign;
use super::judge::judge_line;
use super::shown::Shown;
use crate::catalogue::Training;
use crate::fast::{Fast, Usual};
use crate::gist::Gist;
use crate::lines::{Line, Lines, Piece};
use crate::reserved::Reserved;
use crate::{Findings, MediaFolder, Options};

/// What a file's records are judged by. Shared by all threads that judge chunks of it.
#[derive(Debug)]
pub struct Rules {
    pub(super) file: String,
    pub(super) training: Training,
    pub(super) reserved: Reserved,
    pub(super) sensitive: bool,
    pub(super) media_folder: Option<MediaFolder>,
    pub(super) options: Options,
    fast: Option<Fast>,
}

/// Bytes of a file, cut so that a thread can judge them. Made by a [`Cutter`].
#[derive(Debug)]
pub struct Chunk {
    /// The line that earlier bytes began and these end.
    first: Vec<u8>,
    first_is_head: bool,
    buffer: Vec<u8>,
    lines: Range<usize>,
}

impl Chunk {
    /// The buffer that the chunk was cut from, to be filled again.
    pub fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }

    /// How many bytes of the file it stands for.
    pub(super) fn bytes(&self) -> u64 {
        self.buffer.len() as u64
    }

    pub(super) fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let first = Piece { bytes: &self.first, is_head: self.first_is_head };
        let rest = Piece { bytes: &self.buffer[self.lines.clone()], is_head: false };
        [first, rest].into_iter().filter(|piece| !piece.bytes.is_empty())
    }
}

/// Cuts a file that comes in buffers into chunks of whole lines. Holds one line at most.
#[derive(Debug, Default)]
pub struct Cutter {
    lines: Lines,
}

impl Cutter {
    /// The next chunk: `buffer` follows the one before, and should be a megabyte or less.
    pub fn cut(&mut self, buffer: Vec<u8>) -> Chunk {
        let (mut first, mut first_is_head, mut lines) = (Vec::new(), false, 0..0);
        let joins = self.lines.last().is_some();
        let mut is_first = joins;
        let start = memchr::memchr(b'\n', &buffer).filter(|_| joins).map_or(0, |newline| newline + 1);
        lines.start = start;
        lines.end = start;
        self.lines.feed(&buffer, |piece| {
            if is_first {
                (first, first_is_head) = (piece.bytes.to_vec(), piece.is_head);
            } else {
                lines.end += piece.bytes.len();
            }
            is_first = false;
        });
        Chunk { first, first_is_head, buffer, lines }
    }

    /// What follows the last newline.
    pub fn last(self) -> Chunk {
        let last = self.lines.last();
        let first = last.map_or(Vec::new(), |piece| piece.bytes.to_vec());
        Chunk { first, first_is_head: last.is_some_and(|piece| piece.is_head), buffer: Vec::new(), lines: 0..0 }
    }
}

/// What came of judging a [`Chunk`], for [`FileCheck::absorb`](crate::FileCheck::absorb).
#[derive(Debug)]
pub struct Outcome {
    pub(super) pieces: Vec<PieceOutcome>,
}

/// What came of judging a piece. Lines are counted from 1 at the piece's beginning.
#[derive(Debug, Default)]
pub(super) struct PieceOutcome {
    pub(super) lines: u64,
    pub(super) records: u64,
    pub(super) findings: Findings,
    pub(super) shown: Shown,
    pub(super) good: Vec<Good>,
    pub(super) foreign: Foreign,
    /// Records that were judged the long way.
    pub(super) slow: u64,
}

/// A record without an error of its own.
#[derive(Debug)]
pub(super) struct Good {
    pub(super) line: u64,
    /// Offset of its line in the piece.
    pub(super) start: usize,
    pub(super) gist: Gist,
}

impl Rules {
    pub(super) fn new(file: &str, training: &Training, options: Options, media_folder: Option<MediaFolder>) -> Rules {
        let reserved = Reserved::new(&training.reserved);
        let (fast, sensitive) = (Fast::new(training, options), options.sensitive);
        Rules { file: file.to_owned(), training: training.clone(), reserved, sensitive, media_folder, options, fast }
    }

    /// Judges a chunk. What only shows across records is told when the outcome is absorbed.
    pub fn judge(&self, chunk: &Chunk) -> Outcome {
        let nothing = Findings::default();
        Outcome { pieces: chunk.pieces().map(|piece| self.judge_piece(piece, &nothing)).collect() }
    }

    /// Judges whole lines. Of a code of which `earlier` has enough findings, no more are kept.
    pub(super) fn judge_piece(&self, piece: Piece, earlier: &Findings) -> PieceOutcome {
        let mut outcome = PieceOutcome::default();
        SCRATCH.with_borrow_mut(|scratch| {
            let fast = self.fast.as_ref().filter(|_| !piece.is_head);
            if fast.is_some() {
                let most = Fast::scratch(piece.bytes);
                if scratch.len() < most {
                    // A new one: nothing in it has to be kept, so a growing one would be copied for nothing.
                    *scratch = vec![0; most + most / 2];
                }
            }
            let (mut start, mut usual) = (0, Usual::default());
            while start < piece.bytes.len() {
                outcome.lines += 1;
                if let Some((next, gist)) = fast.and_then(|fast| fast.read(&mut usual, piece.bytes, start, scratch)) {
                    outcome.records += 1;
                    outcome.good.push(Good { line: outcome.lines, start, gist });
                    start = next;
                } else {
                    let (line, next) = piece.line_at(start);
                    judge_line(self, line, start, earlier, &mut outcome);
                    start = next;
                }
            }
        });
        outcome
    }
}

thread_local! {
    /// What the texts of a record are unescaped into. At least as long as the longest piece that this thread has judged.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Whether a line holds nothing.
pub(super) fn is_blank(line: Line) -> bool {
    matches!(line, Line::Whole(bytes) if bytes.trim_ascii().is_empty())
}
