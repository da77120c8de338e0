//! The context of an error: the open brackets and the last string before it. Read only after an error.

use super::MOST_NESTED;

/// The part of a line before an error.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// The open brackets with their offsets, the outermost first. Without those that are nested too deep.
    pub(super) open: Vec<(u8, usize)>,
    /// The last complete string: the offsets of its opening quote and after its closing quote.
    pub(super) string: Option<(usize, usize)>,
    /// The string that contains the error: the offset of its opening quote.
    pub(super) inside: Option<usize>,
    /// The last byte before the error that isn't white space, and its offset.
    pub(super) before: Option<(u8, usize)>,
}

impl Context {
    /// Reads `line` again, up to the error at byte `at`.
    pub(super) fn before(line: &str, at: usize) -> Context {
        let bytes = &line.as_bytes()[..at.min(line.len())];
        let (mut context, mut depth, mut here) = (Context::default(), 0_usize, 0);
        while let Some(&byte) = bytes.get(here) {
            let start = here;
            here += 1;
            match byte {
                b'"' => match string_end(bytes, here) {
                    Some(end) => {
                        (context.string, here) = (Some((start, end)), end);
                        context.before = Some((b'"', end - 1));
                    }
                    None => {
                        context.inside = Some(start);
                        break;
                    }
                },
                b'{' | b'[' => {
                    depth += 1;
                    if depth <= MOST_NESTED {
                        context.open.push((byte, start));
                    }
                }
                b'}' | b']' => {
                    if depth <= MOST_NESTED {
                        context.open.pop();
                    }
                    depth = depth.saturating_sub(1);
                }
                _ => {}
            }
            if !byte.is_ascii_whitespace() && byte != b'"' {
                context.before = Some((byte, start));
            }
        }
        context
    }

    /// Returns the brackets that close all open ones.
    pub(super) fn closers(&self) -> String {
        self.open.iter().rev().map(|(open, _)| closer(*open)).collect()
    }

    /// Returns the innermost open bracket and its offset.
    pub(super) fn innermost(&self) -> Option<(u8, usize)> {
        self.open.last().copied()
    }
}

/// Returns the bracket that closes `open`.
pub(super) fn closer(open: u8) -> char {
    if open == b'{' { '}' } else { ']' }
}

/// Returns the offset after the closing quote of the string whose content begins at `from`.
pub(super) fn string_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Returns the first byte from `at` on that isn't white space, and its offset.
pub(super) fn next(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let rest = bytes.get(at..)?;
    let skipped = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
    Some((rest[skipped], at + skipped))
}

/// Whether a key begins at `at`: a string followed by a colon.
pub(super) fn is_key(bytes: &[u8], at: usize) -> bool {
    bytes.get(at) == Some(&b'"')
        && string_end(bytes, at + 1).and_then(|end| next(bytes, end)).is_some_and(|(byte, _)| byte == b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_brackets_and_the_last_string_are_known() {
        let line = r#"{"a": [1, {"b\"": "]"} , {"c" x"#;
        let context = Context::before(line, line.len() - 1);
        assert_eq!(context.open, [(b'{', 0), (b'[', 6), (b'{', 25)]);
        assert_eq!((context.closers().as_str(), context.string), ("}]}", Some((26, 29))));
        assert_eq!(context.before, Some((b'"', 28)));
        assert_eq!(Context::before("[\"a", 3).inside, Some(1));
    }

    #[test]
    fn depth_takes_no_memory() {
        let deep = "[".repeat(1_000_000);
        assert_eq!(Context::before(&deep, deep.len()).open.len(), MOST_NESTED);
        assert_eq!(Context::before("]]]", 3).open.len(), 0);
    }
}
