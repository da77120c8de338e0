//! For arm64: sixteen bytes at a time, with the instructions that every such processor has.
//!
//! Each use of unsafe code is one of two: a load from an array that is as long as the register, and a call of a
//! function that needs these instructions, behind the question whether they are there.

#![expect(unsafe_code, reason = "the processor's own instructions; tests hold them against the portable way")]

use std::arch::aarch64::*;
use std::arch::is_aarch64_feature_detected;

use super::classes::Classes;
use super::{BLOCK, Look, Odd, Scan, Scanner, Text, scan_with};

/// The way for this processor, where no two stops share their lower half.
pub(super) fn best(classes: &Classes) -> Option<Scan> {
    let there = is_aarch64_feature_detected!("neon") && classes.only.is_some();
    there.then_some(scan as Scan)
}

fn scan(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    // SAFETY: `best`, which alone hands this function out, has asked for the feature.
    unsafe { scan_neon(scanner, bytes, at, out, start) }
}

#[target_feature(enable = "neon")]
fn scan_neon(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    let only = scanner.classes.only.as_ref()?;
    scan_with(scanner, bytes, at, out, start, |block| look(only, block), |block| look_closer(block))
}

/// A byte is a stop if it is what its lower half looks up.
#[inline]
#[target_feature(enable = "neon")]
fn look(only: &[u8; 16], block: &[u8; BLOCK]) -> Option<Look> {
    let (only, parts) = (loaded(only), quarters(block));
    let stops = parts.map(|part| vceqq_u8(vqtbl1q_u8(only, vandq_u8(part, vdupq_n_u8(15))), part));
    // As signed numbers, control characters and bytes beyond ASCII are below the space.
    let odd = any(parts.map(|part| below(part, 0x20)));
    if vmaxvq_u8(vorrq_u8(any(stops), odd)) == 0 {
        return None;
    }
    Some(Look { stops: joined(stops), odd: vmaxvq_u8(odd) != 0 })
}

#[inline]
#[target_feature(enable = "neon")]
fn look_closer(block: &[u8; BLOCK]) -> Odd {
    let parts = quarters(block);
    let high = joined(parts.map(|part| below(part, 0)));
    let control = joined(parts.map(|part| below(part, 0x20))) & !high;
    Odd { control, high, inner: joined(parts.map(|part| below(part, 0xc0_u8 as i8))) }
}

#[inline]
#[target_feature(enable = "neon")]
fn any([a, b, c, d]: [uint8x16_t; 4]) -> uint8x16_t {
    vorrq_u8(vorrq_u8(a, b), vorrq_u8(c, d))
}

/// As signed numbers, which bytes are below `end`.
#[inline]
#[target_feature(enable = "neon")]
fn below(part: uint8x16_t, end: i8) -> uint8x16_t {
    vcltq_s8(vreinterpretq_s8_u8(part), vdupq_n_s8(end))
}

/// Four answers, all ones or none for a byte, as a bit each.
#[inline]
#[target_feature(enable = "neon")]
fn joined(answers: [uint8x16_t; 4]) -> u64 {
    const BIT: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    let bit = loaded(&BIT);
    let [a, b, c, d] = answers.map(|answer| vandq_u8(answer, bit));
    let sums = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)))
}

#[inline]
#[target_feature(enable = "neon")]
fn quarters(block: &[u8; BLOCK]) -> [uint8x16_t; 4] {
    let (quarters, _) = block.as_chunks::<16>();
    [0, 1, 2, 3].map(|quarter| loaded(&quarters[quarter]))
}

#[inline]
#[target_feature(enable = "neon")]
fn loaded(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: 16 bytes are there to be loaded; the load needs no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

#[cfg(test)]
mod tests {
    use super::super::portable;
    use super::*;

    #[test]
    fn each_byte_is_seen_as_the_portable_way_does() {
        let classes = Classes::new(&["User:", "<image>", "[EOS]"].map(str::to_owned)).expect("they end in ASCII");
        if best(&classes).is_none() {
            return;
        }
        let only = classes.only.expect("the halves differ");
        for block in portable::tests::blocks() {
            let expected = (portable::look(&classes, &block), portable::look_closer(&block));
            // SAFETY: `best` has found the instructions.
            assert_eq!(unsafe { (look(&only, &block), look_closer(&block)) }, expected, "{block:?}");
        }
    }
}
