//! An excerpt of a line, with a caret below the finding.

use anstyle::Style;
use tunedrop_validation::Excerpt;
use unicode_width::UnicodeWidthStr;

use super::visible::escaped;

/// The style of escapes, to distinguish them from the same characters in the data.
const ESCAPE: Style = Style::new().invert();

/// An excerpt as it is shown, and the caret's column.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    pub(super) text: String,
    pub(super) caret: usize,
}

/// A character as it is shown, and whether it is an escape.
type Shown = (String, bool);

/// Fits the excerpt into `columns` columns; `…` marks omitted text.
pub(super) fn snippet(excerpt: &Excerpt, columns: usize) -> Snippet {
    let (before, after) = excerpt.text().split_at(excerpt.at());
    let (mut before, mut after) = (shown(before), shown(after));
    // A space that isn't ASCII looks like any other, so it is escaped at the finding.
    if let Some(first) = excerpt.text()[excerpt.at()..].chars().next().filter(|c| c.is_whitespace() && !c.is_ascii()) {
        after[0] = (format!("\\u{{{:x}}}", u32::from(first)), true);
    }
    let (mut begins, mut ends) = (excerpt.begins_line(), excerpt.ends_line());
    // Each ellipsis takes a column.
    let room = columns.saturating_sub(2);
    let wanted = (width(&after)).min(room - room / 3);
    while width(&before) + wanted > room && !before.is_empty() {
        before.remove(0);
        begins = false;
    }
    let left = room - width(&before);
    while width(&after) > left && after.pop().is_some() {
        ends = false;
    }
    let mut text = String::from(if begins { "" } else { "…" });
    let caret = width(&before) + usize::from(!begins);
    for (piece, is_escape) in before.into_iter().chain(after) {
        if is_escape {
            text.push_str(&format!("{ESCAPE}{piece}{ESCAPE:#}"));
        } else {
            text.push_str(&piece);
        }
    }
    text.push_str(if ends { "" } else { "…" });
    Snippet { text, caret }
}

fn shown(text: &str) -> Vec<Shown> {
    text.chars().map(|c| escaped(c).map_or_else(|| (c.to_string(), false), |escape| (escape, true))).collect()
}

/// The columns of the text: an emoji sequence has fewer than its parts.
fn width(pieces: &[Shown]) -> usize {
    pieces.iter().map(|(piece, _)| piece.as_str()).collect::<String>().width()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: &str, fault: &str, columns: usize) -> (String, usize) {
        let Snippet { text, caret } = snippet(&Excerpt::around(line.as_bytes(), line.find(fault).unwrap()), columns);
        (anstream::adapter::strip_str(&text).to_string(), caret)
    }

    #[test]
    fn puts_the_caret_below_the_finding() {
        assert_eq!(at("abcX", "X", 80), ("abcX".to_owned(), 3));
        assert_eq!(at("漢字X", "X", 80), ("漢字X".to_owned(), 4));
        assert_eq!(at("👩‍👩‍👧X", "X", 80), ("👩‍👩‍👧X".to_owned(), 2));
        assert_eq!(at("e\u{301}X", "X", 80).1, 1);
        assert_eq!(at("\u{1b}[2J\u{202e}X", "X", 80), ("\\u{1b}[2J\\u{202e}X".to_owned(), 17));
    }

    #[test]
    fn escapes_a_space_at_the_finding() {
        assert_eq!(at("{\u{a0}\"a\"", "\u{a0}", 80), ("{\\u{a0}\"a\"".to_owned(), 1));
        assert_eq!(at("a\u{a0}bX", "X", 80), ("a\u{a0}bX".to_owned(), 3));
    }

    #[test]
    fn shortens_a_long_line_on_both_sides() {
        let line = format!("{}X{}", "漢".repeat(60), "é".repeat(100));
        for columns in [10, 41, 80, 200] {
            let (text, caret) = at(&line, "X", columns);
            assert!(text.width() <= columns, "{text}");
            let before: String = text.chars().take_while(|c| *c != 'X').collect();
            assert_eq!(before.width(), caret, "{text}");
            assert!(text.starts_with('…') && text.ends_with('…'), "{text}");
        }
    }
}
