//! Faults that show behind a string, but are in it: a quote that isn't escaped, or isn't there.

use super::characters::{closes_quotation, named};
use super::context::{Context, is_key, next, string_end};
use super::diagnosis::{Said, Wanted};

const ESCAPE: &str = "write quotes inside a string as `\\\"`";

/// Looks back from the fault at byte `at`, and claims nothing without good evidence.
pub(super) fn look_back(line: &str, at: usize, wanted: Wanted, context: &Context) -> Option<Said> {
    if wanted == Wanted::Quote {
        let start = context.inside?;
        return curly_end(line, start + 1, line.len(), &[]);
    }
    let (start, end) = context.string.filter(|(_, end)| line[*end..at].trim_ascii().is_empty())?;
    let (from, to) = (start + 1, end - 1);
    match wanted {
        Wanted::Colon => curly_end(line, from, to, b":").or_else(|| unclosed(line, from, to, b':', "key")),
        Wanted::MemberEnd | Wanted::ElementEnd => curly_end(line, from, to, b",")
            .filter(|_| line.as_bytes().get(at).is_some_and(|byte| byte.is_ascii_alphanumeric()))
            .or_else(|| swallowed_key(line, at, from, to))
            .or_else(|| unescaped(line, at, from, end, wanted)),
        _ => None,
    }
}

/// A string that was meant to end at a curly quote: nothing but punctuation follows it.
fn curly_end(line: &str, from: usize, to: usize, punctuation: &[u8]) -> Option<Said> {
    let content = &line[from..to];
    let (place, curly) = content.char_indices().rev().find(|(_, c)| closes_quotation(*c))?;
    let behind = content[place + curly.len_utf8()..].trim_ascii();
    let is_end = match punctuation {
        // Up to the end of the line.
        [] => !behind.is_empty() && behind.bytes().all(|byte| b"}] \t\r".contains(&byte)),
        marks => behind.len() == 1 && marks.contains(&behind.as_bytes()[0]),
    };
    is_end.then(|| {
        let message = format!("expected `\"` to end the string, found {}", named(curly));
        Said::new(from + place, message, "replace it with `\"`")
    })
}

/// A string that holds the separator behind it: `"a, "key": …`, `"key: "a"`.
fn unclosed(line: &str, from: usize, to: usize, separator: u8, what: &str) -> Option<Said> {
    let content = line[from..to].trim_ascii_end();
    let whole = content.strip_suffix(char::from(separator)).filter(|content| !content.is_empty())?;
    let place = from + whole.len();
    let message = format!("unclosed {what}: expected `\"` before the `{}`", char::from(separator));
    Some(Said::new(place, message, "add the missing `\"`"))
}

/// A string whose closing quote is missing takes the next key's opening quote for it: `"a, "completion": …`.
fn swallowed_key(line: &str, at: usize, from: usize, to: usize) -> Option<Said> {
    let rest = &line.as_bytes()[at..];
    let name = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte)).count();
    let is_key =
        name > 0 && rest.get(name) == Some(&b'"') && next(rest, name + 1).is_some_and(|(byte, _)| byte == b':');
    if is_key { unclosed(line, from, to, b',', "string") } else { None }
}

/// How many quotes are tried as the one that was meant to close the string.
const TRIED: usize = 64;

/// A string that goes on behind a quote. The evidence: a later quote closes it so that the record goes on well, and no
/// key would be swallowed.
fn unescaped(line: &str, at: usize, from: usize, end: usize, wanted: Wanted) -> Option<Said> {
    let bytes = line.as_bytes();
    let said = |help: &str| Some(Said::new(end - 1, "unescaped `\"` inside a string", help));
    let found = *bytes.get(at)?;
    if found == b'"' && at == end && !is_key(bytes, at) {
        let goes_on = next(bytes, at + 1).is_some_and(|(byte, _)| !b",:}]".contains(&byte));
        return if goes_on { said("write quotes inside a string as `\\\"`, not doubled") } else { None };
    }
    let joins = found == b'+' && next(bytes, at + 1).is_some_and(|(byte, _)| byte == b'"');
    if joins || b",:}]{[\"".contains(&found) {
        return None;
    }
    if line[from..end - 1].trim_ascii_end().ends_with(['{', '[']) && found.is_ascii_alphanumeric() {
        return said("the string holds JSON: write each quote in it as `\\\"`");
    }
    let mut quote = at;
    for _ in 0..TRIED {
        quote = string_end(bytes, quote)?;
        let inner = &bytes[end..quote - 1];
        if swallows(inner, wanted) {
            return None;
        }
        if goes_on_well(bytes, quote, wanted) {
            return said(ESCAPE);
        }
    }
    None
}

/// Whether the text holds what looks like a key, or in a list like a further element.
fn swallows(inner: &[u8], wanted: Wanted) -> bool {
    let leads_to = |at: usize, mark: u8| next(inner, at + 1).is_some_and(|(byte, _)| byte == mark);
    let key = memchr::memchr_iter(b'"', inner).any(|quote| leads_to(quote, b':'));
    key || (wanted == Wanted::ElementEnd && memchr::memchr_iter(b',', inner).any(|comma| leads_to(comma, b'"')))
}

/// Whether what follows a string can follow one.
fn goes_on_well(bytes: &[u8], at: usize, wanted: Wanted) -> bool {
    match (next(bytes, at), wanted) {
        (Some((b'}', _)), Wanted::MemberEnd) | (Some((b']', _)), Wanted::ElementEnd) => true,
        (Some((b',', comma)), Wanted::MemberEnd) => {
            next(bytes, comma + 1).is_some_and(|(byte, key)| byte == b'}' || is_key(bytes, key))
        }
        (Some((b',', comma)), _) => next(bytes, comma + 1).is_some_and(|(byte, _)| byte == b'"'),
        _ => false,
    }
}
