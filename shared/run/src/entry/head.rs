//! The head of a dataset.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::RunId;

/// The head of a dataset: its newest accepted run, and what it waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetHead {
    /// The dataset.
    pub dataset: String,
    /// The newest accepted run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<RunId>,
    /// RFC 3339: when that run's newest file was dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_at: Option<String>,
    /// Which versions of which files were judged last, as a hash; and which run they gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<String>,
    /// The run that `judged` gave; absent where files are missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged_run: Option<RunId>,
    /// RFC 3339: when the newest file of what was judged last was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged_at: Option<String>,
    /// The run that was rejected last. It stays when a set is accepted: the times tell which came later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<RunId>,
    /// What an incomplete set waits for.
    #[serde(default)]
    pub waits_for: Vec<String>,
    /// RFC 3339: when an incomplete set's newest file was dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Where the report on an incomplete set lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Present while the set is incomplete and nobody was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
    /// Who is told of an incomplete set: its recipe's `notify`, where it has come.
    #[serde(default)]
    pub notify: Vec<String>,
    /// The value of that recipe's tag `owner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Who dropped the file by which the set was seen to be incomplete, as S3 names the requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped_by: Option<String>,
    /// Under `Incomplete`, the newest `since` that people were notified of.
    #[serde(default)]
    pub told: BTreeMap<String, String>,
}

impl DatasetHead {
    /// The ledger's key for a dataset's head.
    pub fn key(dataset: &str) -> String {
        format!("set#{dataset}")
    }
}
