//! The detail that every kind of event had in common. On its way out: senders and readers move to [`Event`] and [`Hint`].
//!
//! [`Event`]: super::Event
//! [`Hint`]: super::Hint

use serde::{Deserialize, Serialize};

use crate::State;

/// The `detail` of every event of ours. Never a record's text: of a failure message only known wording passes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Detail {
    /// [`VERSION`](super::VERSION).
    pub version: u32,
    /// The stack that wrote it; every rule of ours filters on it.
    pub stack: String,
    /// The run, once there is one. Absent for an incomplete set, a misnamed file, and `Launch Due`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The ledger's key for what this is about, where that is no run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The dataset; the key's folder as it is, where that is no valid name.
    #[serde(default)]
    pub dataset: String,
    /// The run's state after what happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// RFC 3339: when the set's newest file was dropped. Two drops of the same content differ in this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped_at: Option<String>,
    /// RFC 3339: before this the run isn't launched; absent where it is launched as soon as a slot is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch_after: Option<String>,
    /// True on `Dataset Accepted` and `Dataset Rejected` when the same content had been judged before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
    /// The base model's identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_model: Option<String>,
    /// Records in the training file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// Findings that block.
    #[serde(default)]
    pub errors: u64,
    /// Findings that don't.
    #[serde(default)]
    pub warnings: u64,
    /// The first findings, each in one line: file, line, code and message. At most five.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
    /// What an incomplete set still waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<String>,
    /// The customization job's ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_arn: Option<String>,
    /// The custom model's ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_arn: Option<String>,
    /// Why it was refused, failed or stopped; redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Training loss at the end, where Bedrock gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training_loss: Option<f64>,
    /// Validation loss at the end, where Bedrock gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_loss: Option<f64>,
    /// The report's `s3://` address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Addresses from the recipe's `notify`; empty: everyone who subscribes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<String>,
    /// The value of the recipe's tag `owner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Who dropped the set's last file, as S3 names the requester: an account's id, or a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped_by: Option<String>,
    /// One sentence: how many findings of the rejection before are gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mended: Option<String>,
    /// On `Message Sent`: the `detail-type` of the event that the message tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// On `Message Sent`: `info`, `warning` or `error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// On `Message Sent`: the message's subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// On `Message Sent`: the message, as the mail has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Who sent a command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}
