//! Checks of a whole text, for the fast path.

/// Whether a text, which is UTF-8, is empty or only white space.
#[inline(always)]
pub(super) fn is_blank(text: &[u8]) -> bool {
    match text.first() {
        None => true,
        Some(first) => !first.is_ascii_graphic() && !begins_with_non_ascii(text) && trimmed(text).is_empty(),
    }
}

/// Whether the first character is non-ASCII, and not white space.
fn begins_with_non_ascii(text: &[u8]) -> bool {
    let first = text[..text.len().min(4)].utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    first.is_some_and(|first| !first.is_ascii() && !first.is_whitespace())
}

/// Whether two texts are the same except for white space around them.
pub(super) fn are_same(one: &[u8], other: &[u8]) -> bool {
    let (a, b) = (one.trim_ascii_start(), other.trim_ascii_start());
    // Whether trimming Unicode white space leaves both beginnings as they are.
    let begin_visibly = [a, b].iter().all(|text| is_visible_at(text, 0) || begins_with_non_ascii(text));
    let differ_at = a.iter().zip(b).take(16).position(|(a, b)| a != b);
    // After trimming, the text with the visible byte is longer than what they have in common.
    if begin_visibly
        && differ_at.is_some_and(|at| [a, b].iter().any(|text| (at..at + 8).any(|at| is_visible_at(text, at))))
    {
        return false;
    }
    trimmed(one) == trimmed(other)
}

/// Whether the byte at `at` is, or begins, a character that isn't white space. `false` if that depends on the next
/// byte.
#[inline(always)]
fn is_visible_at(text: &[u8], at: usize) -> bool {
    // White space beyond ASCII begins with 0xc2, 0xe1, 0xe2 or 0xe3.
    matches!(text.get(at), Some(0x21..=0x7e | 0xc3..=0xe0 | 0xe4..=0xf4))
}

/// Returns the text without Unicode white space around it. A text that isn't UTF-8 counts as blank, because its record
/// is declined anyway.
#[cold]
fn trimmed(text: &[u8]) -> &str {
    std::str::from_utf8(text).unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::{are_same, is_blank, is_visible_at};

    #[test]
    fn recognizes_blank_texts() {
        for blank in ["", " ", "\n\t", "\u{a0}", "\u{3000} "] {
            assert!(is_blank(blank.as_bytes()), "{blank:?}");
        }
        for text in ["a", " a", "é", "\u{3000}日", "日"] {
            assert!(!is_blank(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn ignores_white_space_around_texts() {
        let same = |one: &str, other: &str| are_same(one.as_bytes(), other.as_bytes());
        assert!(same("a", " a\u{3000}") && same("é ", "é") && same("\u{a0}a", "a"));
        assert!(same("x   \n\n", "x\n") && same("a\u{3000} ", "a \u{3000}"));
        assert!(!same("a", "b") && !same("a", "ab") && !same("0123456789abcdefg", "0123456789abcdefh"));
    }

    #[test]
    fn compares_texts_as_trimming_both_does() {
        let parts = ["a", "b", " ", "\n", "\u{7f}", "\u{a0}", "\u{2009}", "\u{3000}", "é", "è", "。", "日", "旦"];
        let mut texts = vec![String::new()];
        for length in 0..3 {
            let longer = texts.iter().filter(|text| text.chars().count() == length);
            let longer: Vec<_> = longer.flat_map(|text| parts.map(|part| format!("{text}{part}"))).collect();
            texts.extend(longer);
        }
        for (one, other) in texts.iter().flat_map(|one| texts.iter().map(move |other| (one, other))) {
            assert_eq!(are_same(one.as_bytes(), other.as_bytes()), one.trim() == other.trim(), "{one:?} {other:?}");
        }
    }

    #[test]
    fn white_space_is_never_visible() {
        for space in (0..=0x10_ffff).filter_map(char::from_u32).filter(|character| character.is_whitespace()) {
            assert!(!is_visible_at(space.to_string().as_bytes(), 0), "{space:?}");
        }
    }
}
