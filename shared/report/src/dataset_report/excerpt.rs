//! The excerpt of a line, with the character at the finding highlighted.

use tunedrop_validation::Excerpt;

use crate::wording::visible;

/// The three parts of an excerpt, in the order in which they are shown.
pub(super) struct Highlighted {
    pub before: String,
    /// The character at the finding, if it is known. White space and the end of the line are written out.
    pub highlighted: String,
    pub after: String,
}

pub(super) fn highlight(excerpt: &Excerpt) -> Highlighted {
    let (before, rest) = excerpt.text().split_at(excerpt.at());
    let mut after = rest.chars();
    let highlighted = match after.next() {
        Some(' ') => "\u{2423}".to_owned(),
        // It looks like an ordinary space.
        Some(c) if c.is_whitespace() && !c.is_ascii() => c.escape_unicode().to_string(),
        Some(c) => visible(&c.to_string()),
        None => "(end of line)".to_owned(),
    };
    let (cut_before, cut_after) = (!excerpt.begins_line(), !excerpt.ends_line());
    Highlighted {
        before: format!("{}{}", if cut_before { "…" } else { "" }, visible(before)),
        highlighted,
        after: format!("{}{}", visible(after.as_str()), if cut_after { "…" } else { "" }),
    }
}

/// Shows an excerpt without a location in it.
pub(super) fn plain(excerpt: &Excerpt) -> Highlighted {
    let cut_after = if excerpt.ends_line() { "" } else { "…" };
    let before = format!("{}{cut_after}", visible(excerpt.text()));
    Highlighted { before, highlighted: String::new(), after: String::new() }
}

#[cfg(test)]
mod tests {
    use tunedrop_validation::Excerpt;

    use super::highlight;

    #[track_caller]
    fn check(line: &str, offset: usize, expected: [&str; 3]) {
        let parts = highlight(&Excerpt::around(line.as_bytes(), offset));
        assert_eq!([parts.before, parts.highlighted, parts.after], expected);
    }

    #[test]
    fn highlights_the_character_at_the_finding() {
        check("{\"a\" 1}", 4, ["{\"a\"", "\u{2423}", "1}"]);
        check("héllo", 1, ["h", "é", "llo"]);
        check("{\"a\": 1", 7, ["{\"a\": 1", "(end of line)", ""]);
        check("{\u{a0}\"a\"", 1, ["{", "\\u{a0}", "\"a\""]);
        check("a\u{1b}[31m", 1, ["a", "\\u{1b}", "[31m"]);
        let long = "x".repeat(1000);
        check(&long, 500, [&format!("…{}", "x".repeat(40)), "x", &format!("{}…", "x".repeat(79))]);
    }
}
