//! The progress of an erasure, and its certificate. Neither has text of records.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{OUT_OF_REACH, Subject};
use crate::RunId;

/// What one attempt of an erasure is going to delete. It is stored before anything is deleted, so that the certificate of a
/// resumed erasure has all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The format's version: 1.
    pub version: u32,
    /// RFC 3339.
    pub begun_at: String,
    /// Who ran the command, as the machine knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The runs, which stay in the ledger without text.
    pub runs: BTreeSet<RunId>,
    /// The ARNs of the custom models.
    pub models: BTreeSet<String>,
    /// The ARNs of the custom models that neither Bedrock nor its job confirmed to be gone.
    #[serde(default)]
    pub unconfirmed_models: BTreeSet<String>,
    /// The names of the deployments.
    pub deployments: BTreeSet<String>,
    /// Each version and delete marker: key and version id.
    pub versions: BTreeSet<(String, String)>,
    /// What is known of the records, if records are erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<CertifiedRecords>,
}

/// Records that are erased.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertifiedRecords {
    /// Their hashes in the stack's indexes, 16 hex digits each. Without the stack's key, nobody can try which texts they are.
    pub hashes: BTreeSet<String>,
    /// Datasets that had one of the records, whose reports are erased.
    pub datasets: BTreeSet<String>,
    /// Datasets that lost their newest version of a file, which must be uploaded again without the records.
    pub upload_again: BTreeSet<String>,
    /// Runs that have neither an index nor files, so nobody can tell whether they had the records. Their models stay.
    pub not_searched: BTreeSet<RunId>,
}

/// What a last look found of everything that was to be deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// Custom models.
    pub models: BTreeSet<String>,
    /// Deployments.
    pub deployments: BTreeSet<String>,
    /// Versions and delete markers.
    pub versions: BTreeSet<(String, String)>,
    /// Whether there is anything else.
    pub more: bool,
}

impl Left {
    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.models.is_empty() && self.deployments.is_empty() && self.versions.is_empty() && !self.more
    }
}

/// What was deleted, for those who asked for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// The format's version: 2. Version 1 had the last attempt only.
    pub version: u32,
    /// What this is.
    pub document: String,
    /// The stack, and its account's and Region's resources.
    pub stack: String,
    /// The bucket.
    pub bucket: String,
    /// What was erased.
    pub subject: Subject,
    /// RFC 3339: the beginning of the first attempt.
    pub begun_at: String,
    /// RFC 3339: the end of the erasure.
    pub erased_at: String,
    /// Attempts, of which all but the last were interrupted.
    pub attempts: usize,
    /// Who ran the command, as their machines know them.
    pub by: BTreeSet<String>,
    /// The runs, which stay in the ledger without text.
    pub runs: BTreeSet<RunId>,
    /// The ARNs of the custom models that were deleted.
    pub models: BTreeSet<String>,
    /// The ARNs of the custom models that nobody could confirm to be gone.
    pub unconfirmed_models: BTreeSet<String>,
    /// The names of the deployments that were deleted.
    pub deployments: BTreeSet<String>,
    /// Each version and delete marker that was deleted: key and version id.
    pub versions: BTreeSet<(String, String)>,
    /// The records, if records were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<CertifiedRecords>,
    /// Whether a last look found nothing.
    pub verified: bool,
    /// What wasn't reached.
    pub out_of_reach: Vec<String>,
}

impl Certificate {
    /// Certifies what all attempts were to delete, except what is left.
    pub fn of(
        (stack, bucket): (&str, &str),
        subject: &Subject,
        attempts: &[Attempt],
        left: &Left,
        now: &str,
    ) -> Certificate {
        fn all<T: Ord + Clone>(attempts: &[Attempt], of: impl Fn(&Attempt) -> &BTreeSet<T>) -> BTreeSet<T> {
            attempts.iter().flat_map(|one| of(one).iter().cloned()).collect()
        }
        let without = |all: BTreeSet<String>, left: &BTreeSet<String>| all.difference(left).cloned().collect();
        let records = attempts.iter().filter_map(|one| one.records.as_ref()).cloned().reduce(|mut all, one| {
            all.hashes.extend(one.hashes);
            all.datasets.extend(one.datasets);
            all.upload_again.extend(one.upload_again);
            all.not_searched.extend(one.not_searched);
            all
        });
        Certificate {
            version: 2,
            document: "certificate of erasure, by tunedrop erase".to_owned(),
            stack: stack.to_owned(),
            bucket: bucket.to_owned(),
            subject: subject.clone(),
            begun_at: attempts.iter().map(|one| one.begun_at.as_str()).min().unwrap_or(now).to_owned(),
            erased_at: now.to_owned(),
            attempts: attempts.len(),
            by: attempts.iter().filter_map(|one| one.by.clone()).collect(),
            runs: all(attempts, |one| &one.runs),
            models: without(all(attempts, |one| &one.models), &left.models),
            unconfirmed_models: all(attempts, |one| &one.unconfirmed_models),
            deployments: without(all(attempts, |one| &one.deployments), &left.deployments),
            versions: all(attempts, |one| &one.versions).difference(&left.versions).cloned().collect(),
            records,
            verified: left.is_empty(),
            out_of_reach: OUT_OF_REACH.map(str::to_owned).to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(begun_at: &str, model: &str, versions: &[&str]) -> Attempt {
        Attempt {
            version: 1,
            begun_at: begun_at.to_owned(),
            by: Some("ada".to_owned()),
            models: BTreeSet::from([model.to_owned()]),
            versions: versions.iter().map(|id| ("key".to_owned(), (*id).to_owned())).collect(),
            ..Attempt::default()
        }
    }

    #[test]
    fn resumed_erasure_certifies_what_every_attempt_deleted() {
        let attempts = [attempt("2026-12-01T10:00", "a", &["1", "2"]), attempt("2026-12-01T11:00", "b", &["2", "3"])];
        let subject = Subject::Dataset("bot".to_owned());
        let whole = Certificate::of(("s", "b"), &subject, &attempts, &Left::default(), "2026-12-01T12:00");
        assert_eq!((whole.versions.len(), whole.models.len(), whole.attempts, whole.verified), (3, 2, 2, true));
        assert_eq!((whole.begun_at.as_str(), whole.erased_at.as_str()), ("2026-12-01T10:00", "2026-12-01T12:00"));
        let text = serde_json::to_string(&whole).expect("JSON");
        assert_eq!(serde_json::from_str::<Certificate>(&text).expect("the same"), whole);
    }

    #[test]
    fn what_is_left_is_not_certified() {
        let left = Left { versions: BTreeSet::from([("key".to_owned(), "2".to_owned())]), ..Left::default() };
        let subject = Subject::Records("0".repeat(16));
        let some = Certificate::of(("s", "b"), &subject, &[attempt("t", "a", &["1", "2"])], &left, "u");
        assert!(!some.verified && some.versions.len() == 1 && some.models.len() == 1, "{some:?}");
        let other = Certificate::of(("s", "b"), &subject, &[], &Left { more: true, ..Left::default() }, "u");
        assert!(!other.verified, "something that nobody planned to delete");
    }
}
