//! Answers that end too early.

use serde::de::IgnoredAny;

use crate::tokens::{beyond_ascii, is_unspaced};

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It is too short to tell, or it isn't prose.
    Unknown,
    /// With punctuation that ends a sentence.
    Complete,
    /// Without. That is a fault only where other answers have it.
    Open,
    /// Before its own structure does.
    Cut(Cut),
}

/// What shows that an answer was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    CodeBlock,
    Json,
    Punctuation,
    Word,
}

impl Cut {
    /// Returns it as part of a sentence: "the answer *ends inside a code block*".
    pub(crate) fn as_clause(self) -> &'static str {
        match self {
            Cut::CodeBlock => "ends inside a code block",
            Cut::Json => "ends inside a JSON value",
            Cut::Punctuation => "ends with punctuation that something must follow",
            Cut::Word => "ends with a word that something must follow",
        }
    }
}

/// Answers of one sentence with fewer words may well be without a full stop.
const PROSE_WORDS: usize = 25;
/// The same in characters of scripts without spaces.
const PROSE_CHARS: usize = 60;

/// Words that no sentence ends with: articles, conjunctions, and the most frequent prepositions.
const OPEN_WORDS: &str = " the a an of and or with from because if your our my its than \
    der die das ein eine einen einem und oder mit von für dass weil wenn \
    le la les un une des de du et ou avec pour que qui dans votre notre au aux \
    el los las una del y o con para en su sus al \
    का की के में को और या एक \
    و في من على إلى عن أن التي الذي مع أو ";

const OPEN_CHARS: &str = "和与在或把被对从及";

/// Returns how an answer ends.
pub(crate) fn ending(answer: &str) -> Ending {
    let text = answer.trim_end();
    let Some(last) = text.chars().next_back() else { return Ending::Unknown };
    if text.lines().filter(|line| line.trim_start().starts_with("```")).count() % 2 == 1 {
        return Ending::Cut(Cut::CodeBlock);
    }
    let begin = text.trim_start();
    if begin.starts_with(['{', '[']) {
        return match serde_json::from_str::<IgnoredAny>(begin) {
            Err(error) if error.is_eof() && begin.len() > 1 => Ending::Cut(Cut::Json),
            _ => Ending::Unknown,
        };
    }
    if last.is_ascii_digit() || text.ends_with("```") {
        return Ending::Unknown;
    }
    let line = text.lines().next_back().unwrap_or_default().trim();
    if matches!(last, ',' | '，' | '、' | '،' | '(' | '（' | '&' | '/' | '–' | '—' | '-') {
        let words = line.split_whitespace().take(5).count();
        if last != '-' || words > 1 {
            // The salutation at the end of a letter has a comma.
            let is_salutation = words <= 4 && has_words(text, words + 1);
            let is_short = !has_words(text, 4) && !has_unspaced(text, 8);
            return if is_salutation || is_short { Ending::Unknown } else { Ending::Cut(Cut::Punctuation) };
        }
    }
    if is_end(last) {
        return Ending::Complete;
    }
    let is_list =
        line.starts_with(['-', '*', '#', '|', '•', '>', '+']) || line.starts_with(|c: char| c.is_ascii_digit());
    let word = line.rsplit(char::is_whitespace).next().unwrap_or_default();
    let is_open = (has_words(line, 4) && !word.is_empty() && OPEN_WORDS.contains(&format!(" {word} ")))
        || (OPEN_CHARS.contains(last) && has_unspaced(text, 8));
    if is_open && !is_list {
        return Ending::Cut(Cut::Word);
    }
    let is_prose = last.is_alphanumeric() || unicode_mark(last);
    if !is_prose || is_list || word.contains(['/', '@', '`', '=', ';']) {
        return Ending::Unknown;
    }
    // Either it is long, or a sentence before it has its punctuation.
    let has_sentence = || line.char_indices().any(|(at, c)| ends_sentence(c, &line[at + c.len_utf8()..]));
    let is_long = has_words(text, PROSE_WORDS) || has_unspaced(text, PROSE_CHARS) || has_sentence();
    if is_long && (has_words(line, 4) || has_unspaced(text, 1)) { Ending::Open } else { Ending::Unknown }
}

/// Whether a text has this many words. It isn't read further than that.
fn has_words(text: &str, least: usize) -> bool {
    text.split_whitespace().take(least).count() == least
}

/// Whether this many characters are of a script without spaces.
fn has_unspaced(text: &str, least: usize) -> bool {
    beyond_ascii(text).filter(|(_, c)| is_unspaced(*c)).take(least).count() == least
}

/// Whether a sentence, a quotation or a parenthesis ends with the character.
fn is_end(c: char) -> bool {
    if matches!(c, '.' | 'a'..='z') {
        return c == '.';
    }
    ".!?…。！？।॥؟\"'”’»)）]」』*_`}>:：;".contains(c)
}

/// Whether a sentence ends with `c`, and another one follows in `rest`.
fn ends_sentence(c: char, rest: &str) -> bool {
    matches!(c, '。' | '！' | '？' | '।') && !rest.is_empty()
        || matches!(c, '.' | '!' | '?' | '؟') && rest.starts_with(' ')
}

/// Words of Arabic and Hindi may end with a mark.
fn unicode_mark(c: char) -> bool {
    matches!(u32::from(c), 0x064b..=0x0652 | 0x0900..=0x0963)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_answers_that_are_cut() {
        for (answer, cut) in [
            ("Run this:\n```sh\nls", Cut::CodeBlock),
            ("{\"a\": [1, 2", Cut::Json),
            ("First open the menu, then the settings,", Cut::Punctuation),
            ("You can send it back with your", Cut::Word),
            ("Sie erreichen uns jederzeit mit", Cut::Word),
            ("您可以在设置里修改密码，然后", Cut::Punctuation),
        ] {
            let expected = if answer.ends_with("然后") { Ending::Unknown } else { Ending::Cut(cut) };
            assert_eq!(ending(answer), expected, "{answer}");
        }
    }

    #[test]
    fn leaves_complete_and_short_answers() {
        for answer in [
            "refund",
            "Paris, France",
            "Best wishes,\nAnna",
            "Thank you for your order. It ships soon.\n\nBest regards,",
            "- milk\n- bread and butter",
            "[1, 2]",
            "[1] See the manual",
            "https://example.com/a",
            "```sh\nls\n```",
            "",
        ] {
            assert!(matches!(ending(answer), Ending::Unknown | Ending::Complete), "{answer}");
        }
        assert_eq!(ending("It ships today."), Ending::Complete);
        assert_eq!(ending(&"word ".repeat(30)), Ending::Open);
    }
}
