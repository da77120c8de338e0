//! Reading one text: unescaped into the scratch, and looked through for whatever is not plain.

mod classes;
mod escape;
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::reserved::Reserved;
use classes::Classes;
use escape::{SIMPLE, unicode};

/// How many bytes are classed at once.
pub(super) const BLOCK: usize = 64;

/// How many bytes a step may look at: a block, an escape that begins at its end, and as much again to copy.
pub(super) const WINDOW: usize = 2 * BLOCK + 16;

/// A text that was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    /// Offset behind its closing quote.
    pub(super) end: usize,
    /// Offset in the scratch behind what it says.
    pub(super) written: usize,
    pub(super) ascii: u64,
    pub(super) beyond_ascii: u64,
}

/// A block's bytes, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Marks {
    /// Quotes, backslashes, control characters, and bytes that end a reserved string.
    stops: u64,
    /// Bytes beyond ASCII.
    high: u64,
}

type Scan = fn(&Scanner, &[u8], usize, &mut [u8], usize) -> Option<Text>;

/// What texts are looked through for, and the way this processor does it.
#[derive(Debug)]
pub(super) struct Scanner {
    classes: Classes,
    reserved: Reserved,
    scan: Scan,
}

impl Scanner {
    /// `None` where the reserved strings end in more ways than can be told apart at once.
    pub(super) fn new(words: &[String]) -> Option<Scanner> {
        #[cfg(target_arch = "x86_64")]
        let best = x86::best();
        #[cfg(not(target_arch = "x86_64"))]
        let best: Option<Scan> = None;
        let scan = best.unwrap_or(portable::scan);
        Some(Scanner { classes: Classes::new(words)?, reserved: Reserved::new(words), scan })
    }

    /// Reads the text whose first byte is at `at`, and writes what it says to `out` from `start` on. `None` where
    /// a rule may have a word on it.
    #[inline(always)]
    pub(super) fn scan(&self, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
        (self.scan)(self, bytes, at, out, start)
    }
}

/// Reads a text, with `class` to class a block.
#[inline(always)]
fn scan_with(
    scanner: &Scanner,
    bytes: &[u8],
    mut at: usize,
    out: &mut [u8],
    start: usize,
    class: impl Fn(&Classes, &[u8; BLOCK]) -> Marks,
) -> Option<Text> {
    let (first, mut written) = (at, start);
    let (mut high, mut escaped_chars, mut escaped_bytes) = (0, 0, 0);
    let mut padded = [b'\n'; WINDOW];
    'window: loop {
        let window: &[u8; WINDOW] = match bytes[at..].first_chunk() {
            Some(window) => window,
            None => {
                // Behind the last byte, newlines: no text goes on over one.
                let rest = &bytes[at..];
                padded[..rest.len()].copy_from_slice(rest);
                padded[rest.len()..].fill(b'\n');
                &padded
            }
        };
        let block: &[u8; BLOCK] = window.first_chunk()?;
        *out.get_mut(written..)?.first_chunk_mut()? = *block;
        let marks = class(&scanner.classes, block);
        let mut stops = marks.stops;
        // Bytes of the block that are written, or passed over.
        let mut done = 0;
        while stops != 0 {
            let stop = stops.trailing_zeros() as usize;
            written += stop - done;
            match window[stop] {
                b'"' => {
                    high |= marks.high & ((1 << stop) - 1);
                    at += stop;
                    break 'window;
                }
                b'\\' => {
                    let kind = window[stop + 1];
                    let plain = SIMPLE[kind as usize];
                    let (eaten, character) = if plain != 0 {
                        out[written] = plain;
                        written += 1;
                        (2, u32::from(plain))
                    } else {
                        let (eaten, character) = unicode(&window[stop..])?;
                        let length = character.encode_utf8(out.get_mut(written..written + 4)?).len();
                        written += length;
                        if length > 1 {
                            escaped_chars += 1;
                            escaped_bytes += length as u64;
                        }
                        (eaten, u32::from(character))
                    };
                    if character < 0x80 && scanner.reserved.ends_in(character as u8) {
                        scanner.refuse_reserved(&out[start..written])?;
                    }
                    done = stop + eaten;
                    if done >= BLOCK {
                        high |= marks.high;
                        at += done;
                        continue 'window;
                    }
                    let rest: &[u8; BLOCK] = window[done..].first_chunk()?;
                    *out.get_mut(written..)?.first_chunk_mut()? = *rest;
                    stops &= u64::MAX << done;
                }
                control if control < b' ' => return None,
                _ => {
                    done = stop;
                    scanner.refuse_reserved(&out[start..=written])?;
                    stops &= stops - 1;
                }
            }
        }
        high |= marks.high;
        written += BLOCK - done;
        at += BLOCK;
    }
    let length = (written - start) as u64;
    let (raw_bytes, raw_chars) = if high == 0 { (0, 0) } else { count_beyond_ascii(&bytes[first..at])? };
    Some(Text {
        end: at + 1,
        written,
        ascii: length - raw_bytes - escaped_bytes,
        beyond_ascii: raw_chars + escaped_chars,
    })
}

impl Scanner {
    /// Declines where a reserved string, in whatever case, ends `text`.
    #[inline]
    fn refuse_reserved(&self, text: &[u8]) -> Option<()> {
        if self.reserved.is_end_of(text) { None } else { Some(()) }
    }
}

/// How many bytes of `raw` are beyond ASCII, and how many characters; `None` where it is not UTF-8.
#[inline(always)]
fn count_beyond_ascii(raw: &[u8]) -> Option<(u64, u64)> {
    simdutf8::basic::from_utf8(raw).ok()?;
    let (mut bytes, mut chars) = (0, 0);
    for part in raw.chunks(192) {
        // Sums of bytes, which no part overflows, go many at a time.
        bytes += u64::from(part.iter().map(|byte| byte >> 7).sum::<u8>());
        chars += u64::from(part.iter().map(|byte| u8::from(*byte >= 0xc0)).sum::<u8>());
    }
    Some((bytes, chars))
}
