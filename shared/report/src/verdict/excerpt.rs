//! An excerpt with the fault marked.

use tunedrop_validation::Excerpt;

use crate::wording::visible;

/// The three parts of an excerpt; together they are all that is shown.
pub(super) struct Marked {
    pub before: String,
    /// The character at the fault, or a word for what can't be marked: the line's end, white space.
    pub fault: String,
    pub after: String,
}

pub(super) fn marked(excerpt: &Excerpt) -> Marked {
    let (before, rest) = excerpt.text().split_at(excerpt.at());
    let mut after = rest.chars();
    let fault = match after.next() {
        Some(' ') => "\u{2423}".to_owned(),
        // It looks like any other space, and must not be taken for one.
        Some(fault) if fault.is_whitespace() && !fault.is_ascii() => fault.escape_unicode().to_string(),
        Some(fault) => visible(&fault.to_string()),
        None => "(end of line)".to_owned(),
    };
    let (cut_before, cut_after) = (!excerpt.begins_line(), !excerpt.ends_line());
    Marked {
        before: format!("{}{}", if cut_before { "…" } else { "" }, visible(before)),
        fault,
        after: format!("{}{}", visible(after.as_str()), if cut_after { "…" } else { "" }),
    }
}

#[cfg(test)]
mod tests {
    use tunedrop_validation::Excerpt;

    use super::marked;

    #[track_caller]
    fn check(line: &str, offset: usize, expected: [&str; 3]) {
        let marked = marked(&Excerpt::around(line.as_bytes(), offset));
        assert_eq!([marked.before, marked.fault, marked.after], expected);
    }

    #[test]
    fn the_character_at_the_fault_is_marked() {
        check("{\"a\" 1}", 4, ["{\"a\"", "\u{2423}", "1}"]);
        check("héllo", 1, ["h", "é", "llo"]);
        check("{\"a\": 1", 7, ["{\"a\": 1", "(end of line)", ""]);
        check("{\u{a0}\"a\"", 1, ["{", "\\u{a0}", "\"a\""]);
        check("a\u{1b}[31m", 1, ["a", "\\u{1b}", "[31m"]);
        let long = "x".repeat(1000);
        check(&long, 500, [&format!("…{}", "x".repeat(40)), "x", &format!("{}…", "x".repeat(79))]);
    }
}
