//! Limits on launches per day. A run above a limit stays queued until midnight UTC; runs under other limits are
//! launched.

use std::collections::HashSet;
use std::sync::Mutex;

use tracing::info;
use tunedrop_run::decide::launch::over_limit;
use tunedrop_run::decide::limit::{DailyLimit, DailyLimits, ticket};
use tunedrop_run::{Run, State, Timestamp};

use super::Launch;
use crate::batch::StepError;
use crate::settings;

/// The stack's limits, and those that the current drain has found reached.
#[derive(Debug)]
pub(super) struct Limits {
    set: DailyLimits,
    /// Items of the ledger. A launch drains one queue at a time. If this set is lost, the items are only read again.
    reached: Mutex<HashSet<String>>,
}

impl Limits {
    pub(super) fn from_env() -> Result<Limits, lambda_runtime::Error> {
        let set = DailyLimits {
            stack: settings::number("TUNEDROP_MAX_LAUNCHES_PER_DAY")?,
            uploader: settings::number("TUNEDROP_MAX_LAUNCHES_PER_UPLOADER_PER_DAY")?,
            dataset: settings::number("TUNEDROP_MAX_LAUNCHES_PER_DATASET_PER_DAY")?,
        };
        Ok(Limits { set, reached: Mutex::default() })
    }

    /// Starts a drain.
    pub(super) fn forget(&self) {
        self.reached.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clear();
    }

    fn places(&self, run: &Run) -> Vec<DailyLimit> {
        self.set.places(&run.dataset, run.uploader.as_deref(), Timestamp::now())
    }

    fn known(&self, place: &DailyLimit) -> bool {
        self.reached.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).contains(&place.item)
    }

    fn note(&self, place: &DailyLimit) {
        self.reached.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(place.item.clone());
    }
}

impl Launch {
    /// Whether a limit that this drain has found reached keeps the run queued.
    pub(super) async fn is_over_daily_limit(&self, run: &Run) -> Result<bool, StepError> {
        if run.state != State::Queued {
            return Ok(false);
        }
        let Some(place) = self.limits.places(run).into_iter().find(|place| self.limits.known(place)) else {
            return Ok(false);
        };
        self.stays(run, &place).await?;
        Ok(true)
    }

    /// Counts the launch of a queued run under every limit, before it is claimed. False if one is reached.
    ///
    /// A run that is claimed again after an interrupted launch was counted then.
    pub(super) async fn count_launch(&self, run: &Run) -> Result<bool, StepError> {
        if run.state != State::Queued {
            return Ok(true);
        }
        let ticket = ticket(&run.run_id, run.revision);
        let places = self.limits.places(run);
        // All limits are checked first, so that a run takes no place under one limit when another is reached. If two
        // launches race, a place can be lost for the day, but no place is given to two runs.
        for place in &places {
            if !self.ledger.has_launches_left(&place.item, &ticket, place.max).await? {
                return self.is_over(run, place).await;
            }
        }
        for place in &places {
            if !self.ledger.count_launch(&place.item, &ticket, place.max).await? {
                return self.is_over(run, place).await;
            }
        }
        Ok(true)
    }

    /// The claimed run has no job, so its launch doesn't count. Only the ticket of this claim is returned, so that a
    /// later claim of the run keeps its own. If an interruption prevents the return, the ticket counts until the day is
    /// over.
    pub(super) async fn uncount_launch(&self, claimed: &Run) -> Result<(), StepError> {
        let ticket = ticket(&claimed.run_id, claimed.revision.saturating_sub(1));
        for place in self.limits.places(claimed) {
            self.ledger.uncount_launch(&place.item, &ticket).await?;
        }
        Ok(())
    }

    async fn is_over(&self, run: &Run, place: &DailyLimit) -> Result<bool, StepError> {
        self.limits.note(place);
        self.stays(run, place).await?;
        Ok(false)
    }

    async fn stays(&self, run: &Run, place: &DailyLimit) -> Result<(), StepError> {
        info!(reason = place.reason, "run {} stays queued", run.run_id);
        if run.blocked_reason.as_ref() != Some(&place.reason) {
            self.write(run, over_limit(run.state, place.reason.clone(), run.unconfirmed_until)).await?;
        }
        Ok(())
    }
}
