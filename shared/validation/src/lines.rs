//! Splits a stream of bytes into pieces of whole lines, in bounded memory.

/// How long a line may be, without its newline.
pub(crate) const LONGEST: usize = 8 * 1024 * 1024;

/// How much of a longer line is kept, to recognize what it is.
const HEAD: usize = 4096;

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

    /// A line that is completely in memory, however long.
    pub(crate) fn of(bytes: &'b [u8]) -> Line<'b> {
        if bytes.len() <= LONGEST { Line::Whole(bytes) } else { Line::TooLong(&bytes[..HEAD]) }
    }
}

/// Whole lines, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'b> {
    /// Each line with its newline; the file's last line may lack it.
    pub(crate) bytes: &'b [u8],
    /// Whether these are only the first bytes of one line that is too long.
    pub(crate) is_head: bool,
}

impl<'b> Piece<'b> {
    /// The line that begins at `start`, and where the next one does.
    pub(crate) fn line_at(self, start: usize) -> (Line<'b>, usize) {
        let rest = &self.bytes[start..];
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = if self.is_head { Line::TooLong(rest) } else { Line::of(&rest[..length]) };
        (line, start + length + 1)
    }

    /// Its lines.
    pub(crate) fn lines(self) -> impl Iterator<Item = Line<'b>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let (line, next) = (at < self.bytes.len()).then(|| self.line_at(at))?;
            at = next;
            Some(line)
        })
    }
}

/// How many bytes a piece has at most, if its first line doesn't have more. It is limited because its findings are held in memory, too.
const PIECE: usize = 1024 * 1024;

/// Where the next piece of `bytes` ends; `None` if no line does.
fn cut(bytes: &[u8]) -> Option<usize> {
    let near = memchr::memrchr(b'\n', &bytes[..bytes.len().min(PIECE)]);
    near.or_else(|| memchr::memchr(b'\n', bytes)).map(|newline| newline + 1)
}

/// Holds the incomplete line at the end of the last bytes.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    rest: Vec<u8>,
    too_long: bool,
}

impl Lines {
    /// Takes `bytes`, and passes on the lines that they end: the buffered one first, then the others in one piece.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], mut take: impl FnMut(Piece)) {
        let Some(last) = memchr::memrchr(b'\n', bytes) else {
            return self.hold(bytes);
        };
        if !self.rest.is_empty() {
            let end = memchr::memchr(b'\n', bytes).unwrap_or(last);
            self.hold(&bytes[..end]);
            if !self.too_long {
                self.rest.push(b'\n');
            }
            take(self.held());
            self.rest.clear();
            self.too_long = false;
            bytes = &bytes[end + 1..];
        }
        while let Some(end) = cut(bytes) {
            take(Piece { bytes: &bytes[..end], is_head: false });
            bytes = &bytes[end..];
        }
        self.hold(bytes);
    }

    /// What follows the last newline; `None` if nothing does.
    pub(crate) fn last(&self) -> Option<Piece<'_>> {
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
        // Eight mebibytes that may never be needed again.
        self.rest.shrink_to_fit();
    }

    fn held(&self) -> Piece<'_> {
        Piece { bytes: &self.rest, is_head: self.too_long }
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
            lines.feed(chunk, |piece| lengths.extend(piece.lines().map(length)));
            assert!(lines.rest.len() <= LONGEST);
        }
        lengths.extend(lines.last().iter().flat_map(|piece| piece.lines()).map(length));
        lengths
    }

    #[test]
    fn splits_lines_in_any_chunks() {
        assert_eq!(lengths(&[]), []);
        assert_eq!(lengths(&[b"\n"]), [Some(0)]);
        assert_eq!(lengths(&[b"a", b"b\nc", b"\n\nde"]), [Some(2), Some(1), Some(0), Some(2)]);
    }

    #[test]
    fn skips_a_long_line_and_reads_the_next_one() {
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
