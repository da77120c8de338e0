//! For any processor: eight bytes at a time, in safe code.

use super::classes::Classes;
use super::{BLOCK, Marks, Scanner, Text, scan_with};

pub(super) fn scan(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    scan_with(scanner, bytes, at, out, start, class)
}

#[inline(always)]
pub(super) fn class(classes: &Classes, block: &[u8; BLOCK]) -> Marks {
    let mut marks = Marks { stops: 0, high: 0 };
    for (part, eight) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        marks.high |= gathered(word) << (part * 8);
        for (at, byte) in eight.iter().enumerate() {
            marks.stops |= u64::from(classes.stops[*byte as usize]) << (part * 8 + at);
        }
    }
    marks
}

/// The top bits of eight bytes, side by side.
fn gathered(word: u64) -> u64 {
    ((word & 0x8080_8080_8080_8080) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_its_bit() {
        let classes = Classes::new(&["User:".to_owned()]).expect("they end in ASCII");
        for at in 0..BLOCK {
            for byte in 0..=255 {
                let mut block = [b'a'; BLOCK];
                block[at] = byte;
                let stops = u64::from(classes.stops[byte as usize]) << at;
                assert_eq!(
                    class(&classes, &block),
                    Marks { stops, high: u64::from(byte >> 7) << at },
                    "{byte} at {at}"
                );
            }
        }
    }
}
