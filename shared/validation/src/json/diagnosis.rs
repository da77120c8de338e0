//! Diagnoses a line that can't be read: what was expected, what was found, and how to fix it.
//!
//! This runs once for each line that can't be read, so it may read the line again. A message contains only punctuation
//! and known words of the line: all other text is the record's.

use super::brackets;
use super::characters::{Instead, instead, named};
use super::context::{Context, is_key, next};
use super::quotes;
use crate::Code;

/// What the parser expects at its offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// The line's object.
    Record,
    Value,
    /// The rest of a number.
    Digit,
    Key,
    /// The colon after a key.
    Colon,
    /// The comma or bracket after a member of an object.
    MemberEnd,
    /// The comma or bracket after an element of a list.
    ElementEnd,
    /// The rest of a string.
    Quote,
    /// The bracket that closes a value that is nested too deep.
    Bracket,
    /// The end of the line.
    End,
}

impl Expected {
    pub(super) fn name(self) -> &'static str {
        match self {
            Expected::Record => "a JSON object",
            Expected::Value => "a value",
            Expected::Digit => "a digit from 0 to 9",
            Expected::Key => "a key in double quotes",
            Expected::Colon => "`:` after the key",
            Expected::MemberEnd => "`,` or `}`",
            Expected::ElementEnd => "`,` or `]`",
            Expected::Quote => "`\"`",
            Expected::Bracket => "a closing bracket",
            Expected::End => "the end of the line",
        }
    }

    /// Whether the parser is after a member or an element.
    pub(super) fn is_after_value(self) -> bool {
        matches!(self, Expected::MemberEnd | Expected::ElementEnd)
    }
}

/// The code, location and text of a finding.
#[derive(Debug)]
pub(super) struct Diagnosis {
    pub(super) code: Code,
    /// Offset of the character that the finding is about.
    pub(super) at: usize,
    pub(super) message: String,
    pub(super) help: String,
}

impl Diagnosis {
    pub(super) fn new(at: usize, message: impl Into<String>, help: impl Into<String>) -> Diagnosis {
        Diagnosis { code: Code::InvalidJson, at, message: message.into(), help: help.into() }
    }
}

/// Git's markers of a merge conflict.
const CONFLICT: [&str; 3] = ["<<<<<<<", "=======", ">>>>>>>"];

const SPREAD: &str = "unexpected end of line after `{`: the record seems to be spread over several lines";

const GENERAL: &str = "write each record with a JSON library, on one line";

/// Diagnoses the error at byte `at`; the line begins at byte `offset` of the raw line.
pub(super) fn diagnose(line: &str, at: usize, expected: Expected, offset: usize) -> Diagnosis {
    let context = Context::before(line, at);
    let Some(found) = line[at..].chars().next() else {
        return quotes::look_back(line, at, expected, &context).unwrap_or_else(|| match line.trim() {
            "{" => Diagnosis::new(
                at,
                SPREAD,
                "write it on one line, for example with `tunedrop fix`; complete it if it ends here",
            ),
            _ => end_of_line(at, expected, &context),
        });
    };
    if let Some(diagnosis) = quotes::look_back(line, at, expected, &context) {
        return diagnosis;
    }
    let expected_found = |found: &str| format!("expected {}, found {found}", expected.name());
    if found < ' ' {
        let message = expected_found(&format!("control character {}", named(found)));
        return Diagnosis { code: Code::ControlCharacter, ..Diagnosis::new(at, message, "remove it") };
    }
    if expected == Expected::Record && line[at..].starts_with("\u{ef}\u{bb}\u{bf}{") {
        // The mark's three bytes, decoded as three characters.
        let message = expected_found("a byte order mark that was decoded as WINDOWS-1252");
        return Diagnosis::new(at, message, "remove the three characters before the `{`");
    }
    if !found.is_ascii() || found == '\u{7f}' {
        let is_separator = matches!(found, '\u{85}' | '\u{2028}' | '\u{2029}') && expected == Expected::End;
        let help = match is_separator {
            true => "replace it with a line break, if a record follows".to_owned(),
            false => other_script(found, expected),
        };
        return Diagnosis::new(at, expected_found(&named(found)), help);
    }
    if let Some(diagnosis) = brackets::diagnose(line, at, expected, &context, offset) {
        return diagnosis;
    }
    let (found, help) = ascii(line, at, expected, &context);
    Diagnosis::new(at, expected_found(&found), help)
}

fn end_of_line(at: usize, expected: Expected, context: &Context) -> Diagnosis {
    if expected == Expected::Quote {
        let help =
            "if the text continues on the next line, write the line break as `\\n`; otherwise add the closing `\"`";
        return Diagnosis::new(at, "unexpected end of line inside a string: expected `\"`", help);
    }
    let help = if expected.is_after_value() {
        let closers = context.closers();
        format!("add `{closers}` if the record ends here; if it continues on the next line, write it on one line")
    } else {
        "complete the record; if it continues on the next line, write it on one line".to_owned()
    };
    Diagnosis::new(at, format!("unexpected end of line: expected {}", expected.name()), help)
}

fn other_script(found: char, expected: Expected) -> String {
    match instead(found) {
        Instead::Write(ascii) => format!("replace it with `{ascii}`"),
        Instead::Space => "replace it with a space, or remove it".to_owned(),
        Instead::Nothing => "remove it".to_owned(),
        Instead::Unknown if found == '\u{2026}' => "replace the ellipsis with the missing text".to_owned(),
        Instead::Unknown if found == '\u{fffd}' => {
            "restore the character that was here: it was lost when the file was converted".to_owned()
        }
        Instead::Unknown if expected == Expected::End => "remove what follows the record".to_owned(),
        Instead::Unknown if expected == Expected::Key => "write the key in double quotes".to_owned(),
        Instead::Unknown => "put text in double quotes".to_owned(),
    }
}

/// Returns what was found at `at`, where there is an ASCII character, and the help.
fn ascii(line: &str, at: usize, expected: Expected, context: &Context) -> (String, String) {
    let rest = &line[at..];
    let mark = |found: char| format!("`{found}`");
    let is_comment = rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#');
    let found = rest.chars().next().unwrap_or_default();
    match found {
        _ if rest.starts_with("```") => ("a Markdown code fence".to_owned(), "remove the line".to_owned()),
        _ if expected == Expected::Record && CONFLICT.iter().any(|mark| rest.starts_with(mark)) => {
            let help = "resolve the merge conflict, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`";
            ("a merge conflict marker".to_owned(), help.to_owned())
        }
        '&' if rest.starts_with("&quot;") || rest.starts_with("&#34;") => {
            let help = "decode the HTML entities in the file, for example with Python's `html.unescape`";
            ("an HTML entity in place of `\"`".to_owned(), help.to_owned())
        }
        '/' | '#' if is_comment => {
            let begin = if found == '#' { "#" } else { &rest[..2] };
            (format!("a comment (`{begin}`)"), "remove it: JSON has no comments".to_owned())
        }
        '`' => ("a backtick".to_owned(), "write strings in double quotes".to_owned()),
        '\'' if expected == Expected::Key || expected == Expected::Value => (mark(found), single_quotes(line)),
        '\\' if rest.starts_with("\\\"") => {
            let help = "write `\"` in place of each `\\\"`: the record was escaped twice";
            (mark(found), help.to_owned())
        }
        '\\' if rest.starts_with("\\n") && expected == Expected::End => {
            (mark(found), "remove the `\\n`, and end the line with a line break instead".to_owned())
        }
        ',' if matches!(context.before, Some((b',' | b'[' | b'{', _))) => {
            (mark(found), "remove the extra comma".to_owned())
        }
        ',' if expected == Expected::End => (mark(found), after_comma(line, at)),
        ',' | '}' if expected == Expected::Colon => (mark(found), "add `:` and a value after the key".to_owned()),
        ',' | '}' if expected == Expected::Value => (mark(found), "add the value, or remove the key".to_owned()),
        ':' if expected == Expected::ElementEnd => {
            (mark(found), "add `]` before this key, or write the list's element as an object".to_owned())
        }
        '=' if expected == Expected::Colon => (mark(found), "replace it with `:`".to_owned()),
        ':' if expected == Expected::End && line.trim_start().starts_with('"') => {
            (mark(found), "add `{` at the start of the line".to_owned())
        }
        ';' if expected == Expected::End => (mark(found), "remove it".to_owned()),
        ';' if expected.is_after_value() => (mark(found), "replace it with `,`".to_owned()),
        ';' if expected == Expected::Colon => (mark(found), "replace it with `:`".to_owned()),
        '+' if expected.is_after_value() => (mark(found), "join the strings: JSON has no operators".to_owned()),
        '(' if expected == Expected::Value => (mark(found), "write a list in `[` and `]`".to_owned()),
        '.' if rest.starts_with("...") => ("`...`".to_owned(), "replace the ellipsis with the missing text".to_owned()),
        '"' => (mark(found), missing(line, at, expected)),
        '0'..='9' => ("a number".to_owned(), number(expected, context)),
        found if found.is_ascii_alphabetic() || found == '_' => word(rest, expected),
        _ if expected.is_after_value() && matches!(context.before, Some((b'0'..=b'9', _))) => {
            (mark(found), "put the whole value in double quotes".to_owned())
        }
        _ if expected == Expected::End => (mark(found), "remove what follows the record".to_owned()),
        _ => (mark(found), GENERAL.to_owned()),
    }
}

fn single_quotes(line: &str) -> String {
    match line.trim_start().starts_with("{'") {
        true => "write strings in double quotes; in Python, write records with `json.dumps`, not `str` or `repr`",
        false => "write strings in double quotes",
    }
    .to_owned()
}

/// Returns the help for a comma after the record.
fn after_comma(line: &str, at: usize) -> String {
    match next(line.as_bytes(), at + 1) {
        Some((b'{', _)) => "put each record on its own line, without a comma between them".to_owned(),
        Some((b'"', key)) if is_key(line.as_bytes(), key) => {
            "remove the `}` before it: it closes the record too early".to_owned()
        }
        _ => "remove what follows the record".to_owned(),
    }
}

/// Returns the help for an unexpected string.
fn missing(line: &str, at: usize, expected: Expected) -> String {
    match expected {
        Expected::MemberEnd if is_key(line.as_bytes(), at) => "add a comma before the next key".to_owned(),
        Expected::MemberEnd => "add the missing `,` and a key, or escape quotes inside a string as `\\\"`".to_owned(),
        Expected::ElementEnd => "add a comma between the elements".to_owned(),
        Expected::Colon => "add `:` between the key and its value".to_owned(),
        Expected::End => "put each record on its own line, as a JSON object".to_owned(),
        _ => GENERAL.to_owned(),
    }
}

fn number(expected: Expected, context: &Context) -> String {
    match expected {
        Expected::Key if matches!(context.before, Some((b',', _))) => {
            "write the key in double quotes; if the comma groups digits, remove it".to_owned()
        }
        Expected::Key => "write the key in double quotes".to_owned(),
        Expected::MemberEnd | Expected::ElementEnd => {
            "add a comma before it, or put the text in double quotes".to_owned()
        }
        Expected::Record => GENERAL.to_owned(),
        _ => "remove it".to_owned(),
    }
}

/// Returns what was found and the help for letters outside of a string.
fn word(rest: &str, expected: Expected) -> (String, String) {
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte)).count();
    let (word, behind) = rest.split_at(length);
    let is_prefix = word.len() <= 2 && word.bytes().all(|byte| b"uUrRbBfF".contains(&byte));
    let found = "text without quotes".to_owned();
    let help = match expected {
        Expected::Key if behind.starts_with('"') => "add `\"` before the key",
        Expected::Key => "write the key in double quotes",
        Expected::Value if is_prefix && behind.starts_with(['"', '\'']) => {
            let help = "remove the letter before the quote: it's Python";
            return ("a string prefix".to_owned(), help.to_owned());
        }
        Expected::Value if behind.starts_with('(') => {
            return ("a function call".to_owned(), "write its value as a string or a number".to_owned());
        }
        Expected::Value => "put the text in double quotes",
        Expected::Record => "write one JSON object on each line",
        Expected::End => "remove what follows the record",
        _ => GENERAL,
    };
    (found, help.to_owned())
}
