//! Validates a piece of a file: whole lines.

use std::cell::RefCell;

use super::causes::Causes;
use super::continued::{Open, check_or_skip};
use super::modalities::FileModalities;
use crate::catalogue::Training;
use crate::fast::{Fast, RecordTemplate};
use crate::lines::{Line, Piece};
use crate::record_summary::RecordSummary;
use crate::reserved::Reserved;
use crate::{Findings, MediaFolder, Options, SensitiveCounts};

/// The rules that a file's records must follow.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) file: String,
    pub(super) training: Training,
    pub(super) reserved: Reserved,
    pub(super) sensitive: bool,
    pub(super) media_folder: Option<MediaFolder>,
    pub(super) options: Options,
    fast: Option<Fast>,
}

/// The result of a piece. Lines are counted from 1 at the start of the piece.
#[derive(Debug, Default)]
pub(super) struct PieceOutcome {
    pub(super) lines: u64,
    pub(super) records: u64,
    pub(super) findings: Findings,
    pub(super) shown: FileModalities,
    pub(super) good: Vec<Good>,
    pub(super) causes: Causes,
    /// Secrets and personal data, if they are looked for.
    pub(super) sensitive: SensitiveCounts,
    /// Records that took the slow path.
    pub(super) slow: u64,
    /// The last line that took the slow path and doesn't continue an earlier record.
    pub(super) last_slow: Option<u64>,
    /// What continues after that line.
    pub(super) open: Open,
}

/// The findings of earlier pieces. A code that has enough of them gets no more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Earlier<'f> {
    pub(super) findings: &'f Findings,
    /// Findings about records that have none of the required keys.
    pub(super) unknown: &'f Findings,
    /// Findings about lines of plain text.
    pub(super) stray: &'f Findings,
    /// What continues after the last line of the earlier pieces.
    pub(super) open: Open,
}

impl PieceOutcome {
    /// Returns what continues after the last line that doesn't continue an earlier record. `None` if all lines do.
    pub(super) fn open(&self) -> Option<Open> {
        let last_good = self.good.last().map(|good| good.line);
        let last = self.last_slow.max(last_good)?;
        Some(if self.last_slow == Some(last) { self.open } else { Open::No })
    }
}

/// A record without an error of its own.
#[derive(Debug)]
pub(super) struct Good {
    pub(super) line: u64,
    /// Offset of its line in the piece.
    pub(super) start: usize,
    pub(super) summary: RecordSummary,
}

impl Rules {
    pub(super) fn new(file: &str, training: &Training, options: Options, media_folder: Option<MediaFolder>) -> Rules {
        let reserved = Reserved::new(&training.reserved);
        let (fast, sensitive) = (Fast::new(training, options), options.sensitive);
        Rules { file: file.to_owned(), training: training.clone(), reserved, sensitive, media_folder, options, fast }
    }

    /// Checks whole lines. Keeps no more findings of a code that has enough of them in `earlier`.
    pub(super) fn check_piece(&self, piece: Piece, earlier: Earlier) -> PieceOutcome {
        let mut outcome = PieceOutcome::default();
        SCRATCH.with_borrow_mut(|scratch| {
            let fast = self.fast.as_ref().filter(|_| !piece.is_head);
            if fast.is_some() {
                let most = Fast::scratch(piece.bytes);
                if scratch.len() < most {
                    // Replaced, not grown: growing would copy its content, which isn't needed anymore.
                    *scratch = vec![0; most + most / 2];
                }
            }
            let (mut start, mut template) = (0, RecordTemplate::default());
            while start < piece.bytes.len() {
                outcome.lines += 1;
                if let Some((next, summary)) =
                    fast.and_then(|fast| fast.read(&mut template, piece.bytes, start, scratch))
                {
                    outcome.records += 1;
                    outcome.good.push(Good { line: outcome.lines, start, summary });
                    start = next;
                } else {
                    let (line, next) = piece.line_at(start);
                    check_or_skip(self, line, start, earlier, &mut outcome);
                    start = next;
                }
            }
        });
        outcome
    }
}

thread_local! {
    /// The buffer for the unescaped texts of a record. At least as long as the longest piece that this thread has read.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Whether a line is empty or has only white space.
pub(super) fn is_blank(line: Line) -> bool {
    matches!(line, Line::Whole(bytes) if bytes.trim_ascii().is_empty())
}
