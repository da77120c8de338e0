//! Shapes of numbers, and what may be around one.

/// The longest number of a shape, without its separators.
pub(super) const LONGEST: usize = 20;

/// The letters that stand for digits 0 to 9 in an Italian tax code, where two people would have the same.
pub(super) const OMOCODIA: &[u8; 10] = b"LMNPQRSTUV";

/// A number that has a shape: its digits and letters, in upper case, without separators.
pub(super) struct Shaped {
    characters: [u8; LONGEST],
    length: usize,
    /// The end in the text.
    pub(super) end: usize,
}

impl Shaped {
    pub(super) fn characters(&self) -> &[u8] {
        &self.characters[..self.length]
    }
}

/// Reads a number of this shape, which begins at `start`: `9` is a digit, `A` a letter, `o` a digit or a letter of
/// [`OMOCODIA`], `D` a digit or one of A and B, `X` a digit or an X, and everything else is itself.
pub(super) fn read(bytes: &[u8], start: usize, shape: &str) -> Option<Shaped> {
    let mut shaped = Shaped { characters: [0; LONGEST], length: 0, end: start + shape.len() };
    let found = bytes.get(start..shaped.end)?;
    for (byte, of_shape) in found.iter().zip(shape.bytes()) {
        let upper = byte.to_ascii_uppercase();
        let fits = match of_shape {
            b'9' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_alphabetic(),
            b'o' => byte.is_ascii_digit() || OMOCODIA.contains(&upper),
            b'D' => byte.is_ascii_digit() || matches!(upper, b'A' | b'B'),
            b'X' => byte.is_ascii_digit() || upper == b'X',
            separator => {
                if *byte != separator {
                    return None;
                }
                continue;
            }
        };
        *shaped.characters.get_mut(shaped.length).filter(|_| fits)? = upper;
        shaped.length += 1;
    }
    is_apart(bytes, start, shaped.end, shape.contains(' ')).then_some(shaped)
}

/// Whether a byte belongs to a word.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a number isn't a part of a longer word, number, path or date; one with spaces isn't a part of a row of numbers.
fn is_apart(bytes: &[u8], start: usize, end: usize, has_spaces: bool) -> bool {
    let joins = |byte: u8| b"-./:+".contains(&byte);
    let before = start.checked_sub(1).map(|at| bytes[at]);
    let further = start.checked_sub(2).map(|at| bytes[at]);
    let (after, beyond) = (bytes.get(end).copied(), bytes.get(end + 1).copied());
    let is_digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_digit());
    let in_word = before.is_some_and(is_word) || after.is_some_and(is_word);
    let joined = before.is_some_and(joins) && is_digit(further)
        || after.is_some_and(joins) && is_digit(beyond)
        || before.is_some_and(|byte| b"/.".contains(&byte)) && further.is_some_and(is_word);
    let in_row = has_spaces && (before == Some(b' ') && is_digit(further) || after == Some(b' ') && is_digit(beyond));
    !in_word && !joined && !in_row
}

/// How many bytes before a number are searched for a word that says what it is.
const CONTEXT: usize = 64;

/// Whether one of `words` is shortly before `start`. Words are in lower case, and their spaces may be `_` or `-` in the
/// text. A word behind an opening bracket doesn't count, because it may be a placeholder.
pub(super) fn has_context(bytes: &[u8], start: usize, words: &[&str]) -> bool {
    let begin = start.saturating_sub(CONTEXT);
    let window = &bytes[begin..start];
    let plain = |byte: u8| if matches!(byte, b'_' | b'-') { b' ' } else { byte.to_ascii_lowercase() };
    let is_part = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let before = |at: usize| at.checked_sub(1).and_then(|before| bytes.get(before));
    words.iter().any(|word| {
        let word = word.as_bytes();
        window.windows(word.len()).enumerate().any(|(at, found)| {
            found.iter().zip(word).all(|(found, wanted)| plain(*found) == *wanted)
                && !is_part(before(begin + at))
                && before(begin + at) != Some(&b'[')
                && !is_part(window.get(at + word.len()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, shape: &str) -> bool {
        let start = text.find(|c: char| c.is_ascii_digit()).expect("a digit");
        read(text.as_bytes(), start, shape).is_some()
    }

    #[test]
    fn a_part_of_something_longer_has_no_shape() {
        for text in ["123-45", "(123-45)", "é123-45é", "id: 123-45.", "x-123-45, 6", "12345 123-45 7"] {
            let start = text.find("123-45").expect("it");
            assert!(read(text.as_bytes(), start, "999-99").is_some(), "{text}");
        }
        for text in ["123-456", "123-45-6", "123-45.6", "123-45a", "123-45_", "1234-5"] {
            assert!(!found(text, "999-99"), "{text}");
        }
        for text in ["1-123-45", "1.123-45", "a/123-45", "x123-45", "1:123-45"] {
            let start = text.find("123-45").expect("it");
            assert!(read(text.as_bytes(), start, "999-99").is_none(), "{text}");
        }
        assert!(found("123 45 and", "999 99") && !found("123 45 6", "999 99"));
    }

    #[test]
    fn a_word_before_the_number_is_its_context() {
        for text in ["SSN: 1", "your social-security no. 1", "social_security=1", "é SSN 1"] {
            assert!(has_context(text.as_bytes(), text.len() - 1, &["ssn", "social security"]), "{text}");
        }
        for text in ["SSNs 1", "assn 1", "social 1", "1", "[SSN] 1", &format!("SSN {} 1", "x".repeat(64))] {
            assert!(!has_context(text.as_bytes(), text.len() - 1, &["ssn", "social security"]), "{text}");
        }
    }
}
