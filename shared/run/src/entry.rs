//! The ledger's entries: runs, datasets and misnamed files.

mod dataset;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Blocker, FileVersion, Plan, Reserved, RunId, State, Timestamp};

pub use dataset::DatasetEntry;

/// The ledger's schema version that this code writes, and the highest that it reads.
pub const SCHEMA: u32 = 1;

/// A run. The ledger's attributes have the names of these fields; `None` is not written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The id, such as `support-bot-0123456789ab`.
    pub run_id: RunId,
    /// Incremented by every write. A conditional write names the revision that it was computed from.
    pub revision: u64,
    /// The dataset.
    pub dataset: String,
    /// The state.
    pub state: State,
    /// The whole BLAKE3 hash whose first 12 digits are in the id, in hex.
    pub identity: String,
    /// The attempt, from 1.
    pub attempt: u32,
    /// RFC 3339: when the upload of the dataset's newest file was complete. Runs are launched in this order.
    pub uploaded_at: String,
    /// RFC 3339: the last time that the same content was uploaded again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reuploaded_at: Option<String>,
    /// RFC 3339: the last change of state.
    pub changed_at: String,
    /// RFC 3339: when it was accepted, approved or retried, and began to wait for a job slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued_at: Option<String>,
    /// RFC 3339: an update is not launched before this time, because more files may come; absent if it is launched at once.
    /// It applies while the run is Queued. The first launch removes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch_after: Option<String>,
    /// What to ask of Bedrock; absent if the dataset was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// Records in the training file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// Findings that block the launch.
    #[serde(default)]
    pub errors: u64,
    /// Findings that don't block it.
    #[serde(default)]
    pub warnings: u64,
    /// The first five findings, one line each.
    #[serde(default)]
    pub findings: Vec<String>,
    /// Number of findings by code, such as `duplicate-record`.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
    /// The dataset's newest accepted run when this one was validated; for a retry, the attempt before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<RunId>,
    /// The run of this stack whose custom model this one continues from; absent for a base model, and for a custom model
    /// that no run of this stack made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_run: Option<RunId>,
    /// The recipe's words for that model, if they name a run or a deployment: `run:<run-id>` or `deployed:<name>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_named: Option<String>,
    /// The files of the dataset version, the recipe included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileVersion>,
    /// The report's `s3://` address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// The recipe's `notify`: e-mail addresses. Empty: everyone who subscribes.
    #[serde(default)]
    pub notify: Vec<String>,
    /// Unix seconds until which one launch has exclusive access to the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<i64>,
    /// What a launch reserved for the run, or was about to reserve, in the budgets of the stack and of the recipe.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved: Vec<Reserved>,
    /// Unix seconds until which Bedrock may still show a job that an unanswered call created. The run doesn't end before
    /// that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unconfirmed_until: Option<i64>,
    /// RFC 3339: when the run failed because Bedrock no longer knew its job, or when Bedrock refused its launch. The sweep
    /// looks up the job while this is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_lookup_since: Option<String>,
    /// Why it is blocked, in the words of Bedrock or of a limit of the stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_reason: Option<String>,
    /// What blocks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_by: Option<Blocker>,
    /// Bedrock's lifecycle dates of the base model for the next 90 days when the run was launched, such as the day on
    /// which the model becomes legacy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle_warning: Option<String>,
    /// The customization job's ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_arn: Option<String>,
    /// The custom model's ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_arn: Option<String>,
    /// Why it was refused, failed or stopped: the full text, not redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Training loss at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training_loss: Option<f64>,
    /// Validation loss at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_loss: Option<f64>,
    /// The value of the recipe's tag `owner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// One sentence: how many findings of the previous rejection are gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    /// One sentence: how the training file differs from that of the last accepted version. It has no record's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<String>,
    /// Who uploaded the last file, as S3 names the requester: an AWS account's id, or a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploader: Option<String>,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// Who asked to stop it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<String>,
    /// Who asked for this attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retried_by: Option<String>,
    /// RFC 3339: when its data and texts were erased. It can't be retried after that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<String>,
    /// The erasure, as the beginning of the keys of its progress and its certificate: `erasures/…/<time>`. Absent if an older
    /// version erased the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erasure: Option<String>,
    /// RFC 3339: when people were notified, by [`mark`](crate::decide::notify::NotificationKey::mark); under `Reuploaded`, the
    /// newest `reuploaded_at` that was answered.
    #[serde(default)]
    pub notified: BTreeMap<String, String>,
    /// Present while the run may need something. It is the key of the sparse index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
}

impl Run {
    /// Whether an unanswered call may have created a job that isn't known yet.
    pub fn is_unconfirmed(&self) -> bool {
        self.unconfirmed_until.is_some()
    }

    /// The earliest launch (RFC 3339) of an update that waits for more files.
    pub fn settles_until(&self) -> Option<&str> {
        self.launch_after.as_deref().filter(|_| self.state == State::Queued)
    }

    /// Unix seconds until which no launch changes the run: a queued run may wait for more files, and a run that is
    /// being launched has a lease.
    pub fn rests_until(&self) -> Option<i64> {
        match self.state {
            // A time that can't be parsed delays nothing.
            State::Queued => Some(self.settles_until()?.parse::<Timestamp>().ok()?.as_second() + 1),
            _ => self.lease_until,
        }
    }

    /// The ledger's key for a run.
    pub fn key(run_id: &str) -> String {
        format!("run#{run_id}")
    }
}

/// The entry about a misnamed file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MisnamedFile {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The ledger's key.
    pub pk: String,
    /// The dataset, or the name that is shown instead of an invalid one.
    #[serde(default)]
    pub dataset: String,
    /// RFC 3339: when validate received the upload.
    pub uploaded_at: String,
    /// What is wrong with its name, in one line.
    #[serde(default)]
    pub findings: Vec<String>,
    /// The report's `s3://` address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Who uploaded it, as S3 names the requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploader: Option<String>,
    /// RFC 3339: when people were notified, by mark.
    #[serde(default)]
    pub notified: BTreeMap<String, String>,
    /// Present until people were notified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
    /// Unix seconds after which DynamoDB deletes the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

/// Seconds that the entry about a misnamed file is kept. The template keeps its report longer, so that no entry points to
/// a report that is gone.
pub const MISNAMED_KEPT_S: i64 = 90 * 86_400;

impl MisnamedFile {
    /// The ledger's key for a misnamed file; `hash` is a [`fingerprint`](crate::fingerprint).
    pub fn key(hash: &str) -> String {
        format!("misnamed#{hash}")
    }

    /// Whether [`MisnamedFile::key`] makes such keys.
    pub fn is_key(text: &str) -> bool {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        text.strip_prefix("misnamed#").is_some_and(|hash| hash.len() == 12 && hash.bytes().all(is_digit))
    }
}
