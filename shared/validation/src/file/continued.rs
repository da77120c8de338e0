//! Lines that continue the string of the line before: a line break that isn't escaped. They have no findings of their own.

use super::judge::judge_line;
use super::piece::{PieceOutcome, Rules};
use crate::Findings;
use crate::lines::Line;

/// Judges the last line counted in `outcome`, which begins at byte `start` of its piece, unless it continues a string.
pub(super) fn judge_or_skip(rules: &Rules, line: Line, start: usize, earlier: &Findings, outcome: &mut PieceOutcome) {
    let number = outcome.lines;
    if begins_record(line) {
        outcome.is_cut = judge_line(rules, line, (number, start), earlier, outcome);
        outcome.last_slow = Some(number);
        return;
    }
    match outcome.ends_cut() {
        Some(true) => {}
        Some(false) => {
            judge_line(rules, line, (number, start), earlier, outcome);
        }
        None => {
            let leading = outcome.leading.get_or_insert_default();
            judge_line(rules, line, (number, start), earlier, leading);
        }
    }
}

fn begins_record(line: Line) -> bool {
    let head = line.head();
    head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start().starts_with(b"{")
}
