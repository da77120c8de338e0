//! Reports invalid characters and escapes in strings: for each string, the first one of each kind.

use super::characters::named;
use super::parser::Parser;
use crate::Code;

/// The first occurrence of an error in a string, and the number of others.
#[derive(Debug, Default)]
pub(super) struct Occurrences {
    first: Option<usize>,
    more: usize,
}

impl Occurrences {
    pub(super) fn note(&mut self, at: usize) {
        match self.first {
            None => self.first = Some(at),
            Some(_) => self.more += 1,
        }
    }

    /// Returns ` (and 3 more in this string)`, or nothing.
    fn more(&self) -> String {
        if self.more == 0 { String::new() } else { format!(" (and {} more in this string)", self.more) }
    }
}

/// The errors in a string.
#[derive(Debug, Default)]
pub(super) struct StringErrors {
    /// Control characters that aren't escaped.
    pub(super) controls: Occurrences,
    /// Escapes that JSON doesn't have.
    pub(super) escapes: Occurrences,
    /// Halves of surrogate pairs.
    pub(super) surrogates: Occurrences,
}

impl StringErrors {
    /// Reports the errors, after the string was read.
    pub(super) fn report(&self, parser: &mut Parser) {
        if let Some(at) = self.controls.first {
            let byte = parser.bytes[at];
            let message = format!("unescaped {} inside a string{}", control(byte), self.controls.more());
            let or = if byte.is_ascii_whitespace() { "" } else { ", or remove it" };
            parser.report(Code::ControlCharacter, at, message, &format!("write it as `{}`{or}", escaped(byte)));
        }
        if let Some(at) = self.escapes.first {
            let (found, help) = escape(parser.line, at);
            parser.report(Code::InvalidJson, at, format!("invalid escape {found}{}", self.escapes.more()), help);
        }
        if let Some(at) = self.surrogates.first {
            let message = format!("half of a surrogate pair{}", self.surrogates.more());
            let help = "write both halves, such as `\\ud83d\\ude00`, or the character itself";
            parser.report(Code::LoneSurrogate, at, message, help);
        }
    }
}

fn control(byte: u8) -> String {
    match byte {
        b'\t' => "tab (U+0009)".to_owned(),
        b'\r' => "carriage return (U+000D)".to_owned(),
        b'\n' => "line feed (U+000A)".to_owned(),
        _ => format!("control character {}", named(char::from(byte))),
    }
}

fn escaped(byte: u8) -> String {
    match byte {
        b'\t' => "\\t".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\n' => "\\n".to_owned(),
        _ => format!("\\u{byte:04x}"),
    }
}

/// Returns the escape at byte `at` as it is shown in messages, and the help.
fn escape(line: &str, at: usize) -> (String, &'static str) {
    let rest = &line[at + 1..];
    let kind = rest.chars().next().unwrap_or_default();
    let found = if kind.is_ascii_graphic() { format!("`\\{kind}`") } else { format!("`\\` before {}", named(kind)) };
    let before = &line.as_bytes()[..at];
    let is_drive = matches!(before, [.., letter, b':'] if letter.is_ascii_alphabetic());
    let hexadecimal = |count: usize| {
        let digits = rest.as_bytes().get(1..=count).unwrap_or_default();
        digits.len() == count && digits.iter().all(u8::is_ascii_hexdigit)
    };
    let help = match kind {
        _ if is_drive => "write each `\\` of a path as `\\\\`, also before letters such as `n` and `t`",
        '\'' => "write `'` without the backslash",
        'x' if hexadecimal(2) => "write `\\u00` before the two digits, in place of `\\x`",
        'U' if hexadecimal(8) => "write the character itself: JSON has `\\u` and four digits only",
        'u' if rest.starts_with("u{") => "write four digits without braces, such as `\\u00e9`",
        'u' => "write four hexadecimal digits after `\\u`, such as `\\u00e9`, or write the backslash as `\\\\`",
        '0' => "write `\\u0000`, or remove it",
        'a' => "write `\\u0007`, or write the backslash as `\\\\`",
        'v' => "write `\\u000b`, or write the backslash as `\\\\`",
        'e' => "write `\\u001b`, or write the backslash as `\\\\`",
        _ => "write the backslash as `\\\\`",
    };
    (found, help)
}
