//! The limits on launches a day. A run over one stays queued until midnight UTC; runs under other limits go on.

use std::collections::HashSet;
use std::sync::Mutex;

use tracing::info;
use tunedrop_run::decide::launch::over_limit;
use tunedrop_run::decide::limit::{DayLimits, Place, ticket};
use tunedrop_run::{Run, State, Timestamp};

use super::Launch;
use crate::batch::StepError;
use crate::settings;

/// The stack's limits, and which of them the drain at hand has found reached.
#[derive(Debug)]
pub(super) struct Limits {
    set: DayLimits,
    /// Items of the ledger. A launch drains one queue at a time; what is forgotten here is only asked again.
    reached: Mutex<HashSet<String>>,
}

impl Limits {
    pub(super) fn from_env() -> Result<Limits, lambda_runtime::Error> {
        let set = DayLimits {
            stack: settings::number("TUNEDROP_MAX_LAUNCHES_PER_DAY")?,
            uploader: settings::number("TUNEDROP_MAX_LAUNCHES_PER_UPLOADER_PER_DAY")?,
            dataset: settings::number("TUNEDROP_MAX_LAUNCHES_PER_DATASET_PER_DAY")?,
        };
        Ok(Limits { set, reached: Mutex::default() })
    }

    /// Begins a drain.
    pub(super) fn forget(&self) {
        self.reached.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clear();
    }

    fn places(&self, run: &Run) -> Vec<Place> {
        self.set.places(&run.dataset, run.dropped_by.as_deref(), Timestamp::now())
    }

    fn known(&self, place: &Place) -> bool {
        self.reached.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).contains(&place.item)
    }

    fn note(&self, place: &Place) {
        self.reached.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(place.item.clone());
    }
}

impl Launch {
    /// Whether a limit that this drain has found reached keeps the run queued.
    pub(super) async fn waits_for_tomorrow(&self, run: &Run) -> Result<bool, StepError> {
        if run.state != State::Queued {
            return Ok(false);
        }
        let Some(place) = self.limits.places(run).into_iter().find(|place| self.limits.known(place)) else {
            return Ok(false);
        };
        self.stays(run, &place).await?;
        Ok(true)
    }

    /// Counts the launch of a queued run under every limit, before it is claimed; false where one is reached.
    ///
    /// A run that is claimed again, since an earlier launch was interrupted, was counted then.
    pub(super) async fn take_place(&self, run: &Run) -> Result<bool, StepError> {
        if run.state != State::Queued {
            return Ok(true);
        }
        let ticket = ticket(&run.run_id, run.revision);
        let places = self.limits.places(run);
        // Looked at first, so that a run takes no place under one limit while another is reached. Where two launches race,
        // it may: that place is lost for the day, and none is given twice.
        for place in &places {
            if !self.ledger.has_place(&place.item, &ticket, place.max).await? {
                return self.is_over(run, place).await;
            }
        }
        for place in &places {
            if !self.ledger.take_place(&place.item, &ticket, place.max).await? {
                return self.is_over(run, place).await;
            }
        }
        Ok(true)
    }

    /// The claimed run has no job: its launch doesn't count. Only the ticket of this very claim is given back, so that a
    /// later claim of the run keeps its own. One that is lost here, by an interruption, counts until the day is over.
    pub(super) async fn free_place(&self, claimed: &Run) -> Result<(), StepError> {
        let ticket = ticket(&claimed.run_id, claimed.revision.saturating_sub(1));
        for place in self.limits.places(claimed) {
            self.ledger.free_place(&place.item, &ticket).await?;
        }
        Ok(())
    }

    async fn is_over(&self, run: &Run, place: &Place) -> Result<bool, StepError> {
        self.limits.note(place);
        self.stays(run, place).await?;
        Ok(false)
    }

    async fn stays(&self, run: &Run, place: &Place) -> Result<(), StepError> {
        info!(reason = place.reason, "the run stays queued");
        if run.waiting.as_ref() != Some(&place.reason) {
            self.write(run, over_limit(run.state, place.reason.clone(), run.unsure_until)).await?;
        }
        Ok(())
    }
}
