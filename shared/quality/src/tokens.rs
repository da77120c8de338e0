//! Words of a text as hashes, in any script.

mod ascii;
mod word;

use std::borrow::Cow;
use std::sync::OnceLock;

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use crate::word_table::WordTable;
use ascii::tokenize_ascii;
use word::{HAS_DIGIT, Word};

/// Appends the hashes of a text's words: runs of letters, digits and marks in NFKC and lower case. Each character of a
/// script that doesn't separate words is a word. Apostrophes don't separate words.
pub(crate) fn tokenize(text: &str, tokens: &mut Vec<u64>) {
    let text = normal(text);
    let mut rest: &str = &text;
    while !rest.is_empty() {
        let read = tokenize_ascii(rest.as_bytes(), tokens);
        rest = &rest[read..];
        rest = &rest[tokenize_chars(rest, tokens)..];
    }
}

/// Reads words until one ends before ASCII. Returns the offset after it.
fn tokenize_chars(text: &str, tokens: &mut Vec<u64>) -> usize {
    let mut word = Word::default();
    let mut is_beyond = false;
    for (at, c) in text.char_indices() {
        match c {
            'a'..='z' => word.add(c as u8),
            'A'..='Z' => word.add(c as u8 | 0x20),
            '0'..='9' => word.add_digit(c as u8),
            '\'' | '\u{2019}' => {}
            c if c.is_ascii() => {
                word.end(tokens);
                if is_beyond && text.as_bytes().get(at + 1).is_some_and(u8::is_ascii) {
                    return at + 1;
                }
            }
            c if is_unspaced(c) => {
                word.end(tokens);
                word.add_char(c);
                word.end(tokens);
            }
            c if is_without_case(c) && (c.is_alphanumeric() || is_mark(c)) => word.add_char(c),
            c if c.is_alphanumeric() || is_mark(c) => c.to_lowercase().for_each(|lower| word.add_char(lower)),
            _ => word.end(tokens),
        }
        is_beyond |= !c.is_ascii();
    }
    word.end(tokens);
    text.len()
}

/// Returns the characters beyond ASCII, with their offsets.
pub(crate) fn beyond_ascii(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        // Eight bytes at a time.
        while let Some(eight) = bytes[at..].first_chunk() {
            let high = u64::from_le_bytes(*eight) & 0x8080_8080_8080_8080;
            if high != 0 {
                at += high.trailing_zeros() as usize / 8;
                break;
            }
            at += 8;
        }
        at += bytes[at..].iter().position(|byte| !byte.is_ascii())?;
        let (found, c) = (at, text[at..].chars().next()?);
        at += c.len_utf8();
        Some((found, c))
    })
}

/// Returns the text in NFKC, so that composed and decomposed letters, and full-width digits, are the same.
fn normal(text: &str) -> Cow<'_, str> {
    if beyond_ascii(text).all(|(_, c)| is_normal(c)) {
        return Cow::Borrowed(text);
    }
    let quick = text.chars().map(|c| if is_normal(c) { 'a' } else { c });
    if is_nfkc_quick(quick) == IsNormalized::Yes { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect()) }
}

/// Whether the character is one of the frequent ones that NFKC leaves as they are, whatever is beside them.
fn is_normal(c: char) -> bool {
    matches!(u32::from(c),
        0..=0x7f | 0xc0..=0xff | 0x410..=0x44f | 0x621..=0x63a | 0x641..=0x64a | 0x905..=0x928 | 0x940..=0x94c
        | 0x2013..=0x2014 | 0x2018..=0x2019 | 0x201c..=0x201e | 0x2022 | 0x20ac | 0x3001..=0x3002 | 0x3041..=0x3096
        | 0x30a1..=0x30f6 | 0x30fc | 0x4e00..=0x9fff | 0xac00..=0xd7a3 | 0x1_f300..=0x1_f64f)
}

/// Whether the character is in the range from Hebrew to Burmese, where no letters have capitals.
fn is_without_case(c: char) -> bool {
    matches!(u32::from(c), 0x590..=0x109f)
}

/// Whether the character belongs to a script that is written without spaces between words.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0e00..=0x0eff      // Thai, Lao
        | 0x1000..=0x109f    // Burmese
        | 0x1780..=0x17ff    // Khmer
        | 0x3041..=0x30ff    // Hiragana, Katakana
        | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff)
}

/// Whether the character is a mark on a letter, such as a vowel of Hindi.
pub(crate) fn is_mark(c: char) -> bool {
    use GeneralCategory::{EnclosingMark, NonspacingMark, SpacingMark};
    matches!(get_general_category(c), NonspacingMark | SpacingMark | EnclosingMark)
}

/// Spreads the bits of a number: the finalizer of MurmurHash3 (Appleby, 2011).
#[inline(always)]
pub(crate) fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits = (bits ^ (bits >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^ (bits >> 33)
}

/// Returns the hash of words in their order.
pub(crate) fn fold(tokens: &[u64]) -> u64 {
    tokens.iter().fold(tokens.len() as u64, |hash, token| mix(hash.rotate_left(5) ^ token))
}

/// Returns the hash of a text's words without numbers, negations, "yes" and "no". Two answers with the same skeleton and
/// other words differ in such a detail only.
pub(crate) fn skeleton(tokens: &[u64]) -> u64 {
    let details = details();
    let kept = tokens.iter().filter(|token| **token & HAS_DIGIT == 0);
    kept.map(|token| details.get(*token).unwrap_or(*token))
        .filter(|token| *token != DETAIL)
        .fold(0, |hash, token| mix(u64::rotate_left(hash, 5) ^ token))
}

/// What replaces a word that is a detail.
const DETAIL: u64 = 0;

const NEGATIONS: &str = "no not never none without yes ja nein nicht kein keine keinen keiner nie oui non ne pas jamais \
    aucun aucune sí si nunca لا لم لن ليس ليست نعم नहीं मत न हाँ हां 不 没 未 无 非";

/// Contractions in English and French, and the words that they negate.
const NEGATED: &str = "cant can cannot can wont will dont do doesnt does didnt did isnt is arent are wasnt was werent \
    were shouldnt should wouldnt would couldnt could mustnt must havent have hasnt has \
    nest est nai ai na a navez avez navons avons nont ont nétait était";

/// Returns the words that are left out, or replaced with the word that they negate.
fn details() -> &'static WordTable {
    static DETAILS: OnceLock<WordTable> = OnceLock::new();
    DETAILS.get_or_init(|| {
        let (mut negations, mut negated, mut details) = (Vec::new(), Vec::new(), WordTable::new());
        tokenize(NEGATIONS, &mut negations);
        tokenize(NEGATED, &mut negated);
        negations.iter().for_each(|word| details.insert(*word, DETAIL));
        negated.as_chunks::<2>().0.iter().for_each(|[from, to]| details.insert(*from, *to));
        details
    })
}

#[cfg(test)]
mod tests {
    use super::ascii::add_word;
    use super::*;

    fn tokens(text: &str) -> Vec<u64> {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        tokens
    }

    #[test]
    fn case_punctuation_and_forms_of_unicode_make_no_difference() {
        for (one, other) in [
            ("Hello, World!", "hello   world"),
            ("It’s CAFE\u{301}", "its café"),
            ("１２３", "123"),
            ("नमस्ते दुनिया।", "नमस्ते — दुनिया"),
        ] {
            assert_eq!(tokens(one), tokens(other), "{one}");
        }
        assert_eq!(tokens("नमस्ते").len(), 1);
        assert_eq!(tokens("我喜欢猫。").len(), 4);
        assert_ne!(tokens("ab"), tokens("ba"));
        assert!(tokens(" …—").is_empty());
    }

    #[test]
    fn blocks_make_no_difference() {
        let words = ["a", "It's", "17", "'x'", "donaudampfschifffahrtsgesellschaftskapitaen", "no9", "--", "''", "A_B"];
        for number in 0..2_000_usize {
            let text: Vec<&str> = (0..number % 40).map(|at| words[(number * 7 + at * at) % words.len()]).collect();
            let text = text.join([" ", ", ", "  ", ""][number % 4]);
            let mut expected = Vec::new();
            let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '\'';
            text.split(|c: char| !is_of_word(c)).for_each(|word| add_word(word.as_bytes(), &mut expected));
            assert_eq!(tokens(&text), expected, "{text}");
            // The path for other characters.
            for wide in ["я", " 我 ", "’", "é "] {
                let mut other = tokens(&format!("{text} {wide} {text}"));
                other.drain(expected.len()..other.len() - expected.len());
                assert_eq!(other, [expected.clone(), expected.clone()].concat(), "{text} {wide}");
            }
        }
    }

    #[test]
    fn words_with_other_characters_are_whole() {
        let words = ["naïve", "éa", "aé", "don’t", "x’", "ÄÖ1", "1я", "a😀b", "पानी", "我a", "a我"];
        for space in 0..200 {
            let before = " ".repeat(space % 70) + &"abc ".repeat(space / 3);
            for word in words {
                let alone = tokens(word);
                let mut found = tokens(&format!("{before}{word}"));
                assert_eq!(found.split_off(space / 3), alone, "{space} {word}");
                let found = tokens(&format!("{before}{word} z{before}"));
                assert_eq!(found[space / 3..space / 3 + alone.len()], alone, "{space} {word}");
            }
        }
    }

    #[test]
    fn finds_the_characters_beyond_ascii() {
        let text = format!("{}é{}ßä{}我😀", "a".repeat(7), "b".repeat(8), "c".repeat(20));
        let expected: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| !c.is_ascii()).collect();
        assert_eq!(beyond_ascii(&text).collect::<Vec<_>>(), expected);
        assert_eq!(beyond_ascii("plain").count() + beyond_ascii("").count(), 0);
    }

    #[test]
    fn frequent_characters_are_normal_and_without_case() {
        let of = |end: u32| (0..end).filter_map(char::from_u32);
        for c in of(0x11_0000).filter(|c| is_normal(*c)) {
            for text in [format!("{c}"), format!("{c}\u{301}{c}"), format!("e{c}\u{327}")] {
                let quick = |text: &str| is_nfkc_quick(text.chars());
                assert_eq!(quick(&format!("{c}")), IsNormalized::Yes, "{c:?}");
                assert_eq!(normal(&text), text.nfkc().collect::<String>(), "{c:?}");
            }
        }
        for c in of(0x11_0000).filter(|c| is_without_case(*c)) {
            assert!(c.to_lowercase().eq([c]), "{c:?}");
        }
    }

    #[test]
    fn skeletons_leave_out_numbers_and_negations() {
        let same = |one: &str, other: &str| skeleton(&tokens(one)) == skeleton(&tokens(other));
        assert!(same("You have 30 days.", "You have 14 days"));
        assert!(same("You can return it", "You can't return it"));
        assert!(same("Yes, it is covered.", "No, it is not covered."));
        assert!(!same("It is blue", "It is red"));
    }
}
