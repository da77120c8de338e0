//! What the ledger holds: a run, the head of a dataset, and a misnamed file.

mod head;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Hold, Plan, RunId, State, Timestamp};

pub use head::DatasetHead;

/// The schema that this code writes into the ledger.
pub const SCHEMA: u32 = 1;

/// One run. Attribute names are the fields'; absent ones are not written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Its id.
    pub run_id: RunId,
    /// Counts the writes; every conditional write names the one that it was computed from.
    pub revision: u64,
    /// The dataset.
    pub dataset: String,
    /// Where it stands.
    pub state: State,
    /// The whole hash behind the id.
    pub identity: String,
    /// From 1.
    pub attempt: u32,
    /// RFC 3339: when the set's newest file was dropped. The queue's order.
    pub since: String,
    /// RFC 3339: the last time the same content was dropped, where that was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redropped_at: Option<String>,
    /// RFC 3339: the last change of state.
    pub changed_at: String,
    /// RFC 3339: when it was accepted, approved or asked for again, and began to wait for a job slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued_at: Option<String>,
    /// RFC 3339: before this it isn't launched, so that files that are still to come make one set with what is there; absent
    /// where it is launched at once. It counts while the run is Queued, and goes with the first launch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch_after: Option<String>,
    /// What to ask of Bedrock; absent where the set was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// Records in the training file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// Findings that block.
    #[serde(default)]
    pub errors: u64,
    /// Findings that don't.
    #[serde(default)]
    pub warnings: u64,
    /// The first of them, a line each.
    #[serde(default)]
    pub findings: Vec<String>,
    /// How many findings there were of each code, by its name.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
    /// The dataset's newest accepted run when this one was judged; a retried run's own predecessor is the run before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<RunId>,
    /// Where the report lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Who is told; empty: everyone who subscribes.
    #[serde(default)]
    pub notify: Vec<String>,
    /// Unix seconds until which a launch holds the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<i64>,
    /// Unix seconds until which Bedrock may still show a job that an unanswered creation has made. The run isn't ended
    /// before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsure_until: Option<i64>,
    /// RFC 3339: when it failed since Bedrock denied its job, or when Bedrock refused its launch. The job is looked for
    /// while this is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forgotten_at: Option<String>,
    /// Why it still waits, in Bedrock's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<String>,
    /// What kind of limit it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<Hold>,
    /// The customization job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_arn: Option<String>,
    /// The custom model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_arn: Option<String>,
    /// Why it was refused or failed: whole, word for word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Loss at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training_loss: Option<f64>,
    /// Validation loss at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_loss: Option<f64>,
    /// The value of the recipe's tag `owner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// One sentence: how many findings of the rejection before are gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mended: Option<String>,
    /// Who dropped it, as S3 names the requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped_by: Option<String>,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// Who wants it stopped, or stopped it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<String>,
    /// Who asked for this attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retried_by: Option<String>,
    /// When people were notified of a state, by [`mark`](crate::decide::tell::About::mark); under `again`, the newest
    /// `redropped_at` that was answered.
    #[serde(default)]
    pub told: BTreeMap<String, String>,
    /// Present while something may still have to happen; the key of the sparse index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
}

impl Run {
    /// Whether an unanswered creation may have made it a job that isn't known yet.
    pub fn is_unsure(&self) -> bool {
        self.unsure_until.is_some()
    }

    /// When it is launched at the earliest (RFC 3339), where it waits for files that may still come.
    pub fn settles_until(&self) -> Option<&str> {
        self.launch_after.as_deref().filter(|_| self.state == State::Queued)
    }

    /// Unix seconds until which no launch touches it: a queued run may wait for files, and one that is launched has a lease.
    pub fn rests_until(&self) -> Option<i64> {
        match self.state {
            // A time that can't be read holds nothing up.
            State::Queued => Some(self.settles_until()?.parse::<Timestamp>().ok()?.as_second() + 1),
            _ => self.lease_until,
        }
    }

    /// The ledger's key for a run.
    pub fn key(run_id: &str) -> String {
        format!("run#{run_id}")
    }
}

/// What is kept of a misnamed file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The ledger's key.
    pub pk: String,
    /// The dataset, or what stands in its place.
    #[serde(default)]
    pub dataset: String,
    /// RFC 3339: when the file was seen.
    pub since: String,
    /// What is wrong with its name, a line.
    #[serde(default)]
    pub findings: Vec<String>,
    /// Where the report lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Who dropped it, as S3 names the requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped_by: Option<String>,
    /// When people were notified.
    #[serde(default)]
    pub told: BTreeMap<String, String>,
    /// Present until people were notified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
    /// Unix seconds after which DynamoDB deletes the note; notes of earlier versions stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

/// How long a note is kept. The template keeps its report for longer, so that no note points to one that is gone.
pub const NOTE_KEPT_S: i64 = 90 * 86_400;

impl Note {
    /// The ledger's key for a misnamed file; `hash` is a [`fingerprint`](crate::fingerprint).
    pub fn key(hash: &str) -> String {
        format!("name#{hash}")
    }

    /// Whether [`Note::key`] makes such keys.
    pub fn is_key(text: &str) -> bool {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        text.strip_prefix("name#").is_some_and(|hash| hash.len() == 12 && hash.bytes().all(is_digit))
    }
}
