//! sweep: compares the ledger with Bedrock, whose events may be lost, and says again what was not heard.
//!
//! It changes nothing itself: what it sees goes onto the bus, and takes the same way as if the event had come.

use tracing::{Instrument, info, info_span};
use tunedrop_aws::{Bus, Failure, Jobs, Ledger, Open};
use tunedrop_report::redact;
use tunedrop_run::event::{Detail, Kind, VERSION};
use tunedrop_run::state::JobStatus;
use tunedrop_run::{DatasetHead, Run, State, Timestamp};

use crate::announce::announce;
use crate::batch::StepError;
use crate::settings;

/// An incomplete set is told after ten minutes: people upload files one by one.
const INCOMPLETE_AFTER_S: i64 = 600;
/// A state that nobody was told of is announced again after this; sooner, its first event may still be under way.
const UNTOLD_AFTER_S: i64 = 120;
/// A run that waited this long for a job slot is told.
const HELD_UP_AFTER_S: i64 = 86_400;
/// A job that Bedrock doesn't know is believed gone only after this, for Get may lag behind Create.
const FORGOTTEN_AFTER_S: i64 = 3600;

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
            bus: Bus::new(&config),
            jobs: Jobs::new(&config),
            stack: settings::required("TUNEDROP_STACK")?,
        })
    }

    /// One round over everything that is open.
    pub async fn step(&self) -> Result<(), StepError> {
        let mut launch_due = false;
        let open = self.ledger.open().await?;
        info!(open = open.len(), "sweeping");
        for item in open {
            match item {
                Open::Set(set) => self.set(&set).await?,
                Open::Run(run) => {
                    launch_due |= match run.state {
                        State::Queued => true,
                        State::Launching => run.lease_until.unwrap_or_default() <= Timestamp::now().as_second(),
                        _ => false,
                    };
                    let span = info_span!("sweep", run_id = run.run_id, dataset = run.dataset);
                    self.run(&run).instrument(span).await?;
                }
            }
        }
        if launch_due {
            let detail = Detail { version: VERSION, stack: self.stack.clone(), ..Detail::default() };
            self.bus.put(Kind::LaunchDue, &detail).await?;
        }
        Ok(())
    }

    async fn run(&self, run: &Run) -> Result<(), Failure> {
        if run.state == State::Running {
            self.look_at_job(run).await?;
        }
        if run.state == State::Queued {
            self.tell_if_held_up(run).await?;
        }
        if run.state.is_told() && age_s(&run.changed_at) >= UNTOLD_AFTER_S {
            announce(&self.bus, &self.stack, run).await?;
        }
        Ok(())
    }

    /// A job slot gets free by itself; another quota doesn't, and neither does one that has held the run for a day.
    async fn tell_if_held_up(&self, run: &Run) -> Result<(), Failure> {
        let Some(words) = run.waiting.as_ref().filter(|_| !run.told.contains_key("Waiting")) else {
            return Ok(());
        };
        if words.to_lowercase().contains("job") && age_s(&run.since) < HELD_UP_AFTER_S {
            return Ok(());
        }
        info!("held up by a quota");
        let detail = Detail { reason: Some(redact(words)), ..run.detail(&self.stack, redact) };
        self.bus.put(Kind::RunWaiting, &detail).await
    }

    async fn look_at_job(&self, run: &Run) -> Result<(), Failure> {
        let (status, reason, model_arn) = match self.jobs.get(run.job_arn.as_deref().unwrap_or(&run.run_id)).await? {
            Some(job) if JobStatus::parse(&job.status).is_some_and(JobStatus::is_end) => {
                (job.status, job.failure_message, job.model_arn)
            }
            Some(_) => return Ok(()),
            None if age_s(&run.changed_at) < FORGOTTEN_AFTER_S => return Ok(()),
            None => ("Failed".to_owned(), Some("Bedrock no longer knows this job".to_owned()), None),
        };
        info!(job.status = status, "an end that no event brought");
        let detail = Detail {
            version: VERSION,
            stack: self.stack.clone(),
            run_id: Some(run.run_id.clone()),
            dataset: run.dataset.clone(),
            job_arn: run.job_arn.clone(),
            job_status: Some(status),
            model_arn,
            // Redacted like everything on the bus; record asks Bedrock for the whole.
            reason: reason.as_deref().map(redact),
            ..Detail::default()
        };
        self.bus.put(Kind::JobStateObserved, &detail).await
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
            ..Detail::default()
        };
        self.bus.put(Kind::DatasetIncomplete, &detail).await
    }
}

/// Seconds since `time` (RFC 3339); 0 where it can't be read.
fn age_s(time: &str) -> i64 {
    time.parse::<Timestamp>().map_or(0, |then| Timestamp::now().as_second() - then.as_second())
}
