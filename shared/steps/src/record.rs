//! record: handles Bedrock's and the sweep's events about jobs. It asks Bedrock, applies the job's status to its run, and
//! writes the outcome report when the job has ended.
//!
//! An event only says which run to check, because everyone who may put events could have written the rest.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::{Bus, Change, Failure, JobView, Jobs, Ledger, Objects};
use tunedrop_report::{
    LossPoint, MetricColumn, Outcome, Phase, loss_jump, other_metrics, training_metrics, validation_metrics,
};
use tunedrop_run::decide::Write;
use tunedrop_run::decide::budget::{Settle, settle};
use tunedrop_run::decide::launch::is_ours;
use tunedrop_run::decide::record::{JOB_GONE, JobObservation, RecordDecision, apply, asks, is_moved_again};
use tunedrop_run::decide::sweep::IDLE;
use tunedrop_run::event::{Hint, SOURCE, senders};
use tunedrop_run::metric::trained;
use tunedrop_run::state::JobStatus;
use tunedrop_run::{Blocker, Run, RunId, State};

use crate::batch::{StepError, own_hint};
use crate::count::{count_move, count_run};
use crate::outcome::{earlier, lineage, outcome_of, suspects, write_outcome};
use crate::publish::{age_s, is_job_idle, now, publish_state};
use crate::settings;

/// Maximum bytes of a metrics file: with some 60 bytes per step, more than 100,000 steps.
const METRICS_MAX: usize = 8 << 20;
/// Lost races in a row before the event returns to its queue.
const TRIES: usize = 5;

/// The step's adapters and settings.
#[derive(Debug)]
pub struct Record {
    objects: Objects,
    ledger: Ledger,
    bus: Bus,
    jobs: Jobs,
    stack: String,
    account: String,
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
            account: settings::required("TUNEDROP_ACCOUNT")?,
        })
    }

    /// Handles Bedrock's `Model Customization Job State Change`, and `Job State Observed`.
    pub async fn step(&self, event: EventBridgeEvent<Value>) -> Result<(), StepError> {
        let Some(run_id) = self.run_id(&event)? else {
            return Ok(());
        };
        let span = info_span!("record", run_id = run_id.as_str(), dataset = tracing::field::Empty);
        self.apply(&run_id).instrument(span).await
    }

    /// The run to check: a job has the name of its run.
    fn run_id(&self, event: &EventBridgeEvent<Value>) -> Result<Option<RunId>, StepError> {
        if event.source == SOURCE {
            let hint = own_hint(event, &self.stack)?;
            return Ok(match hint {
                Some(Hint::JobStateObserved(run_id)) => Some(run_id),
                Some(_) => {
                    warn!(event.detail_type = event.detail_type, "ignored an event that isn't about a job");
                    None
                }
                None => None,
            });
        }
        let Some(name) = event.detail.get("jobName").and_then(Value::as_str) else {
            warn!(event.source = event.source, "ignored an event without a job name");
            return Ok(None);
        };
        let run_id = name.parse().ok();
        if run_id.is_none() {
            info!("ignored a job that isn't this stack's");
        }
        Ok(run_id)
    }

    async fn apply(&self, run_id: &RunId) -> Result<(), StepError> {
        for _ in 0..TRIES {
            // Jobs of other stacks, and manually created ones, are not in this ledger.
            let Some(run) = self.ledger.run(run_id).await? else {
                info!("ignored a job that isn't this stack's");
                return Ok(());
            };
            tracing::Span::current().record("dataset", &run.dataset);
            let looks_up_job = run.job_lookup_since.is_some();
            let asked = asks(run.state, looks_up_job);
            let job = if asked { self.jobs.get(run.job_arn.as_deref().unwrap_or(run_id)).await? } else { None };
            let shown = job.as_ref().map(|job| JobObservation {
                arn: &job.arn,
                ours: is_ours(run_id, &self.account, &job.arn, job.token.as_deref()),
                status: JobStatus::parse(&job.status),
            });
            match apply(run.state, looks_up_job, run.job_arn.as_deref(), shown, age_s(&run.changed_at)) {
                RecordDecision::OtherJob => {
                    let arn = job.as_ref().map(|job| &job.arn);
                    warn!(job.arn = arn, "ignored a job that has the name of run {run_id} but was not created for it");
                    return Ok(());
                }
                RecordDecision::Stale(reason) => {
                    let status = job.as_ref().map(|job| &job.status);
                    info!(
                        reason,
                        run.state = run.state.as_str(),
                        job.asked = asked,
                        job.status = status,
                        "no change of run {run_id}"
                    );
                    if job.as_ref().is_some_and(|job| is_job_idle(&run, job)) {
                        let noted = self.ledger.note_blocker(&run, Blocker::IdleJob, IDLE).await?;
                        info!(noted, "the job of run {run_id} is idle");
                    }
                    // After an interruption between the ledger and the bus, this publishes the state again.
                    return Ok(publish_state(&self.bus, &self.stack, &run).await?);
                }
                RecordDecision::StopLookup if run.notified.contains_key(run.state.as_str()) => {
                    info!("no longer looking up the job of run {run_id}");
                    let change = Change::default().set("job_lookup_since", None::<&str>).set("open", None::<&str>);
                    if self.ledger.advance(&run, run.state, &now(), change).await?.is_some() {
                        return Ok(());
                    }
                }
                RecordDecision::StopLookup => return Ok(publish_state(&self.bus, &self.stack, &run).await?),
                RecordDecision::Write(write) => {
                    if let Some(moved) = self.advance(&run, write, job).await? {
                        info!(run.state = moved.state.as_str(), "run {run_id} is {}", moved.state.as_str());
                        return Ok(publish_state(&self.bus, &self.stack, &moved).await?);
                    }
                }
            }
        }
        Err(StepError::NotYet("the run changed repeatedly".to_owned()))
    }

    /// Writes a decision. `job`: Bedrock's answer; without one the run ends because its job is gone.
    async fn advance(&self, run: &Run, write: Write, job: Option<JobView>) -> Result<Option<Run>, StepError> {
        let state = write.state;
        let mut change = Change::of(write).set("job_lookup_since", job.is_none().then(now));
        let again = is_moved_again(run.state, run.job_lookup_since.is_some());
        if again {
            change = change.set("open", Some("open"));
            if !state.is_end() {
                change = change.set("reason", None::<&str>);
            }
        }
        // People are notified of a failure again if the run failed before, even if a late notify marks it in the meantime.
        if again || state == State::Failed {
            change = change.forget_notified(State::Failed);
        }
        // Before the write: a repeated event finds the run as it was, and settles it again.
        for one in &run.reserved {
            match settle(run.state, state) {
                Settle::Keep => {}
                Settle::Cancel => self.ledger.cancel(one).await?,
                Settle::Restore => self.ledger.restore(one).await?,
            }
        }
        let mut took = None;
        if state.is_end() {
            let gone = || JobView { failure_message: Some(JOB_GONE.to_owned()), ..JobView::default() };
            let job = job.unwrap_or_else(gone);
            took = trained(state, job.created_at.as_deref(), job.ended_at.as_deref());
            let outcome = self.outcome(run, state, &job).await?;
            // Written before the run's end: a model that isn't recorded can't be trained further.
            if let Some(arn) = &outcome.model_arn {
                self.ledger.note_model(arn, &run.run_id).await?;
            }
            let address = write_outcome(&self.objects, &outcome).await?;
            let last = |points: &[LossPoint]| points.last().map(|point| point.loss).filter(|loss| loss.is_finite());
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

    async fn outcome(&self, run: &Run, state: State, job: &JobView) -> Result<Outcome, Failure> {
        let (training, mut metrics) =
            self.metrics(run, "step_wise_training_metrics.csv", "training_metrics.csv", training_metrics).await?;
        let (validation, more) =
            self.metrics(run, "validation_metrics.csv", "validation_metrics.csv", validation_metrics).await?;
        let of_validation =
            |column: MetricColumn| MetricColumn { name: format!("validation: {}", column.name), ..column };
        metrics.extend(more.into_iter().map(of_validation));
        let phase = |(name, status, started_at, changed_at): &(String, String, Option<String>, Option<String>)| Phase {
            name: name.clone(),
            status: status.clone(),
            started_at: started_at.clone(),
            changed_at: changed_at.clone(),
        };
        let loss_jump = loss_jump(&training);
        let suspects = match loss_jump.is_some() || state == State::Failed {
            true => Some(suspects(&self.objects, run).await?),
            false => None,
        };
        let known = outcome_of(&self.stack, run, state, &self.objects);
        Ok(Outcome {
            job_arn: if job.arn.is_empty() { known.job_arn.clone() } else { job.arn.clone() },
            model_arn: job.model_arn.clone().filter(|_| state == State::Succeeded),
            failure_message: job.failure_message.clone(),
            created_at: job.created_at.clone(),
            ended_at: job.ended_at.clone(),
            earlier: earlier(&self.ledger, run).await?,
            lineage: lineage(&self.ledger, run).await?,
            phases: job.phases.iter().map(phase).collect(),
            training,
            validation,
            metrics,
            loss_jump,
            suspects,
            ..known
        })
    }

    /// Finds a metrics file of Bedrock by its name, in any folder of the job, and copies it to the run. Returns its points
    /// and its other columns, which are empty if there is no file.
    async fn metrics(
        &self,
        run: &Run,
        name: &str,
        kept_as: &str,
        points: fn(&str) -> Vec<LossPoint>,
    ) -> Result<(Vec<LossPoint>, Vec<MetricColumn>), Failure> {
        let keys = self.objects.keys(&format!("output/{}/", run.run_id), 1000).await?;
        let Some(key) = keys.iter().find(|key| key.rsplit('/').next() == Some(name)) else {
            return Ok(<_>::default());
        };
        let Some(bytes) = self.objects.read(key, None, METRICS_MAX).await? else {
            warn!(
                file = name,
                bytes.most = METRICS_MAX,
                "the metrics file of run {} is missing or too large",
                run.run_id
            );
            return Ok(<_>::default());
        };
        // The bytes are parsed in place and then moved, so there is one copy in memory.
        let text = String::from_utf8_lossy(&bytes);
        let read = (points(&text), other_metrics(&text));
        drop(text);
        self.objects.write(&format!("runs/{}/{kept_as}", run.run_id), bytes, "text/csv").await?;
        Ok(read)
    }
}
