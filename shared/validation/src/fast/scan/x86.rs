//! For x86-64: thirty-two bytes at a time where the processor has AVX2, which is asked at run time.
//!
//! Each use of unsafe code is one of two: a load from an array that is as long as the register, and a call of a
//! function that needs AVX2, behind the question whether it is there.

#![expect(unsafe_code, reason = "the processor's own instructions; tests hold them against the portable way")]

use std::arch::x86_64::*;

use super::classes::Classes;
use super::{BLOCK, Look, Odd, Scan, Scanner, Text, scan_with};

/// The way for this processor, if it has AVX2.
pub(super) fn best(classes: &Classes) -> Option<Scan> {
    let there = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt");
    let way = if classes.only.is_some() { scan_one as Scan } else { scan_two };
    there.then_some(way)
}

fn scan_one(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    // SAFETY: `best`, which alone hands this function out, has asked for each of the features.
    unsafe { scan_one_avx2(scanner, bytes, at, out, start) }
}

fn scan_two(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    // SAFETY: `best`, which alone hands this function out, has asked for each of the features.
    unsafe { scan_two_avx2(scanner, bytes, at, out, start) }
}

// The feature stands on the bodies: an intrinsic in a function without it would be called, not inlined.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn scan_one_avx2(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    let only = scanner.classes.only.as_ref()?;
    scan_with(scanner, bytes, at, out, start, |block| look_one(only, block), |block| look_closer(block))
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn scan_two_avx2(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    scan_with(scanner, bytes, at, out, start, |block| look_two(&scanner.classes, block), |block| look_closer(block))
}

/// A byte is a stop if it is what its lower half looks up. Bytes beyond ASCII look up 0.
#[inline]
#[target_feature(enable = "avx2")]
fn look_one(only: &[u8; 16], block: &[u8; BLOCK]) -> Option<Look> {
    let (only, [left, right]) = (twice(only), halves(block));
    let stops = |half| _mm256_cmpeq_epi8(_mm256_shuffle_epi8(only, half), half);
    seen(stops(left), stops(right), odd(left, right))
}

/// A byte is a stop if both its halves name one class.
#[inline]
#[target_feature(enable = "avx2")]
fn look_two(classes: &Classes, block: &[u8; BLOCK]) -> Option<Look> {
    let (lower, upper, [left, right]) = (twice(&classes.low), twice(&classes.high), halves(block));
    let stops = |half| {
        let by_upper = _mm256_shuffle_epi8(upper, _mm256_and_si256(_mm256_srli_epi16::<4>(half), _mm256_set1_epi8(15)));
        // Only ASCII is sought, so no class has the sign's bit.
        let both = _mm256_and_si256(_mm256_shuffle_epi8(lower, half), by_upper);
        _mm256_cmpgt_epi8(both, _mm256_setzero_si256())
    };
    seen(stops(left), stops(right), odd(left, right))
}

/// As signed numbers, control characters and bytes beyond ASCII are below the space.
#[inline]
#[target_feature(enable = "avx2")]
fn odd(left: __m256i, right: __m256i) -> __m256i {
    _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), _mm256_min_epi8(left, right))
}

#[inline]
#[target_feature(enable = "avx2")]
fn seen(left: __m256i, right: __m256i, odd: __m256i) -> Option<Look> {
    let any = _mm256_or_si256(_mm256_or_si256(left, right), odd);
    if _mm256_testz_si256(any, any) == 1 {
        return None;
    }
    Some(Look { stops: joined(left, right), odd: _mm256_movemask_epi8(odd) != 0 })
}

#[inline]
#[target_feature(enable = "avx2")]
fn look_closer(block: &[u8; BLOCK]) -> Odd {
    let [left, right] = halves(block);
    let (space, begin) = (_mm256_set1_epi8(0x20), _mm256_set1_epi8(0xc0_u8 as i8));
    let high = joined(left, right);
    let below = joined(_mm256_cmpgt_epi8(space, left), _mm256_cmpgt_epi8(space, right));
    let inner = joined(_mm256_cmpgt_epi8(begin, left), _mm256_cmpgt_epi8(begin, right));
    Odd { control: below & !high, high, inner }
}

/// The top bits of sixty-four bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn joined(left: __m256i, right: __m256i) -> u64 {
    u64::from(_mm256_movemask_epi8(left) as u32) | u64::from(_mm256_movemask_epi8(right) as u32) << 32
}

#[inline]
#[target_feature(enable = "avx2")]
fn halves(block: &[u8; BLOCK]) -> [__m256i; 2] {
    let (halves, _) = block.as_chunks::<32>();
    // SAFETY: 32 bytes are there to be loaded; the load needs no alignment.
    [0, 1].map(|half| unsafe { _mm256_loadu_si256(halves[half].as_ptr().cast()) })
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
            // SAFETY: `best` has found AVX2.
            let (one, two, odd) = unsafe { (look_one(&only, &block), look_two(&classes, &block), look_closer(&block)) };
            assert_eq!((one, odd), expected, "{block:?}");
            assert_eq!((two, odd), expected, "{block:?}");
        }
    }
}
