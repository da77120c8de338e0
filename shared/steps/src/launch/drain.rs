//! Going through the queue: which runs are launched, and which are only settled.

use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::Open;
use tunedrop_run::State;
use tunedrop_run::decide::launch as decide;

use super::Launch;
use crate::announce::now_s;
use crate::batch::StepError;

/// After as many runs that failed in one drain, the fault is the service's.
const FAILURES_MAX: usize = 3;

/// Base models for which Bedrock had no slot in one drain; then no other is tried, for it is the account's slots.
const NO_SLOT_MAX: usize = 3;
/// Runs that are listed after the first that found no slot, where the queue isn't gone through as a whole.
const LOOKED_AT_MAX: usize = 50;

/// Whether there was a slot.
pub(super) enum Drain {
    /// There was, or none was asked for.
    Next,
    /// There was none.
    NoSlot,
}

impl Launch {
    /// The sweep found that a newer set overtook a held run, and neither had seen the other; or that a job goes on that
    /// is to be stopped.
    pub(super) async fn look_at(&self, run_id: Option<&str>) -> Result<(), StepError> {
        let Some(run_id) = run_id else {
            return Ok(());
        };
        let Some(run) = self.ledger.run(run_id).await? else {
            return Ok(());
        };
        let span = info_span!("launch", run_id = run.run_id.as_str(), dataset = run.dataset);
        match run.state {
            State::Held => self.give_way(&run, None).instrument(span).await.map(|_| ()),
            State::Running => self.stop_if_asked(&run).instrument(span).await,
            _ => Ok(()),
        }
    }

    /// Goes through the queue; through all of it where `whole`, so that none that is to be ended is left out.
    pub(super) async fn drain(&self, whole: bool) -> Result<(), StepError> {
        if self.paused {
            info!("launches are paused by the stack's PauseLaunches");
            if !whole {
                return Ok(());
            }
        }
        self.limits.forget();
        let mut failures = Vec::new();
        let (mut full, mut after): (Vec<String>, usize) = (Vec::new(), 0);
        let mut all = self.ledger.open();
        while let Some(open) = all.next().await? {
            let Open::Run(listed) = open else {
                continue;
            };
            after += usize::from(!full.is_empty());
            if after > LOOKED_AT_MAX && !whole {
                break;
            }
            let model = listed.plan.as_ref().map(|plan| plan.base_model.clone()).unwrap_or_default();
            let creates = !self.paused && full.len() < NO_SLOT_MAX && !full.contains(&model);
            let unsettled = listed.state == State::Launching || listed.is_unsure() || listed.stopped_by.is_some();
            if !decide::is_due(listed.state, listed.rests_until(), now_s()) || !(creates || unsettled) {
                continue;
            }
            let span = info_span!("launch", run_id = listed.run_id.as_str(), dataset = listed.dataset);
            // The index lags: what counts is the item itself.
            let drain = async {
                match self.ledger.run(&listed.run_id).await? {
                    Some(run) => self.launch(run, creates).await,
                    None => Ok(Drain::Next),
                }
            };
            match drain.instrument(span).await {
                Ok(Drain::Next) => {}
                // It may be a quota of this model alone: what Bedrock says of it is not documented.
                Ok(Drain::NoSlot) => full.push(model),
                // A run that can't be launched must not block those behind it; a service that is down is left alone.
                Err(fault) => {
                    warn!(%fault, "left for the next launch");
                    failures.push(fault);
                    if failures.len() >= FAILURES_MAX {
                        break;
                    }
                }
            }
        }
        failures.into_iter().next().map_or(Ok(()), Err)
    }
}
