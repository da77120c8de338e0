//! sweep: compares the ledger with Bedrock, whose events may be lost, and says again what was not heard.
//!
//! It changes nothing itself: what it sees goes onto the bus, and takes the same way as if the event had come.

use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::{Bus, Failure, Jobs, Ledger, Open};
use tunedrop_report::redact;
use tunedrop_run::decide::launch::{is_due, is_overtaken};
use tunedrop_run::decide::sweep::{INCOMPLETE_AFTER_S, held_up, observed, says_again};
use tunedrop_run::event::{Detail, Kind, VERSION, senders};
use tunedrop_run::metric::{About, Round};
use tunedrop_run::state::JobStatus;
use tunedrop_run::{DatasetHead, Run, State, Timestamp};

use crate::announce::{age_s, announce, now_s};
use crate::batch::StepError;
use crate::count::count;
use crate::settings;

/// The step's adapters and settings.
#[derive(Debug)]
pub struct Sweep {
    ledger: Ledger,
    bus: Bus,
    jobs: Jobs,
    stack: String,
}

impl Sweep {
    /// Once per process.
    pub async fn from_env() -> Result<Sweep, lambda_runtime::Error> {
        let config = tunedrop_aws::config().await;
        Ok(Sweep {
            ledger: Ledger::new(&config, settings::required("TUNEDROP_TABLE")?),
            bus: Bus::new(&config, settings::required("TUNEDROP_BUS")?, senders::SWEEP),
            jobs: Jobs::new(&config),
            stack: settings::required("TUNEDROP_STACK")?,
        })
    }

    /// One round over everything that is open.
    pub async fn step(&self) -> Result<(), StepError> {
        let mut launch_due = false;
        let mut failure = None;
        let mut round = Round::default();
        let (mut open, mut seen) = (self.ledger.open(), 0);
        let listed = loop {
            let item = match open.next().await {
                Ok(Some(item)) => item,
                Ok(None) => break true,
                Err(fault) => {
                    failure.get_or_insert(fault);
                    break false;
                }
            };
            seen += 1;
            let swept = match &item {
                Open::Set(set) => self.set(set).await,
                Open::Run(run) => {
                    launch_due |= is_due(run.state, run.lease_until, now_s());
                    let span = info_span!("sweep", run_id = run.run_id, dataset = run.dataset);
                    let swept = self.run(run).instrument(span).await;
                    round.see(run, matches!(swept, Ok(true)), Timestamp::now());
                    swept.map(|_| ())
                }
            };
            // One that can't be looked at must not hide the others, now or in the next round.
            if let Err(fault) = swept {
                warn!(%fault, "left for the next sweep");
                failure.get_or_insert(fault);
            }
        };
        info!(open = seen, "swept");
        if launch_due {
            let detail = Detail { version: VERSION, stack: self.stack.clone(), ..Detail::default() };
            if let Err(fault) = self.bus.put(Kind::LaunchDue, &detail).await {
                failure.get_or_insert(fault);
            }
        }
        // Half a list would say that fewer runs are open than there are.
        if listed {
            count(&self.stack, About::default(), &round.counts(failure.is_none()));
        }
        failure.map_or(Ok(()), |fault| Err(fault.into()))
    }

    /// A held run that a set overtook which was judged beside it: neither saw the other, and launch makes it give way.
    async fn look_at_head(&self, run: &Run) -> Result<(), Failure> {
        let head = self.ledger.head(&run.dataset).await?.unwrap_or_default();
        if !is_overtaken(run, &head) {
            return Ok(());
        }
        info!("overtaken unseen");
        let run_id = Some(run.run_id.clone());
        let detail = Detail { version: VERSION, stack: self.stack.clone(), run_id, ..Detail::default() };
        self.bus.put(Kind::LaunchDue, &detail).await
    }

    /// Whether the run's job was found to be over.
    async fn run(&self, run: &Run) -> Result<bool, Failure> {
        let ended = run.state == State::Running && self.look_at_job(run).await?;
        if run.state == State::Held {
            self.look_at_head(run).await?;
        }
        if held_up(run.state, run.waiting.as_deref(), run.told.contains_key("Waiting"), age_s(&run.since)) {
            info!("held up by a quota");
            let reason = run.waiting.as_deref().map(redact);
            self.bus.put(Kind::RunWaiting, &Detail { reason, ..run.detail(&self.stack, redact) }).await?;
        }
        if says_again(run.state, age_s(&run.changed_at)) {
            announce(&self.bus, &self.stack, run).await?;
        }
        Ok(ended)
    }

    async fn look_at_job(&self, run: &Run) -> Result<bool, Failure> {
        let job = self.jobs.get(run.job_arn.as_deref().unwrap_or(&run.run_id)).await?;
        let status = job.as_ref().map(|job| JobStatus::parse(&job.status));
        let Some(status) = observed(status, age_s(&run.changed_at)) else {
            return Ok(false);
        };
        info!(job.status = status.as_str(), "an end that no event brought");
        // Which run to look at, and no more: record asks Bedrock itself.
        let detail = Detail {
            version: VERSION,
            stack: self.stack.clone(),
            run_id: Some(run.run_id.clone()),
            dataset: run.dataset.clone(),
            ..Detail::default()
        };
        self.bus.put(Kind::JobStateObserved, &detail).await?;
        Ok(true)
    }

    async fn set(&self, set: &DatasetHead) -> Result<(), Failure> {
        let Some(since) = set.since.as_deref().filter(|since| age_s(since) >= INCOMPLETE_AFTER_S) else {
            return Ok(());
        };
        info!(dataset = set.dataset, "still incomplete");
        let detail = Detail {
            version: VERSION,
            stack: self.stack.clone(),
            item: Some(DatasetHead::key(&set.dataset)),
            dataset: set.dataset.clone(),
            dropped_at: Some(since.to_owned()),
            waits_for: set.waits_for.clone(),
            report: set.report.clone(),
            notify: set.notify.clone(),
            owner: set.owner.clone(),
            dropped_by: set.dropped_by.clone(),
            ..Detail::default()
        };
        self.bus.put(Kind::DatasetIncomplete, &detail).await
    }
}
