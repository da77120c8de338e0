//! Events about custom models and base models: what they say.

use super::hint::{Fields, malformed};
use super::{Event, Hint, HintError, Kind};
use crate::{ModelNotice, NoticeState, RunId};

/// The kinds that announce what happens to a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModelKind {
    /// [`Kind::ModelExpiring`].
    Expiring,
    /// [`Kind::ModelDeleted`].
    Deleted,
    /// [`Kind::BaseModelEnding`].
    BaseEnding,
}

impl ModelKind {
    /// Every kind.
    pub const ALL: [ModelKind; 3] = [ModelKind::Expiring, ModelKind::Deleted, ModelKind::BaseEnding];

    /// The kind on the bus.
    pub const fn kind(self) -> Kind {
        match self {
            ModelKind::Expiring => Kind::ModelExpiring,
            ModelKind::Deleted => Kind::ModelDeleted,
            ModelKind::BaseEnding => Kind::BaseModelEnding,
        }
    }

    /// The kind that announces a state; `None` for a state that nobody is notified of.
    pub const fn of(state: NoticeState) -> Option<ModelKind> {
        match state {
            NoticeState::Proposed => Some(ModelKind::Expiring),
            NoticeState::Deleted => Some(ModelKind::Deleted),
            NoticeState::Announced => Some(ModelKind::BaseEnding),
            NoticeState::Deleting | NoticeState::Kept => None,
        }
    }
}

/// A model in an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelDetail {
    /// The ledger's key of the notice.
    pub item: String,
    /// The run that made the model; absent for a base model.
    pub run_id: Option<RunId>,
    /// The custom model's ARN; absent for a base model.
    pub model_arn: Option<String>,
    /// The base model's identifier; absent for a custom model.
    pub base_model: Option<String>,
    /// How many models of the dataset are kept.
    pub keep: Option<u32>,
    /// RFC 3339: the earliest deletion; absent if the stack deletes no models.
    pub delete_after: Option<String>,
    /// The days of the base model's lifecycle, such as `end-of-life=2027-07-15`.
    pub days: Vec<String>,
    /// Datasets with models that were trained from the base model, a few of them.
    pub datasets: Vec<String>,
    /// RFC 3339: when. Two events about a model differ in this.
    pub at: String,
    /// Why.
    pub reason: Option<String>,
    /// The value of the recipe's tag `owner`.
    pub owner: Option<String>,
    /// Addresses from the recipe's `notify`.
    pub notify: Vec<String>,
}

impl Event {
    /// Returns the event about a notice. `None` if nobody is notified of its state.
    pub fn model(notice: &ModelNotice) -> Option<Event> {
        let kind = ModelKind::of(notice.state)?;
        let delete_after = notice.delete_after.clone().filter(|_| notice.deletes && kind == ModelKind::Expiring);
        let detail = ModelDetail {
            item: notice.pk.clone(),
            run_id: notice.run_id.clone(),
            model_arn: notice.model_arn.clone(),
            base_model: notice.base_model.clone(),
            keep: notice.keep,
            delete_after,
            days: notice.days.clone(),
            datasets: notice.datasets.clone(),
            at: notice.outcome_at.clone(),
            reason: notice.reason.clone(),
            owner: notice.owner.clone(),
            notify: notice.notify.clone(),
        };
        Some(Event::Model(kind, Box::new(detail)))
    }
}

impl Fields<'_> {
    /// Reads an event about a model.
    pub(super) fn model(self, kind: ModelKind) -> Result<Hint, HintError> {
        let item = self.text("item")?;
        if !ModelNotice::is_key(item) {
            return Err(malformed("item", "expected the key of a notice"));
        }
        Ok(Hint::Model { kind, item: item.to_owned(), at: self.time("at")? })
    }
}
