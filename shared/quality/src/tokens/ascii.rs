//! The words of a text's parts in ASCII, 64 bytes at a time.

use super::word::Word;

const BLOCK: usize = 64;

/// Appends the hashes of words up to the first character beyond ASCII, or up to the word that it belongs to. Returns the
/// offset of what wasn't read.
pub(super) fn tokenize_ascii(text: &[u8], tokens: &mut Vec<u64>) -> usize {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let mut padded = [b' '; BLOCK];
        let block = match rest.first_chunk() {
            Some(block) => block,
            None => {
                padded[..rest.len()].copy_from_slice(rest);
                &padded
            }
        };
        let classes = Classes::of(block);
        let end = classes.beyond.trailing_zeros() as usize;
        // Without the bits from `end` on. Shifted twice, because a shift by 64 overflows.
        let mut words = classes.words & !(u64::MAX << (end / 2) << (end - end / 2));
        let mut next = end;
        while words != 0 {
            let start = words.trailing_zeros() as usize;
            let length = (!(words >> start)).trailing_zeros() as usize;
            if start + length == end {
                // The word may go on behind the block.
                next = start;
                break;
            }
            let of_word = ((1 << length) - 1) << start;
            words &= !of_word;
            if classes.apostrophes & of_word != 0 {
                add_word(&block[start..start + length], tokens);
                continue;
            }
            let mut word = Word::first(length, &classes.lower[start..], classes.digits & of_word != 0);
            word.end(tokens);
        }
        if end < BLOCK {
            return at + next;
        }
        if next == 0 {
            // A long word. It may end with a character beyond ASCII.
            let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'\'';
            next = rest.iter().position(|byte| !is_of_word(byte)).unwrap_or(rest.len());
            if rest.get(next).is_some_and(|byte| !byte.is_ascii()) {
                return at;
            }
            add_word(&rest[..next], tokens);
        }
        at += next;
    }
    text.len()
}

/// Appends the hash of a word that may have apostrophes.
#[cold]
pub(super) fn add_word(bytes: &[u8], tokens: &mut Vec<u64>) {
    let mut word = Word::default();
    for byte in bytes.iter().filter(|byte| **byte != b'\'') {
        match byte {
            b'0'..=b'9' => word.add_digit(*byte),
            _ => word.add(byte.to_ascii_lowercase()),
        }
    }
    word.end(tokens);
}

/// The classes of a block's bytes, a bit for each byte.
struct Classes {
    /// Letters, digits and apostrophes.
    words: u64,
    digits: u64,
    apostrophes: u64,
    /// Bytes beyond ASCII.
    beyond: u64,
    /// The bytes in lower case, and as many behind them.
    lower: [u8; 2 * BLOCK],
}

impl Classes {
    /// Eight bytes are classified at once. Without their high bits, sums don't carry from one byte into the next.
    fn of(block: &[u8; BLOCK]) -> Classes {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const HIGH: u64 = 0x80 * ONES;
        // The high bit of each byte that is at least `least`.
        let from = |bytes: u64, least: u8| bytes + u64::from(0x80 - least) * ONES;
        // The high bits of eight bytes, together.
        let gathered = |high: u64| (high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        let mut classes = Classes { words: 0, digits: 0, apostrophes: 0, beyond: 0, lower: [0; 2 * BLOCK] };
        let mut put = |at: usize, lower: u64, [words, digits, apostrophes, beyond]: [u64; 4]| {
            classes.lower[8 * at..8 * at + 8].copy_from_slice(&lower.to_le_bytes());
            classes.words |= gathered(words) << (8 * at);
            classes.digits |= gathered(digits) << (8 * at);
            classes.apostrophes |= gathered(apostrophes) << (8 * at);
            classes.beyond |= gathered(beyond) << (8 * at);
        };
        for (at, eight) in block.as_chunks::<8>().0.iter().enumerate() {
            let all = u64::from_le_bytes(*eight);
            let bytes = all & !HIGH;
            let lower = bytes | (0x20 * ONES);
            let letters = from(lower, b'a') & !from(lower, b'z' + 1) & HIGH;
            let digits = from(bytes, b'0') & !from(bytes, b'9' + 1) & HIGH;
            let apostrophes = from(bytes, b'\'') & !from(bytes, b'\'' + 1) & HIGH;
            put(at, bytes | (letters >> 2), [letters | digits | apostrophes, digits, apostrophes, all & HIGH]);
        }
        classes
    }
}
