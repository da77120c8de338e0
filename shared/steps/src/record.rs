//! record: a job was seen in some state, by Bedrock's own event or by the sweep. Applies it to its run, and on the last one keeps the outcome.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::{Bus, Change, Failure, JobView, Jobs, Ledger, Objects};
use tunedrop_report::{Outcome, Phase, training_metrics, validation_metrics};
use tunedrop_run::decide::Write;
use tunedrop_run::decide::record::{Seen, apply};
use tunedrop_run::event::{SOURCE, senders};
use tunedrop_run::metric::trained;
use tunedrop_run::state::JobStatus;
use tunedrop_run::{Run, State};

use crate::announce::{announce, now};
use crate::batch::{StepError, own_detail};
use crate::count::{count_move, count_run};
use crate::outcome::{earlier, outcome_of, write_outcome};
use crate::settings;

/// A metrics file has a line of some 60 bytes a step; this is more than 100,000 steps.
const METRICS_MAX: usize = 8 << 20;
/// Races lost in a row before the event is put back.
const TRIES: usize = 5;

/// The step's adapters and settings.
#[derive(Debug)]
pub struct Record {
    objects: Objects,
    ledger: Ledger,
    bus: Bus,
    jobs: Jobs,
    stack: String,
}

/// What was seen of a job.
struct Sight {
    run_id: String,
    arn: Option<String>,
    status: JobStatus,
    model_arn: Option<String>,
    reason: Option<String>,
}

impl Record {
    /// Once per process.
    pub async fn from_env() -> Result<Record, lambda_runtime::Error> {
        let config = tunedrop_aws::config().await;
        Ok(Record {
            objects: Objects::new(&config, settings::required("TUNEDROP_BUCKET")?),
            ledger: Ledger::new(&config, settings::required("TUNEDROP_TABLE")?),
            bus: Bus::new(&config, settings::required("TUNEDROP_BUS")?, senders::RECORD),
            jobs: Jobs::new(&config),
            stack: settings::required("TUNEDROP_STACK")?,
        })
    }

    /// Takes Bedrock's `Model Customization Job State Change`, and our `Job State Observed`.
    pub async fn step(&self, event: EventBridgeEvent<Value>) -> Result<(), StepError> {
        let Some(seen) = self.seen(&event) else {
            return Ok(());
        };
        let span = info_span!("record", run_id = seen.run_id, dataset = tracing::field::Empty);
        self.apply(seen).instrument(span).await
    }

    fn seen(&self, event: &EventBridgeEvent<Value>) -> Option<Sight> {
        let (name, arn, word, model_arn, reason) = if event.source == SOURCE {
            let detail = own_detail(event, &self.stack)?;
            (detail.run_id, detail.job_arn, detail.job_status, detail.model_arn, detail.reason)
        } else {
            let text = |key: &str| {
                event.detail.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
            };
            (text("jobName"), text("jobArn"), text("jobStatus"), text("outputModelArn"), text("failureMessage"))
        };
        let (Some(run_id), Some(word)) = (name, word) else {
            warn!(event.source = event.source, "poison: the event names no job or no state");
            return None;
        };
        let Some(status) = JobStatus::parse(&word) else {
            warn!(job.status = word, "ignored: a job state that this version doesn't know");
            return None;
        };
        Some(Sight { run_id, arn, status, model_arn, reason })
    }

    async fn apply(&self, seen: Sight) -> Result<(), StepError> {
        for _ in 0..TRIES {
            // A job is ours if its name is a run's id: other stacks' and hand-made jobs are not in this ledger.
            let Some(run) = self.ledger.run(&seen.run_id).await? else {
                info!("ignored: not a job of this stack");
                return Ok(());
            };
            tracing::Span::current().record("dataset", &run.dataset);
            match apply(run.state, run.job_arn.as_deref(), seen.arn.as_deref(), seen.status) {
                Seen::Foreign => {
                    info!(job.arn = seen.arn, "ignored: another job of the same name");
                    return Ok(());
                }
                Seen::Stale(reason) => {
                    info!(reason, run.state = run.state.as_str(), "ignored");
                    // Cut off between the ledger and the bus, this says again what was not heard.
                    return Ok(announce(&self.bus, &self.stack, &run).await?);
                }
                Seen::Moves(write) => {
                    if let Some(moved) = self.advance(&run, write, &seen).await? {
                        info!(run.state = moved.state.as_str(), "recorded");
                        return Ok(announce(&self.bus, &self.stack, &moved).await?);
                    }
                }
            }
        }
        Err(StepError::NotYet("the run kept changing".to_owned()))
    }

    async fn advance(&self, run: &Run, write: Write, seen: &Sight) -> Result<Option<Run>, StepError> {
        let state = write.state;
        let mut change = Change::of(write);
        let mut took = None;
        if seen.status.is_end() {
            let job = self.jobs.get(seen.arn.as_deref().unwrap_or(&seen.run_id)).await?.unwrap_or_default();
            took = trained(state, job.created_at.as_deref(), job.ended_at.as_deref());
            let outcome = self.outcome(run, state, seen, &job).await?;
            let address = write_outcome(&self.objects, &outcome).await?;
            let last = |points: &[tunedrop_report::LossPoint]| {
                points.last().map(|point| point.loss).filter(|loss| loss.is_finite())
            };
            change = change
                .set("model_arn", outcome.model_arn.clone())
                .set("reason", outcome.failure_message.clone())
                .loss("training_loss", job.training_loss.or_else(|| last(&outcome.training)))
                .loss("validation_loss", job.validation_loss.or_else(|| last(&outcome.validation)))
                .set("report", Some(address));
        }
        let moved = self.ledger.advance(run, state, &now(), change).await?;
        if let Some(moved) = &moved {
            count_move(&self.stack, run, moved);
            count_run(&self.stack, moved, took.as_slice());
        }
        Ok(moved)
    }

    async fn outcome(&self, run: &Run, state: State, seen: &Sight, job: &JobView) -> Result<Outcome, Failure> {
        let training = self.metrics(run, "step_wise_training_metrics.csv", "training_metrics.csv").await?;
        let validation = self.metrics(run, "validation_metrics.csv", "validation_metrics.csv").await?;
        let phase = |(name, status, started_at, changed_at): &(String, String, Option<String>, Option<String>)| Phase {
            name: name.clone(),
            status: status.clone(),
            started_at: started_at.clone(),
            changed_at: changed_at.clone(),
        };
        let known = outcome_of(&self.stack, run, state, &self.objects);
        Ok(Outcome {
            job_arn: seen.arn.clone().or_else(|| run.job_arn.clone()).unwrap_or_else(|| job.arn.clone()),
            model_arn: job.model_arn.clone().or_else(|| seen.model_arn.clone()).filter(|_| state == State::Succeeded),
            failure_message: job.failure_message.clone().or_else(|| seen.reason.clone()),
            created_at: job.created_at.clone(),
            ended_at: job.ended_at.clone(),
            earlier: earlier(&self.ledger, run).await?,
            phases: job.phases.iter().map(phase).collect(),
            training: training.as_deref().map(training_metrics).unwrap_or_default(),
            validation: validation.as_deref().map(validation_metrics).unwrap_or_default(),
            ..known
        })
    }

    /// Finds a metrics file of Bedrock's and keeps a copy with the run; the text, where there is one.
    async fn metrics(&self, run: &Run, name: &str, kept_as: &str) -> Result<Option<String>, Failure> {
        let keys = self.objects.keys(&format!("output/{}/", run.run_id), 1000).await?;
        let Some(key) = keys.iter().find(|key| key.rsplit('/').next() == Some(name)) else {
            return Ok(None);
        };
        let Some(bytes) = self.objects.read(key, None, METRICS_MAX).await? else {
            return Ok(None);
        };
        self.objects.write(&format!("runs/{}/{kept_as}", run.run_id), bytes.clone(), "text/csv").await?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}
