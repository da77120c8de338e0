//! sweep: compares the ledger with Bedrock, whose events may be lost, and says again what was not heard.
//!
//! It changes nothing itself: what it sees goes onto the bus, and takes the same way as if the event had come.

use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::{Bus, Failure, Jobs, Ledger, Open};
use tunedrop_report::redact;
use tunedrop_run::decide::launch::{is_due, is_overtaken};
use tunedrop_run::decide::sweep::{
    INCOMPLETE_AFTER_S, STUCK_RUNNING_AFTER_S, UNTOLD_AFTER_S, held_up, is_back_or_gone, is_to_stop, observed,
    says_again,
};
use tunedrop_run::decide::tell::{About, Way, is_over, ways};
use tunedrop_run::event::{Event, senders};
use tunedrop_run::metric::{About as Of, Round};
use tunedrop_run::state::JobStatus;
use tunedrop_run::{DatasetHead, Note, Run, State, Timestamp};

use crate::announce::{age_s, idles, now_s};
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
    ways: &'static [Way],
    stuck_after_s: i64,
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
            ways: ways(settings::optional("TUNEDROP_CHAT_TOPIC_ARN").is_some()),
            stuck_after_s: settings::number("TUNEDROP_STUCK_AFTER_HOURS")?
                .map_or(STUCK_RUNNING_AFTER_S, |hours: i64| hours * 3600),
        })
    }

    /// One round over everything that is open.
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
                Open::Set(set) => self.set(set).await,
                Open::Note(note) => self.note(note).await,
                Open::Run(run) => {
                    launch_due |= is_due(run.state, run.rests_until(), now_s());
                    let span = info_span!("sweep", run_id = run.run_id.as_str(), dataset = run.dataset);
                    let swept = self.run(run).instrument(span).await;
                    round.see(run, matches!(swept, Ok(true)), Timestamp::now());
                    swept.map(|_| ())
                }
                // Logged where it was read, and counted: the round goes on, and is a heartbeat.
                Open::Unreadable(_) => {
                    round.see_unreadable();
                    Ok(())
                }
            };
            // One that can't be looked at must not hide the others, now or in the next round.
            if let Err(fault) = swept {
                warn!(%fault, "left for the next sweep");
                failure.get_or_insert(fault);
            }
        };
        info!(open = seen, "swept");
        if launch_due && let Err(fault) = self.put(&Event::LaunchDue(None)).await {
            failure.get_or_insert(fault);
        }
        // Half a list would say that fewer runs are open than there are.
        if listed {
            count(&self.stack, Of::default(), &round.counts(failure.is_none()));
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
        self.wake_for(run).await
    }

    /// Has launch look at this very run.
    async fn wake_for(&self, run: &Run) -> Result<(), Failure> {
        self.put(&Event::LaunchDue(Some(run.run_id.clone()))).await
    }

    async fn put(&self, event: &Event) -> Result<(), Failure> {
        self.bus.put(&self.stack, event).await
    }

    /// Whether the run's job was found to be over.
    async fn run(&self, run: &Run) -> Result<bool, Failure> {
        let forgotten = run.forgotten_at.is_some();
        let ended = (run.state == State::Running || forgotten) && self.look_at_job(run).await?;
        if run.state == State::Held {
            self.look_at_head(run).await?;
        }
        let told = About::Waiting.is_told_on(&run.told, self.ways);
        if held_up(run.state, run.held_by, told, age_s(&run.since)) {
            info!(run.state = run.state.as_str(), "held up");
            self.put(&Event::waiting(run, redact)).await?;
        }
        self.say_again(run).await?;
        Ok(ended)
    }

    /// What people were not notified of on every way: the run's state, and that its content was uploaded again.
    async fn say_again(&self, run: &Run) -> Result<(), Failure> {
        let heard = About::State(run.state).is_told_on(&run.told, self.ways);
        let answered = run.answer().is_none_or(|answer| answer.is_told_on(&run.told, self.ways));
        // One that is over and still listed was left so by an interrupted notify.
        let says = !heard || is_over(run.state, run.forgotten_at.is_some(), heard, answered);
        let says = says && says_again(run.state, age_s(&run.changed_at));
        if let Some(event) = Event::state(run, redact).filter(|_| says) {
            info!(run.state = run.state.as_str(), "announced again");
            self.put(&event).await?;
        }
        let redropped_s = run.redropped_at.as_deref().map_or(0, age_s);
        let answers = !answered && redropped_s >= UNTOLD_AFTER_S;
        if let Some(event) = Event::repeated(run, redact).filter(|_| answers) {
            info!("answered again");
            self.put(&event).await?;
        }
        Ok(())
    }

    async fn look_at_job(&self, run: &Run) -> Result<bool, Failure> {
        let job = self.jobs.get(run.job_arn.as_deref().unwrap_or(&run.run_id)).await?;
        let (status, age) = (job.as_ref().map(|job| JobStatus::parse(&job.status)), age_s(&run.changed_at));
        if run.state == State::Running && is_to_stop(run.stopped_by.is_some(), status.flatten()) {
            info!("still training, and to be stopped");
            self.wake_for(run).await?;
            return Ok(false);
        }
        let again = is_back_or_gone(run.state, run.forgotten_at.is_some(), job.is_some(), age);
        let ended = observed(status, age).filter(|_| run.state == State::Running);
        let idle = job.as_ref().is_some_and(|job| idles(run, job));
        if ended.is_none() && !again && !idle {
            return Ok(false);
        }
        info!(job.status = ended.map(JobStatus::as_str), job.idle = idle, "a state of the job that no event brought");
        // Which run to look at, and no more: record asks Bedrock itself.
        self.put(&Event::JobStateObserved(run.run_id.clone())).await?;
        Ok(ended.is_some())
    }

    async fn set(&self, set: &DatasetHead) -> Result<(), Failure> {
        if set.since.as_deref().is_none_or(|since| age_s(since) < INCOMPLETE_AFTER_S) {
            return Ok(());
        }
        info!(dataset = set.dataset, "still incomplete");
        match Event::incomplete(set) {
            Some(event) => self.put(&event).await,
            None => Ok(()),
        }
    }

    async fn note(&self, note: &Note) -> Result<(), Failure> {
        if age_s(&note.since) < UNTOLD_AFTER_S {
            return Ok(());
        }
        info!(dataset = note.dataset, "a misnamed file, reported again");
        self.put(&Event::misnamed(note)).await
    }
}
