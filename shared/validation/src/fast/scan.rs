//! The reader of one string: unescapes it into the scratch buffer, and searches it for what a rule may report.

#[cfg(target_arch = "aarch64")]
mod arm;
mod classes;
mod escape;
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::reserved::Reserved;
use classes::Classes;
use escape::{Escape, SIMPLE};

/// The number of bytes that are classified at once.
pub(super) const BLOCK: usize = 64;

/// The most bytes that a step reads: a block, and an escape that begins at its end.
const WINDOW: usize = BLOCK + 16;

/// The most bytes that a step writes: a block, and a character at its end.
pub(super) const ROOM: usize = BLOCK + 8;

/// A string that was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    /// The offset after its closing quote.
    pub(super) end: usize,
    /// The offset in the scratch buffer after its text.
    pub(super) written: usize,
    pub(super) ascii: u64,
    pub(super) beyond_ascii: u64,
    /// Whether it has non-ASCII bytes, which might not be UTF-8.
    pub(super) is_raw: bool,
}

/// The special bytes of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Special {
    /// Quotes, backslashes, and bytes that end a reserved string: a bit for each byte.
    stops: u64,
    /// Whether there are control characters or non-ASCII bytes.
    unusual: bool,
}

/// The control characters and non-ASCII bytes of a block: a bit for each byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Unusual {
    control: u64,
    /// Non-ASCII bytes.
    high: u64,
    /// UTF-8 continuation bytes.
    continuation: u64,
}

type Scan = fn(&Scanner, &[u8], usize, &mut [u8], usize) -> Option<Text>;

/// What the scanner searches strings for, and the implementation for this processor.
#[derive(Debug)]
pub(super) struct Scanner {
    classes: Classes,
    /// The character of an escape with one letter; 0 for escapes that need another check.
    simple: [u8; 256],
    reserved: Reserved,
    scan: Scan,
}

impl Scanner {
    /// Returns `None` if a reserved string ends in a control character or a non-ASCII byte.
    pub(super) fn new(words: &[String]) -> Option<Scanner> {
        let classes = Classes::new(words)?;
        #[cfg(target_arch = "x86_64")]
        let best = x86::best(&classes);
        #[cfg(target_arch = "aarch64")]
        let best = arm::best(&classes);
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let best: Option<Scan> = None;
        let scan = best.unwrap_or(portable::scan);
        let reserved = Reserved::new(words);
        let simple = SIMPLE.map(|plain| if reserved.ends_in(plain) { 0 } else { plain });
        Some(Scanner { classes, simple, reserved, scan })
    }

    /// Reads the string whose first byte after the quote is at `at`, and writes its text to `out` from `start` on.
    /// Returns `None` if a rule might report it.
    #[inline(always)]
    pub(super) fn scan(&self, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
        (self.scan)(self, bytes, at, out, start)
    }

    /// Declines if `text` ends with a reserved string, in any case.
    ///
    /// Not inlined: calls are rare, and the loop around them needs the registers.
    #[inline(never)]
    fn refuse_reserved(&self, text: &[u8]) -> Option<()> {
        if self.reserved.is_end_of(text) { None } else { Some(()) }
    }
}

/// How far a string has been read.
#[derive(Debug, Clone, Copy)]
struct Progress {
    /// Bytes read of the string.
    consumed: usize,
    /// The offset in the scratch buffer.
    written: usize,
    beyond_bytes: u64,
    beyond_chars: u64,
    is_raw: bool,
    /// Whether the closing quote was read.
    is_closed: bool,
}

/// Reads a string. `classify` finds the special bytes of a block, and `classify_unusual` tells unusual bytes apart.
#[inline(always)]
fn scan_with(
    scanner: &Scanner,
    bytes: &[u8],
    at: usize,
    out: &mut [u8],
    start: usize,
    classify: impl Fn(&[u8; BLOCK]) -> Option<Special>,
    classify_unusual: impl Fn(&[u8; BLOCK]) -> Unusual,
) -> Option<Text> {
    let start_of_string =
        Progress { consumed: 0, written: start, beyond_bytes: 0, beyond_chars: 0, is_raw: false, is_closed: false };
    let mut progress =
        scan_blocks(scanner, bytes.get(at..)?, out, start, start_of_string, &classify, &classify_unusual)?;
    if !progress.is_closed {
        // Newlines after the last byte end the string, because a string can't contain one.
        let tail = &bytes[at + progress.consumed..];
        let mut padded = [b'\n'; 2 * WINDOW];
        padded[..tail.len()].copy_from_slice(tail);
        let consumed = progress.consumed;
        progress = scan_blocks(
            scanner,
            &padded,
            out,
            start,
            Progress { consumed: 0, ..progress },
            &classify,
            &classify_unusual,
        )?;
        progress.consumed += consumed;
    }
    let ascii = (progress.written - start) as u64 - progress.beyond_bytes;
    let Progress { written, beyond_chars: beyond_ascii, is_raw, .. } = progress;
    Some(Text { end: at + progress.consumed, written, ascii, beyond_ascii, is_raw })
}

/// Reads a string as long as a whole window is left. Each round reads a block, or the bytes up to and including its
/// first stop.
#[inline(always)]
fn scan_blocks(
    scanner: &Scanner,
    bytes: &[u8],
    out: &mut [u8],
    start: usize,
    progress: Progress,
    classify: &impl Fn(&[u8; BLOCK]) -> Option<Special>,
    classify_unusual: &impl Fn(&[u8; BLOCK]) -> Unusual,
) -> Option<Progress> {
    let Progress { written, mut beyond_bytes, mut beyond_chars, mut is_raw, .. } = progress;
    // The rest of `bytes` and of `out`. Shrinking slices need fewer bounds checks than offsets.
    let (capacity, mut rest, mut free) = (out.len(), bytes, out.get_mut(written..)?);
    while let Some(window) = rest.first_chunk::<WINDOW>() {
        let block: &[u8; BLOCK] = window.first_chunk()?;
        let room: &mut [u8; ROOM] = free.first_chunk_mut()?;
        let special = classify(block);
        room[..BLOCK].copy_from_slice(block);
        let Some(Special { stops, unusual }) = special else {
            rest = &rest[BLOCK..];
            free = &mut free[BLOCK..];
            continue;
        };
        let stop = stops.trailing_zeros() as usize;
        if unusual {
            let unusual = classify_unusual(block);
            // Shifted twice, because without a stop `stop` is 64, and a shift by 64 overflows.
            let before = !(u64::MAX << (stop / 2) << (stop - stop / 2));
            if unusual.control & before != 0 {
                return None;
            }
            let high = unusual.high & before;
            beyond_bytes += u64::from(high.count_ones());
            beyond_chars += u64::from((high & !unusual.continuation).count_ones());
            is_raw |= high != 0;
        }
        rest = &rest[stop..];
        match window[stop] {
            _ if stop == BLOCK => free = &mut free[stop..],
            b'"' => {
                let consumed = bytes.len() - rest.len() + 1;
                let written = capacity - free.len() + stop;
                return Some(Progress { consumed, written, beyond_bytes, beyond_chars, is_raw, is_closed: true });
            }
            b'\\' => {
                let plain = scanner.simple[window[stop + 1] as usize];
                if plain != 0 {
                    room[stop] = plain;
                    rest = &rest[2..];
                    free = &mut free[stop + 1..];
                    continue;
                }
                let Escape { consumed, length, utf8 } = Escape::read(window[stop..].first_chunk()?)?;
                room[stop..][..4].copy_from_slice(&utf8);
                // These never decline. `get` rather than an index, because a panic needs registers for its message.
                rest = rest.get(consumed..)?;
                free = free.get_mut(stop + length..)?;
                if length > 1 {
                    beyond_chars += 1;
                    beyond_bytes += length as u64;
                } else if scanner.reserved.ends_in(utf8[0]) {
                    let written = capacity - free.len();
                    scanner.refuse_reserved(out.get(start..written)?)?;
                    free = out.get_mut(written..)?;
                }
            }
            _ => {
                rest = &rest[1..];
                let written = capacity - free.len() + stop + 1;
                scanner.refuse_reserved(out.get(start..written)?)?;
                free = out.get_mut(written..)?;
            }
        }
    }
    let written = capacity - free.len();
    Some(Progress { consumed: bytes.len() - rest.len(), written, beyond_bytes, beyond_chars, is_raw, is_closed: false })
}
