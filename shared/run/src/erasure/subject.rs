//! What is erased, and where its progress and its certificate are kept.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The folder of the bucket with the progress and the certificates of all erasures.
pub const ERASURES: &str = "erasures/";

/// What is erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A dataset, with everything that was made from it.
    Dataset(String),
    /// Records, by the [fingerprint](crate::trace_index::Wanted::fingerprint) of what was searched.
    Records(String),
}

impl Subject {
    /// The prefix of all erasures of it.
    pub fn prefix(&self) -> String {
        match self {
            Subject::Dataset(dataset) => format!("{ERASURES}datasets/{dataset}/"),
            Subject::Records(fingerprint) => format!("{ERASURES}records/{fingerprint}/"),
        }
    }

    /// The prefix of the erasure that began at this time (RFC 3339), without a slash at the end.
    pub fn erasure(&self, begun_at: &str) -> String {
        let digits: String = begun_at.chars().filter(char::is_ascii_digit).collect();
        format!("{}{digits}", self.prefix())
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Dataset(dataset) => write!(f, "dataset {dataset}"),
            Subject::Records(fingerprint) => write!(f, "records {fingerprint}"),
        }
    }
}

/// The erasure, and the file's name, of a key below [`Subject::prefix`].
pub fn erasure_of_key<'k>(key: &'k str, subject: &Subject) -> Option<(&'k str, &'k str)> {
    let rest = key.strip_prefix(&subject.prefix())?;
    let (time, file) = rest.split_once('/')?;
    let is_time = !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit());
    (is_time && !file.contains('/')).then(|| (&key[..key.len() - file.len() - 1], file))
}

/// The key of an erasure's certificate.
pub fn certificate_key(erasure: &str) -> String {
    format!("{erasure}/certificate.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_back_to_their_erasure() {
        let subject = Subject::Dataset("bot".to_owned());
        let erasure = subject.erasure("2026-12-01T10:00:00.123Z");
        assert_eq!(erasure, "erasures/datasets/bot/20261201100000123");
        assert_eq!(erasure_of_key(&certificate_key(&erasure), &subject), Some((erasure.as_str(), "certificate.json")));
        let other = Subject::Dataset("bot-2".to_owned());
        assert_eq!(erasure_of_key(&certificate_key(&erasure), &other), None);
        for key in
            ["erasures/datasets/bot/x", "erasures/datasets/bot/x/y", "erasures/datasets/bot/1/y/z", "runs/bot/1/y"]
        {
            assert_eq!(erasure_of_key(key, &subject), None, "{key}");
        }
        let records = Subject::Records("0123456789abcdef".to_owned());
        assert_eq!(records.prefix(), "erasures/records/0123456789abcdef/");
    }
}
