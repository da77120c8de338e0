//! launch: creates the jobs of queued runs, oldest first, until Bedrock has no free slot; and handles commands.
//!
//! The ledger is the queue. launch looks up the run's job at Bedrock by name, claims the run under a lease, creates the
//! job with the run's id as token, and writes `Running`. After an interruption the lease ends, and the next drain
//! continues.

mod budget;
mod command;
mod drain;
mod limit;
mod lookup;
pub(crate) mod refuse;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::{Bus, Change, CreateOutcome, JobRole, Jobs, Ledger, Objects};
use tunedrop_report::redact;
use tunedrop_run::decide::Write;
use tunedrop_run::decide::launch::{self as decide, LaunchDecision};
use tunedrop_run::event::{Hint, RunKind, senders};
use tunedrop_run::state::{Input, next};
use tunedrop_run::{Blocker, LaunchDefault, Plan, Run, StackGuards, State};

use crate::batch::{StepError, own_hint};
use crate::count::count_move;
use crate::publish::{now, now_s, publish_state};
use crate::settings;
use drain::Drain;
pub use drain::Trigger;
use limit::Limits;

/// The step's adapters and settings.
#[derive(Debug)]
pub struct Launch {
    objects: Objects,
    ledger: Ledger,
    bus: Bus,
    jobs: Jobs,
    stack: String,
    account: String,
    role: JobRole,
    guards: StackGuards,
    limits: Limits,
    launch: LaunchDefault,
    paused: bool,
}

impl Launch {
    /// Create one per process.
    pub async fn from_env() -> Result<Launch, lambda_runtime::Error> {
        let config = tunedrop_aws::config().await;
        let stack = settings::required("TUNEDROP_STACK")?;
        Ok(Launch {
            objects: Objects::new(&config, settings::required("TUNEDROP_BUCKET")?),
            ledger: Ledger::new(&config, settings::required("TUNEDROP_TABLE")?),
            bus: Bus::new(&config, settings::required("TUNEDROP_BUS")?, senders::LAUNCH),
            jobs: Jobs::new(&config),
            role: JobRole {
                role_arn: settings::required("TUNEDROP_JOB_ROLE_ARN")?,
                kms_key: settings::optional("TUNEDROP_KMS_KEY_ARN"),
                subnets: settings::list("TUNEDROP_JOB_SUBNET_IDS"),
                security_groups: settings::list("TUNEDROP_JOB_SECURITY_GROUP_IDS"),
                stack: stack.clone(),
            },
            guards: refuse::guards()?,
            limits: Limits::from_env()?,
            launch: settings::launch_default()?,
            account: settings::required("TUNEDROP_ACCOUNT")?,
            paused: settings::optional("TUNEDROP_PAUSE_LAUNCHES").is_some_and(|paused| paused == "true"),
            stack,
        })
    }

    /// Handles commands, and events after which a queued run may be due. The [drain](Launch::drain) follows, once for a
    /// batch. `None` if no drain is needed.
    pub async fn step(&self, event: EventBridgeEvent<Value>) -> Result<Option<Trigger>, StepError> {
        let Some(hint) = own_hint(&event, &self.stack)? else {
            return Ok(None);
        };
        // The run that it announces waits because more files may be uploaded. Nothing else became due.
        if let Hint::Settling { launch_after, .. } = &hint
            && let Some(until) = decide::comes_back(Some(launch_after), now_s())
        {
            return Err(StepError::NotBefore(until));
        }
        let trigger = Trigger { whole: false, run_id: None, command: false };
        Ok(Some(match hint {
            Hint::Command { command, run_id, by } => {
                let span = info_span!("command", run_id = run_id.as_str(), command = command.kind().as_str());
                let due = match self.command(command, &run_id, by.clone()).instrument(span.clone()).await {
                    // Another function wrote the run in the meantime, so this is repeated with the run as it is now.
                    Err(StepError::NotYet(_)) => self.command(command, &run_id, by).instrument(span).await?,
                    other => other?,
                };
                Trigger { whole: true, run_id: due, command: true }
            }
            Hint::LaunchDue(run_id) => {
                if let Some(run_id) = run_id {
                    self.look_at(&run_id).await?;
                }
                Trigger { whole: true, ..trigger }
            }
            Hint::Run(RunKind::Accepted, run_id) | Hint::Settling { run_id, .. } | Hint::Reuploaded { run_id, .. } => {
                Trigger { run_id: Some(run_id), ..trigger }
            }
            _ => trigger,
        }))
    }

    /// Launches a run that is due. Without `creates`, it only finds out whether an earlier launch created a job.
    async fn launch(&self, run: Run, creates: bool) -> Result<Drain, StepError> {
        if !decide::is_due(run.state, run.rests_until(), now_s()) {
            return Ok(Drain::Next);
        }
        let settled = run.stopped_by.is_none() && !run.is_unconfirmed();
        if settled && self.is_over_daily_limit(&run).await? {
            return Ok(Drain::Next);
        }
        // An earlier launch may have been interrupted, or failed although a job was created. Only Bedrock knows whether
        // the run has a job.
        let asked = now_s();
        if let Some((arn, true)) = self.find(&run.run_id).await? {
            return self.write(&run, decide::runs(run.state, arn)).await.map(|_| Drain::Next);
        }
        let doubt = decide::doubt(run.unconfirmed_until, asked);
        if let Some(by) = run.stopped_by.clone() {
            return self.stop_waiting(run, by, doubt).await.map(|()| Drain::Next);
        }
        if self.supersede(&run, doubt).await? {
            return Ok(Drain::Next);
        }
        if !creates {
            if let Some(write) = decide::settles(run.state, run.blocked_reason.clone(), doubt, now_s()) {
                if doubt.is_none() {
                    self.release(&run).await?;
                }
                self.write(&run, Ok(write)).await?;
            }
            return Ok(Drain::Next);
        }
        let Some(plan) = run.plan.clone() else {
            warn!("run {} has no plan and isn't launched", run.run_id);
            return Ok(Drain::Next);
        };
        let plan = self.priced(plan).await?;
        let warning = match self.check(&plan).await? {
            Ok(warning) => warning,
            Err(reason) => {
                match doubt {
                    Some(until) => self.put_off(&run, until).await?,
                    None => self.refuse(&run, reason, false).await?,
                }
                return Ok(Drain::Next);
            }
        };
        if !self.count_launch(&run).await? {
            return Ok(Drain::Next);
        }
        let claim = decide::claim(run.state, run.blocked_reason.clone(), now_s());
        let (budgets, reservation) = self.budgets(&run, &plan, doubt);
        for one in &reservation.release {
            self.ledger.give_back(one).await?;
        }
        let more = |change: Change| change.set("lifecycle_warning", warning).reserved(&reservation.reserve);
        let Some(claimed) = self.write_with(&run, claim, more).await? else {
            return Ok(Drain::Next);
        };
        if let Some(kept) = self.reserve(&claimed, &budgets, doubt).await? {
            return Ok(kept);
        }
        self.create(&claimed, &plan, doubt).await
    }

    /// Whether a newer version of the dataset supersedes the run: at once, or once it is known to have no job.
    async fn supersede(&self, run: &Run, doubt: Option<i64>) -> Result<bool, StepError> {
        let entry = self.ledger.dataset(&run.dataset).await?.unwrap_or_default();
        let superseded = decide::is_superseded(run, &entry);
        match doubt.filter(|_| superseded) {
            Some(until) => self.put_off(run, until).await?,
            None if superseded => {
                self.release(run).await?;
                self.advance(run, Input::Superseded, Change::default().number("unconfirmed_until", None::<i64>))
                    .await?;
            }
            None => {}
        }
        Ok(superseded)
    }

    async fn create(&self, run: &Run, plan: &Plan, doubt: Option<i64>) -> Result<Drain, StepError> {
        let started = match self.jobs.create(&run.run_id, &run.dataset, plan, &self.role).await {
            Ok(started) => started,
            Err(failure) => {
                // The job may have been created despite the error.
                self.write(run, Ok(decide::unconfirmed(run.state, run.blocked_reason.clone(), now_s()))).await?;
                return Err(failure.into());
            }
        };
        let found = match &started {
            CreateOutcome::NameInUse(_) | CreateOutcome::Rejected(_) => self.find(&run.run_id).await?,
            _ => None,
        };
        let slots = !matches!(started, CreateOutcome::QuotaExceeded(_)) || self.slots_are_taken().await;
        // A job that an earlier launch created says nothing about slots.
        let took_slot = matches!(started, CreateOutcome::Created(_)) && doubt.is_none();
        match decide::decide_launch(run.state, run.blocked_reason.as_deref(), doubt, started, found, slots, now_s()) {
            Ok(LaunchDecision::Running(write)) => {
                self.write(run, Ok(write)).await?;
                return Ok(if took_slot { Drain::Launched } else { Drain::Next });
            }
            Ok(LaunchDecision::Unconfirmed(write)) => {
                self.write(run, Ok(write)).await?;
            }
            Ok(LaunchDecision::Requeue(write)) => {
                let (reason, blocked_by) =
                    (write.blocked_reason.as_deref().map(redact), write.blocked_by.map(Blocker::as_str));
                info!(reason, run.blocked_by = blocked_by, "run {} stays queued", run.run_id);
                if doubt.is_none() {
                    self.release(run).await?;
                }
                let kept = self.write(run, Ok(write)).await?;
                // A job that may exist counts as one.
                if doubt.is_none() {
                    self.uncount_launch(run).await?;
                }
                return Ok(kept.map_or(Drain::Next, |kept| Drain::Kept(Box::new(kept))));
            }
            Ok(LaunchDecision::Refuse(words)) => {
                self.refuse(run, words, true).await?;
                self.uncount_launch(run).await?;
            }
            Err(reason) => info!(reason, "no change of run {}", run.run_id),
        }
        Ok(Drain::Next)
    }

    /// Writes a decision, and publishes a new state. `None` if another function changed the run first.
    async fn write(&self, run: &Run, write: Result<Write, &'static str>) -> Result<Option<Run>, StepError> {
        self.write_with(run, write, |change| change).await
    }

    /// Like that, with attributes that `more` adds.
    async fn write_with(
        &self,
        run: &Run,
        write: Result<Write, &'static str>,
        more: impl FnOnce(Change) -> Change,
    ) -> Result<Option<Run>, StepError> {
        let write = match write {
            Ok(write) => write,
            Err(reason) => {
                info!(reason, "no change of run {}", run.run_id);
                return Ok(None);
            }
        };
        let state = write.state;
        let moved = self.ledger.advance(run, state, &now(), more(Change::of(write))).await?;
        moved.iter().for_each(|moved| count_move(&self.stack, run, moved));
        match &moved {
            None => info!("run {} was changed by another function first", run.run_id),
            Some(moved) if state == State::Running => {
                publish_state(&self.bus, &self.stack, moved).await?;
                self.stop_if_asked(moved).await?;
            }
            Some(_) => {}
        }
        Ok(moved)
    }

    /// Changes the run's state and publishes it. `None` if another function changed the run first.
    async fn advance(&self, run: &Run, input: Input, change: Change) -> Result<Option<Run>, StepError> {
        let state = match next(run.state, input) {
            Ok(state) => state,
            Err(reason) => {
                info!(reason, "no change of run {}", run.run_id);
                return Ok(None);
            }
        };
        let Some(moved) = self.ledger.advance(run, state, &now(), change).await? else {
            return Ok(None);
        };
        count_move(&self.stack, run, &moved);
        publish_state(&self.bus, &self.stack, &moved).await?;
        Ok(Some(moved))
    }
}
