//! Bedrock's words, without what they may quote of a record.

/// What is left of a redacted text, at most; enough for the whole of every message in Bedrock's own list.
const LENGTH_MAX: usize = 300;
/// A quoted stretch up to this length is a name, a key or a file; a longer one may be a record.
const QUOTED_MAX: usize = 40;
/// Stands where something was cut.
pub(crate) const CUT: &str = "[…]";

/// Words after which Bedrock quotes the data itself (user guide, "Troubleshooting fine-tuning", and AWS's
/// knowledge centre on fine-tuning errors), and their likely kin.
const MARKERS: [&str; 21] = [
    "starting with",
    "starts with",
    "beginning with",
    "begins with",
    "ending with",
    "record:",
    "records:",
    "line:",
    "row:",
    "sample:",
    "example:",
    "content:",
    "text:",
    "input:",
    "output:",
    "prompt:",
    "completion:",
    "message:",
    "value:",
    "received:",
    "got:",
];

/// Cuts what may be a record's text out of Bedrock's words, for wherever they leave the ledger and the report.
///
/// Cut are: anything in braces, quoted stretches of more than 40 characters, quotes that don't pair up, and all
/// that follows words such as `starting with` or `record:`. What remains is at most 300 characters long.
/// Where it is in doubt it cuts: the whole text is in the report.
pub fn redact(text: &str) -> String {
    let mut text = cut(text);
    // What is shortened may end in the middle of a quote, which then no longer pairs up.
    while text.chars().count() > LENGTH_MAX {
        let kept: String = text.chars().take(LENGTH_MAX - CUT.chars().count()).collect();
        text = cut(&kept);
        if !text.ends_with(CUT) {
            text.push_str(CUT);
        }
    }
    text
}

fn cut(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (text, followed) = match end_of_marker(&text) {
        Some(end) => (&text[..end], true),
        None => (text.as_str(), false),
    };
    let mut out = String::new();
    let mut rest = text;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let width = match stretch(rest, before) {
            Stretch::None => {
                out.push(c);
                c.len_utf8()
            }
            Stretch::Kept(width) => {
                out.push_str(&rest[..width]);
                width
            }
            Stretch::Cut(width) => {
                out.push_str(CUT);
                width
            }
        };
        before = rest[..width].chars().next_back().unwrap_or(' ');
        rest = &rest[width..];
    }
    if followed && !out.ends_with(CUT) {
        out.push(' ');
        out.push_str(CUT);
    }
    out
}

/// Where the first marker that has something behind it ends.
fn end_of_marker(text: &str) -> Option<usize> {
    // Only ASCII letters change their case, so places are the same in both.
    let lower = text.to_ascii_lowercase();
    let end = |marker: &&str| {
        let hits = lower.match_indices(*marker);
        let whole = |at: usize| !lower[..at].ends_with(|c: char| c.is_alphanumeric());
        hits.map(|(at, hit)| (at, at + hit.len())).find(|(at, _)| whole(*at)).map(|(_, end)| end)
    };
    MARKERS.iter().filter_map(end).min().filter(|end| !text[*end..].trim().is_empty())
}

/// What begins at a place: its width in bytes, and what becomes of it.
enum Stretch {
    None,
    Kept(usize),
    Cut(usize),
}

fn stretch(rest: &str, before: char) -> Stretch {
    let Some(open) = rest.chars().next() else {
        return Stretch::None;
    };
    let close = match open {
        '{' => return Stretch::Cut(braces(rest)),
        '"' | '`' | '\'' => open,
        '“' | '„' => '”',
        '‘' => '’',
        '«' => '»',
        _ => return Stretch::None,
    };
    let after = rest[open.len_utf8()..].chars().next().unwrap_or(' ');
    if "'‘".contains(open) && before.is_alphanumeric() && after.is_alphanumeric() {
        return Stretch::None; // an apostrophe
    }
    let width = quoted(rest, open, close);
    match width {
        Some(width) if rest[..width].chars().count() <= QUOTED_MAX + 2 && !rest[..width].contains('{') => {
            Stretch::Kept(width)
        }
        Some(width) => Stretch::Cut(width),
        None => Stretch::Cut(rest.len()),
    }
}

/// Up to the brace that closes the first one; all, where none does. Braces in strings count too: that cuts more, never less.
fn braces(rest: &str) -> usize {
    let mut depth = 0usize;
    for (at, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    rest.len()
}

/// Up to the quote that closes the first one. Quotes of the same kind within count as nested, for a record that is
/// quoted unescaped brings its own; a mark between two letters or behind a backslash is text.
fn quoted(rest: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0usize;
    let mut before = ' ';
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map_or(' ', |(_, next)| *next);
        if c == open || c == close {
            let inside = before.is_alphanumeric() && after.is_alphanumeric();
            let opens = if open == close {
                depth == 0 || (!after.is_whitespace() && (before.is_whitespace() || "([{:,=".contains(before)))
            } else {
                c == open
            };
            if before == '\\' || (inside && depth > 0) {
                // Part of the text.
            } else if opens {
                depth += 1;
            } else {
                depth -= 1;
                if depth == 0 {
                    return Some(at + c.len_utf8());
                }
            }
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests;
