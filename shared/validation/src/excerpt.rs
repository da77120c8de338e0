//! The text around a finding, for the report that only readers of the data see.

use std::fmt;

/// How many characters of a line an excerpt shows.
pub const EXCERPT_CHARS: usize = 120;

/// A part of a line, with the location of the finding in it.
///
/// It contains a record's text. So it is never serialized, and `Debug` doesn't show it: it reaches a page or a
/// terminal only where the caller asks for [`text`](Excerpt::text).
#[derive(Clone, PartialEq, Eq)]
pub struct Excerpt {
    text: String,
    at: usize,
    column: u64,
    begins_line: bool,
    ends_line: bool,
}

impl Excerpt {
    /// At most [`EXCERPT_CHARS`] characters of `line` around byte `offset`. Bytes that are not UTF-8 show as `\u{fffd}`.
    pub fn around(line: &[u8], offset: usize) -> Excerpt {
        let offset = offset.min(line.len());
        // Four bytes a character at most; a third of them precede the error, more where less follows.
        let (mut from, mut to) = (offset.saturating_sub(EXCERPT_CHARS * 4), line.len());
        to = to.min(offset + EXCERPT_CHARS * 4);
        while from > 0 && from < offset && is_continuation(line[from]) {
            from += 1;
        }
        while to < line.len() && to > offset && is_continuation(line[to]) {
            to -= 1;
        }
        let before = String::from_utf8_lossy(&line[from..offset]);
        let after = String::from_utf8_lossy(&line[offset..to]);
        let follow = after.chars().take(EXCERPT_CHARS - EXCERPT_CHARS / 3).count();
        let skipped = before.chars().count().saturating_sub(EXCERPT_CHARS - follow);
        let mut text: String = before.chars().skip(skipped).collect();
        let at = text.len();
        let room = EXCERPT_CHARS - text.chars().count();
        let whole = after.chars().count() <= room;
        text.extend(after.chars().take(room));
        let column = line[..offset].iter().filter(|byte| !is_continuation(**byte)).count() as u64 + 1;
        Excerpt { text, at, column, begins_line: from == 0 && skipped == 0, ends_line: to == line.len() && whole }
    }

    /// The piece itself. Hostile: escape it for wherever it is shown.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Byte offset of the fault in [`text`](Excerpt::text); a character begins or the text ends there.
    pub fn at(&self) -> usize {
        self.at
    }

    /// 1-based column of the fault in the whole line, in characters: for programs that don't count bytes.
    pub fn column(&self) -> u64 {
        self.column
    }

    /// Whether the piece begins where the line does.
    pub fn begins_line(&self) -> bool {
        self.begins_line
    }

    /// Whether the piece ends where the line does.
    pub fn ends_line(&self) -> bool {
        self.ends_line
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Excerpt({} bytes, at {})", self.text.len(), self.at)
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::{EXCERPT_CHARS, Excerpt};

    #[test]
    fn a_short_line_is_shown_whole() {
        let excerpt = Excerpt::around(b"{\"a\": 1}", 6);
        assert_eq!((excerpt.text(), excerpt.at()), ("{\"a\": 1}", 6));
        assert!(excerpt.begins_line() && excerpt.ends_line());
    }

    #[test]
    fn an_excerpt_of_a_long_line_contains_the_location() {
        let line = "é".repeat(500) + "x" + &"ü".repeat(500);
        let excerpt = Excerpt::around(line.as_bytes(), 1000);
        assert_eq!(excerpt.text().chars().count(), EXCERPT_CHARS);
        assert!(excerpt.text()[excerpt.at()..].starts_with('x'));
        assert!(!excerpt.begins_line() && !excerpt.ends_line());
        assert_eq!(excerpt.column(), 501);
    }

    #[test]
    fn no_location_and_no_bytes_panic() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for at in 0..=1001 {
            let excerpt = Excerpt::around(&bytes, at);
            assert!(excerpt.text().is_char_boundary(excerpt.at()));
            assert!(excerpt.text().chars().count() <= EXCERPT_CHARS);
        }
    }

    #[test]
    fn debug_hides_the_text() {
        assert_eq!(format!("{:?}", Excerpt::around(b"secret", 2)), "Excerpt(6 bytes, at 2)");
    }
}
