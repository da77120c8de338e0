//! Cutting a stream of bytes into lines, in bounded memory.

/// How long a line may be, without its newline.
pub(crate) const LONGEST: usize = 8 * 1024 * 1024;

/// How much of a longer line is kept, to tell what it is.
const HEAD: usize = 64;

/// A line without its newline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line<'b> {
    /// All of it.
    Whole(&'b [u8]),
    /// The first bytes of one that is longer than [`LONGEST`].
    TooLong(&'b [u8]),
}

impl<'b> Line<'b> {
    /// All of it, or its first bytes.
    pub(crate) fn head(self) -> &'b [u8] {
        match self {
            Line::Whole(bytes) | Line::TooLong(bytes) => bytes,
        }
    }
}

/// Holds the line that the last chunk cut off.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    rest: Vec<u8>,
    too_long: bool,
}

impl Lines {
    /// Takes `chunk`, and hands on each line that it ends.
    pub(crate) fn feed(&mut self, mut chunk: &[u8], mut take: impl FnMut(Line)) {
        while let Some(end) = memchr::memchr(b'\n', chunk) {
            let line = &chunk[..end];
            if self.rest.is_empty() && line.len() <= LONGEST {
                take(Line::Whole(line));
            } else {
                self.hold(line);
                take(self.held());
                self.rest.clear();
                self.too_long = false;
            }
            chunk = &chunk[end + 1..];
        }
        self.hold(chunk);
    }

    /// What follows the last newline; `None` where nothing does.
    pub(crate) fn last(&self) -> Option<Line<'_>> {
        (!self.rest.is_empty()).then(|| self.held())
    }

    fn hold(&mut self, part: &[u8]) {
        if self.too_long {
            return;
        }
        if self.rest.len() + part.len() <= LONGEST {
            self.rest.extend_from_slice(part);
            return;
        }
        self.too_long = true;
        self.rest.extend_from_slice(&part[..part.len().min(HEAD)]);
        self.rest.truncate(HEAD);
    }

    fn held(&self) -> Line<'_> {
        if self.too_long { Line::TooLong(&self.rest) } else { Line::Whole(&self.rest) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths of the lines; those too long have none.
    fn lengths(chunks: &[&[u8]]) -> Vec<Option<usize>> {
        let length = |line: Line| match line {
            Line::Whole(line) => Some(line.len()),
            Line::TooLong(head) => {
                assert_eq!(head.len(), HEAD);
                None
            }
        };
        let mut lines = Lines::default();
        let mut lengths = Vec::new();
        for chunk in chunks {
            lines.feed(chunk, |line| lengths.push(length(line)));
            assert!(lines.rest.len() <= LONGEST);
        }
        lengths.extend(lines.last().map(length));
        lengths
    }

    #[test]
    fn lines_are_cut_whatever_the_chunks() {
        assert_eq!(lengths(&[]), []);
        assert_eq!(lengths(&[b"\n"]), [Some(0)]);
        assert_eq!(lengths(&[b"a", b"b\nc", b"\n\nde"]), [Some(2), Some(1), Some(0), Some(2)]);
    }

    #[test]
    fn a_line_too_long_is_passed_over_and_the_next_one_read() {
        let long = vec![b'x'; LONGEST];
        let cases: [&[&[u8]]; 5] = [
            &[&long, b"\nab"],
            &[b"x", &long, b"yy", b"y\nab"],
            &[&[&long[..], b"x\nab"].concat()],
            &[&long, b"x", b"\n", b"a", b"b"],
            &[&long[1..], b"xx", b"\nab"],
        ];
        assert_eq!(lengths(cases[0]), [Some(LONGEST), Some(2)]);
        for case in &cases[1..] {
            assert_eq!(lengths(case), [None, Some(2)]);
        }
    }
}
