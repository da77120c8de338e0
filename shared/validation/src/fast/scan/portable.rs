//! For any processor: byte by byte, in safe code.

use super::classes::Classes;
use super::{BLOCK, Look, Odd, Scanner, Text, scan_with};

pub(super) fn scan(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    scan_with(scanner, bytes, at, out, start, |block| look(&scanner.classes, block), look_closer)
}

#[inline(always)]
pub(super) fn look(classes: &Classes, block: &[u8; BLOCK]) -> Option<Look> {
    let (mut stops, mut odd) = (0, false);
    for (at, byte) in block.iter().enumerate() {
        stops |= u64::from(classes.stops[*byte as usize]) << at;
        odd |= !(0x20..0x80).contains(byte);
    }
    if stops != 0 || odd { Some(Look { stops, odd }) } else { None }
}

pub(super) fn look_closer(block: &[u8; BLOCK]) -> Odd {
    let mut odd = Odd::default();
    for (at, byte) in block.iter().enumerate() {
        odd.control |= u64::from(*byte < 0x20) << at;
        odd.high |= u64::from(*byte >= 0x80) << at;
        odd.inner |= u64::from((0x80..0xc0).contains(byte)) << at;
    }
    odd
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Blocks with each byte at each place, among others of all kinds.
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
    fn each_byte_has_its_bit() {
        let classes = Classes::new(&["User:".to_owned()]).expect("they end in ASCII");
        for block in blocks() {
            let (seen, odd) = (look(&classes, &block), look_closer(&block));
            let seen = seen.unwrap_or(Look { stops: 0, odd: false });
            for (at, byte) in block.iter().enumerate() {
                let bit = |marks: u64| marks >> at & 1 == 1;
                assert_eq!(bit(seen.stops), b"\"\\:".contains(byte), "{byte:#x} at {at}");
                assert_eq!(bit(odd.control), *byte < b' ', "{byte:#x} at {at}");
                assert_eq!(bit(odd.high), !byte.is_ascii(), "{byte:#x} at {at}");
                assert_eq!(bit(odd.inner), *byte & 0xc0 == 0x80, "{byte:#x} at {at}");
            }
            assert_eq!(seen.odd, odd.control | odd.high != 0);
        }
    }
}
