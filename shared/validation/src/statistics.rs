//! The statistics of a file.

mod gather;
mod histogram;

pub(crate) use gather::Gathered;
pub use histogram::TokenBucket;

use serde::{Deserialize, Serialize};

use crate::SensitiveCounts;

/// How many tokens a text may have. Bedrock's tokenizers are not public, so this is a range, never a count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenBracket {
    /// At six characters a token, AWS's planning factor (user guide, "Prepare your datasets").
    pub low: u64,
    /// At three characters a token (AWS's own Claude 3 Haiku validator), and one per non-ASCII character. Digits, hexadecimal and base64 can have more, so
    /// guards use the file's bytes instead.
    pub high: u64,
}

/// One of the longest records of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LongRecord {
    /// 1-based line.
    pub line: u64,
    /// Its token estimate.
    pub tokens: TokenBracket,
}

/// What a file holds, as far as it could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Statistics {
    /// Bytes fed.
    pub bytes: u64,
    /// Lines that hold a record, good or bad (blank lines are not records).
    pub records: u64,
    /// Records with no error of their own.
    pub valid_records: u64,
    /// Conversation turns (messages) in valid records; 0 for formats without turns.
    pub turns: u64,
    /// Unicode scalar values of the texts in valid records, after JSON unescaping.
    pub characters: u64,
    /// Token estimate for all valid records.
    pub tokens: TokenBracket,
    /// Token estimate for the longest valid record.
    pub longest_tokens: TokenBracket,
    /// The line of the longest valid record.
    pub longest_line: Option<u64>,
    /// Valid records that repeat an earlier one exactly.
    pub duplicates: u64,
    /// Valid records that are also in the training file; 0 for the training file itself.
    pub leaked: u64,
    /// Valid records with a system text.
    pub with_system: u64,
    /// How many different system texts there are; counted up to 65,536, so that memory stays bounded.
    pub different_systems: u64,
    /// Records, good or bad, that refer to images, videos or documents; the token estimate doesn't count those.
    pub with_media: u64,
    /// How often they do.
    pub media: u64,
    /// The ten longest valid records (fewer where there are fewer), the longest first.
    pub longest: Vec<LongRecord>,
    /// Valid records by the upper end of their token estimate, in ascending order; buckets without records are left out.
    pub token_histogram: Vec<TokenBucket>,
    /// How many secrets and personal data the texts of all records have, by kind; only with `Options::sensitive`.
    #[serde(skip_serializing_if = "SensitiveCounts::is_empty")]
    pub sensitive: SensitiveCounts,
}
