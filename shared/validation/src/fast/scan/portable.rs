//! The scanner for any processor: byte by byte, in safe code.

use super::classes::Classes;
use super::{BLOCK, Scanner, Special, Text, Unusual, scan_with};

pub(super) fn scan(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    scan_with(scanner, bytes, at, out, start, |block| classify(&scanner.classes, block), classify_unusual)
}

#[inline(always)]
pub(super) fn classify(classes: &Classes, block: &[u8; BLOCK]) -> Option<Special> {
    let (mut stops, mut unusual) = (0, false);
    for (at, byte) in block.iter().enumerate() {
        stops |= u64::from(classes.stops[*byte as usize]) << at;
        unusual |= !(0x20..0x80).contains(byte);
    }
    if stops != 0 || unusual { Some(Special { stops, unusual }) } else { None }
}

pub(super) fn classify_unusual(block: &[u8; BLOCK]) -> Unusual {
    let mut unusual = Unusual::default();
    for (at, byte) in block.iter().enumerate() {
        unusual.control |= u64::from(*byte < 0x20) << at;
        unusual.high |= u64::from(*byte >= 0x80) << at;
        unusual.continuation |= u64::from((0x80..0xc0).contains(byte)) << at;
    }
    unusual
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Blocks with each byte at each position, and blocks of mixed bytes.
    pub(in super::super) fn blocks() -> impl Iterator<Item = [u8; BLOCK]> {
        let mixed = |round: u8| std::array::from_fn(|at| (at as u8).wrapping_mul(7).wrapping_add(round));
        let lone = |at: usize, byte: u8| {
            let mut block = [b'a'; BLOCK];
            block[at] = byte;
            block
        };
        let lone = (0..BLOCK).flat_map(move |at| (0..=255).map(move |byte| lone(at, byte)));
        lone.chain((0..=255).map(mixed))
    }

    #[test]
    fn marks_each_byte_at_each_position() {
        let classes = Classes::new(&["User:".to_owned()]).expect("they end in ASCII");
        for block in blocks() {
            let (special, unusual) = (classify(&classes, &block), classify_unusual(&block));
            let special = special.unwrap_or(Special { stops: 0, unusual: false });
            for (at, byte) in block.iter().enumerate() {
                let bit = |marks: u64| marks >> at & 1 == 1;
                assert_eq!(bit(special.stops), b"\"\\:".contains(byte), "{byte:#x} at {at}");
                assert_eq!(bit(unusual.control), *byte < b' ', "{byte:#x} at {at}");
                assert_eq!(bit(unusual.high), !byte.is_ascii(), "{byte:#x} at {at}");
                assert_eq!(bit(unusual.continuation), *byte & 0xc0 == 0x80, "{byte:#x} at {at}");
            }
            assert_eq!(special.unusual, unusual.control | unusual.high != 0);
        }
    }
}
