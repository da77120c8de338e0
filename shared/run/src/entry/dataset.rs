//! The entry of a dataset.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::RunId;

/// A dataset: its newest accepted run, what was validated last, and its missing files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetEntry {
    /// The dataset.
    pub dataset: String,
    /// The newest accepted run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_run: Option<RunId>,
    /// RFC 3339: when that run's newest file was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_uploaded_at: Option<String>,
    /// Hash of the versions of all files that were validated last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validated_fingerprint: Option<String>,
    /// The run of those versions; absent if files were missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validated_run: Option<RunId>,
    /// RFC 3339: when the newest of those files was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validated_uploaded_at: Option<String>,
    /// The last rejected run. It stays when a later version is accepted: compare the times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected_run: Option<RunId>,
    /// Names of the files that an incomplete dataset lacks.
    #[serde(default)]
    pub missing_files: Vec<String>,
    /// RFC 3339: when an incomplete dataset's newest file was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploaded_at: Option<String>,
    /// The `s3://` address of the report on an incomplete dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Present while the dataset is incomplete and nobody was notified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
    /// The recipe's `notify`, if an incomplete dataset has its recipe.
    #[serde(default)]
    pub notify: Vec<String>,
    /// The value of that recipe's tag `owner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Who uploaded the last file of an incomplete dataset, as S3 names the requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploader: Option<String>,
    /// How many custom models the recipe keeps; 0: it doesn't say. Absent if no recipe was accepted since it can say that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_models: Option<u32>,
    /// Under `Incomplete`, the newest `uploaded_at` that people were notified of.
    #[serde(default)]
    pub notified: BTreeMap<String, String>,
}

impl DatasetEntry {
    /// The ledger's key for a dataset.
    pub fn key(dataset: &str) -> String {
        format!("dataset#{dataset}")
    }
}
