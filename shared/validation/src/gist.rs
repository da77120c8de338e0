//! What a good record comes to. Both ways of judging make it, and statistics and index know nothing else of a record.

use std::hash::BuildHasher;
use std::sync::OnceLock;

use twox_hash::xxhash3_64;
use twox_hash::xxhash3_128::Hasher;

use crate::TokenBracket;

/// A record without an error of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gist {
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

impl Gist {
    /// How many tokens the texts may have.
    pub(crate) fn tokens(&self) -> TokenBracket {
        bracket(self.ascii, self.beyond_ascii)
    }
}

/// How many tokens texts of so many ASCII and other characters may have.
pub(crate) fn bracket(ascii: u64, beyond_ascii: u64) -> TokenBracket {
    TokenBracket { low: (ascii + beyond_ascii).div_ceil(6), high: ascii.div_ceil(3) + beyond_ascii }
}

/// 128 bits of a hash of a record's texts: the halves.
pub(crate) type Fingerprint = [u64; 2];

/// The XXH3 hash of what a record says, each text followed by its [`frame`].
///
/// XXH3 alone doesn't withstand somebody who looks for collisions. So its secret is drawn anew in each process:
/// nobody can know which texts would meet, and by chance no two of 10 million records do (less than 1 in 10^24).
pub(crate) fn fingerprint(said: &[u8]) -> Fingerprint {
    let hash = Hasher::oneshot_with_secret(secret(), said).unwrap_or_default();
    [hash as u64, (hash >> 64) as u64]
}

/// 64 bits are enough to count different system texts with: no more than 65,536 are.
pub(crate) fn mark(text: &[u8]) -> u64 {
    xxhash3_64::Hasher::oneshot_with_secret(secret(), text).unwrap_or_default()
}

/// What stands behind each text that is hashed: whose words they are, and the length, which keeps ("ab", "c") and
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
    use super::{fingerprint, frame};

    #[test]
    fn the_secret_is_taken_and_texts_are_told_apart() {
        // A secret that is refused would make all records the same.
        assert_ne!(fingerprint(b"a"), [0, 0]);
        assert_eq!(fingerprint(b"a"), fingerprint(b"a"));
        let said = |texts: [&str; 2]| {
            let framed = |text: &str| [text.as_bytes(), &frame(b'u', text.len())].concat();
            fingerprint(&texts.map(framed).concat())
        };
        assert_ne!(said(["ab", "c"]), said(["a", "bc"]));
        assert_ne!(frame(b'u', 1), frame(b'a', 1));
    }
}
