//! Going through the queue: which runs are launched, and which are only settled.

use std::collections::{HashMap, HashSet};

use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::Open;
use tunedrop_run::decide::launch as decide;
use tunedrop_run::metric::Metric;
use tunedrop_run::{Hold, Run, RunId, State, probes};

use super::Launch;
use crate::announce::{age_s, now_s};
use crate::batch::StepError;
use crate::count::count_run;

/// After as many runs that failed in one drain, the fault is the service's.
const FAILURES_MAX: usize = 3;
/// A failure is worth another try within minutes while its run's launch is not older than this; the sweep has it done
/// every five minutes anyway.
const YOUNG_S: i64 = 900;
/// Base models for which Bedrock had no slot in one drain; then no other is tried, for it is the account's slots.
const FULL_MAX: usize = 3;
/// Runs that a quota of their own keeps in one drain; the next drain tries the next ones.
const KEPT_MAX: usize = 20;
/// Runs that are listed after the first that found no slot, where the queue isn't gone through as a whole.
const LOOKED_AT_MAX: usize = 50;
/// A launch is begun only with as many seconds left: a creation takes up to thirty.
const LAUNCH_S: i64 = 35;

/// What woke launch.
#[derive(Debug, Clone, Default)]
pub struct Woken {
    /// The queue is gone through as a whole, so that none that is to be ended is left out.
    pub(super) whole: bool,
    /// A run that the event is about, and that may be due. The index may not show it yet.
    pub(super) run_id: Option<RunId>,
    /// A command, which is carried out: carried out again later, it would be another.
    pub(super) command: bool,
}

impl Woken {
    /// Whether the event may come again after a drain that failed.
    pub fn may_come_again(&self) -> bool {
        !self.command
    }
}

/// What became of a run.
pub(super) enum Drain {
    /// Nothing that says anything of slots.
    Next,
    /// It was given a slot.
    Launched,
    /// A quota or a permission keeps it; the run as it is now.
    Kept(Box<Run>),
}

/// What a drain knows of a base model.
enum Model {
    /// One run found no slot, and it may be a quota of its own.
    Doubtful(Box<Run>),
    /// No slot is free.
    Full,
}

/// A drain on its way.
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

    /// Whether a job is to be created for this run.
    fn creates(&self, run: &Run) -> bool {
        let age = age_s(&run.changed_at);
        let turn = match self.models.get(model_of(run)) {
            None => true,
            Some(Model::Doubtful(_)) => probes(run.held_by, age),
            Some(Model::Full) => false,
        };
        turn && !self.is_full() && !run.held_by.is_some_and(|hold| hold.rests(age))
    }

    /// Whether the service is down.
    fn failed(&mut self, run: &Run) -> bool {
        self.young |= age_s(&run.changed_at) < YOUNG_S;
        self.failures += 1;
        self.failures >= FAILURES_MAX
    }
}

/// Another try, when the lease that a failed creation leaves has run out.
fn once_more() -> StepError {
    StepError::NotBefore(now_s() + decide::SHOWN_AFTER_SECONDS + 5)
}

fn model_of(run: &Run) -> &str {
    run.plan.as_ref().map(|plan| plan.base_model.as_str()).unwrap_or_default()
}

impl Launch {
    /// The sweep found that a newer set overtook a held run, and neither had seen the other; or that a job goes on that
    /// is to be stopped.
    pub(super) async fn look_at(&self, run_id: &RunId) -> Result<(), StepError> {
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

    /// Goes through the queue once for all that woke it. `deadline`, in Unix seconds, is when the function is cut off.
    ///
    /// What it leaves is done at the next sweep at the latest, so that one run that can't be launched fails no event; an
    /// error says that another try is worth it sooner.
    pub async fn drain(&self, woken: &[Woken], deadline: i64) -> Result<(), StepError> {
        let whole = woken.iter().any(|woken| woken.whole);
        if self.paused {
            info!("launches are paused by the stack's PauseLaunches");
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
                return Err(once_more());
            }
        }
        // The index lags. What it doesn't show yet is newer than what it shows, and so comes last.
        for run_id in woken.iter().filter_map(|woken| woken.run_id.as_ref()) {
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
        if tally.young { Err(once_more()) } else { Ok(()) }
    }

    /// Takes the next run of the queue; true where the service is down.
    async fn take(&self, tally: &mut Tally, listed: &Run, deadline: i64) -> Result<bool, StepError> {
        let creates = !self.paused && tally.creates(listed);
        let unsettled = listed.state == State::Launching || listed.is_unsure() || listed.stopped_by.is_some();
        if !decide::is_due(listed.state, listed.rests_until(), now_s()) || !(creates || unsettled) {
            return Ok(false);
        }
        if deadline - now_s() < LAUNCH_S {
            return Err(StepError::NotYet("there was no time left for the rest of the queue".to_owned()));
        }
        tally.seen.insert(listed.run_id.clone());
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
            Ok(Drain::Launched) => {
                // A slot was free all the time: what kept the other was a quota of its own.
                if let Some(Model::Doubtful(kept)) = tally.models.remove(model_of(listed)) {
                    let write = decide::held_by_own_quota(kept.state, kept.waiting.clone(), kept.unsure_until);
                    self.write(&kept, write).await?;
                }
            }
            Ok(Drain::Kept(run)) => {
                let model = model_of(listed).to_owned();
                match (run.held_by, tally.models.remove(&model)) {
                    // It says nothing of the others.
                    (Some(Hold::Quota), before) => {
                        tally.kept += 1;
                        if let Some(before) = before {
                            tally.models.insert(model, before);
                        }
                    }
                    // What Bedrock says of a quota is not documented: it may be the run's own.
                    (Some(Hold::Slot), None) => {
                        tally.models.insert(model, Model::Doubtful(run));
                    }
                    _ => {
                        tally.models.insert(model, Model::Full);
                    }
                }
            }
            // A run that can't be launched must not block those behind it; a service that is down is left alone.
            Err(fault) => {
                warn!(%fault, bedrock.words = fault.words(), run_id = listed.run_id.as_str(), "left for the next launch");
                count_run(&self.stack, listed, &[Metric::FailedLaunches.is(1.0)]);
                return Ok(tally.failed(listed));
            }
        }
        Ok(false)
    }
}
