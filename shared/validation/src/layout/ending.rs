//! Detects truncated binary files: the first bytes identify the format, and with it how the file must end.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use memchr::memmem;

use super::FileType;
use super::magic::{CUT_ARROW, CUT_GZIP, CUT_PARQUET, CUT_XZ, CUT_ZIP};

/// The number of bytes that identify the format.
const BEGINNING: usize = 6;

/// The number of last bytes that are kept.
const KEPT: usize = 16;

/// The maximum number of bytes that are unpacked from a gzip file, because a small file can unpack to a very large one.
const UNPACKED_MAX: u64 = 1 << 30;

/// The signature of the record at the end of a ZIP archive. A comment may follow it.
const END_OF_ZIP: &[u8] = b"PK\x05\x06";

/// Reads a file to its end, and detects whether it is truncated. Uses constant memory.
#[derive(Debug, Default)]
pub struct Ending(State);

#[derive(Debug)]
enum State {
    Begins(Vec<u8>),
    Followed(Kind, Vec<u8>),
    Zip {
        last: Vec<u8>,
        has_end: bool,
    },
    Gzip(Box<MultiGzDecoder<Counted>>),
    /// The file is complete, or it can't be known whether it is.
    Known,
}

impl Default for State {
    fn default() -> State {
        State::Begins(Vec::new())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Parquet,
    Arrow,
    Xz,
}

/// Counts the unpacked bytes. Returns an error if there are more than [`UNPACKED_MAX`].
#[derive(Debug, Default)]
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        if self.0 > UNPACKED_MAX { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Ending {
    /// Whether the result is known without the rest of the file.
    pub fn is_known(&self) -> bool {
        matches!(self.0, State::Known)
    }

    /// Reads the file's next bytes, which may be divided anywhere.
    pub fn feed(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Begins(first) => {
                let (more, rest) = bytes.split_at(bytes.len().min(BEGINNING - first.len()));
                first.extend_from_slice(more);
                if first.len() == BEGINNING {
                    let first = std::mem::take(first);
                    self.0 = State::of(&first);
                    self.feed(&first);
                    self.feed(rest);
                }
            }
            State::Followed(_, last) => keep_last(last, bytes),
            State::Zip { last, has_end } => {
                // The signature may be divided between two pieces.
                let seam = [last.as_slice(), &bytes[..bytes.len().min(END_OF_ZIP.len())]].concat();
                *has_end |= [bytes, &seam].iter().any(|piece| memmem::find(piece, END_OF_ZIP).is_some());
                keep_last(last, bytes);
            }
            State::Gzip(decoder) => {
                // An error: the content is complete and other bytes follow, or it is too large.
                if decoder.write_all(bytes).is_err() {
                    self.0 = State::Known;
                }
            }
            State::Known => {}
        }
    }

    /// Returns the type of a truncated file. `None` if the file isn't truncated, or if that isn't known.
    pub fn fault(self) -> Option<FileType> {
        match self.0 {
            State::Followed(kind, last) => {
                let (end, cut): (&[u8], _) = match kind {
                    Kind::Parquet => (b"PAR1", CUT_PARQUET),
                    Kind::Arrow => (b"ARROW1", CUT_ARROW),
                    Kind::Xz => (b"YZ", CUT_XZ),
                };
                // Zeros may follow an xz stream.
                let zeros = last.iter().rev().take_while(|byte| kind == Kind::Xz && **byte == 0).count();
                (!last[..last.len() - zeros].ends_with(end)).then_some(cut)
            }
            State::Zip { has_end, .. } => (!has_end).then_some(CUT_ZIP),
            State::Gzip(mut decoder) => decoder.try_finish().is_err().then_some(CUT_GZIP),
            State::Begins(_) | State::Known => None,
        }
    }
}

impl State {
    fn of(first: &[u8]) -> State {
        match first {
            [b'P', b'A', b'R', b'1', ..] => State::Followed(Kind::Parquet, Vec::new()),
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] => State::Followed(Kind::Arrow, Vec::new()),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => State::Followed(Kind::Xz, Vec::new()),
            [b'P', b'K', 3, 4, ..] => State::Zip { last: Vec::new(), has_end: false },
            [0x1f, 0x8b, ..] => State::Gzip(Box::new(MultiGzDecoder::new(Counted::default()))),
            _ => State::Known,
        }
    }
}

fn keep_last(last: &mut Vec<u8>, bytes: &[u8]) {
    last.extend_from_slice(&bytes[bytes.len().saturating_sub(KEPT)..]);
    last.drain(..last.len().saturating_sub(KEPT));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(file: &[u8], size: usize) -> Option<&'static str> {
        let mut ending = Ending::default();
        file.chunks(size).for_each(|piece| ending.feed(piece));
        ending.fault().map(|fault| fault.is)
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).expect("it fits into memory");
        encoder.finish().expect("it fits into memory")
    }

    /// Returns content that hardly shrinks when it is compressed.
    fn content() -> Vec<u8> {
        (0..200_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
    }

    #[test]
    fn detects_files_whose_end_is_missing() {
        let inside = content();
        let around = |begin: &[u8], end: &[u8]| [begin, &inside, end].concat();
        for (whole, name) in [
            (gzip(&inside), "gzip"),
            ([gzip(&inside), gzip(b"a second member")].concat(), "gzip"),
            (around(b"PAR1", b"PAR1"), "Parquet"),
            (around(b"ARROW1\0\0", b"ARROW1"), "Arrow"),
            (around(b"\xfd7zXZ\0", b"\0\0YZ\0\0\0\0"), "xz"),
            (around(b"PK\x03\x04", b"PK\x05\x06 and a comment"), "ZIP"),
        ] {
            for size in [1, 7, 4096, whole.len()] {
                assert_eq!(is(&whole, size), None, "{name} in pieces of {size}");
                for missing in [9, 20, 1000, whole.len() / 2, whole.len() - 20] {
                    let missing = if name == "ZIP" { missing.max(40) } else { missing };
                    let cut = is(&whole[..whole.len() - missing], size).unwrap_or_default();
                    // If the file has a second member, that is the one that is missing or truncated.
                    assert!(cut.contains(name), "{name} without {missing} bytes, in pieces of {size}: {cut}");
                }
            }
        }
    }

    #[test]
    fn ignores_text_and_bytes_after_a_complete_file() {
        let mut padded = gzip(&content());
        padded.extend([0; 512]);
        for file in [padded.as_slice(), b"", b"PA", b"{\"a\": 1}\n", b"PK, a text", b"\x1f\x8b"] {
            assert_eq!(is(file, 100), None);
        }
    }

    #[test]
    fn stops_unpacking_at_the_maximum_size() {
        let file = gzip(&content());
        let mut ending = Ending(State::Gzip(Box::new(MultiGzDecoder::new(Counted(UNPACKED_MAX - 1000)))));
        ending.feed(&file[..file.len() - 1000]);
        assert!(ending.is_known());
        assert_eq!(ending.fault(), None);
    }
}
