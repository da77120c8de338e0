//! What to say about a line that can't be read on: what was expected, what was found, and how to fix it.
//!
//! Runs once per unreadable line, so it may read the line again. A message shows punctuation and known words only:
//! other letters are the record's.

use super::brackets;
use super::characters::{Instead, instead, named};
use super::context::{Context, is_key, next};
use super::quotes;
use crate::Code;

/// What the reader could go on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The line's object.
    Record,
    Value,
    Key,
    /// The colon behind a key.
    Colon,
    /// Behind a member of an object.
    MemberEnd,
    /// Behind an element of a list.
    ElementEnd,
    /// The rest of a string.
    Quote,
    /// The end of what is nested too deep.
    Bracket,
    /// Nothing but the end of the line.
    End,
}

impl Wanted {
    pub(super) fn name(self) -> &'static str {
        match self {
            Wanted::Record => "a JSON object",
            Wanted::Value => "a value",
            Wanted::Key => "a key in double quotes",
            Wanted::Colon => "`:` after the key",
            Wanted::MemberEnd => "`,` or `}`",
            Wanted::ElementEnd => "`,` or `]`",
            Wanted::Quote => "`\"`",
            Wanted::Bracket => "a closing bracket",
            Wanted::End => "the end of the line",
        }
    }

    /// Whether a member or an element has just ended.
    pub(super) fn is_behind_value(self) -> bool {
        matches!(self, Wanted::MemberEnd | Wanted::ElementEnd)
    }
}

/// What a finding says.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) code: Code,
    /// Offset of the character to look at.
    pub(super) at: usize,
    pub(super) message: String,
    pub(super) help: String,
}

impl Said {
    pub(super) fn new(at: usize, message: impl Into<String>, help: impl Into<String>) -> Said {
        Said { code: Code::InvalidJson, at, message: message.into(), help: help.into() }
    }
}

const GENERAL: &str = "write each record with a JSON library, on one line";

/// Diagnoses the fault at byte `at`; the line begins at byte `offset` of the raw line.
pub(super) fn diagnose(line: &str, at: usize, wanted: Wanted, offset: usize) -> Said {
    let context = Context::before(line, at);
    let Some(found) = line[at..].chars().next() else {
        return quotes::look_back(line, at, wanted, &context).unwrap_or_else(|| end_of_line(at, wanted, &context));
    };
    if let Some(said) = quotes::look_back(line, at, wanted, &context) {
        return said;
    }
    let expected = |found: &str| format!("expected {}, found {found}", wanted.name());
    if found < ' ' {
        let message = expected(&format!("control character {}", named(found)));
        return Said { code: Code::ControlCharacter, ..Said::new(at, message, "remove it") };
    }
    if !found.is_ascii() || found == '\u{7f}' {
        return Said::new(at, expected(&named(found)), other_script(found, wanted));
    }
    if let Some(said) = brackets::diagnose(line, at, wanted, &context, offset) {
        return said;
    }
    let (found, help) = ascii(line, at, wanted, &context);
    Said::new(at, expected(&found), help)
}

fn end_of_line(at: usize, wanted: Wanted, context: &Context) -> Said {
    if wanted == Wanted::Quote {
        let help =
            "if the text continues on the next line, write the line break as `\\n`; otherwise add the closing `\"`";
        return Said::new(at, "unexpected end of line inside a string: expected `\"`", help);
    }
    let help = if wanted.is_behind_value() {
        let closers = context.closers();
        format!("add `{closers}` if the record ends here; if it continues on the next line, write it on one line")
    } else {
        "complete the record; if it continues on the next line, write it on one line".to_owned()
    };
    Said::new(at, format!("unexpected end of line: expected {}", wanted.name()), help)
}

fn other_script(found: char, wanted: Wanted) -> String {
    match instead(found) {
        Instead::Write(ascii) => format!("replace it with `{ascii}`"),
        Instead::Space => "replace it with a space, or remove it".to_owned(),
        Instead::Nothing => "remove it".to_owned(),
        Instead::Unknown if found == '\u{2026}' => "replace the ellipsis with what it stands for".to_owned(),
        Instead::Unknown if found == '\u{fffd}' => {
            "restore the character that was here: it was lost when the file was converted".to_owned()
        }
        Instead::Unknown if wanted == Wanted::End => "remove what follows the record".to_owned(),
        Instead::Unknown if wanted == Wanted::Key => "write the key in double quotes".to_owned(),
        Instead::Unknown => "put text in double quotes".to_owned(),
    }
}

/// What a line has at `at`, an ASCII character, and what to do.
fn ascii(line: &str, at: usize, wanted: Wanted, context: &Context) -> (String, String) {
    let rest = &line[at..];
    let mark = |found: char| format!("`{found}`");
    let is_comment = rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#');
    let found = rest.chars().next().unwrap_or_default();
    match found {
        _ if rest.starts_with("```") => ("a Markdown code fence".to_owned(), "remove the line".to_owned()),
        '/' | '#' if is_comment => {
            let begin = if found == '#' { "#" } else { &rest[..2] };
            (format!("a comment (`{begin}`)"), "remove it: JSON has no comments".to_owned())
        }
        '`' => ("a backtick".to_owned(), "write strings in double quotes".to_owned()),
        '\'' if wanted == Wanted::Key || wanted == Wanted::Value => (mark(found), single_quotes(line)),
        '\\' if rest.starts_with("\\\"") => {
            let help = "write `\"` in place of each `\\\"`: the record was escaped once too often";
            (mark(found), help.to_owned())
        }
        '\\' if rest.starts_with("\\n") && wanted == Wanted::End => {
            (mark(found), "remove the `\\n`, and end the line with a line break instead".to_owned())
        }
        ',' if matches!(context.before, Some((b',' | b'[' | b'{', _))) => {
            (mark(found), "remove the extra comma".to_owned())
        }
        ',' if wanted == Wanted::End => (mark(found), after_comma(line, at)),
        ',' | '}' if wanted == Wanted::Colon => (mark(found), "add `:` and a value after the key".to_owned()),
        ',' | '}' if wanted == Wanted::Value => (mark(found), "add the value, or remove the key".to_owned()),
        ':' if wanted == Wanted::ElementEnd => {
            (mark(found), "add `]` before this key, or write the list's element as an object".to_owned())
        }
        '=' if wanted == Wanted::Colon => (mark(found), "replace it with `:`".to_owned()),
        ':' if wanted == Wanted::End && line.trim_start().starts_with('"') => {
            (mark(found), "add `{` at the start of the line".to_owned())
        }
        ';' if wanted == Wanted::End => (mark(found), "remove it".to_owned()),
        ';' if wanted.is_behind_value() => (mark(found), "replace it with `,`".to_owned()),
        ';' if wanted == Wanted::Colon => (mark(found), "replace it with `:`".to_owned()),
        '+' if wanted.is_behind_value() => (mark(found), "join the strings: JSON has no operators".to_owned()),
        '(' if wanted == Wanted::Value => (mark(found), "write a list in `[` and `]`".to_owned()),
        '.' if rest.starts_with("...") => {
            ("`...`".to_owned(), "replace the ellipsis with what it stands for".to_owned())
        }
        '"' => (mark(found), missing(line, at, wanted)),
        '0'..='9' => ("a number".to_owned(), number(wanted, context)),
        found if found.is_ascii_alphabetic() || found == '_' => word(rest, wanted),
        _ if wanted.is_behind_value() && matches!(context.before, Some((b'0'..=b'9', _))) => {
            (mark(found), "put the whole value in double quotes".to_owned())
        }
        _ if wanted == Wanted::End => (mark(found), "remove what follows the record".to_owned()),
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

/// Help on a comma behind the record.
fn after_comma(line: &str, at: usize) -> String {
    match next(line.as_bytes(), at + 1) {
        Some((b'{', _)) => "put each record on its own line, without a comma between them".to_owned(),
        Some((b'"', key)) if is_key(line.as_bytes(), key) => {
            "remove the `}` before it: it closes the record too early".to_owned()
        }
        _ => "remove what follows the record".to_owned(),
    }
}

/// Help on a string where none can be.
fn missing(line: &str, at: usize, wanted: Wanted) -> String {
    match wanted {
        Wanted::MemberEnd if is_key(line.as_bytes(), at) => "add a comma before the next key".to_owned(),
        Wanted::MemberEnd => "add the missing `,` and a key, or escape quotes inside a string as `\\\"`".to_owned(),
        Wanted::ElementEnd => "add a comma between the elements".to_owned(),
        Wanted::Colon => "add `:` between the key and its value".to_owned(),
        Wanted::End => "put each record on its own line, as a JSON object".to_owned(),
        _ => GENERAL.to_owned(),
    }
}

fn number(wanted: Wanted, context: &Context) -> String {
    match wanted {
        Wanted::Key if matches!(context.before, Some((b',', _))) => {
            "write the key in double quotes; if the comma groups digits, remove it".to_owned()
        }
        Wanted::Key => "write the key in double quotes".to_owned(),
        Wanted::MemberEnd | Wanted::ElementEnd => "add a comma before it, or put the text in double quotes".to_owned(),
        Wanted::Record => GENERAL.to_owned(),
        _ => "remove it".to_owned(),
    }
}

/// Letters outside a string.
fn word(rest: &str, wanted: Wanted) -> (String, String) {
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte)).count();
    let (word, behind) = rest.split_at(length);
    let is_prefix = word.len() <= 2 && word.bytes().all(|byte| b"uUrRbBfF".contains(&byte));
    let found = "text without quotes".to_owned();
    let help = match wanted {
        Wanted::Key if behind.starts_with('"') => "add `\"` before the key",
        Wanted::Key => "write the key in double quotes",
        Wanted::Value if is_prefix && behind.starts_with(['"', '\'']) => {
            let help = "remove the letter before the quote: it's Python";
            return ("a string prefix".to_owned(), help.to_owned());
        }
        Wanted::Value if behind.starts_with('(') => {
            return ("a function call".to_owned(), "write its value as a string or a number".to_owned());
        }
        Wanted::Value => "put the text in double quotes",
        Wanted::Record => "write one JSON object on each line",
        Wanted::End => "remove what follows the record",
        _ => GENERAL,
    };
    (found, help.to_owned())
}
