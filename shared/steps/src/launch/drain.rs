//! Drains the queue of runs: decides which runs are launched, and which are only checked for a job.

use std::collections::{HashMap, HashSet};

use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::Open;
use tunedrop_run::decide::launch as decide;
use tunedrop_run::metric::Metric;
use tunedrop_run::{Blocker, Run, RunId, State, tries_despite_full_slots};

use super::Launch;
use crate::batch::StepError;
use crate::count::count_run;
use crate::publish::{age_s, now_s};

/// If this many runs fail in one drain, the service is probably down.
const FAILURES_MAX: usize = 3;
/// A failed launch is retried within minutes while its run's launch isn't older than this. The sweep triggers a launch
/// every five minutes anyway.
const YOUNG_S: i64 = 900;
/// Maximum number of base models without a slot in one drain. After that, no other is tried, because the account has no
/// free slot.
const FULL_MAX: usize = 3;
/// Maximum number of runs in one drain that are blocked by a quota of their own. The next drain tries the next runs.
const KEPT_MAX: usize = 20;
/// Runs that are listed after the first one without a slot, if the drain doesn't have to check the whole queue.
const LOOKED_AT_MAX: usize = 50;
/// A launch starts only if at least this many seconds are left, because a creation takes up to thirty.
const LAUNCH_S: i64 = 35;

/// Why launch was invoked.
#[derive(Debug, Clone, Default)]
pub struct Trigger {
    /// The whole queue is checked, so that every run that must end is found.
    pub(super) whole: bool,
    /// A run that the event is about, and that may be due. The index may not show it yet.
    pub(super) run_id: Option<RunId>,
    /// A command that was carried out. Carrying it out again would be a second command.
    pub(super) command: bool,
}

impl Trigger {
    /// Whether the event may be delivered again after a failed drain.
    pub fn may_be_redelivered(&self) -> bool {
        !self.command
    }
}

/// The result for a run.
pub(super) enum Drain {
    /// Nothing that shows anything about slots.
    Next,
    /// It got a slot.
    Launched,
    /// A quota or a permission blocks it. The run as it is now.
    Kept(Box<Run>),
}

/// What a drain knows about a base model.
enum Model {
    /// One run found no slot, perhaps because of a quota of its own.
    Doubtful(Box<Run>),
    /// No slot is free.
    Full,
}

/// The state of a drain.
#[derive(Default)]
struct Tally {
    models: HashMap<String, Model>,
    seen: HashSet<RunId>,
    kept: usize,
    failures: usize,
    young: bool,
}

impl Tally {
    fn is_full(&self) -> bool {
        let full = self.models.values().filter(|model| matches!(model, Model::Full)).count();
        full >= FULL_MAX || self.kept >= KEPT_MAX
    }

    /// Whether a job should be created for this run.
    fn creates(&self, run: &Run) -> bool {
        let age = age_s(&run.changed_at);
        let turn = match self.models.get(model_of(run)) {
            None => true,
            Some(Model::Doubtful(_)) => tries_despite_full_slots(run.blocked_by, age),
            Some(Model::Full) => false,
        };
        turn && !self.is_full() && !run.blocked_by.is_some_and(|hold| hold.pauses_retries(age))
    }

    /// Whether the service seems to be down.
    fn failed(&mut self, run: &Run) -> bool {
        self.young |= age_s(&run.changed_at) < YOUNG_S;
        self.failures += 1;
        self.failures >= FAILURES_MAX
    }
}

/// Another try, once the lease of a failed creation has expired.
fn retry() -> StepError {
    StepError::NotBefore(now_s() + decide::SHOWN_AFTER_SECONDS + 5)
}

fn model_of(run: &Run) -> &str {
    run.plan.as_ref().map(|plan| plan.base_model.as_str()).unwrap_or_default()
}

impl Launch {
    /// Handles a run that the sweep named: a held run that a newer version supersedes, or a job that still has to be
    /// stopped.
    pub(super) async fn look_at(&self, run_id: &RunId) -> Result<(), StepError> {
        let Some(run) = self.ledger.run(run_id).await? else {
            return Ok(());
        };
        let span = info_span!("launch", run_id = run.run_id.as_str(), dataset = run.dataset);
        match run.state {
            State::Held => self.supersede(&run, None).instrument(span).await.map(|_| ()),
            State::Running => self.stop_if_asked(&run).instrument(span).await,
            _ => Ok(()),
        }
    }

    /// Drains the queue once for all triggers. `deadline`: the end of the function, in Unix seconds.
    ///
    /// The next sweep handles whatever is left, so a run that can't be launched doesn't fail the event. An error means
    /// that an earlier retry is worthwhile.
    pub async fn drain(&self, triggers: &[Trigger], deadline: i64) -> Result<(), StepError> {
        let whole = triggers.iter().any(|triggers| triggers.whole);
        if self.paused {
            info!("launches are paused by PauseLaunches");
            if !whole {
                return Ok(());
            }
        }
        self.limits.forget();
        let mut tally = Tally::default();
        let (mut all, mut after) = (self.ledger.open(), 0);
        while let Some(open) = all.next().await? {
            let Open::Run(listed) = open else {
                continue;
            };
            after += usize::from(!tally.models.is_empty());
            if after > LOOKED_AT_MAX && !whole {
                break;
            }
            if self.take(&mut tally, &listed, deadline).await? {
                return Err(retry());
            }
        }
        // The index lags. Runs that it doesn't show yet are newer than those that it shows, so they come last.
        for run_id in triggers.iter().filter_map(|triggers| triggers.run_id.as_ref()) {
            if tally.seen.contains(run_id) {
                continue;
            }
            let Some(run) = self.ledger.run(run_id).await? else {
                continue;
            };
            if self.take(&mut tally, &run, deadline).await? {
                break;
            }
        }
        if tally.young { Err(retry()) } else { Ok(()) }
    }

    /// Handles the next run of the queue. True if the service seems to be down.
    async fn take(&self, tally: &mut Tally, listed: &Run, deadline: i64) -> Result<bool, StepError> {
        let creates = !self.paused && tally.creates(listed);
        let unsettled = listed.state == State::Launching || listed.is_unconfirmed() || listed.stopped_by.is_some();
        if !decide::is_due(listed.state, listed.rests_until(), now_s()) || !(creates || unsettled) {
            return Ok(false);
        }
        if deadline - now_s() < LAUNCH_S {
            return Err(StepError::NotYet("there was no time left for the rest of the queue".to_owned()));
        }
        tally.seen.insert(listed.run_id.clone());
        let span = info_span!("launch", run_id = listed.run_id.as_str(), dataset = listed.dataset);
        // The index lags, so the item itself decides.
        let drain = async {
            match self.ledger.run(&listed.run_id).await? {
                Some(run) => self.launch(run, creates).await,
                None => Ok(Drain::Next),
            }
        };
        match drain.instrument(span).await {
            Ok(Drain::Next) => {}
            Ok(Drain::Launched) => {
                // A slot was free all the time, so the other run was blocked by a quota of its own.
                if let Some(Model::Doubtful(kept)) = tally.models.remove(model_of(listed)) {
                    let write =
                        decide::held_by_own_quota(kept.state, kept.blocked_reason.clone(), kept.unconfirmed_until);
                    self.write(&kept, write).await?;
                }
            }
            Ok(Drain::Kept(run)) => {
                let model = model_of(listed).to_owned();
                match (run.blocked_by, tally.models.remove(&model)) {
                    // That says nothing about other runs.
                    (Some(Blocker::Quota | Blocker::Budget), before) => {
                        tally.kept += 1;
                        if let Some(before) = before {
                            tally.models.insert(model, before);
                        }
                    }
                    // Bedrock's wording for quotas isn't documented, so this may be the run's own quota.
                    (Some(Blocker::Slot), None) => {
                        tally.models.insert(model, Model::Doubtful(run));
                    }
                    _ => {
                        tally.models.insert(model, Model::Full);
                    }
                }
            }
            // A run that can't be launched must not block those after it. A service that seems to be down isn't called
            // again.
            Err(fault) => {
                warn!(%fault, bedrock.words = fault.words(), run_id = listed.run_id.as_str(), "the launch of run {} failed; the next launch retries", listed.run_id);
                count_run(&self.stack, listed, &[Metric::FailedLaunches.is(1.0)]);
                return Ok(tally.failed(listed));
            }
        }
        Ok(false)
    }
}
