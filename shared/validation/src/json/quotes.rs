//! Diagnoses unescaped and missing quotes: errors in a string that the parser finds only after it.

use super::characters::{closes_quotation, named};
use super::context::{Context, is_key, next, string_end};
use super::diagnosis::{Diagnosis, Expected};

const ESCAPE: &str = "write quotes inside a string as `\\\"`";

/// Checks whether the string before the error at byte `at` is the cause. Returns a diagnosis only with good evidence.
pub(super) fn look_back(line: &str, at: usize, expected: Expected, context: &Context) -> Option<Diagnosis> {
    if expected == Expected::Quote {
        let start = context.inside?;
        return curly_end(line, start + 1, line.len(), &[]);
    }
    let (start, end) = context.string.filter(|(_, end)| line[*end..at].trim_ascii().is_empty())?;
    let (from, to) = (start + 1, end - 1);
    match expected {
        Expected::Colon => curly_end(line, from, to, b":").or_else(|| unclosed(line, from, to, b':', "key")),
        Expected::MemberEnd | Expected::ElementEnd => curly_end(line, from, to, b",")
            .filter(|_| line.as_bytes().get(at).is_some_and(|byte| byte.is_ascii_alphanumeric()))
            .or_else(|| swallowed_key(line, at, from, to))
            .or_else(|| unescaped(line, at, from, end, expected)),
        _ => None,
    }
}

/// Diagnoses a string with a curly closing quote: only punctuation follows that quote.
fn curly_end(line: &str, from: usize, to: usize, punctuation: &[u8]) -> Option<Diagnosis> {
    let content = &line[from..to];
    let (place, curly) = content.char_indices().rev().find(|(_, c)| closes_quotation(*c))?;
    let behind = content[place + curly.len_utf8()..].trim_ascii();
    let is_end = match punctuation {
        // The string continues to the end of the line.
        [] => !behind.is_empty() && behind.bytes().all(|byte| b"}] \t\r".contains(&byte)),
        marks => behind.len() == 1 && marks.contains(&behind.as_bytes()[0]),
    };
    is_end.then(|| {
        let message = format!("expected `\"` to end the string, found {}", named(curly));
        Diagnosis::new(from + place, message, "replace it with `\"`")
    })
}

/// Diagnoses a string without a closing quote, which includes the separator: `"a, "key": …`, `"key: "a"`.
fn unclosed(line: &str, from: usize, to: usize, separator: u8, what: &str) -> Option<Diagnosis> {
    let content = line[from..to].trim_ascii_end();
    let whole = content.strip_suffix(char::from(separator)).filter(|content| !content.is_empty())?;
    let place = from + whole.len();
    let message = format!("unclosed {what}: expected `\"` before the `{}`", char::from(separator));
    Some(Diagnosis::new(place, message, "add the missing `\"`"))
}

/// Diagnoses a string without a closing quote that ends at the next key's opening quote: `"a, "completion": …`.
fn swallowed_key(line: &str, at: usize, from: usize, to: usize) -> Option<Diagnosis> {
    let rest = &line.as_bytes()[at..];
    let name = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte)).count();
    let is_key =
        name > 0 && rest.get(name) == Some(&b'"') && next(rest, name + 1).is_some_and(|(byte, _)| byte == b':');
    if is_key { unclosed(line, from, to, b',', "string") } else { None }
}

/// The maximum number of quotes that are tried as the string's closing quote.
const TRIED: usize = 64;

/// Diagnoses a string with an unescaped quote. The evidence: if the string ends at a later quote, the rest is valid
/// syntax, and the string doesn't contain a key.
fn unescaped(line: &str, at: usize, from: usize, end: usize, expected: Expected) -> Option<Diagnosis> {
    let bytes = line.as_bytes();
    let unescaped = |help: &str| Some(Diagnosis::new(end - 1, "unescaped `\"` inside a string", help));
    let found = *bytes.get(at)?;
    if found == b'"' && at == end && !is_key(bytes, at) {
        let goes_on = next(bytes, at + 1).is_some_and(|(byte, _)| !b",:}]".contains(&byte));
        return if goes_on { unescaped("write quotes inside a string as `\\\"`, not doubled") } else { None };
    }
    let joins = found == b'+' && next(bytes, at + 1).is_some_and(|(byte, _)| byte == b'"');
    if joins || b",:}]{[\"".contains(&found) {
        return None;
    }
    if line[from..end - 1].trim_ascii_end().ends_with(['{', '[']) && found.is_ascii_alphanumeric() {
        return unescaped("the string holds JSON: write each quote in it as `\\\"`");
    }
    let mut quote = at;
    for _ in 0..TRIED {
        quote = string_end(bytes, quote)?;
        let inner = &bytes[end..quote - 1];
        if swallows(inner, expected) {
            return None;
        }
        if can_follow(bytes, quote, expected) {
            return unescaped(ESCAPE);
        }
    }
    None
}

/// Whether the text contains what looks like a key or, in a list, like another element.
fn swallows(inner: &[u8], expected: Expected) -> bool {
    let leads_to = |at: usize, mark: u8| next(inner, at + 1).is_some_and(|(byte, _)| byte == mark);
    let key = memchr::memchr_iter(b'"', inner).any(|quote| leads_to(quote, b':'));
    key || (expected == Expected::ElementEnd && memchr::memchr_iter(b',', inner).any(|comma| leads_to(comma, b'"')))
}

/// Whether the bytes at `at` can follow a string.
fn can_follow(bytes: &[u8], at: usize, expected: Expected) -> bool {
    match (next(bytes, at), expected) {
        (Some((b'}', _)), Expected::MemberEnd) | (Some((b']', _)), Expected::ElementEnd) => true,
        (Some((b',', comma)), Expected::MemberEnd) => {
            next(bytes, comma + 1).is_some_and(|(byte, key)| byte == b'}' || is_key(bytes, key))
        }
        (Some((b',', comma)), _) => next(bytes, comma + 1).is_some_and(|(byte, _)| byte == b'"'),
        _ => false,
    }
}
