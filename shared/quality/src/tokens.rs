//! Words of a text as hashes, in any script.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// The lowest bit of a token's hash says whether it has a digit.
const HAS_DIGIT: u64 = 1;

/// Appends the hashes of a text's words: runs of letters, digits and marks in NFKC and lower case. Each character of a
/// script that doesn't separate words is a word. Apostrophes don't separate words.
pub(crate) fn tokenize(text: &str, tokens: &mut Vec<u64>) {
    let text = normal(text);
    let mut word = Word::default();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii() {
            at += 1;
            match byte {
                b'0'..=b'9' => word.add_digit(byte),
                b'a'..=b'z' => word.add(byte),
                b'A'..=b'Z' => word.add(byte | 0x20),
                b'\'' => {}
                _ => word.end(tokens),
            }
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        at += c.len_utf8();
        if is_unspaced(c) {
            word.end(tokens);
            word.add_char(c);
            word.end(tokens);
        } else if c == '\u{2019}' {
        } else if c.is_alphanumeric() || is_mark(c) {
            c.to_lowercase().for_each(|lower| word.add_char(lower));
        } else {
            word.end(tokens);
        }
    }
    word.end(tokens);
}

/// Returns the text in NFKC, so that composed and decomposed letters, and full-width digits, are the same.
fn normal(text: &str) -> Cow<'_, str> {
    let is_plain = text.is_ascii() || is_nfkc_quick(text.chars()) == IsNormalized::Yes;
    if is_plain { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect()) }
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

/// The hash of a word that is being read.
#[derive(Default)]
struct Word {
    hash: u64,
    has_digit: bool,
    length: u64,
}

impl Word {
    #[inline(always)]
    fn add(&mut self, byte: u8) {
        self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23);
        self.length += 1;
    }

    #[inline(always)]
    fn add_digit(&mut self, byte: u8) {
        self.has_digit = true;
        self.add(byte);
    }

    fn add_char(&mut self, c: char) {
        self.has_digit |= c.is_numeric();
        c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| self.add(byte));
    }

    #[inline(always)]
    fn end(&mut self, tokens: &mut Vec<u64>) {
        if self.length > 0 {
            tokens.push(mix(self.hash ^ (self.length << 56)) & !HAS_DIGIT | u64::from(self.has_digit));
            *self = Word::default();
        }
    }
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
    kept.filter_map(|token| details.get(token).copied().unwrap_or(Some(*token)))
        .fold(0, |hash, token| mix(u64::rotate_left(hash, 5) ^ token))
}

const NEGATIONS: &str = "no not never none without yes ja nein nicht kein keine keinen keiner nie oui non ne pas jamais \
    aucun aucune sí si nunca لا لم لن ليس ليست نعم नहीं मत न हाँ हां 不 没 未 无 非";

/// Contractions in English and French, and the words that they negate.
const NEGATED: &str = "cant can cannot can wont will dont do doesnt does didnt did isnt is arent are wasnt was werent \
    were shouldnt should wouldnt would couldnt could mustnt must havent have hasnt has \
    nest est nai ai na a navez avez navons avons nont ont nétait était";

fn details() -> &'static HashMap<u64, Option<u64>> {
    static DETAILS: OnceLock<HashMap<u64, Option<u64>>> = OnceLock::new();
    DETAILS.get_or_init(|| {
        let (mut negations, mut negated) = (Vec::new(), Vec::new());
        tokenize(NEGATIONS, &mut negations);
        tokenize(NEGATED, &mut negated);
        let pairs = negated.as_chunks::<2>().0.iter().map(|[from, to]| (*from, Some(*to)));
        negations.into_iter().map(|word| (word, None)).chain(pairs).collect()
    })
}

#[cfg(test)]
mod tests {
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
    fn skeletons_leave_out_numbers_and_negations() {
        let same = |one: &str, other: &str| skeleton(&tokens(one)) == skeleton(&tokens(other));
        assert!(same("You have 30 days.", "You have 14 days"));
        assert!(same("You can return it", "You can't return it"));
        assert!(same("Yes, it is covered.", "No, it is not covered."));
        assert!(!same("It is blue", "It is red"));
    }
}
