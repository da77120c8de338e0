//! The summary of a valid record. Both paths create it. Statistics and index use nothing else of a record.

use std::hash::BuildHasher;
use std::sync::OnceLock;

use twox_hash::xxhash3_64;
use twox_hash::xxhash3_128::Hasher;

use crate::TokenBracket;

/// A record without an error of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecordSummary {
    /// Messages; 0 in formats without turns.
    pub(crate) turns: u64,
    /// ASCII characters of its texts, unescaped.
    pub(crate) ascii: u64,
    /// Other characters of its texts.
    pub(crate) beyond_ascii: u64,
    /// What two records share that say the same.
    pub(crate) fingerprint: Fingerprint,
    /// Of its system text, if it has one.
    pub(crate) system: Option<u64>,
}

impl RecordSummary {
    /// How many tokens the texts may have.
    pub(crate) fn tokens(&self) -> TokenBracket {
        bracket(self.ascii, self.beyond_ascii)
    }
}

/// Returns how many tokens texts with these numbers of ASCII and other characters may have.
pub(crate) fn bracket(ascii: u64, beyond_ascii: u64) -> TokenBracket {
    TokenBracket { low: (ascii + beyond_ascii).div_ceil(6), high: ascii.div_ceil(3) + beyond_ascii }
}

/// How many tokens dense text may have: one per 2.5 ASCII characters, and one per other character. Warnings about limits
/// use this figure.
///
/// AWS documents none this low: its validator for Claude 3 Haiku counts 3 characters per token. But a job failed on text
/// of about 2 (aws-samples/amazon-bedrock-workshop#224). So 2.5 is our own judgment, and not a bound.
pub(crate) fn dense(ascii: u64, beyond_ascii: u64) -> u64 {
    (2 * ascii).div_ceil(5) + beyond_ascii
}

/// Fifths of [`dense`]: without the division, which each good record would pay for. They exceed five times a limit if
/// `dense` exceeds the limit.
pub(crate) fn dense_fifths(ascii: u64, beyond_ascii: u64) -> u64 {
    2 * ascii + 5 * beyond_ascii
}

/// 128 bits of a hash of a record's texts: the halves.
pub(crate) type Fingerprint = [u64; 2];

/// The XXH3 hash of a record's texts, each followed by its [`frame`].
///
/// XXH3 alone doesn't withstand somebody who looks for collisions. So its secret is a new random one in each process:
/// nobody can know which texts would meet, and by chance no two of 10 million records do (less than 1 in 10^24).
pub(crate) fn fingerprint(texts: &[u8]) -> Fingerprint {
    let hash = Hasher::oneshot_with_secret(secret(), texts).unwrap_or_default();
    [hash as u64, (hash >> 64) as u64]
}

/// 64 bits are enough to count different system texts with: no more than 65,536 are.
pub(crate) fn mark(text: &[u8]) -> u64 {
    xxhash3_64::Hasher::oneshot_with_secret(secret(), text).unwrap_or_default()
}

/// The bytes after each hashed text: its kind and its length, which keeps ("ab", "c") and
/// ("a", "bc") apart.
pub(crate) fn frame(kind: u8, length: usize) -> [u8; 8] {
    ((length as u64) << 8 | u64::from(kind)).to_le_bytes()
}

fn secret() -> &'static [u8; 192] {
    static SECRET: OnceLock<[u8; 192]> = OnceLock::new();
    SECRET.get_or_init(|| {
        // The standard library's own source of chance, which guards its hash maps.
        let random = std::hash::RandomState::new();
        let mut secret = [0; 192];
        for (at, word) in secret.chunks_exact_mut(8).enumerate() {
            word.copy_from_slice(&random.hash_one(at).to_le_bytes());
        }
        secret
    })
}

#[cfg(test)]
mod tests {
    use super::{dense, dense_fifths, fingerprint, frame};

    #[test]
    fn fifths_exceed_a_limit_where_the_estimate_does() {
        for (ascii, beyond_ascii) in (0..40).flat_map(|ascii| (0..12).map(move |beyond| (ascii, beyond))) {
            for limit in 0..30 {
                let fifths = dense_fifths(ascii, beyond_ascii) > 5 * limit;
                assert_eq!(fifths, dense(ascii, beyond_ascii) > limit, "{ascii} {beyond_ascii} {limit}");
            }
        }
    }

    #[test]
    fn uses_the_secret_and_separates_texts() {
        // A secret that is refused would make all records the same.
        assert_ne!(fingerprint(b"a"), [0, 0]);
        assert_eq!(fingerprint(b"a"), fingerprint(b"a"));
        let texts = |texts: [&str; 2]| {
            let framed = |text: &str| [text.as_bytes(), &frame(b'u', text.len())].concat();
            fingerprint(&texts.map(framed).concat())
        };
        assert_ne!(texts(["ab", "c"]), texts(["a", "bc"]));
        assert_ne!(frame(b'u', 1), frame(b'a', 1));
    }
}
