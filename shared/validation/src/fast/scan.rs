//! Reading one text: unescaped into the scratch, and looked through for whatever is not plain.

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

/// How many bytes are looked at together.
pub(super) const BLOCK: usize = 64;

/// How many bytes a step may read: a block, and an escape that begins at its end.
const WINDOW: usize = BLOCK + 16;

/// How many bytes a step may write: a block, and a character at its end.
pub(super) const ROOM: usize = BLOCK + 8;

/// A text that was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    /// Offset behind its closing quote.
    pub(super) end: usize,
    /// Offset in the scratch behind what it says.
    pub(super) written: usize,
    pub(super) ascii: u64,
    pub(super) beyond_ascii: u64,
    /// Whether bytes beyond ASCII stand in it, which may be no UTF-8.
    pub(super) is_raw: bool,
}

/// What a block that isn't plain shows, a bit for a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    /// Quotes, backslashes, and bytes that end a reserved string.
    stops: u64,
    /// Whether anything is a control character or beyond ASCII.
    odd: bool,
}

/// What is odd in a block, a bit for a byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Odd {
    control: u64,
    /// Beyond ASCII.
    high: u64,
    /// Those of them that go on a character, and perhaps others.
    inner: u64,
}

type Scan = fn(&Scanner, &[u8], usize, &mut [u8], usize) -> Option<Text>;

/// What texts are looked through for, and the way this processor does it.
#[derive(Debug)]
pub(super) struct Scanner {
    classes: Classes,
    /// What an escape of one letter stands for; 0 for those that need a closer look.
    simple: [u8; 256],
    reserved: Reserved,
    scan: Scan,
}

impl Scanner {
    /// `None` where the reserved strings end in more ways than can be told apart at once.
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

    /// Reads the text whose first byte is at `at`, and writes what it says to `out` from `start` on. `None` where
    /// a rule may have a word on it.
    #[inline(always)]
    pub(super) fn scan(&self, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
        (self.scan)(self, bytes, at, out, start)
    }

    /// Declines where a reserved string, in whatever case, ends `text`.
    #[inline]
    fn refuse_reserved(&self, text: &[u8]) -> Option<()> {
        if self.reserved.is_end_of(text) { None } else { Some(()) }
    }
}

/// A text up to some place.
#[derive(Debug, Clone, Copy)]
struct Half {
    /// Bytes read.
    eaten: usize,
    /// Offset in the scratch.
    written: usize,
    beyond_bytes: u64,
    beyond_chars: u64,
    is_raw: bool,
    /// Whether the last byte was the closing quote.
    closed: bool,
}

/// Reads a text; `look` tells what isn't plain in a block, and `look_closer` what is odd there.
#[inline(always)]
fn scan_with(
    scanner: &Scanner,
    bytes: &[u8],
    at: usize,
    out: &mut [u8],
    start: usize,
    look: impl Fn(&[u8; BLOCK]) -> Option<Look>,
    look_closer: impl Fn(&[u8; BLOCK]) -> Odd,
) -> Option<Text> {
    let begin = Half { eaten: 0, written: start, beyond_bytes: 0, beyond_chars: 0, is_raw: false, closed: false };
    let mut half = scan_blocks(scanner, bytes.get(at..)?, out, start, begin, &look, &look_closer)?;
    if !half.closed {
        // Behind the last byte, newlines: no text goes on over one.
        let left = &bytes[at + half.eaten..];
        let mut padded = [b'\n'; 2 * WINDOW];
        padded[..left.len()].copy_from_slice(left);
        let eaten = half.eaten;
        half = scan_blocks(scanner, &padded, out, start, Half { eaten: 0, ..half }, &look, &look_closer)?;
        half.eaten += eaten;
    }
    let ascii = (half.written - start) as u64 - half.beyond_bytes;
    let Half { written, beyond_chars: beyond_ascii, is_raw, .. } = half;
    Some(Text { end: at + half.eaten, written, ascii, beyond_ascii, is_raw })
}

/// Goes on with a text as long as a window is there. Each round takes a block, or what stands before its first stop,
/// and the stop.
#[inline(always)]
fn scan_blocks(
    scanner: &Scanner,
    bytes: &[u8],
    out: &mut [u8],
    start: usize,
    half: Half,
    look: &impl Fn(&[u8; BLOCK]) -> Option<Look>,
    look_closer: &impl Fn(&[u8; BLOCK]) -> Odd,
) -> Option<Half> {
    let Half { mut written, mut beyond_bytes, mut beyond_chars, mut is_raw, .. } = half;
    let mut rest = bytes;
    while let Some(window) = rest.first_chunk::<WINDOW>() {
        let block: &[u8; BLOCK] = window.first_chunk()?;
        let room: &mut [u8; ROOM] = out.get_mut(written..)?.first_chunk_mut()?;
        let seen = look(block);
        room[..BLOCK].copy_from_slice(block);
        let Some(Look { stops, odd }) = seen else {
            rest = &rest[BLOCK..];
            written += BLOCK;
            continue;
        };
        let stop = stops.trailing_zeros() as usize;
        if odd {
            let odd = look_closer(block);
            // Shifted twice, for there may be no stop, which counts as one behind the block.
            let before = !(u64::MAX << (stop / 2) << (stop - stop / 2));
            if odd.control & before != 0 {
                return None;
            }
            let high = odd.high & before;
            beyond_bytes += u64::from(high.count_ones());
            beyond_chars += u64::from((high & !odd.inner).count_ones());
            is_raw |= high != 0;
        }
        rest = &rest[stop..];
        written += stop;
        match window[stop] {
            _ if stop == BLOCK => {}
            b'"' => {
                let eaten = bytes.len() - rest.len() + 1;
                return Some(Half { eaten, written, beyond_bytes, beyond_chars, is_raw, closed: true });
            }
            b'\\' => {
                let plain = scanner.simple[window[stop + 1] as usize];
                if plain != 0 {
                    room[stop] = plain;
                    written += 1;
                    rest = &rest[2..];
                    continue;
                }
                let Escape { eaten, length, utf8 } = Escape::read(window[stop..].first_chunk()?)?;
                room[stop..][..4].copy_from_slice(&utf8);
                written += length;
                rest = &rest[eaten..];
                if length > 1 {
                    beyond_chars += 1;
                    beyond_bytes += length as u64;
                } else if scanner.reserved.ends_in(utf8[0]) {
                    scanner.refuse_reserved(&out[start..written])?;
                }
            }
            _ => {
                written += 1;
                rest = &rest[1..];
                scanner.refuse_reserved(&out[start..written])?;
            }
        }
    }
    Some(Half { eaten: bytes.len() - rest.len(), written, beyond_bytes, beyond_chars, is_raw, closed: false })
}
