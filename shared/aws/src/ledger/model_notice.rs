//! Notices about models in the ledger.

use tunedrop_run::ModelNotice;

use super::Ledger;
use crate::Failure;

/// The value of the attribute `kind`.
const KIND: &str = "model-notice";

/// Attributes that a notice may lack, and that are removed unless the new revision has them.
const REMOVABLE: [&str; 8] = ["run_id", "model_arn", "base_model", "keep", "delete_after", "reason", "owner", "open"];

impl Ledger {
    /// Reads a notice, consistently.
    pub async fn model_notice(&self, pk: &str) -> Result<Option<ModelNotice>, Failure> {
        self.get(pk).await
    }

    /// Reads every notice, the newest first, and the keys of those that can't be parsed. The index lags: read a notice itself
    /// before you decide by it.
    pub async fn model_notices(&self) -> Result<(Vec<ModelNotice>, Vec<String>), Failure> {
        self.of_kind(KIND, None).await
    }

    /// Writes a revision of a notice, if `was` is still the one in the ledger; false if somebody wrote it in the meantime.
    /// The marks and claims of messages don't change.
    pub async fn write_model_notice(&self, was: Option<&ModelNotice>, next: &ModelNotice) -> Result<bool, Failure> {
        match was {
            None => self.put_new(&next.pk, KIND, next).await,
            Some(was) => self.write_revision(&next.pk, was.revision, next, &REMOVABLE).await,
        }
    }
}
