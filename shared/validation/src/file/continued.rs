//! Lines that continue the record of an earlier line. They have no findings of their own.

use super::check::check_line;
use super::piece::{Earlier, PieceOutcome, Rules, is_blank};
use crate::json::Value;
use crate::layout::read;
use crate::lines::Line;

/// What continues after the last line that begins a record.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// Nothing.
    #[default]
    No,
    /// A string that contains an unescaped line break.
    Text,
    /// A record that spans several lines: `{` alone, indented lines, and `}`.
    Spread,
}

/// Checks a line unless it continues a record. It is the last line that `outcome` counts, and begins at byte `start` of
/// its piece.
pub(super) fn check_or_skip(rules: &Rules, line: Line, start: usize, earlier: Earlier, outcome: &mut PieceOutcome) {
    let number = outcome.lines;
    let (begins, open) = (begins_record(line), outcome.open().unwrap_or(earlier.open));
    let goes_on = match open {
        Open::No => false,
        Open::Text => !begins,
        Open::Spread => is_inside(line),
    };
    if goes_on {
        return;
    }
    let is_cut = check_line(rules, line, (number, start), earlier, outcome);
    if !is_blank(line) {
        outcome.last_slow = Some(number);
        outcome.open = match is_cut {
            true if begins => Open::Text,
            _ if opens_alone(line) => Open::Spread,
            _ => Open::No,
        };
    }
}

fn begins_record(line: Line) -> bool {
    let head = line.head();
    head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start().starts_with(b"{")
}

/// Whether this is the first line of a record that spans several lines, as `json.dumps` with an indent writes it.
fn opens_alone(line: Line) -> bool {
    matches!(line, Line::Whole(bytes) if bytes.trim_ascii_end() == b"{")
}

/// Whether this line continues or ends a record that spans several lines. A line that is a whole object doesn't.
fn is_inside(line: Line) -> bool {
    let Line::Whole(bytes) = line else { return false };
    let text = bytes.trim_ascii();
    let is_indented = matches!(bytes.first(), Some(b' ' | b'\t'));
    let is_object = || text.starts_with(b"{") && read(text).is_some_and(|node| matches!(node.value, Value::Object(_)));
    matches!(text, b"}" | b"},") || (is_indented && !text.is_empty() && !is_object())
}
