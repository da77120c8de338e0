//! The recipe's evaluation while another one of the run is in progress.

use super::revised;
use crate::decide::notify::Channel;
use crate::evaluation::{EvaluationEntry, EvaluationState};

/// The evaluation after the recipe asked for one; `None` if its request is known, or if it can begin at once: this one has
/// ended, and people were notified of that. Who asks models keeps the claim, and continues ([`still_claimed`]).
pub fn with_recipe_waiting(was: &EvaluationEntry) -> Option<EvaluationEntry> {
    if was.recipe_waits || was.has_carried_out(&was.run_id) || is_notified(was) {
        return None;
    }
    Some(EvaluationEntry { recipe_waits: true, lease_until: was.lease_until, ..revised(was) })
}

/// Whether the claim is still in the ledger's item, `now`. The recipe's request, which may have been written since, is taken
/// over from there.
pub fn still_claimed(claimed: &mut EvaluationEntry, now: &EvaluationEntry) -> bool {
    let is_next = now.revision == claimed.revision + 1 && now.number == claimed.number;
    let works = matches!(now.state, EvaluationState::Answering | EvaluationState::Scoring);
    let asks = works && now.state == claimed.state && now.lease_until == claimed.lease_until;
    if is_next && asks && now.recipe_waits && !claimed.recipe_waits {
        claimed.revision = now.revision;
        claimed.recipe_waits = true;
    }
    now.revision == claimed.revision
}

/// Whether the recipe's evaluation begins now: the one that it waited for has ended, and people were notified of that. The
/// new one replaces the item, and a message is written from the item only.
pub fn recipe_is_next(was: &EvaluationEntry) -> bool {
    was.recipe_waits && is_notified(was)
}

/// The ended evaluation after the recipe's turned out to be impossible.
pub fn without_recipe(was: &EvaluationEntry) -> EvaluationEntry {
    EvaluationEntry { recipe_waits: false, ..revised(was) }
}

fn is_notified(was: &EvaluationEntry) -> bool {
    was.outcome_key().is_some_and(|key| key.is_notified(&was.notified, Channel::Topic))
}
