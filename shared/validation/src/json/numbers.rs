//! Diagnoses numbers and words that aren't JSON but occur in other languages.

/// Whether the bytes begin with a number of another language, such as `+1` or `.5`.
pub(super) fn is_likely(bytes: &[u8]) -> bool {
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    is_digit(1) || (bytes.get(1) == Some(&b'.') && is_digit(2)) || bytes.starts_with(b"+Inf")
}

/// Returns what was found and the help for an invalid number. `number` begins with a digit, `-`, `+`, or `.`.
pub(super) fn diagnose(number: &str) -> (&'static str, &'static str) {
    let bare = number.trim_start_matches(['-', '+']);
    let (digits, rest) = bare.split_at(bare.bytes().take_while(u8::is_ascii_digit).count());
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let lower = bare.to_ascii_lowercase();
    match lower.as_bytes() {
        [] if number.len() > 1 => ("a line of dashes", "remove it"),
        [] if number == "-" => ("a `-`", "remove it, or write the number's digits after it"),
        [b'i', b'n', b'f', ..] | [b'n', b'a', b'n', ..] => ("an infinite number", NOT_FINITE),
        [b'0', b'x', ..] => ("a hexadecimal number", "write it in decimal, or in double quotes"),
        [b'0', b'b', ..] => ("a binary number", "write it in decimal, or in double quotes"),
        [b'0', b'o', ..] => ("an octal number", "write it in decimal, or in double quotes"),
        [b'.', ..] if plain(bare) => ("a number that starts with `.`", "write a `0` before the `.`"),
        _ if number.starts_with('+') && plain(bare) => ("a number with a leading `+`", "remove the `+`"),
        _ if digits.len() > 1 && digits.starts_with('0') && plain(bare) => {
            ("a number with a leading zero", "remove the zero; put codes such as postal codes in double quotes")
        }
        _ if rest.starts_with('_') => ("a number with `_` in it", "remove each `_`"),
        _ if rest == "." || rest.starts_with(".e") || rest.starts_with(".E") => {
            ("a number without a digit after the `.`", "write a `0` after the `.`, or remove the `.`")
        }
        _ if !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            ("a number followed by letters", "remove the letters, or put the value in double quotes")
        }
        _ => ("an invalid number", "put dates, versions, and other text in double quotes"),
    }
}

const NOT_FINITE: &str = "write a number, or remove the key: JSON has no NaN and no infinity";

/// Returns the help for a word that is a value in another language.
pub(super) fn word_of_other_language(word: &str) -> Option<&'static str> {
    match word {
        "True" | "TRUE" => Some("write `true`"),
        "False" | "FALSE" => Some("write `false`"),
        "None" | "NULL" | "Null" | "nil" | "undefined" => Some("write `null`, or remove the key"),
        "NaN" | "nan" | "NAN" | "Infinity" | "inf" | "Inf" => Some(NOT_FINITE),
        _ => None,
    }
}
