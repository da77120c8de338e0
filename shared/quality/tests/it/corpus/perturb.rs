//! Known changes to a text.

use unicode_normalization::UnicodeNormalization;

use super::seed::{Chance, Seed};

/// Changes a record so that a reader would call it the same: one to three of the changes that copies of texts have.
pub(crate) fn alike(seed: &Seed, chance: &mut Chance, text: &str) -> String {
    let (original, mut text) = (text, text.to_owned());
    let mut changes = 1 + chance.below(3);
    // Some changes change nothing, such as capitals in Chinese. A copy without any isn't a near-duplicate.
    while changes > 0 || text == original {
        changes = changes.saturating_sub(1);
        text = match chance.below(7) {
            0 => text.to_lowercase(),
            1 => text.replace(['.', '。', '।'], " !"),
            2 => text.replace(' ', "  "),
            3 => text.nfd().collect(),
            4 => with_typing_error(chance, &text),
            5 => {
                let sentence = seed.answer(chance, 1);
                let words: Vec<&str> = sentence.split(' ').take(3).collect();
                format!("{} {text}", words.join(" "))
            }
            _ => {
                let (from, to) = (*chance.of(seed.section("nouns")), *chance.of(seed.section("nouns")));
                text.replacen(from, to, 1)
            }
        };
    }
    text
}

fn with_typing_error(chance: &mut Chance, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let at = chance.below(chars.len() - 1);
    chars.swap(at, at + 1);
    chars.into_iter().collect()
}

/// Cuts a text at a random character, as a limit of output tokens does.
pub(crate) fn cut(chance: &mut Chance, text: &str) -> String {
    let length = text.chars().count();
    let end = length * (40 + chance.below(50)) / 100;
    text.chars().take(end.max(1)).collect()
}

/// Reads the bytes of a text as Windows-1252.
pub(crate) fn misread(text: &str) -> String {
    let windows: Vec<char> = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ".chars().collect();
    let read = |byte: u8| match byte {
        0x80..=0x9f => windows[usize::from(byte - 0x80)],
        _ => char::from(byte),
    };
    text.bytes().map(read).collect()
}
