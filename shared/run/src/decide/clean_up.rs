//! clean: which custom models of a dataset are kept, and what to do about each of the others.

mod lifecycle;
mod needs;

use crate::model_notice::{ModelNotice, NoticeState};
use crate::{EvaluationState, RunId, Timestamp};

pub use lifecycle::{days, is_news};
pub use needs::{asks, continues_from, deploys};

/// Seconds of a day.
const DAY_S: i64 = 86_400;

/// A custom model of a dataset, which exists at Bedrock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedModel {
    /// The run that made it.
    pub run_id: RunId,
    /// How the last evaluation of the model ended; `None` if there was none.
    pub evaluated: Option<EvaluationState>,
    /// What needs the model, as a clause: a deployment, an evaluation or a run.
    pub needed_by: Option<String>,
    /// Whether its tags forbid the deletion; `None` if they weren't read.
    pub held: Option<bool>,
}

/// Why a model is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// It is one of the newest.
    Newest,
    /// All newer ones were evaluated and dropped, so it is the last good one.
    LastGood,
    /// Something needs it.
    Needed(String),
    /// It has the legal hold tag.
    Held,
    /// Its tags couldn't be read, so they may forbid the deletion.
    Unread,
    /// Neither the recipe nor the stack says how many models to keep.
    NoLimit,
}

impl Keep {
    /// The reason, as a sentence without a full stop.
    pub fn reason(&self) -> String {
        match self {
            Keep::Newest => "it is one of the newest models that are kept".to_owned(),
            Keep::LastGood => "all newer models of the dataset were evaluated and dropped".to_owned(),
            Keep::Needed(what) => what.clone(),
            Keep::Held => format!("it has the tag {}", crate::model_notice::LEGAL_HOLD),
            Keep::Unread => "its tags couldn't be read".to_owned(),
            Keep::NoLimit => "neither the recipe nor the stack limits the number of models any more".to_owned(),
        }
    }
}

/// How many of a dataset's models are kept: what the recipe says, or else the stack. 0 says nothing.
pub fn limit(recipe: Option<u32>, stack: u32) -> Option<u32> {
    recipe.filter(|models| *models > 0).or(Some(stack).filter(|models| *models > 0))
}

/// Why each of these models of one dataset, the newest first, is kept; `None` for one that may be deleted.
///
/// The tags are needed only of models that nothing else keeps.
pub fn kept(models: &[OwnedModel], limit: Option<u32>) -> Vec<Option<Keep>> {
    let is_dropped = |model: &OwnedModel| model.evaluated == Some(EvaluationState::Dropped);
    let last_good = models.iter().position(|model| !is_dropped(model));
    let of = |(at, model): (usize, &OwnedModel)| {
        let Some(limit) = limit else { return Some(Keep::NoLimit) };
        if at < limit as usize {
            return Some(Keep::Newest);
        }
        if last_good == Some(at) {
            return Some(Keep::LastGood);
        }
        if let Some(what) = &model.needed_by {
            return Some(Keep::Needed(what.clone()));
        }
        match model.held {
            Some(false) => None,
            Some(true) => Some(Keep::Held),
            None => Some(Keep::Unread),
        }
    };
    models.iter().enumerate().map(of).collect()
}

/// What to do about a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CleanUpStep {
    /// Nothing.
    None,
    /// Propose it for deletion, and notify its owner.
    Propose,
    /// Keep it after all.
    Withdraw(String),
    /// Note the deletion, then ask Bedrock for it.
    Delete,
    /// It doesn't exist any more.
    Note,
}

/// What to do about a model: `notice` is the one in the ledger, `keep` why it is kept, `exists` whether Bedrock has it, `told`
/// whether people were notified of the proposal, and `may_delete` whether the stack deletes models.
pub fn decide(
    notice: Option<&ModelNotice>,
    keep: Option<&Keep>,
    exists: bool,
    told: bool,
    may_delete: bool,
    now: Timestamp,
) -> CleanUpStep {
    use NoticeState::{Announced, Deleted, Deleting, Kept, Proposed};
    let state = notice.map(|notice| notice.state);
    match (exists, state, keep) {
        // Somebody deleted it, or this function did and was interrupted.
        (false, Some(Proposed | Deleting), _) => CleanUpStep::Note,
        (false, _, _) => CleanUpStep::None,
        (true, Some(Proposed | Deleting), Some(keep)) => CleanUpStep::Withdraw(keep.reason()),
        (true, _, Some(_)) => CleanUpStep::None,
        // Deleted: Bedrock still lists it for a moment.
        (true, Some(Deleted | Announced), None) => CleanUpStep::None,
        (true, None | Some(Kept), None) => CleanUpStep::Propose,
        (true, Some(Deleting), None) if may_delete => CleanUpStep::Delete,
        (true, Some(Proposed), None) if may_delete && told && notice.is_some_and(|one| is_due(one, now)) => {
            CleanUpStep::Delete
        }
        (true, Some(Proposed | Deleting), None) => CleanUpStep::None,
    }
}

/// Whether the time of a proposal is over. A time that can't be read is never over. A proposal that said that nothing would be
/// deleted isn't due: people weren't warned.
fn is_due(notice: &ModelNotice, now: Timestamp) -> bool {
    let after = notice.delete_after.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
    notice.deletes && after.is_some_and(|after| now >= after)
}

/// Whether a proposal must be made again, because it said something else about the deletion: people were warned of none, or
/// of one that doesn't happen.
pub fn is_outdated(notice: &ModelNotice, may_delete: bool) -> bool {
    notice.state == NoticeState::Proposed && notice.deletes != may_delete
}

/// The earliest deletion of a model that is proposed now.
pub fn delete_after(now: Timestamp, days: i64) -> Option<Timestamp> {
    Timestamp::from_second(now.as_second() + days * DAY_S).ok()
}

#[cfg(test)]
mod tests;
