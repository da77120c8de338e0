//! Reads the prose of a Rust file: its comments and string literals.

/// The prose, with the number of the line on which each line of it is.
pub(super) fn prose(source: &str) -> Vec<(usize, String)> {
    let chars: Vec<char> = source.chars().collect();
    let (mut at, mut line, mut prose) = (0, 1, Vec::new());
    while at < chars.len() {
        let (end, text) = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => until(&chars, at, |rest| rest.starts_with(&['\n'])),
            '/' if chars.get(at + 1) == Some(&'*') => block(&chars, at),
            '"' => string(&chars, at),
            'r' if is_raw(&chars, at) => raw(&chars, at),
            '\'' => (character(&chars, at), None),
            // A word, so that an `r` in it doesn't count as a raw string.
            c if c.is_alphanumeric() || c == '_' => (word(&chars, at), None),
            _ => (at + 1, None),
        };
        for (offset, part) in text.unwrap_or_default().split('\n').enumerate() {
            prose.push((line + offset, part.to_owned()));
        }
        line += chars[at..end].iter().filter(|c| **c == '\n').count();
        at = end;
    }
    prose.retain(|(_, text)| !text.trim().is_empty());
    prose
}

/// The names of the tests, as words, with their line numbers.
pub(super) fn test_names(source: &str) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    let mut is_test = false;
    for (number, line) in source.lines().enumerate() {
        let name =
            line.trim_start().trim_start_matches("async ").strip_prefix("fn ").and_then(|rest| rest.split('(').next());
        match name {
            Some(name) if is_test => names.push((number + 1, name.replace('_', " "))),
            _ => {}
        }
        is_test = (is_test && name.is_none()) || line.trim() == "#[test]" || line.trim() == "#[tokio::test]";
    }
    names
}

/// A piece of the file: its end, and its prose.
type Piece = (usize, Option<String>);

fn until(chars: &[char], start: usize, is_end: impl Fn(&[char]) -> bool) -> Piece {
    let end = (start..chars.len()).find(|at| is_end(&chars[*at..])).unwrap_or(chars.len());
    (end, Some(chars[start..end].iter().collect()))
}

/// A comment that may contain other comments.
fn block(chars: &[char], start: usize) -> Piece {
    let (mut depth, mut at) = (0, start);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    let end = at.min(chars.len());
    (end, Some(chars[start..end].iter().collect()))
}

fn string(chars: &[char], start: usize) -> Piece {
    let (mut at, mut text) = (start + 1, String::new());
    while at < chars.len() && chars[at] != '"' {
        if chars[at] == '\\' {
            // An escaped line end joins two lines; any other escape separates words.
            let joins = chars.get(at + 1) == Some(&'\n');
            text.push(if joins { '\n' } else { ' ' });
            at += 1;
        } else {
            text.push(chars[at]);
        }
        at += 1;
    }
    ((at + 1).min(chars.len()), Some(text))
}

fn is_raw(chars: &[char], at: usize) -> bool {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    chars.get(at + 1 + hashes) == Some(&'"')
}

fn raw(chars: &[char], start: usize) -> Piece {
    let hashes = chars[start + 1..].iter().take_while(|c| **c == '#').count();
    let begin = start + hashes + 2;
    let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let (end, text) = until(chars, begin, |rest| rest.starts_with(&close));
    ((end + close.len()).min(chars.len()), text)
}

/// The position after `'"'` or `'\''`. A lifetime is only its quotation mark.
fn character(chars: &[char], start: usize) -> usize {
    match (chars.get(start + 1), chars.get(start + 2)) {
        (Some('\\'), Some(_)) => {
            let end = (start + 3..chars.len()).find(|at| chars[*at] == '\'');
            end.map_or(chars.len(), |end| end + 1)
        }
        (Some(_), Some('\'')) => start + 3,
        _ => start + 1,
    }
}

fn word(chars: &[char], start: usize) -> usize {
    (start..chars.len()).find(|at| !chars[*at].is_alphanumeric() && chars[*at] != '_').unwrap_or(chars.len())
}

#[test]
fn reads_comments_and_strings_and_no_code() {
    let source = r####"
//! Mend it.
fn mend<'a>(c: char) -> &'a str { // weather
    let quote = '"'; let escaped = '\''; let mend = "lies in\tthe \"folder\" \
        and mend";
    /* one /* mend */ two
       three */
    let raw = r#"a "raw" mend"#;
    mend
}
"####;
    let texts: Vec<(usize, String)> = prose(source)
        .into_iter()
        .map(|(line, text)| (line, text.split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect();
    let expected = [
        (2, "//! Mend it."),
        (3, "// weather"),
        (4, "lies in the folder"),
        (5, "and mend"),
        (6, "/* one /* mend */ two"),
        (7, "three */"),
        (8, "a \"raw\" mend"),
    ];
    assert_eq!(texts.iter().map(|(line, text)| (*line, text.as_str())).collect::<Vec<_>>(), expected);
}
