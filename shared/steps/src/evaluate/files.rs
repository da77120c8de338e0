//! Files of records, line by line. Memory: the pieces that S3 hands over, and one line.

use tunedrop_aws::{Failure, Objects, Piece};

/// The longest line that is read, in bytes. A longer one is no record that a model can be asked: it has far more tokens than
/// any of the catalogue's models takes in a record.
const LINE_MAX: usize = 4 << 20;

/// The key of an `s3://` address in the stack's bucket; `None` for one elsewhere.
pub(super) fn key_of<'a>(objects: &Objects, address: &'a str) -> Option<&'a str> {
    address.strip_prefix("s3://")?.strip_prefix(objects.bucket())?.strip_prefix('/')
}

/// Calls `each` with every line of a file, without its line end. A line that is too long is cut, so that it is no record.
/// The error is a clause that says why the file can't be read.
pub(super) async fn each_line(
    objects: &Objects,
    address: &str,
    mut each: impl FnMut(&[u8]),
) -> Result<Result<(), String>, Failure> {
    let Some(key) = key_of(objects, address) else {
        return Ok(Err(format!("{address} isn't in the stack's bucket")));
    };
    let Some(object) = objects.find(key).await? else {
        return Ok(Err(format!("{address} doesn't exist any more")));
    };
    let (mut ranges, mut lines) = (objects.ranges(&object), Lines::default());
    loop {
        match ranges.next().await? {
            Piece::Bytes(bytes) => lines.add(&bytes, &mut each),
            Piece::End => break,
            Piece::Changed => return Ok(Err(format!("{address} changed while it was read"))),
            Piece::Unreadable(why) => return Ok(Err(format!("{address} can't be read: {why:?}"))),
        }
    }
    lines.finish(&mut each);
    Ok(Ok(()))
}

/// Joins pieces to lines.
#[derive(Default)]
struct Lines {
    /// The beginning of a line that isn't complete.
    rest: Vec<u8>,
}

impl Lines {
    fn add(&mut self, mut bytes: &[u8], each: &mut impl FnMut(&[u8])) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, after) = (&bytes[..end], &bytes[end + 1..]);
            if self.rest.is_empty() {
                each(&line[..line.len().min(LINE_MAX)]);
            } else {
                self.keep(line);
                each(&self.rest);
                self.rest.clear();
            }
            bytes = after;
        }
        self.keep(bytes);
    }

    fn keep(&mut self, bytes: &[u8]) {
        let most = LINE_MAX - self.rest.len();
        self.rest.extend_from_slice(&bytes[..bytes.len().min(most)]);
    }

    fn finish(self, each: &mut impl FnMut(&[u8])) {
        if !self.rest.is_empty() {
            each(&self.rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8], piece: usize) -> Vec<Vec<u8>> {
        let (mut found, mut lines) = (Vec::new(), Lines::default());
        let mut each = |line: &[u8]| found.push(line.to_vec());
        for piece in text.chunks(piece) {
            lines.add(piece, &mut each);
        }
        lines.finish(&mut each);
        found
    }

    #[test]
    fn lines_are_the_same_in_pieces_of_any_size() {
        let text = b"a\n\nbcd\r\n{}\nend";
        let expected: [&[u8]; 5] = [b"a", b"", b"bcd\r", b"{}", b"end"];
        for piece in 1..=text.len() {
            assert_eq!(lines(text, piece), expected, "{piece}");
        }
        assert_eq!(lines(b"", 1), Vec::<Vec<u8>>::new());
        assert_eq!(lines(b"a\n", 9), [b"a"]);
    }

    #[test]
    fn long_lines_are_cut() {
        let text = [&vec![b'x'; LINE_MAX + 7][..], b"\nb"].concat();
        for piece in [1 << 20, text.len()] {
            let found = lines(&text, piece);
            assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [LINE_MAX, 1]);
        }
    }
}
