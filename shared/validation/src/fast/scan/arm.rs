//! The scanner for arm64: 16 bytes at a time, with NEON, which every such processor has.
//!
//! Each use of unsafe code is one of two: a load from an array that is as long as the register, and a call of a
//! function that needs NEON, after a check that the processor has it.

#![expect(unsafe_code, reason = "intrinsics of the processor; tests compare them with the portable implementation")]

use std::arch::aarch64::*;
use std::arch::is_aarch64_feature_detected;

use super::classes::Classes;
use super::{BLOCK, Scan, Scanner, Special, Text, Unusual, scan_with};

/// Returns the implementation for this processor, if no two stops have the same lower nibble.
pub(super) fn best(classes: &Classes) -> Option<Scan> {
    let is_supported = is_aarch64_feature_detected!("neon") && classes.only.is_some();
    is_supported.then_some(scan as Scan)
}

fn scan(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    // SAFETY: only `best` returns this function, after it has checked for NEON.
    unsafe { scan_neon(scanner, bytes, at, out, start) }
}

#[target_feature(enable = "neon")]
fn scan_neon(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    let only = scanner.classes.only.as_ref()?;
    scan_with(scanner, bytes, at, out, start, |block| classify(only, block), |block| classify_unusual(block))
}

/// A byte is a stop if it equals the entry for its lower nibble.
#[inline]
#[target_feature(enable = "neon")]
fn classify(only: &[u8; 16], block: &[u8; BLOCK]) -> Option<Special> {
    let (only, parts) = (load(only), quarters(block));
    let stops = parts.map(|part| vceqq_u8(vqtbl1q_u8(only, vandq_u8(part, vdupq_n_u8(15))), part));
    // As signed numbers, control characters and bytes beyond ASCII are below the space.
    let unusual = any(parts.map(|part| below(part, 0x20)));
    if vmaxvq_u8(vorrq_u8(any(stops), unusual)) == 0 {
        return None;
    }
    Some(Special { stops: mask(stops), unusual: vmaxvq_u8(unusual) != 0 })
}

#[inline]
#[target_feature(enable = "neon")]
fn classify_unusual(block: &[u8; BLOCK]) -> Unusual {
    let parts = quarters(block);
    let high = mask(parts.map(|part| below(part, 0)));
    let control = mask(parts.map(|part| below(part, 0x20))) & !high;
    Unusual { control, high, continuation: mask(parts.map(|part| below(part, 0xc0_u8 as i8))) }
}

#[inline]
#[target_feature(enable = "neon")]
fn any([a, b, c, d]: [uint8x16_t; 4]) -> uint8x16_t {
    vorrq_u8(vorrq_u8(a, b), vorrq_u8(c, d))
}

/// Marks the bytes that are below `end` as signed numbers.
#[inline]
#[target_feature(enable = "neon")]
fn below(part: uint8x16_t, end: i8) -> uint8x16_t {
    vcltq_s8(vreinterpretq_s8_u8(part), vdupq_n_s8(end))
}

/// Packs four results, in which the bits of a byte are all 1 or all 0, into one bit for each byte.
#[inline]
#[target_feature(enable = "neon")]
fn mask(results: [uint8x16_t; 4]) -> u64 {
    const BIT: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    let bit = load(&BIT);
    let [a, b, c, d] = results.map(|result| vandq_u8(result, bit));
    let sums = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)))
}

#[inline]
#[target_feature(enable = "neon")]
fn quarters(block: &[u8; BLOCK]) -> [uint8x16_t; 4] {
    let (quarters, _) = block.as_chunks::<16>();
    [0, 1, 2, 3].map(|quarter| load(&quarters[quarter]))
}

#[inline]
#[target_feature(enable = "neon")]
fn load(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: the array has 16 bytes; the load needs no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

#[cfg(test)]
mod tests {
    use super::super::portable;
    use super::*;

    #[test]
    fn agrees_with_the_portable_implementation() {
        let classes = Classes::new(&["User:", "<image>", "[EOS]"].map(str::to_owned)).expect("they end in ASCII");
        if best(&classes).is_none() {
            return;
        }
        let only = classes.only.expect("the lower nibbles differ");
        for block in portable::tests::blocks() {
            let expected = (portable::classify(&classes, &block), portable::classify_unusual(&block));
            // SAFETY: `best` has found NEON.
            assert_eq!(unsafe { (classify(&only, &block), classify_unusual(&block)) }, expected, "{block:?}");
        }
    }
}
