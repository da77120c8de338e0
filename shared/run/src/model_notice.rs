//! Notices about custom models: one that is proposed for deletion or was deleted, and a base model whose lifecycle ends.
//!
//! What to do about them is decided in [`decide::clean_up`](crate::decide::clean_up).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Run, RunId};

/// The tag of a model, a deployment or an object that must not be deleted. Any value but `false` holds it.
pub const LEGAL_HOLD: &str = "tunedrop:legal-hold";

/// Whether these tags forbid a deletion.
pub fn is_held<'t>(tags: impl IntoIterator<Item = (&'t str, &'t str)>) -> bool {
    tags.into_iter().any(|(key, value)| key == LEGAL_HOLD && !value.eq_ignore_ascii_case("false"))
}

/// The state of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NoticeState {
    /// The model is proposed for deletion.
    Proposed,
    /// The model is being deleted: Bedrock may have been asked already.
    Deleting,
    /// The model doesn't exist any more.
    Deleted,
    /// The model was proposed, and is kept after all.
    Kept,
    /// A base model has a day on which its lifecycle changes.
    Announced,
}

impl NoticeState {
    /// Every state.
    pub const ALL: [NoticeState; 5] =
        [NoticeState::Proposed, NoticeState::Deleting, NoticeState::Deleted, NoticeState::Kept, NoticeState::Announced];

    /// The name in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            NoticeState::Proposed => "Proposed",
            NoticeState::Deleting => "Deleting",
            NoticeState::Deleted => "Deleted",
            NoticeState::Kept => "Kept",
            NoticeState::Announced => "Announced",
        }
    }
}

/// A notice. The ledger's attributes have the names of these fields; `None` is not written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelNotice {
    /// [`SCHEMA`](crate::SCHEMA).
    pub schema: u32,
    /// The ledger's key.
    pub pk: String,
    /// Incremented by every write. A conditional write names the revision that it was computed from.
    pub revision: u64,
    /// The state.
    pub state: NoticeState,
    /// The run that made the model; absent for a base model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// The custom model's ARN; absent for a base model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_arn: Option<String>,
    /// Bedrock's identifier of the base model; absent for a custom model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_model: Option<String>,
    /// How many models of the dataset are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<u32>,
    /// RFC 3339: the earliest deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_after: Option<String>,
    /// Whether the stack deletes models. Otherwise a proposal is all that happens.
    #[serde(default)]
    pub deletes: bool,
    /// Of a base model: the days of this notice, such as `legacy=2027-01-15`.
    #[serde(default)]
    pub days: Vec<String>,
    /// Of a base model: every day that people were or are being notified of.
    #[serde(default)]
    pub known_days: Vec<String>,
    /// Of a base model: the datasets with models that were trained from it, a few of them.
    #[serde(default)]
    pub datasets: Vec<String>,
    /// Why it is kept, or wasn't deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// RFC 3339: when what people are notified of happened.
    pub outcome_at: String,
    /// RFC 3339: the first notice.
    pub uploaded_at: String,
    /// The value of the recipe's tag `owner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The recipe's `notify`: e-mail addresses.
    #[serde(default)]
    pub notify: Vec<String>,
    /// RFC 3339: when people were notified, by mark.
    #[serde(default)]
    pub notified: BTreeMap<String, String>,
    /// Present until people were notified of the last outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
}

impl ModelNotice {
    /// The ledger's key of the notice about a run's model.
    pub fn key(run_id: &RunId) -> String {
        format!("clean-up#{run_id}")
    }

    /// The ledger's key of the notice about a base model.
    pub fn base_key(base_model: &str) -> String {
        format!("lifecycle#{base_model}")
    }

    /// Whether [`key`](ModelNotice::key) or [`base_key`](ModelNotice::base_key) makes such keys.
    pub fn is_key(text: &str) -> bool {
        let is_base =
            |id: &str| (1..=200).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        match text.split_once('#') {
            Some(("clean-up", run_id)) => run_id.parse::<RunId>().is_ok(),
            Some(("lifecycle", id)) => is_base(id),
            _ => false,
        }
    }

    /// A proposal to delete a run's model. `None` if the run has none.
    pub fn proposal(run: &Run, keep: u32, delete_after: &str, deletes: bool, now: &str) -> Option<ModelNotice> {
        Some(ModelNotice {
            schema: crate::SCHEMA,
            pk: ModelNotice::key(&run.run_id),
            revision: 1,
            state: NoticeState::Proposed,
            run_id: Some(run.run_id.clone()),
            model_arn: Some(run.model_arn.clone()?),
            base_model: None,
            keep: Some(keep),
            delete_after: Some(delete_after.to_owned()),
            deletes,
            days: Vec::new(),
            known_days: Vec::new(),
            datasets: Vec::new(),
            reason: None,
            outcome_at: now.to_owned(),
            uploaded_at: now.to_owned(),
            owner: run.owner.clone(),
            notify: run.notify.clone(),
            notified: BTreeMap::new(),
            open: Some("open".to_owned()),
        })
    }

    /// A notice about a base model with these days.
    pub fn announcement(base_model: &str, days: Vec<String>, datasets: Vec<String>, now: &str) -> ModelNotice {
        ModelNotice {
            schema: crate::SCHEMA,
            pk: ModelNotice::base_key(base_model),
            revision: 1,
            state: NoticeState::Announced,
            run_id: None,
            model_arn: None,
            base_model: Some(base_model.to_owned()),
            keep: None,
            delete_after: None,
            deletes: false,
            known_days: days.clone(),
            days,
            datasets,
            reason: None,
            outcome_at: now.to_owned(),
            uploaded_at: now.to_owned(),
            owner: None,
            notify: Vec::new(),
            notified: BTreeMap::new(),
            open: Some("open".to_owned()),
        }
    }

    /// The dataset of the run's model.
    pub fn dataset(&self) -> Option<&str> {
        self.run_id.as_ref().map(RunId::dataset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hold_tag_with_any_value_but_false_holds() {
        for (tags, held) in [
            (vec![], false),
            (vec![("team", "legal")], false),
            (vec![("tunedrop:legal-hold", "true")], true),
            (vec![("tunedrop:legal-hold", "")], true),
            (vec![("tunedrop:legal-hold", "case 17")], true),
            (vec![("tunedrop:legal-hold", "False")], false),
        ] {
            assert_eq!(is_held(tags.iter().copied()), held, "{tags:?}");
        }
    }

    #[test]
    fn keys_of_other_items_are_no_keys_of_notices() {
        for key in ["clean-up#bot-0123456789ab", "lifecycle#amazon.nova-lite-v1:0:300k"] {
            assert!(ModelNotice::is_key(key), "{key}");
        }
        for other in ["run#bot-0123456789ab", "clean-up#bot", "lifecycle#", "lifecycle#a b", "lifecycle#a#b", "x"] {
            assert!(!ModelNotice::is_key(other), "{other}");
        }
    }
}
