//! From a judged set to the ledger and the bus.

use jiff::SignedDuration;
use tracing::info;
use tunedrop_aws::Change;
use tunedrop_report::{Verdict, redact};
use tunedrop_run::decide::accept::{self, Meets, begins, commits, gives_way, meets, settles};
use tunedrop_run::event::Event;
use tunedrop_run::{DatasetHead, Run, State, Timestamp, metric};

use super::set::{Set, load};
use super::{READS_MAX, Read, Validate};
use crate::announce::{announce, now, rfc3339};
use crate::batch::StepError;
use crate::count::{count_move, count_run};

/// People who upload a set's files one by one are answered once.
const ANSWER_AGAIN_AFTER_MS: i64 = 600_000;

impl Validate {
    /// Writes the run, and says so; or answers with the one that this content has already. The run as it is
    /// now; `None` where another state of the set was judged meanwhile, so that a superseded run must not start again.
    pub(super) async fn record(
        &self,
        run: Run,
        set: &Set,
        head: &DatasetHead,
        decided: &accept::Judged<String>,
        recipe_is_last: bool,
    ) -> Result<Option<Run>, StepError> {
        let run = queued(run);
        let now_held = match self.ledger.create(&run).await? {
            None => {
                self.count_verdict(&run, set);
                run
            }
            Some(there) if there.identity != run.identity => {
                // Twelve hex digits met by chance: refused, never mixed up; the dead letter raises the alarm.
                return Err(StepError::NotYet(format!("another content already has the run id {}", run.run_id)));
            }
            Some(there) => match meets(there.state, there.since.clone(), decided) {
                Meets::StartsAgain(state) => {
                    if there.state == State::Superseded
                        && self.ledger.head(&set.dataset).await?.unwrap_or_default().judged != head.judged
                    {
                        return Ok(None);
                    }
                    let run = queued(Run { state, ..run });
                    if !self.ledger.replace(&there, &run).await? {
                        return Err(StepError::NotYet("the run changed meanwhile".to_owned()));
                    }
                    self.count_verdict(&run, set);
                    info!(run.was = there.state.as_str(), "starts again");
                    run
                }
                Meets::Same => there,
                Meets::Again => return self.answer_again(there, set, recipe_is_last).await.map(Some),
            },
        };
        self.supersede(head, &now_held).await?;
        info!(
            run.state = now_held.state.as_str(),
            run.errors = now_held.errors,
            run.warnings = now_held.warnings,
            "decided"
        );
        announce(&self.bus, &self.stack, &now_held).await?;
        Ok(Some(now_held))
    }

    /// The same content again. Answered once per upload, and once for files that come within ten minutes of each other.
    /// The run is open until that is done, so that the sweep says it again where the answer was lost.
    /// A run that waits for files waits no longer once its recipe was uploaded again, as the last file.
    async fn answer_again(&self, there: Run, set: &Set, recipe_is_last: bool) -> Result<Run, StepError> {
        let millis = |text: &str| text.parse::<Timestamp>().map_or(0, Timestamp::as_millisecond);
        let answered = there.redropped_at.as_deref().unwrap_or_default();
        let recently = !answered.is_empty() && millis(&set.dropped_at) < millis(answered) + ANSWER_AGAIN_AFTER_MS;
        let commits = commits(there.state, there.settles_until().is_some(), recipe_is_last);
        let run = if recently && !commits {
            there
        } else {
            let mut change = Change::default().set("open", Some("open"));
            if !recently {
                change = change.set("redropped_at", Some(set.dropped_at.as_str()));
            }
            if commits {
                change = change.set("launch_after", None::<String>).set("queued_at", Some(now()));
            }
            let Some(noted) = self.ledger.advance(&there, there.state, &now(), change).await? else {
                return Err(StepError::NotYet("the run changed meanwhile".to_owned()));
            };
            if !recently {
                count_run(&self.stack, &there, &[metric::Judged::Repeated.count()]);
            }
            noted
        };
        info!(run.state = run.state.as_str(), answer.dropped_at = run.redropped_at, "the same content again");
        if let Some(event) = Event::repeated(&run, redact) {
            self.bus.put(&self.stack, &event).await?;
        }
        Ok(run)
    }

    /// Notes what was judged. Last, for whoever finds this upload judged says no more of it than its run's state.
    ///
    /// Where another state of the set was judged since the head was read, such as one that lacked a file, the set is looked
    /// at again: if it is still the one that was judged, its report takes the other's place.
    pub(super) async fn note(
        &self,
        set: &Set,
        mut head: DatasetHead,
        run: &Run,
        latest: Option<&Verdict>,
    ) -> Result<Read, StepError> {
        for _ in 0..READS_MAX {
            if self.note_judged(set, &head, run).await? {
                return Ok(Read::Settled);
            }
            info!("another state of the set was judged meanwhile; looking whether it has changed");
            head = self.ledger.head(&set.dataset).await?.unwrap_or_default();
            let now = load(&self.objects, &set.dataset, &self.scope).await?;
            if now.is_none_or(|now| now.fingerprint != set.fingerprint) {
                break;
            }
            self.supersede(&head, run).await?;
            if let Some(verdict) = latest {
                self.write_latest(&set.dataset, verdict).await?;
            }
        }
        Ok(Read::Overtaken(set.fingerprint.clone()))
    }

    /// When a set is launched at the earliest (RFC 3339), where it waits for further files. A content that has its run already
    /// keeps that run's time, so that a repeated event puts nothing off. Nothing is asked of a dataset's first version.
    pub(super) async fn launch_after(
        &self,
        run_id: &str,
        head: &DatasetHead,
        decided: &accept::Judged<String>,
        recipe_is_last: bool,
    ) -> Result<Option<String>, StepError> {
        if begins(decided) != State::Queued || head.latest.is_none() || self.settle_s == 0 {
            return Ok(None);
        }
        if let Some(there) = self.ledger.run(run_id).await?
            && !matches!(meets(there.state, there.since.clone(), decided), Meets::StartsAgain(_))
        {
            return Ok(there.settles_until().filter(|_| !recipe_is_last).map(str::to_owned));
        }
        let settles = settles(run_id, head.latest.as_deref(), recipe_is_last);
        Ok(settles.then(|| rfc3339(Timestamp::now() + SignedDuration::from_secs(self.settle_s))))
    }

    /// The run that was the dataset's newest gives way, if it still waits.
    async fn supersede(&self, head: &DatasetHead, run: &Run) -> Result<(), StepError> {
        let Some(older) = head.latest.as_ref().filter(|latest| **latest != run.run_id) else {
            return Ok(());
        };
        let Some(older) = self.ledger.run(older).await? else {
            return Ok(());
        };
        if let Some(state) =
            gives_way((older.state, older.since.as_str()), older.is_unsure(), (run.state, run.since.as_str()))
            && let Some(moved) = self.ledger.advance(&older, state, &now(), Change::default()).await?
        {
            count_move(&self.stack, &older, &moved);
            announce(&self.bus, &self.stack, &moved).await?;
        }
        Ok(())
    }

    fn count_verdict(&self, run: &Run, set: &Set) {
        count_run(&self.stack, run, &metric::judged(run, &set.newest_at, Timestamp::now()));
    }

    /// Notes what was judged, and of an accepted run that it is the dataset's newest, unless a newer one is. False where
    /// another state of the set was judged since the head was read.
    async fn note_judged(&self, set: &Set, was: &DatasetHead, run: &Run) -> Result<bool, StepError> {
        let accepted = run.state != State::Rejected;
        let head = DatasetHead {
            dataset: run.dataset.clone(),
            latest: accepted.then(|| run.run_id.clone()),
            latest_at: accepted.then(|| run.since.clone()),
            judged: Some(set.fingerprint.clone()),
            judged_at: Some(set.newest_at.clone()),
            judged_run: Some(run.run_id.clone()),
            rejected: (!accepted).then(|| run.run_id.clone()),
            ..DatasetHead::default()
        };
        Ok(self.ledger.write_head(was.judged.as_deref(), &head).await?)
    }
}

/// A queued run waits for a slot from now on, or from the time on when it may be launched. In another state it waits for
/// nothing.
fn queued(run: Run) -> Run {
    let launch_after = run.launch_after.clone().filter(|_| run.state == State::Queued);
    let queued_at = (run.state == State::Queued).then(|| launch_after.clone().unwrap_or_else(now));
    Run { launch_after, queued_at, ..run }
}
