//! For x86-64: thirty-two bytes at a time where the processor has AVX2, which is asked at run time.
//!
//! The only unsafe code of this crate. Each use is one of two: a load from an array that is as long as the register,
//! and a call of a function that needs AVX2, behind the question whether it is there.

#![expect(unsafe_code, reason = "the processor's own instructions; tests hold them against the portable way")]

use std::arch::x86_64::*;

use super::classes::Classes;
use super::{BLOCK, Marks, Scan, Scanner, Text, scan_with};

/// The way for this processor, if it has AVX2.
pub(super) fn best() -> Option<Scan> {
    let there = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt");
    if there { Some(scan) } else { None }
}

fn scan(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    // SAFETY: `best`, which alone hands this function out, has asked for each of the features.
    unsafe { scan_avx2(scanner, bytes, at, out, start) }
}

// The feature stands on the bodies: an intrinsic in a function without it would be called, not inlined.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn scan_avx2(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    scan_with(scanner, bytes, at, out, start, |classes, block| class(classes, block))
}

/// Looks up both halves of each byte, sixteen entries a register, and keeps the classes that both name.
#[inline]
#[target_feature(enable = "avx2")]
fn class(classes: &Classes, block: &[u8; BLOCK]) -> Marks {
    let (lower, upper) = (twice(&classes.low), twice(&classes.high));
    let half = |bytes: &[u8; 32]| {
        // SAFETY: 32 bytes are there to be loaded; the load needs no alignment.
        let bytes = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
        // Bytes beyond ASCII look up 0 here: a shuffle gives 0 where the top bit is set.
        let by_lower = _mm256_shuffle_epi8(lower, bytes);
        let by_upper =
            _mm256_shuffle_epi8(upper, _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), _mm256_set1_epi8(15)));
        let plain = _mm256_cmpeq_epi8(_mm256_and_si256(by_lower, by_upper), _mm256_setzero_si256());
        (u64::from(_mm256_movemask_epi8(plain) as u32), u64::from(_mm256_movemask_epi8(bytes) as u32))
    };
    let (halves, _) = block.as_chunks::<32>();
    let ((plain, high), (plain_behind, high_behind)) = (half(&halves[0]), half(&halves[1]));
    Marks { stops: !(plain | plain_behind << 32), high: high | high_behind << 32 }
}

/// Sixteen entries in either half of a register.
#[inline]
#[target_feature(enable = "avx2")]
fn twice(entries: &[u8; 16]) -> __m256i {
    // SAFETY: 16 bytes are there to be loaded; the load needs no alignment.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(entries.as_ptr().cast()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fast::scan::portable;

    #[test]
    fn each_byte_is_classed_as_the_portable_way_does() {
        if best().is_none() {
            return;
        }
        let classes = Classes::new(&["User:", "<image>", "[EOS]"].map(str::to_owned)).expect("they end in ASCII");
        let mut block: [u8; BLOCK] = std::array::from_fn(|at| at as u8);
        for round in 0..=255_u8 {
            block.iter_mut().enumerate().for_each(|(at, byte)| *byte = (at as u8).wrapping_mul(7).wrapping_add(round));
            // SAFETY: `best` has found AVX2.
            assert_eq!(unsafe { class(&classes, &block) }, portable::class(&classes, &block));
        }
    }
}
