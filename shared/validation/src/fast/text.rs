//! What the rules say of a whole text, asked cheaply.

/// Whether a text, which is UTF-8, is empty or holds white space only.
#[inline(always)]
pub(super) fn is_blank(text: &[u8]) -> bool {
    match text.first() {
        None => true,
        Some(first) => !first.is_ascii_graphic() && !begins_with_a_letter(text) && trimmed(text).is_empty(),
    }
}

/// Whether the first character is beyond ASCII, and no white space.
fn begins_with_a_letter(text: &[u8]) -> bool {
    let first = text[..text.len().min(4)].utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    first.is_some_and(|first| !first.is_ascii() && !first.is_whitespace())
}

/// Whether two texts say the same but for white space around.
pub(super) fn are_same(one: &[u8], other: &[u8]) -> bool {
    let (a, b) = (one.trim_ascii_start(), other.trim_ascii_start());
    let begin_plainly = [a, b].iter().all(|text| text.first().is_some_and(u8::is_ascii_graphic));
    // Behind the same beginning, two bytes that no one trims; white space may be where one of the texts ends.
    let differ = a.iter().zip(b).take(16).find(|(a, b)| a != b);
    if begin_plainly && differ.is_some_and(|(a, b)| a.is_ascii_graphic() && b.is_ascii_graphic()) {
        return false;
    }
    trimmed(one) == trimmed(other)
}

/// Without the white space of Unicode around it; a text that is not UTF-8 is as if it had nothing else.
#[cold]
fn trimmed(text: &[u8]) -> &str {
    std::str::from_utf8(text).unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::{are_same, is_blank};

    #[test]
    fn white_space_of_any_kind_is_blank() {
        for blank in ["", " ", "\n\t", "\u{a0}", "\u{3000} "] {
            assert!(is_blank(blank.as_bytes()), "{blank:?}");
        }
        for text in ["a", " a", "é", "\u{3000}日", "日"] {
            assert!(!is_blank(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn white_space_around_makes_no_difference() {
        let same = |one: &str, other: &str| are_same(one.as_bytes(), other.as_bytes());
        assert!(same("a", " a\u{3000}") && same("é ", "é") && same("\u{a0}a", "a"));
        assert!(same("x   \n\n", "x\n") && same("a\u{3000} ", "a \u{3000}"));
        assert!(!same("a", "b") && !same("a", "ab") && !same("0123456789abcdefg", "0123456789abcdefh"));
    }
}
