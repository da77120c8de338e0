//! How reports and messages write numbers, times, commands and untrusted text.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use tunedrop_run::Timestamp;
pub(crate) use tunedrop_validation::grouped;

/// The style sheet of every report. The reports' Content-Security-Policy allows it by its hash, and nothing else. The
/// console has it too.
pub const STYLE: &str = include_str!("../templates/style.css");

/// The SHA-256 of [`STYLE`] for `style-src`. A test compares the two.
pub(crate) const STYLE_HASH: &str = "sha256-g6RqDyvp7ZY6xHM94IiQflfyE3KVOTJtgvQy7GjDyPk=";

/// Escapes control characters, line breaks, and characters that change the direction of text.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push(' '),
            _ if is_hidden(c) => out.extend(c.escape_unicode()),
            _ => out.push(c),
        }
    }
    out
}

/// Whether `c` is invisible, controls a terminal, or changes the direction of the text after it.
///
/// Joiners aren't hidden: scripts need them, and they join emoji sequences.
pub fn is_hidden(c: char) -> bool {
    let is_format = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    is_format || c.is_control()
}

/// Like [`visible`], but keeps line breaks.
pub(crate) fn visible_lines(text: &str) -> String {
    text.replace("\r\n", "\n").split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// `1 error`, `2 errors`.
pub(crate) fn counted(number: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `3 errors and 1 warning`, `1 warning`, or `none`.
pub(crate) fn errors_and_warnings(errors: u64, warnings: u64) -> String {
    match (errors, warnings) {
        (0, 0) => "none".to_owned(),
        (_, 0) => counted(errors, "error"),
        (0, _) => counted(warnings, "warning"),
        _ => format!("{} and {}", counted(errors, "error"), counted(warnings, "warning")),
    }
}

/// `1.5 MB`, in decimal units.
pub(crate) fn bytes(number: u64) -> String {
    let mut size = number as f64;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if size < 1000.0 {
            return if unit == "bytes" { counted(number, "byte") } else { format!("{size:.1} {unit}") };
        }
        size /= 1000.0;
    }
    format!("{size:.1} TB")
}

/// The characters that a URI's path encodes: all but RFC 3986's unreserved characters and slashes.
pub const URI_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A loss with four decimals, or with a power of ten if it is very small or very large.
pub(crate) fn loss(value: f64) -> String {
    match value {
        _ if value.is_nan() => "not a number".to_owned(),
        _ if value.is_infinite() => "infinite".to_owned(),
        0.0 => "0".to_owned(),
        _ if value.abs() < 0.001 || value.abs() >= 1e6 => format!("{value:.3e}"),
        _ => format!("{value:.4}"),
    }
}

/// `2026-11-23 04:00:12 UTC`; unchanged if it isn't RFC 3339, because Bedrock doesn't guarantee the format.
pub(crate) fn moment(time: &str) -> String {
    match time.parse::<Timestamp>() {
        Ok(time) => format!("{time:.0}").replacen('T', " ", 1).trim_end_matches('Z').to_owned() + " UTC",
        Err(_) => visible(time),
    }
}

/// `1 h 12 min`; `None` if a time is absent or unreadable, or if the end is before the start.
pub(crate) fn between(start: Option<&str>, end: Option<&str>) -> Option<String> {
    let second = |time: Option<&str>| time?.parse::<Timestamp>().ok().map(Timestamp::as_second);
    let seconds = u64::try_from(second(end)?.checked_sub(second(start)?)?).ok()?;
    Some(match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{} h {m} min", grouped(h)),
    })
}

/// Quotes `word` for a POSIX shell if necessary.
pub fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@=+-,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", visible(word).replace('\'', r"'\''"))
}

/// A part of a sentence: prose, or code that was in backticks.
pub(crate) struct Span {
    pub text: String,
    pub is_code: bool,
}

/// Splits a sentence at its backticks. A sentence with an odd number of them is one span of prose.
pub(crate) fn spans(text: &str) -> Vec<Span> {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return vec![Span { text: visible(text), is_code: false }];
    }
    let spans = parts.iter().enumerate().map(|(at, part)| Span { text: visible(part), is_code: at % 2 == 1 });
    spans.filter(|span| !span.text.is_empty()).collect()
}

/// Writes a long command on several lines, one for each option, with a backslash at the end of each.
pub(crate) fn folded(command: &str) -> String {
    /// In characters: about the width of a page.
    const LINE: usize = 76;
    if command.chars().count() <= LINE {
        return command.to_owned();
    }
    let (mut out, mut quote, mut escaped) = (String::new(), None, false);
    for (at, c) in command.char_indices() {
        match quote {
            // Inside quotes, a line break would be part of the argument.
            Some(open) if c == open => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c).filter(|_| !escaped),
            None if command[at..].starts_with(" --") => out.push_str(" \\\n "),
            _ => {}
        }
        escaped = c == '\\' && !escaped && quote.is_none();
        out.push(c);
    }
    out
}

/// `train.jsonl, job.yaml and validation.jsonl`.
pub(crate) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => visible(one),
        [most @ .., last] => {
            format!("{} and {}", most.iter().map(|word| visible(word)).collect::<Vec<_>>().join(", "), visible(last))
        }
    }
}

/// The command line's default stack.
const STACK_DEFAULT: &str = "tunedrop";

/// The tunedrop command for a run or a deployment, as a user types it.
pub(crate) fn command(verb: &str, name: &str, stack: &str) -> String {
    tunedrop(&format!("{verb} {}", shell(name)), stack)
}

/// A tunedrop command with these arguments, for this stack.
pub(crate) fn tunedrop(arguments: &str, stack: &str) -> String {
    match stack {
        "" | STACK_DEFAULT => format!("tunedrop {arguments}"),
        stack => format!("tunedrop {arguments} --stack {}", shell(stack)),
    }
}

#[cfg(test)]
mod tests;
