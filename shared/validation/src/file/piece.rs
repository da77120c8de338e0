//! Judges a piece of a file: whole lines, one after the other.

use std::cell::RefCell;

use super::continued::judge_or_skip;
use super::foreign::Foreign;
use super::shown::Shown;
use crate::catalogue::Training;
use crate::fast::{Fast, Usual};
use crate::gist::Gist;
use crate::lines::{Line, Piece};
use crate::reserved::Reserved;
use crate::{Findings, MediaFolder, Options};

/// What a file's records are judged by.
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
    /// What came of the lines before the first that begins a record: they may continue the one before the piece.
    pub(super) leading: Option<Box<PieceOutcome>>,
    /// The last line that begins a record, of those judged the long way.
    pub(super) last_slow: Option<u64>,
    /// Whether that line ends inside a string.
    pub(super) is_cut: bool,
}

impl PieceOutcome {
    /// Whether the last line that begins a record ends inside a string; `None` where no line does.
    pub(super) fn ends_cut(&self) -> Option<bool> {
        let last_good = self.good.last().map(|good| good.line);
        if self.last_slow.is_none() && last_good.is_none() {
            return None;
        }
        Some(self.is_cut && self.last_slow > last_good)
    }
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
                    judge_or_skip(self, line, start, earlier, &mut outcome);
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
