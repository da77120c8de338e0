//! The id of a run: `<dataset>-<12 hex>`, and `-<attempt>` from the second attempt on.
//!
//! It is also the job's name, Bedrock's `clientRequestToken`, and a part of keys in the ledger and the bucket
//! (docs/contract.md, "Identity"). Text from outside is parsed before it is used as one.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::dataset_fault;

/// Hex digits of the content's hash.
pub(crate) const HASH_LEN: usize = 12;

/// The highest attempt. It has two digits, so it can't be confused with the hash.
pub const ATTEMPT_MAX: u32 = 99;

/// The id of a run. Each id has exactly one text, so two ids are equal if their texts are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId {
    text: String,
    /// Length of the first attempt's id in bytes.
    first: usize,
    attempt: u32,
}

impl RunId {
    /// The id of an attempt at the content with this hash. `dataset` passes [`dataset_fault`], `hash` has at least
    /// [`HASH_LEN`] lower-case hex digits, `attempt` is from 1 to [`ATTEMPT_MAX`].
    pub(crate) fn new(dataset: &str, hash: &str, attempt: u32) -> RunId {
        let first = format!("{dataset}-{}", &hash[..HASH_LEN]);
        // What is written can always be parsed.
        RunId { first: first.len(), text: first, attempt: 1 }.with_attempt(attempt.clamp(1, ATTEMPT_MAX))
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The dataset's name.
    pub fn dataset(&self) -> &str {
        &self.text[..self.first - HASH_LEN - 1]
    }

    /// From 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The part after the dataset: `-<12 hex>`, and `-<attempt>` from the second on. It makes a model's name unique.
    pub fn suffix(&self) -> &str {
        &self.text[self.first - HASH_LEN - 1..]
    }

    /// The first attempt at the same content.
    pub fn first(&self) -> RunId {
        self.with_attempt(1)
    }

    /// The previous attempt. `None` for the first.
    pub fn previous(&self) -> Option<RunId> {
        (self.attempt > 1).then(|| self.with_attempt(self.attempt - 1))
    }

    /// The next attempt. `None` for the last one that an id can have.
    pub fn next(&self) -> Option<RunId> {
        (self.attempt < ATTEMPT_MAX).then(|| self.with_attempt(self.attempt + 1))
    }

    fn with_attempt(&self, attempt: u32) -> RunId {
        let first = &self.text[..self.first];
        let text = if attempt > 1 { format!("{first}-{attempt}") } else { first.to_owned() };
        RunId { text, first: self.first, attempt }
    }
}

/// Why a text isn't the id of a run. It doesn't repeat the text, which may come from anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunIdError {
    /// The dataset's name is invalid, for this reason.
    Dataset(String),
    /// The hash is missing, or isn't twelve lower-case hex digits.
    Hash,
    /// The attempt isn't a number from 2 to [`ATTEMPT_MAX`] without leading zeros.
    Attempt,
}

impl fmt::Display for RunIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a run's id: ")?;
        match self {
            RunIdError::Dataset(fault) => f.write_str(fault),
            RunIdError::Hash => write!(f, "expected {HASH_LEN} lower-case hex digits after the dataset's name"),
            RunIdError::Attempt => write!(f, "expected an attempt from 2 to {ATTEMPT_MAX} after the hash"),
        }
    }
}

impl std::error::Error for RunIdError {}

impl FromStr for RunId {
    type Err = RunIdError;

    fn from_str(text: &str) -> Result<RunId, RunIdError> {
        let (first, attempt) = match text.rsplit_once('-') {
            Some((first, number)) if number.len() <= 2 => (first, attempt(number)?),
            _ => (text, 1),
        };
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let hashed = first.rsplit_once('-').filter(|(_, hash)| hash.len() == HASH_LEN && hash.bytes().all(is_digit));
        let (dataset, _) = hashed.ok_or(RunIdError::Hash)?;
        match dataset_fault(dataset) {
            Some(fault) => Err(RunIdError::Dataset(fault)),
            None => Ok(RunId { text: text.to_owned(), first: first.len(), attempt }),
        }
    }
}

fn attempt(number: &str) -> Result<u32, RunIdError> {
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
    let attempt = number.parse().ok().filter(|attempt| is_plain && (2..=ATTEMPT_MAX).contains(attempt));
    attempt.ok_or(RunIdError::Attempt)
}

/// Keys, names and messages contain the text.
impl Deref for RunId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl AsRef<str> for RunId {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> String {
        id.text
    }
}

impl From<&RunId> for String {
    fn from(id: &RunId) -> String {
        id.text.clone()
    }
}

impl PartialEq<str> for RunId {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl PartialEq<String> for RunId {
    fn eq(&self, other: &String) -> bool {
        self.text == *other
    }
}

impl PartialEq<RunId> for String {
    fn eq(&self, other: &RunId) -> bool {
        *self == other.text
    }
}

impl Serialize for RunId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RunId, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
