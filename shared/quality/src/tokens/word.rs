//! The hash of a word.

use super::mix;

/// The lowest bit of a token's hash says whether it has a digit.
pub(super) const HAS_DIGIT: u64 = 1;

/// The hash of a word that is being read, eight bytes at a time.
#[derive(Default)]
pub(super) struct Word {
    hash: u64,
    /// The bytes since the last eight.
    part: u64,
    has_digit: bool,
    length: u64,
}

impl Word {
    /// Returns the word of the first `length` bytes, which are in lower case. Up to seven bytes behind them are read.
    #[inline(always)]
    pub(super) fn first(length: usize, bytes: &[u8], has_digit: bool) -> Word {
        let mut word = Word { hash: 0, part: 0, has_digit, length: length as u64 };
        let mut left = length;
        for part in bytes.as_chunks::<8>().0 {
            word.part = u64::from_le_bytes(*part);
            if left <= 8 {
                word.part &= u64::MAX >> (64 - 8 * left);
                break;
            }
            word.mix_part(word.part);
            left -= 8;
        }
        word
    }

    #[inline(always)]
    pub(super) fn add(&mut self, byte: u8) {
        let at = self.length % 8;
        if at == 0 && self.length > 0 {
            let part = std::mem::take(&mut self.part);
            self.mix_part(part);
        }
        self.part |= u64::from(byte) << (8 * at);
        self.length += 1;
    }

    #[inline(always)]
    fn mix_part(&mut self, part: u64) {
        self.hash = (self.hash ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
    }

    #[inline(always)]
    pub(super) fn add_digit(&mut self, byte: u8) {
        self.has_digit = true;
        self.add(byte);
    }

    pub(super) fn add_char(&mut self, c: char) {
        self.has_digit |= c.is_numeric();
        c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| self.add(byte));
    }

    #[inline(always)]
    pub(super) fn end(&mut self, tokens: &mut Vec<u64>) {
        if self.length > 0 {
            self.mix_part(self.part);
            tokens.push(mix(self.hash ^ (self.length << 56)) & !HAS_DIGIT | u64::from(self.has_digit));
            *self = Word::default();
        }
    }
}
