//! The identity of a record: a hash of what it contains.

use std::fmt;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// 128 bits of the BLAKE3 hash of a record's system prompt, turns and reference answer.
///
/// White space between JSON values, the order of keys, escapes and the record's format don't change it. It isn't
/// secret: anybody can check whether it is the key of a text that they guess. So it may be in reports, but not in
/// messages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey([u8; 16]);

/// The kinds of a record's parts, for its key.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
pub(crate) enum PartKind {
    System = b's',
    User = b'u',
    Assistant = b'a',
    Reference = b'r',
}

impl RecordKey {
    /// Returns the key of a record with these parts. Their lengths are hashed too, so ("ab", "c") and ("a", "bc")
    /// differ.
    pub(crate) fn of<'t>(parts: impl Iterator<Item = (PartKind, &'t str)>) -> RecordKey {
        let mut hasher = blake3::Hasher::new_derive_key("tunedrop evaluation: key of a record, version 1");
        for (kind, text) in parts {
            hasher.update(&[kind as u8]).update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        }
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        RecordKey(key)
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "RecordKey({self})")
    }
}

/// The error for a text that isn't 32 hexadecimal digits in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAKey;

impl fmt::Display for NotAKey {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("a record's key is 32 hexadecimal digits in lower case")
    }
}

impl std::error::Error for NotAKey {}

impl FromStr for RecordKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<RecordKey, NotAKey> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 32 || !text.bytes().all(is_hex) {
            return Err(NotAKey);
        }
        u128::from_str_radix(text, 16).map(|bits| RecordKey(bits.to_be_bytes())).map_err(|_| NotAKey)
    }
}

impl Serialize for RecordKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RecordKey, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_parts_stay_apart() {
        let of = |parts: &[(PartKind, &'static str)]| RecordKey::of(parts.iter().copied());
        let key = of(&[(PartKind::User, "ab"), (PartKind::Reference, "c")]);
        assert_eq!(key.to_string().parse(), Ok(key));
        assert_ne!(key, of(&[(PartKind::User, "a"), (PartKind::Reference, "bc")]));
        assert_ne!(key, of(&[(PartKind::System, "ab"), (PartKind::Reference, "c")]));
        for wrong in ["", "0", "+0000000000000000000000000000000", "0000000000000000000000000000000G"] {
            assert_eq!(wrong.parse::<RecordKey>(), Err(NotAKey), "{wrong}");
        }
    }
}
