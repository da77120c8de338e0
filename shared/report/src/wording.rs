//! Small pieces of wording that reports and messages share.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use tunedrop_run::Timestamp;
pub(crate) use tunedrop_validation::grouped;

/// The style of every page; the pages' policy allows this very text by its hash and nothing else.
pub(crate) const STYLE: &str = include_str!("../templates/style.css");

/// What `style-src` says: the SHA-256 of [`STYLE`]. A test holds the two together.
pub(crate) const STYLE_HASH: &str = "sha256-0OYvAw+oNbxEi78RAE9WWIgHG91QFp56cQLNJMulu04=";

/// `text` with control characters and those that turn the direction of text written out, line breaks included.
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

/// Whether a reader wouldn't see `c`, or a terminal would act on it, or it would turn what follows around.
///
/// Joiners stay: they hold scripts together, and make one picture of an emoji sequence.
pub fn is_hidden(c: char) -> bool {
    let is_format = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    is_format || c.is_control()
}

/// As [`visible`], but line breaks stay.
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

/// `1.5 MB`; decimal units, as S3 and its prices have them.
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

/// What a URI's path doesn't encode: RFC 3986's unreserved characters, and slashes, which part the folders.
pub const URI_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A loss as people compare it: four decimals, or powers of ten where those would say nothing.
pub(crate) fn loss(value: f64) -> String {
    match value {
        _ if value.is_nan() => "not a number".to_owned(),
        _ if value.is_infinite() => "infinite".to_owned(),
        0.0 => "0".to_owned(),
        _ if value.abs() < 0.001 || value.abs() >= 1e6 => format!("{value:.3e}"),
        _ => format!("{value:.4}"),
    }
}

/// `2026-11-23 04:00:12 UTC`; the text as it is, where it isn't RFC 3339 (Bedrock's events don't promise it).
pub(crate) fn moment(time: &str) -> String {
    match time.parse::<Timestamp>() {
        Ok(time) => format!("{time:.0}").replacen('T', " ", 1).trim_end_matches('Z').to_owned() + " UTC",
        Err(_) => visible(time),
    }
}

/// `1 h 12 min`; `None` where a time is absent, unreadable, or before the other.
pub(crate) fn between(start: Option<&str>, end: Option<&str>) -> Option<String> {
    let second = |time: Option<&str>| time?.parse::<Timestamp>().ok().map(Timestamp::as_second);
    let seconds = u64::try_from(second(end)?.checked_sub(second(start)?)?).ok()?;
    Some(match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{} h {m} min", grouped(h)),
    })
}

/// `word` as a POSIX shell takes it literally.
pub fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@=+-,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", visible(word).replace('\'', r"'\''"))
}

/// A long command in several lines, one a flag, as a shell takes it.
pub(crate) fn folded(command: &str) -> String {
    /// About what a page shows in one line.
    const LINE: usize = 76;
    if command.chars().count() <= LINE {
        return command.to_owned();
    }
    let (mut out, mut quote, mut escaped) = (String::new(), None, false);
    for (at, c) in command.char_indices() {
        match quote {
            // Within quotes, a line break would be part of the word.
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

/// The stack that the command line takes where none is named.
const STACK_DEFAULT: &str = "tunedrop";

/// A command of the command line for a run, as it is typed.
pub(crate) fn command(verb: &str, run_id: &str, stack: &str) -> String {
    let run = shell(run_id);
    match stack {
        "" | STACK_DEFAULT => format!("tunedrop {verb} {run}"),
        stack => format!("tunedrop {verb} {run} --stack {}", shell(stack)),
    }
}

#[cfg(test)]
mod tests;
