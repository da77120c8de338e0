//! launch: drains the queue, oldest run first, until Bedrock has no free slot; and takes the commands.
//!
//! The ledger is the queue. A run is looked up at Bedrock by its name, claimed under a lease, its job created under its
//! own token, and `Running` written. Cut off in between, the lease runs out, and the next drain looks again and goes on.

mod command;
mod drain;
mod limit;
mod refuse;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::{Bus, Change, JobRole, Jobs, Ledger, Objects, Started};
use tunedrop_report::redact;
use tunedrop_run::decide::Write;
use tunedrop_run::decide::launch::{self as decide, Answer};
use tunedrop_run::event::{Hint, RunKind, senders};
use tunedrop_run::state::{Input, next};
use tunedrop_run::{Hold, LaunchDefault, Plan, Run, StackGuards, State};

use crate::announce::{announce, now, now_s};
use crate::batch::{StepError, own_hint};
use crate::count::count_move;
use crate::settings;
use drain::Drain;
pub use drain::Woken;
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
    /// Once per process.
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
                kms_key: settings::optional("TUNEDROP_MODEL_KMS_KEY_ARN"),
                subnets: settings::list("TUNEDROP_SUBNET_IDS"),
                security_groups: settings::list("TUNEDROP_SECURITY_GROUP_IDS"),
                stack: stack.clone(),
            },
            guards: refuse::guards()?,
            limits: Limits::from_env()?,
            launch: settings::launch_default()?,
            account: settings::required("TUNEDROP_ACCOUNT")?,
            paused: settings::optional("TUNEDROP_PAUSED").is_some_and(|paused| paused == "true"),
            stack,
        })
    }

    /// Takes whatever may have put a run into the queue or freed a slot, and the commands. The [drain](Launch::drain)
    /// follows, once for a batch; `None` where nothing has to follow.
    pub async fn step(&self, event: EventBridgeEvent<Value>) -> Result<Option<Woken>, StepError> {
        let Some(hint) = own_hint(&event, &self.stack)? else {
            return Ok(None);
        };
        // The run that it announces waits for files that may still come; nothing else became due by it.
        if let Hint::Settling { launch_after, .. } = &hint
            && let Some(until) = decide::comes_back(Some(launch_after), now_s())
        {
            return Err(StepError::NotBefore(until));
        }
        let woken = Woken { whole: false, run_id: None, command: false };
        Ok(Some(match hint {
            Hint::Command { command, run_id, by } => {
                let span = info_span!("command", run_id = run_id.as_str(), command = command.kind().as_str());
                let due = match self.command(command, &run_id, by.clone()).instrument(span.clone()).await {
                    // Somebody else wrote the run in between: once more, of the run as it is now.
                    Err(StepError::NotYet(_)) => self.command(command, &run_id, by).instrument(span).await?,
                    other => other?,
                };
                Woken { whole: true, run_id: due, command: true }
            }
            Hint::LaunchDue(run_id) => {
                if let Some(run_id) = run_id {
                    self.look_at(&run_id).await?;
                }
                Woken { whole: true, ..woken }
            }
            Hint::Run(RunKind::Accepted, run_id) | Hint::Settling { run_id, .. } | Hint::Repeated { run_id, .. } => {
                Woken { run_id: Some(run_id), ..woken }
            }
            _ => woken,
        }))
    }

    /// Launches a run that is due; where not `creates`, it is only settled what became of it.
    async fn launch(&self, run: Run, creates: bool) -> Result<Drain, StepError> {
        if !decide::is_due(run.state, run.rests_until(), now_s()) {
            return Ok(Drain::Next);
        }
        let settled = run.stopped_by.is_none() && !run.is_unsure();
        if settled && self.waits_for_tomorrow(&run).await? {
            return Ok(Drain::Next);
        }
        // An earlier launch may have been cut off, or may have been answered in error: whether the run has a job, only
        // Bedrock knows.
        let asked = now_s();
        if let Some((arn, true)) = self.find(&run.run_id).await? {
            return self.write(&run, decide::runs(run.state, arn)).await.map(|_| Drain::Next);
        }
        let doubt = decide::doubt(run.unsure_until, asked);
        if let Some(by) = run.stopped_by.clone() {
            return self.stop_waiting(run, by, doubt).await.map(|()| Drain::Next);
        }
        if self.give_way(&run, doubt).await? {
            return Ok(Drain::Next);
        }
        if !creates {
            if let Some(write) = decide::settles(run.state, run.waiting.clone(), doubt, now_s()) {
                self.write(&run, Ok(write)).await?;
            }
            return Ok(Drain::Next);
        }
        let Some(plan) = run.plan.clone() else {
            warn!("ignored: the run has no plan");
            return Ok(Drain::Next);
        };
        if let Some(reason) = self.refusal(&plan).await? {
            match doubt {
                Some(until) => self.put_off(&run, until).await?,
                None => self.refuse(&run, reason, false).await?,
            }
            return Ok(Drain::Next);
        }
        if !self.take_place(&run).await? {
            return Ok(Drain::Next);
        }
        let claim = decide::claim(run.state, run.waiting.clone(), now_s());
        let Some(claimed) = self.write(&run, claim).await? else {
            return Ok(Drain::Next);
        };
        self.create(&claimed, &plan, doubt).await
    }

    /// Whether a newer set of the dataset takes the run's place; at once, or when it is known to have no job.
    async fn give_way(&self, run: &Run, doubt: Option<i64>) -> Result<bool, StepError> {
        let head = self.ledger.head(&run.dataset).await?.unwrap_or_default();
        let overtaken = decide::is_overtaken(run, &head);
        match doubt.filter(|_| overtaken) {
            Some(until) => self.put_off(run, until).await?,
            None if overtaken => {
                self.advance(run, Input::Overtaken, Change::default().number("unsure_until", None::<i64>)).await?;
            }
            None => {}
        }
        Ok(overtaken)
    }

    async fn create(&self, run: &Run, plan: &Plan, doubt: Option<i64>) -> Result<Drain, StepError> {
        let started = match self.jobs.create(&run.run_id, &run.dataset, plan, &self.role).await {
            Ok(started) => started,
            Err(failure) => {
                // The job may have been created all the same.
                self.write(run, Ok(decide::unsure(run.state, run.waiting.clone(), now_s()))).await?;
                return Err(failure.into());
            }
        };
        let found = match &started {
            Started::Taken(_) | Started::Refused(_) => self.find(&run.run_id).await?,
            _ => None,
        };
        let slots = !matches!(started, Started::NoSlot(_)) || self.slots_are_taken().await;
        // A job that an earlier launch had made says nothing of slots.
        let took_slot = matches!(started, Started::Job(_)) && doubt.is_none();
        match decide::answered(run.state, run.waiting.as_deref(), doubt, started, found, slots, now_s()) {
            Ok(Answer::Runs(write)) => {
                self.write(run, Ok(write)).await?;
                return Ok(if took_slot { Drain::Launched } else { Drain::Next });
            }
            Ok(Answer::Waits(write)) => {
                self.write(run, Ok(write)).await?;
            }
            Ok(Answer::GivesBack(write)) => {
                let (reason, held_by) = (write.waiting.as_deref().map(redact), write.held_by.map(Hold::as_str));
                info!(reason, run.held_by = held_by, "not launched: the run stays queued");
                let kept = self.write(run, Ok(write)).await?;
                // A job that may be there counts.
                if doubt.is_none() {
                    self.free_place(run).await?;
                }
                return Ok(kept.map_or(Drain::Next, |kept| Drain::Kept(Box::new(kept))));
            }
            Ok(Answer::Refuses(words)) => {
                self.refuse(run, words, true).await?;
                self.free_place(run).await?;
            }
            Err(reason) => info!(reason, "ignored"),
        }
        Ok(Drain::Next)
    }

    /// Whether jobs are unfinished, so that the slots may be what is full. Where Bedrock doesn't say, they may.
    async fn slots_are_taken(&self) -> bool {
        self.jobs.any_unfinished().await.unwrap_or_else(|fault| {
            warn!(%fault, bedrock.words = fault.words.as_deref().map(redact), "whether any job is unfinished isn't known");
            true
        })
    }

    /// The job under the run's name, and whether it is the run's own.
    async fn find(&self, run_id: &str) -> Result<Option<(String, bool)>, StepError> {
        let job = self.jobs.get(run_id).await?;
        Ok(job.map(|job| {
            let ours = decide::is_ours(run_id, &self.account, &job.arn, job.token.as_deref());
            (job.arn, ours)
        }))
    }

    /// Writes what was decided, and says a new state; `None` where somebody else moved the run first.
    async fn write(&self, run: &Run, write: Result<Write, &'static str>) -> Result<Option<Run>, StepError> {
        let write = match write {
            Ok(write) => write,
            Err(reason) => {
                info!(reason, "ignored");
                return Ok(None);
            }
        };
        let state = write.state;
        let moved = self.ledger.advance(run, state, &now(), Change::of(write)).await?;
        moved.iter().for_each(|moved| count_move(&self.stack, run, moved));
        match &moved {
            None => info!("somebody else moved the run first"),
            Some(moved) if state == State::Running => {
                announce(&self.bus, &self.stack, moved).await?;
                self.stop_if_asked(moved).await?;
            }
            Some(_) => {}
        }
        Ok(moved)
    }

    /// Moves the run and says so; `None` where somebody else moved it first.
    async fn advance(&self, run: &Run, input: Input, change: Change) -> Result<Option<Run>, StepError> {
        let state = match next(run.state, input) {
            Ok(state) => state,
            Err(reason) => {
                info!(reason, "ignored");
                return Ok(None);
            }
        };
        let Some(moved) = self.ledger.advance(run, state, &now(), change).await? else {
            return Ok(None);
        };
        count_move(&self.stack, run, &moved);
        announce(&self.bus, &self.stack, &moved).await?;
        Ok(Some(moved))
    }
}
