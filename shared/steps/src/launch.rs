//! launch: drains the queue, oldest run first, until Bedrock has no free slot; and takes the commands.
//!
//! The ledger is the queue. A run is claimed under a lease, its job created under its own token, and `Running` written.
//! Cut off in between, the lease runs out, and the next drain looks the job up by name and goes on.

mod command;
mod refuse;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::{Bus, Change, JobRole, Jobs, Ledger, Lifecycle, Objects, Open, Started};
use tunedrop_run::event::Kind;
use tunedrop_run::state::{Input, next};
use tunedrop_run::{Plan, Run, StackGuards, State, Timestamp, refusal};
use tunedrop_validation::Catalogue;

use crate::announce::{announce, now};
use crate::batch::{StepError, own_detail};
use crate::settings;

/// A function lives sixty seconds, so one that still holds a lease after this is gone.
const LEASE_SECONDS: i64 = 300;

/// The step's adapters and settings.
#[derive(Debug)]
pub struct Launch {
    objects: Objects,
    ledger: Ledger,
    bus: Bus,
    jobs: Jobs,
    stack: String,
    role: JobRole,
    guards: StackGuards,
    paused: bool,
}

/// Whether the drain goes on.
enum Drain {
    Next,
    NoSlot,
}

impl Launch {
    /// Once per process.
    pub async fn from_env() -> Result<Launch, lambda_runtime::Error> {
        let config = tunedrop_aws::config().await;
        let stack = settings::required("TUNEDROP_STACK")?;
        Ok(Launch {
            objects: Objects::new(&config, settings::required("TUNEDROP_BUCKET")?),
            ledger: Ledger::new(&config, settings::required("TUNEDROP_TABLE")?),
            bus: Bus::new(&config),
            jobs: Jobs::new(&config),
            role: JobRole {
                role_arn: settings::required("TUNEDROP_JOB_ROLE_ARN")?,
                kms_key: settings::optional("TUNEDROP_MODEL_KMS_KEY_ARN"),
                subnets: settings::list("TUNEDROP_SUBNET_IDS"),
                security_groups: settings::list("TUNEDROP_SECURITY_GROUP_IDS"),
                stack: stack.clone(),
            },
            guards: StackGuards {
                allowed_base_models: settings::list("TUNEDROP_ALLOWED_BASE_MODELS"),
                max_tokens: settings::number("TUNEDROP_MAX_TOKENS")?,
                max_cost_usd: settings::number("TUNEDROP_MAX_COST_USD")?,
            },
            paused: settings::optional("TUNEDROP_PAUSED").is_some_and(|paused| paused == "true"),
            stack,
        })
    }

    /// Takes whatever may have put a run into the queue or freed a slot, and the commands.
    pub async fn step(&self, event: EventBridgeEvent<Value>) -> Result<(), StepError> {
        let Some(detail) = own_detail(&event, &self.stack) else {
            return Ok(());
        };
        let command = [Kind::ApproveRun, Kind::StopRun, Kind::RetryRun]
            .into_iter()
            .find(|kind| kind.as_str() == event.detail_type);
        if let Some(kind) = command {
            let span = info_span!("command", run_id = detail.run_id, command = kind.as_str());
            self.command(kind, detail).instrument(span).await?;
        }
        self.drain().await
    }

    async fn drain(&self) -> Result<(), StepError> {
        if self.paused {
            info!("launches are paused by the stack's PauseLaunches");
            return Ok(());
        }
        for open in self.ledger.open().await? {
            let Open::Run(listed) = open else {
                continue;
            };
            if !matches!(listed.state, State::Queued | State::Launching) {
                continue;
            }
            let span = info_span!("launch", run_id = listed.run_id, dataset = listed.dataset);
            // The index lags: what counts is the item itself.
            let drain = async {
                match self.ledger.run(&listed.run_id).await? {
                    Some(run) => self.launch(run).await,
                    None => Ok(Drain::Next),
                }
            };
            if let Drain::NoSlot = drain.instrument(span).await? {
                break;
            }
        }
        Ok(())
    }

    async fn launch(&self, run: Run) -> Result<Drain, StepError> {
        let seconds = Timestamp::now().as_second();
        match run.state {
            State::Queued => {}
            State::Launching if run.lease_until.unwrap_or_default() <= seconds => {
                // A launch was cut off; whether it started the job, only Bedrock knows.
                if let Some(job) = self.jobs.get(&run.run_id).await? {
                    return self.running(&run, &job.arn).await;
                }
            }
            _ => return Ok(Drain::Next),
        }
        if run.state == State::Queued && self.is_overtaken(&run).await? {
            self.advance(&run, Input::Overtaken, Change::default()).await?;
            return Ok(Drain::Next);
        }
        let Some(plan) = run.plan.clone() else {
            warn!("ignored: the run has no plan");
            return Ok(Drain::Next);
        };
        if let Some(reason) = self.refusal(&plan).await? {
            self.refuse(&run, reason).await?;
            return Ok(Drain::Next);
        }
        let lease = Change::default().number("lease_until", Some(seconds + LEASE_SECONDS));
        let Some(claimed) = self.advance(&run, Input::Claimed, lease).await? else {
            return Ok(Drain::Next);
        };
        self.create(&claimed, &plan).await
    }

    async fn create(&self, run: &Run, plan: &Plan) -> Result<Drain, StepError> {
        let started = match self.jobs.create(&run.run_id, &run.dataset, plan, &self.role).await {
            Ok(started) => started,
            Err(failure) => {
                // The job may have been started all the same, so the run stays claimed, but its lease ends now.
                let over = Change::default().number("lease_until", Some(Timestamp::now().as_second()));
                self.ledger.advance(run, State::Launching, &now(), over).await?;
                return Err(failure.into());
            }
        };
        match started {
            Started::Job(arn) => self.running(run, &arn).await,
            Started::NoSlot(words) => {
                info!(reason = words, "no free slot: the run stays queued");
                self.give_back(run, words).await?;
                Ok(Drain::NoSlot)
            }
            Started::Taken(words) => match self.jobs.get(&run.run_id).await? {
                Some(job) if job.token.as_ref().is_none_or(|token| *token == run.run_id) => {
                    self.running(run, &job.arn).await
                }
                // Get may lag behind Create: only the same answer a second time is believed.
                None if run.waiting.as_ref() != Some(&words) => {
                    self.give_back(run, words).await?;
                    Ok(Drain::Next)
                }
                _ => {
                    self.refuse(run, words).await?;
                    Ok(Drain::Next)
                }
            },
            Started::Refused(words) => {
                self.refuse(run, words).await?;
                Ok(Drain::Next)
            }
        }
    }

    async fn give_back(&self, run: &Run, words: String) -> Result<(), StepError> {
        let change = Change::default().set("waiting", Some(words)).number("lease_until", None::<i64>);
        if let Ok(state) = next(run.state, Input::GivenBack) {
            self.ledger.advance(run, state, &now(), change).await?;
        }
        Ok(())
    }

    async fn running(&self, run: &Run, arn: &str) -> Result<Drain, StepError> {
        let change = Change::default()
            .set("job_arn", Some(arn))
            .set("waiting", None::<String>)
            .number("lease_until", None::<i64>);
        if self.advance(run, Input::Launched, change).await?.is_none() {
            info!("the job's own event came first");
        }
        Ok(Drain::Next)
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
        announce(&self.bus, &self.stack, &moved).await?;
        Ok(Some(moved))
    }

    /// Whether a newer set of the same dataset was accepted meanwhile.
    async fn is_overtaken(&self, run: &Run) -> Result<bool, StepError> {
        let head = self.ledger.head(&run.dataset).await?.unwrap_or_default();
        Ok(head.latest.as_ref().is_some_and(|latest| *latest != run.run_id)
            && head.latest_at.as_deref().is_some_and(|at| at >= run.since.as_str()))
    }

    /// Guards first; then whether the model can still be customized, where Bedrock's own word wins over the catalogue's.
    async fn refusal(&self, plan: &Plan) -> Result<Option<String>, StepError> {
        let catalogue = Catalogue::embedded();
        if let Some(reason) = refusal(plan, &self.guards, catalogue) {
            return Ok(Some(reason));
        }
        let note = plan.withdrawn.clone();
        Ok(match self.jobs.lifecycle(&plan.catalogue_model).await? {
            Lifecycle::Active => None,
            Lifecycle::Unknown => note,
            Lifecycle::Legacy => note.or_else(|| Some(format!("Bedrock lists {} as legacy, and starts no new customization jobs on legacy models; choose a live one, such as nova-lite", plan.catalogue_model))),
        })
    }
}
