//! Splits a text into words, as each metric requires.

use std::borrow::Cow;

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};
use unicode_segmentation::UnicodeSegmentation;

/// Normalizes a text as SQuAD's script does: lower case; without ASCII punctuation; without the words "a", "an" and
/// "the"; one space between words.
///
/// Source: the evaluation script of SQuAD 2.0 (Rajpurkar, Jia and Liang, 2018), `normalize_answer`. Letters, digits and
/// white space are Python's `str.isalnum` and `str.split`, so other scripts give the same result as the script.
pub fn squad_normalized(text: &str) -> String {
    let lower: String = text.to_lowercase().chars().filter(|c| !c.is_ascii_punctuation()).collect();
    let mut without_articles = String::with_capacity(lower.len());
    let mut rest = lower.as_str();
    while let Some(c) = rest.chars().next() {
        let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end.max(c.len_utf8()));
        without_articles.push_str(if ["a", "an", "the"].contains(&word) { " " } else { word });
        rest = after;
    }
    split_as_python(&without_articles).collect::<Vec<_>>().join(" ")
}

/// Returns the words of a text that is [`squad_normalized`].
pub(crate) fn squad_words(normalized: &str) -> Vec<String> {
    normalized.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Returns the words as `rouge-score` 0.1.2 splits them without its stemmer: runs of a to z and 0 to 9 in the text in
/// lower case. All other letters separate words, such as "é", and a Chinese text has no words.
pub fn rouge_words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let runs = lower.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit());
    runs.filter(|run| !run.is_empty()).map(str::to_owned).collect()
}

/// Returns the words of a text in any script, for the metrics that end in `_unicode`.
///
/// 1. The text is converted to NFKC (UAX #15), so that composed and decomposed letters, and full-width and common
///    digits, are equal. U+2019 becomes the ASCII apostrophe.
/// 2. It is converted to lower case.
/// 3. It is split at the word boundaries of UAX #29. Each Han character and each Hiragana character is a word, and so
///    is each character of Thai, Lao, Khmer and Burmese: those scripts don't separate words, and no dictionary is used.
/// 4. Segments of only white space, punctuation, marks, control characters and ASCII symbols are removed. Emoji and
///    other symbols are kept.
pub fn unicode_words(text: &str) -> Vec<String> {
    let lower = nfkc(text).to_lowercase().replace('\u{2019}', "'");
    lower.split_word_bounds().filter(|word| word.chars().any(counts)).map(str::to_owned).collect()
}

/// Returns the text in NFKC. Most texts are in NFKC already, and checking that is faster than converting.
pub(crate) fn nfkc(text: &str) -> Cow<'_, str> {
    let is_plain = text.is_ascii() || is_nfkc_quick(text.chars()) == IsNormalized::Yes;
    if is_plain { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect()) }
}

/// Whether a character makes its segment a word.
fn counts(c: char) -> bool {
    use GeneralCategory::*;
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    !matches!(
        get_general_category(c),
        ConnectorPunctuation
            | DashPunctuation
            | OpenPunctuation
            | ClosePunctuation
            | InitialPunctuation
            | FinalPunctuation
            | OtherPunctuation
            | SpaceSeparator
            | LineSeparator
            | ParagraphSeparator
            | NonspacingMark
            | SpacingMark
            | EnclosingMark
            | Control
            | Format
            | Surrogate
    )
}

/// Whether `\w` of Python's regular expressions matches the character: letters, numbers and "_".
fn is_of_word(c: char) -> bool {
    use GeneralCategory::*;
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    matches!(
        get_general_category(c),
        UppercaseLetter
            | LowercaseLetter
            | TitlecaseLetter
            | ModifierLetter
            | OtherLetter
            | DecimalNumber
            | LetterNumber
            | OtherNumber
    )
}

/// Whether the character is a letter or a digit that `rouge-score` ignores.
pub(crate) fn is_beyond_ascii_word(c: char) -> bool {
    !c.is_ascii() && is_of_word(c)
}

/// Splits like Python's `str.split`, for which the four ASCII separators U+001C to U+001F are white space.
fn split_as_python(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squad_drops_articles_punctuation_and_case() {
        assert_eq!(squad_normalized("  The  Cat's\tA-team, an_d THE end. "), "cats ateam and end");
        assert_eq!(squad_normalized("a\u{301} the。 thé"), "\u{301} 。 thé");
        assert_eq!(squad_normalized("a आ a्b"), "आ ्b");
        assert_eq!(squad_normalized("an"), "");
    }

    #[test]
    fn rouge_drops_all_but_ascii_letters_and_digits() {
        assert_eq!(rouge_words("Don't 3.5 été 東京 \u{212a}"), ["don", "t", "3", "5", "t", "k"]);
    }

    #[test]
    fn unicode_words_of_many_scripts() {
        let words = |text: &str| unicode_words(text).join("|");
        assert_eq!(words("Don’t DON'T cost 3.50!"), "don't|don't|cost|3.50");
        assert_eq!(words("我喜欢猫。"), "我|喜|欢|猫");
        assert_eq!(words("カタカナとひらがな"), "カタカナ|と|ひ|ら|が|な");
        assert_eq!(words("السلام عليكم، نعم؟"), "السلام|عليكم|نعم");
        assert_eq!(words("नमस्ते दुनिया।"), "नमस्ते|दुनिया");
        assert_eq!(words("안녕 세계"), "안녕|세계");
        assert_eq!(words("cafe\u{301} CAFÉ １２３"), "café|café|123");
        assert_eq!(words("👍 👍🏽 👨‍👩‍👧 🇩🇪"), "👍|👍🏽|👨‍👩‍👧|🇩🇪");
        assert_eq!(words("… — ?! \u{301} + = $ \u{200b}"), "");
        assert_eq!(words("5 € ≠ 6 £"), "5|€|≠|6|£");
    }

    #[test]
    fn blank_texts_have_no_words() {
        for text in ["", " \n\t", "\u{a0}", "\u{1c}", "\u{3000}"] {
            assert!(
                unicode_words(text).is_empty() && squad_normalized(text).is_empty() && rouge_words(text).is_empty()
            );
        }
    }
}
