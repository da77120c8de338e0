//! The scanner for x86-64: 32 bytes at a time, on processors with AVX2, which is detected at run time.
//!
//! Each use of unsafe code is one of two: a load from an array that is as long as the register, and a call of a
//! function that needs AVX2, after a check that the processor has it.

#![expect(unsafe_code, reason = "intrinsics of the processor; tests compare them with the portable implementation")]

use std::arch::x86_64::*;

use super::classes::Classes;
use super::{BLOCK, Scan, Scanner, Special, Text, Unusual, scan_with};

/// Returns the implementation for this processor, if it has AVX2.
pub(super) fn best(classes: &Classes) -> Option<Scan> {
    let is_supported = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt");
    let scan = if classes.only.is_some() { scan_unique as Scan } else { scan_by_class };
    is_supported.then_some(scan)
}

fn scan_unique(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    // SAFETY: only `best` returns this function, after it has checked for each of the features.
    unsafe { scan_unique_avx2(scanner, bytes, at, out, start) }
}

fn scan_by_class(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    // SAFETY: only `best` returns this function, after it has checked for each of the features.
    unsafe { scan_by_class_avx2(scanner, bytes, at, out, start) }
}

// The attribute is on the functions that do the work: in a function without it, intrinsics aren't inlined.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn scan_unique_avx2(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    let only = scanner.classes.only.as_ref()?;
    scan_with(scanner, bytes, at, out, start, |block| classify_unique(only, block), |block| classify_unusual(block))
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn scan_by_class_avx2(scanner: &Scanner, bytes: &[u8], at: usize, out: &mut [u8], start: usize) -> Option<Text> {
    scan_with(
        scanner,
        bytes,
        at,
        out,
        start,
        |block| classify_by_class(&scanner.classes, block),
        |block| classify_unusual(block),
    )
}

/// A byte is a stop if it equals the entry for its lower nibble. For non-ASCII bytes, the shuffle returns 0.
#[inline]
#[target_feature(enable = "avx2")]
fn classify_unique(only: &[u8; 16], block: &[u8; BLOCK]) -> Option<Special> {
    let (only, [left, right]) = (broadcast(only), halves(block));
    let stops = |half| _mm256_cmpeq_epi8(_mm256_shuffle_epi8(only, half), half);
    special(stops(left), stops(right), unusual(left, right))
}

/// A byte is a stop if its nibbles have a class in common.
#[inline]
#[target_feature(enable = "avx2")]
fn classify_by_class(classes: &Classes, block: &[u8; BLOCK]) -> Option<Special> {
    let (lower, upper, [left, right]) = (broadcast(&classes.low), broadcast(&classes.high), halves(block));
    let stops = |half| {
        let by_upper = _mm256_shuffle_epi8(upper, _mm256_and_si256(_mm256_srli_epi16::<4>(half), _mm256_set1_epi8(15)));
        // Stops are ASCII, so no class uses the sign bit.
        let both = _mm256_and_si256(_mm256_shuffle_epi8(lower, half), by_upper);
        _mm256_cmpgt_epi8(both, _mm256_setzero_si256())
    };
    special(stops(left), stops(right), unusual(left, right))
}

/// As signed numbers, control characters and non-ASCII bytes are less than a space.
#[inline]
#[target_feature(enable = "avx2")]
fn unusual(left: __m256i, right: __m256i) -> __m256i {
    _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), _mm256_min_epi8(left, right))
}

#[inline]
#[target_feature(enable = "avx2")]
fn special(left: __m256i, right: __m256i, unusual: __m256i) -> Option<Special> {
    let any = _mm256_or_si256(_mm256_or_si256(left, right), unusual);
    if _mm256_testz_si256(any, any) == 1 {
        return None;
    }
    Some(Special { stops: mask(left, right), unusual: _mm256_movemask_epi8(unusual) != 0 })
}

#[inline]
#[target_feature(enable = "avx2")]
fn classify_unusual(block: &[u8; BLOCK]) -> Unusual {
    let [left, right] = halves(block);
    let (space, begin) = (_mm256_set1_epi8(0x20), _mm256_set1_epi8(0xc0_u8 as i8));
    let high = mask(left, right);
    let below = mask(_mm256_cmpgt_epi8(space, left), _mm256_cmpgt_epi8(space, right));
    let continuation = mask(_mm256_cmpgt_epi8(begin, left), _mm256_cmpgt_epi8(begin, right));
    Unusual { control: below & !high, high, continuation }
}

/// Returns the top bits of 64 bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn mask(left: __m256i, right: __m256i) -> u64 {
    u64::from(_mm256_movemask_epi8(left) as u32) | u64::from(_mm256_movemask_epi8(right) as u32) << 32
}

#[inline]
#[target_feature(enable = "avx2")]
fn halves(block: &[u8; BLOCK]) -> [__m256i; 2] {
    let (halves, _) = block.as_chunks::<32>();
    // SAFETY: the array has 32 bytes; the load needs no alignment.
    [0, 1].map(|half| unsafe { _mm256_loadu_si256(halves[half].as_ptr().cast()) })
}

/// Copies the 16 entries into both halves of a register.
#[inline]
#[target_feature(enable = "avx2")]
fn broadcast(entries: &[u8; 16]) -> __m256i {
    // SAFETY: the array has 16 bytes; the load needs no alignment.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(entries.as_ptr().cast()) })
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
            // SAFETY: `best` has found AVX2.
            let (one, two, unusual) = unsafe {
                (classify_unique(&only, &block), classify_by_class(&classes, &block), classify_unusual(&block))
            };
            assert_eq!((one, unusual), expected, "{block:?}");
            assert_eq!((two, unusual), expected, "{block:?}");
        }
    }
}
