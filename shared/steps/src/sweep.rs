//! sweep: compares the ledger with Bedrock, whose events may be lost, and publishes lost events again.
//!
//! It changes no run, dataset, deployment or evaluation itself: it puts events on the bus, which are handled like the lost
//! ones. It stores the AWS Price List's prices, if the stack asks for them.

mod prices;

use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::{Bus, Failure, Jobs, Ledger, Open, Prices};
use tunedrop_report::redact;
use tunedrop_run::decide::deploy::{ends_soon, is_due as is_deployment_due};
use tunedrop_run::decide::evaluate::recipe_is_next;
use tunedrop_run::decide::launch::{is_due, is_superseded};
use tunedrop_run::decide::notify::{Channel, NotificationKey, channels, is_over};
use tunedrop_run::decide::sweep::{
    INCOMPLETE_AFTER_S, REPUBLISH_AFTER_S, STUCK_RUNNING_AFTER_S, is_blocked, is_republished, needs_record, needs_stop,
    observed,
};
use tunedrop_run::event::{Event, senders};
use tunedrop_run::metric::{LogFields, Round};
use tunedrop_run::state::JobStatus;
use tunedrop_run::{DatasetEntry, Deployment, EvaluationEntry, MisnamedFile, ModelNotice, Run, State, Timestamp};

use crate::batch::StepError;
use crate::count::count;
use crate::publish::{age_s, is_job_idle, now, now_s};
use crate::settings;
use prices::Listed;

/// Seconds after the end of an evaluation for which the recipe's waits until people were notified on every channel.
const CHANNELS_S: i64 = 3_600;

/// The step's adapters and settings.
#[derive(Debug)]
pub struct Sweep {
    ledger: Ledger,
    bus: Bus,
    jobs: Jobs,
    stack: String,
    channels: &'static [Channel],
    stuck_after_s: i64,
    listed: Option<Listed>,
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
            channels: channels(settings::optional("TUNEDROP_CHAT_TOPIC_ARN").is_some()),
            stuck_after_s: settings::number("TUNEDROP_STUCK_AFTER_HOURS")?
                .map_or(STUCK_RUNNING_AFTER_S, |hours: i64| hours * 3600),
            listed: match settings::optional("TUNEDROP_PRICE_LIST").as_deref() {
                Some("true") => {
                    Some(Listed { prices: Prices::new(&config), region: settings::required("AWS_REGION")? })
                }
                _ => None,
            },
        })
    }

    /// Checks all open items once.
    pub async fn step(&self) -> Result<(), StepError> {
        let mut launch_due = false;
        let mut failure = None;
        let mut round = Round::new(self.stuck_after_s);
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
                Open::Dataset(set) => self.set(set).await,
                Open::Misnamed(note) => self.note(note).await,
                Open::Run(run) => {
                    launch_due |= is_due(run.state, run.rests_until(), now_s());
                    let span = info_span!("sweep", run_id = run.run_id.as_str(), dataset = run.dataset);
                    let swept = self.run(run).instrument(span).await;
                    round.see(run, matches!(swept, Ok(true)), Timestamp::now());
                    swept.map(|_| ())
                }
                Open::Deployment(deployment) => self.deployment(deployment).await,
                Open::Evaluation(evaluation) => self.evaluation(evaluation).await,
                Open::Model(notice) => self.model(notice).await,
                // It was logged when it was read. It is counted, and the sweep continues and is a heartbeat.
                Open::Unreadable(_) => {
                    round.see_unreadable();
                    Ok(())
                }
            };
            // An item that can't be checked must not hide the others, now or in the next sweep.
            if let Err(fault) = swept {
                warn!(%fault, "an item could not be checked; the next sweep retries");
                failure.get_or_insert(fault);
            }
        };
        info!(open = seen, "sweep done: {seen} open items");
        if launch_due && let Err(fault) = self.put(&Event::LaunchDue(None)).await {
            failure.get_or_insert(fault);
        }
        // A partial list would report too few open runs.
        if listed {
            count(&self.stack, LogFields::default(), &round.counts(failure.is_none()));
        }
        if let Err(fault) = self.refresh_prices().await {
            warn!(%fault, "the prices could not be stored; the next sweep retries");
        }
        failure.map_or(Ok(()), |fault| Err(fault.into()))
    }

    /// Wakes launch for a held run that a newer version supersedes. If both were validated at the same time, neither saw the
    /// other.
    async fn look_at_head(&self, run: &Run) -> Result<(), Failure> {
        let entry = self.ledger.dataset(&run.dataset).await?.unwrap_or_default();
        if !is_superseded(run, &entry) {
            return Ok(());
        }
        info!("run {} was superseded while it was validated; launch updates it", run.run_id);
        self.wake_for(run).await
    }

    /// Wakes launch for this run.
    async fn wake_for(&self, run: &Run) -> Result<(), Failure> {
        self.put(&Event::LaunchDue(Some(run.run_id.clone()))).await
    }

    async fn put(&self, event: &Event) -> Result<(), Failure> {
        self.bus.put(&self.stack, event).await
    }

    /// Checks a run. Returns whether its job was found to have ended.
    async fn run(&self, run: &Run) -> Result<bool, Failure> {
        let looks_up_job = run.job_lookup_since.is_some();
        let ended = (run.state == State::Running || looks_up_job) && self.look_at_job(run).await?;
        if run.state == State::Held {
            self.look_at_head(run).await?;
        }
        let key = if run.state == State::Running { NotificationKey::Idle } else { NotificationKey::Blocked };
        let notified = key.is_notified_on(&run.notified, self.channels);
        if is_blocked(run.state, run.blocked_by, notified, age_s(&run.uploaded_at)) {
            info!(run.state = run.state.as_str(), "run {} is blocked", run.run_id);
            self.put(&Event::blocked(run, redact)).await?;
        }
        self.republish(run).await?;
        Ok(ended)
    }

    /// Publishes again what people were not notified of on every channel: the run's state, and that its content was uploaded
    /// again.
    async fn republish(&self, run: &Run) -> Result<(), Failure> {
        let notified = NotificationKey::State(run.state).is_notified_on(&run.notified, self.channels);
        let answered = run.answer().is_none_or(|answer| answer.is_notified_on(&run.notified, self.channels));
        // An ended run that is still open was left so by an interrupted notify.
        let republishes = !notified || is_over(run.state, run.job_lookup_since.is_some(), notified, answered);
        let republishes = republishes && is_republished(run.state, age_s(&run.changed_at));
        if let Some(event) = Event::state(run, redact).filter(|_| republishes) {
            info!(run.state = run.state.as_str(), "publishing the state of run {} again", run.run_id);
            self.put(&event).await?;
        }
        let reuploaded_s = run.reuploaded_at.as_deref().map_or(0, age_s);
        let answers = !answered && reuploaded_s >= REPUBLISH_AFTER_S;
        if let Some(event) = Event::reuploaded(run, redact).filter(|_| answers) {
            info!("publishing the answer to the upload of run {} again", run.run_id);
            self.put(&event).await?;
        }
        Ok(())
    }

    async fn look_at_job(&self, run: &Run) -> Result<bool, Failure> {
        let job = self.jobs.get(run.job_arn.as_deref().unwrap_or(&run.run_id)).await?;
        let (status, age) = (job.as_ref().map(|job| JobStatus::parse(&job.status)), age_s(&run.changed_at));
        if run.state == State::Running && needs_stop(run.stopped_by.is_some(), status.flatten()) {
            info!("the job of run {} still trains; launch stops it again", run.run_id);
            self.wake_for(run).await?;
            return Ok(false);
        }
        let again = needs_record(run.state, run.job_lookup_since.is_some(), job.is_some(), age);
        let ended = observed(status, age).filter(|_| run.state == State::Running);
        let idle = job.as_ref().is_some_and(|job| is_job_idle(run, job));
        if ended.is_none() && !again && !idle {
            return Ok(false);
        }
        info!(
            job.status = ended.map(JobStatus::as_str),
            job.idle = idle,
            "no event reported the state of the job of run {}",
            run.run_id
        );
        // The event only names the run: record asks Bedrock itself.
        self.put(&Event::JobStateObserved(run.run_id.clone())).await?;
        Ok(ended.is_some())
    }

    async fn set(&self, set: &DatasetEntry) -> Result<(), Failure> {
        if set.uploaded_at.as_deref().is_none_or(|since| age_s(since) < INCOMPLETE_AFTER_S) {
            return Ok(());
        }
        info!(dataset = set.dataset, "dataset {} is still incomplete", set.dataset);
        match Event::incomplete(set) {
            Some(event) => self.put(&event).await,
            None => Ok(()),
        }
    }

    /// Publishes again what people were not notified of, announces a coming end, and has deploy look at what is due.
    async fn deployment(&self, deployment: &Deployment) -> Result<(), Failure> {
        let notified = |key: NotificationKey| key.is_notified_on(&deployment.notified, self.channels);
        let outcome_age = deployment.outcome_at.as_deref().map_or(0, age_s);
        if outcome_age >= REPUBLISH_AFTER_S
            && !deployment.outcome_key().is_none_or(notified)
            && let Some(event) = Event::deployment(deployment, redact)
        {
            info!("publishing the outcome of deployment {} again", deployment.name);
            self.put(&event).await?;
        }
        if ends_soon(deployment, &now())
            && !deployment.expiring_key().is_none_or(notified)
            && let Some(event) = Event::expiring(deployment, redact)
        {
            self.put(&event).await?;
        }
        // For the first two minutes, the event that started the change is enough.
        let followed = deployment.state.is_in_motion() && age_s(&deployment.changed_at) < REPUBLISH_AFTER_S;
        if is_deployment_due(deployment) && !followed {
            self.put(&Event::DeploymentDue(deployment.name.clone())).await?;
        }
        Ok(())
    }

    /// Publishes again what people were not notified of, and has evaluate continue an evaluation that it may have left.
    async fn evaluation(&self, evaluation: &EvaluationEntry) -> Result<(), Failure> {
        let notified = |key: NotificationKey| key.is_notified_on(&evaluation.notified, self.channels);
        let outcome_age = evaluation.outcome_at.as_deref().map_or(0, age_s);
        let is_notified = evaluation.outcome_key().is_some_and(notified);
        if outcome_age >= REPUBLISH_AFTER_S
            && !(is_notified && (evaluation.recipe_waits || !evaluation.judge_stops.is_empty()))
            && let Some(event) = Event::evaluation(evaluation, redact)
        {
            info!("publishing the end of the evaluation of run {} again", evaluation.run_id);
            self.put(&event).await?;
        }
        let asks = evaluation.lease_until.is_some_and(|until| until > now_s());
        if recipe_is_next(evaluation) && (is_notified || outcome_age >= CHANNELS_S) {
            self.put(&Event::EvaluationDue(evaluation.run_id.clone())).await?;
        }
        let is_due = !evaluation.state.is_end() || !evaluation.judge_stops.is_empty();
        if is_due && !asks && age_s(&evaluation.changed_at) >= REPUBLISH_AFTER_S {
            self.put(&Event::EvaluationDue(evaluation.run_id.clone())).await?;
        }
        Ok(())
    }

    /// Publishes again what people were not notified of.
    async fn model(&self, notice: &ModelNotice) -> Result<(), Failure> {
        let notified = notice.outcome_key().is_none_or(|key| key.is_notified_on(&notice.notified, self.channels));
        match Event::model(notice).filter(|_| !notified && age_s(&notice.outcome_at) >= REPUBLISH_AFTER_S) {
            Some(event) => {
                info!("publishing the notice {} again", notice.pk);
                self.put(&event).await
            }
            None => Ok(()),
        }
    }

    async fn note(&self, note: &MisnamedFile) -> Result<(), Failure> {
        if age_s(&note.uploaded_at) < REPUBLISH_AFTER_S {
            return Ok(());
        }
        info!(dataset = note.dataset, "publishing the misnamed file {} again", note.pk);
        self.put(&Event::misnamed(note)).await
    }
}
