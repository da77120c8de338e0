//! Writes a validated dataset into the ledger, and publishes its state.

use jiff::SignedDuration;
use tracing::{Span, info};
use tunedrop_aws::Change;
use tunedrop_report::{DatasetReport, redact};
use tunedrop_run::decide::accept::{
    self, Meets, begins, commits, meets, settles, supersedes, takes_new_settings, was_unknown,
};
use tunedrop_run::event::Event;
use tunedrop_run::{DatasetEntry, Run, State, Timestamp, metric};

use super::dataset_files::{DatasetFiles, load};
use super::{READS_MAX, Read, Validate};
use crate::batch::StepError;
use crate::count::{count_move, count_run};
use crate::publish::{now, publish_state, rfc3339};

/// Seconds within which several uploads of the same content get one answer, because people upload files one by one.
const ANSWER_AGAIN_AFTER_MS: i64 = 600_000;

impl Validate {
    /// Whether these versions were validated before: a duplicate event, or one about another file of the same upload. False
    /// if their run has to be decided again.
    pub(super) async fn was_validated(&self, set: &DatasetFiles, entry: &DatasetEntry) -> Result<bool, StepError> {
        let Some(run_id) = &entry.validated_run else {
            return Ok(!set.missing.is_empty());
        };
        let Some(run) = self.ledger.run(run_id).await? else {
            return Ok(false);
        };
        if was_unknown(run.state, run.uploaded_at.as_str(), set.uploaded_at.as_str()) {
            return Ok(false);
        }
        Span::current().record("run_id", run_id.as_str());
        info!(run.state = run.state.as_str(), "run {run_id} was validated before");
        publish_state(&self.bus, &self.stack, &run).await?;
        Ok(true)
    }

    /// Writes the run, and publishes its state; or answers with the run that this content has already. Returns the run
    /// as it is now. `None` if another version of the dataset was validated in the meantime, so that a superseded run
    /// must not start again.
    pub(super) async fn record(
        &self,
        run: Run,
        set: &DatasetFiles,
        entry: &DatasetEntry,
        decided: &accept::Candidate<String>,
        recipe_is_last: bool,
    ) -> Result<Option<Run>, StepError> {
        let run = queued(run);
        let now_held = match self.ledger.create(&run).await? {
            None => {
                self.count_result(&run, set);
                run
            }
            Some(there) if there.identity != run.identity => {
                // Twelve hex digits collide. This is an error, so that two contents never share a run. It triggers
                // DeadLetterAlarm.
                return Err(StepError::NotYet(format!("another content already has the run id {}", run.run_id)));
            }
            Some(there) => match meets(there.state, there.uploaded_at.clone(), decided) {
                Meets::StartsAgain(state) => {
                    if there.state == State::Superseded
                        && self.ledger.dataset(&set.dataset).await?.unwrap_or_default().validated_fingerprint
                            != entry.validated_fingerprint
                    {
                        return Ok(None);
                    }
                    let run = queued(Run { state, ..run });
                    if !self.ledger.replace(&there, &run).await? {
                        return Err(StepError::NotYet("the run changed meanwhile".to_owned()));
                    }
                    self.count_result(&run, set);
                    info!(run.was = there.state.as_str(), "run {} starts again", there.run_id);
                    run
                }
                Meets::Same => there,
                Meets::Again => return self.answer_again(there, &run, set, recipe_is_last).await.map(Some),
            },
        };
        self.supersede(entry, &now_held).await?;
        info!(
            run.state = now_held.state.as_str(),
            run.errors = now_held.errors,
            run.warnings = now_held.warnings,
            "run {} is {}",
            now_held.run_id,
            now_held.state.as_str()
        );
        publish_state(&self.bus, &self.stack, &now_held).await?;
        Ok(Some(now_held))
    }

    /// Answers the same content again: once per upload, and once for files that come within ten minutes of each other.
    /// The run is open until then, so that the sweep publishes a lost answer again. A run that waits for files no
    /// longer waits if its recipe was uploaded again as the last file. A run that wasn't launched yet takes from the new
    /// recipe what isn't part of its identity, such as guards and `deploy`.
    async fn answer_again(
        &self,
        there: Run,
        again: &Run,
        set: &DatasetFiles,
        recipe_is_last: bool,
    ) -> Result<Run, StepError> {
        let millis = |text: &str| text.parse::<Timestamp>().map_or(0, Timestamp::as_millisecond);
        let answered = there.reuploaded_at.as_deref().unwrap_or_default();
        let recently = !answered.is_empty() && millis(&set.uploaded_at) < millis(answered) + ANSWER_AGAIN_AFTER_MS;
        let commits = commits(there.state, there.settles_until().is_some(), recipe_is_last);
        let is_new = (&there.plan, &there.notify) != (&again.plan, &again.notify);
        // A rejected version has no plan, and changes no run.
        let renews = is_new && again.plan.is_some() && takes_new_settings(there.state, there.is_unconfirmed());
        let run = if recently && !commits && !renews {
            there
        } else {
            let mut change = Change::default().set("open", Some("open"));
            if !recently {
                change = change.set("reuploaded_at", Some(set.uploaded_at.as_str()));
            }
            if renews {
                change = change.value("plan", &again.plan)?.value("notify", &again.notify)?;
            }
            if commits {
                change = change.set("launch_after", None::<String>).set("queued_at", Some(now()));
            }
            let Some(noted) = self.ledger.advance(&there, there.state, &now(), change).await? else {
                return Err(StepError::NotYet("the run changed meanwhile".to_owned()));
            };
            if !recently {
                count_run(&self.stack, &there, &[metric::DatasetResult::Reuploaded.count()]);
            }
            noted
        };
        info!(
            run.state = run.state.as_str(),
            answer.uploaded_at = run.reuploaded_at,
            "the content of run {} was uploaded again",
            run.run_id
        );
        if let Some(event) = Event::reuploaded(&run, redact) {
            self.bus.put(&self.stack, &event).await?;
        }
        Ok(run)
    }

    /// Records what was validated. This is the last step: a later delivery that finds this upload validated reports
    /// only the state of its run.
    ///
    /// If another version of the dataset was validated since the entry was read, such as one that lacked a file, the
    /// dataset is read again. If it is still the version that was validated here, its report replaces the other one.
    pub(super) async fn note(
        &self,
        set: &DatasetFiles,
        mut entry: DatasetEntry,
        run: &Run,
        latest: Option<&DatasetReport>,
    ) -> Result<Read, StepError> {
        for _ in 0..READS_MAX {
            if self.note_validated(set, &entry, run).await? {
                return Ok(Read::Settled);
            }
            info!(
                "another version of dataset {} was validated in the meantime; checking whether it changed",
                set.dataset
            );
            entry = self.ledger.dataset(&set.dataset).await?.unwrap_or_default();
            let now = load(self, &set.dataset, set.spec.recipe.own_model.as_ref()).await?;
            if now.is_none_or(|now| now.fingerprint != set.fingerprint) {
                break;
            }
            self.supersede(&entry, run).await?;
            if let Some(report) = latest {
                self.write_latest(&set.dataset, report).await?;
            }
        }
        Ok(Read::LostRace(set.fingerprint.clone()))
    }

    /// Returns the earliest launch time of a dataset that may still get more files (RFC 3339). Content that already has
    /// a run keeps that run's time, so that a duplicate event delays nothing. The first version of a dataset doesn't
    /// wait.
    pub(super) async fn launch_after(
        &self,
        run_id: &str,
        entry: &DatasetEntry,
        decided: &accept::Candidate<String>,
        recipe_is_last: bool,
    ) -> Result<Option<String>, StepError> {
        if begins(decided) != State::Queued || entry.latest_run.is_none() || self.settle_s == 0 {
            return Ok(None);
        }
        if let Some(there) = self.ledger.run(run_id).await?
            && !matches!(meets(there.state, there.uploaded_at.clone(), decided), Meets::StartsAgain(_))
        {
            return Ok(there.settles_until().filter(|_| !recipe_is_last).map(str::to_owned));
        }
        let settles = settles(run_id, entry.latest_run.as_deref(), recipe_is_last);
        Ok(settles.then(|| rfc3339(Timestamp::now() + SignedDuration::from_secs(self.settle_s))))
    }

    /// Supersedes the run that was the dataset's newest, if it still waits.
    async fn supersede(&self, entry: &DatasetEntry, run: &Run) -> Result<(), StepError> {
        let Some(older) = entry.latest_run.as_ref().filter(|latest| **latest != run.run_id) else {
            return Ok(());
        };
        let Some(older) = self.ledger.run(older).await? else {
            return Ok(());
        };
        if let Some(state) = supersedes(
            (older.state, older.uploaded_at.as_str()),
            older.is_unconfirmed(),
            (run.state, run.uploaded_at.as_str()),
        ) && let Some(moved) = self.ledger.advance(&older, state, &now(), Change::default()).await?
        {
            count_move(&self.stack, &older, &moved);
            publish_state(&self.bus, &self.stack, &moved).await?;
        }
        Ok(())
    }

    fn count_result(&self, run: &Run, set: &DatasetFiles) {
        count_run(&self.stack, run, &metric::validated(run, &set.newest_at, Timestamp::now()));
    }

    /// Records what was validated, and that an accepted run is the dataset's newest, unless a newer one exists. Returns
    /// false if another version of the dataset was validated since the entry was read.
    async fn note_validated(&self, set: &DatasetFiles, was: &DatasetEntry, run: &Run) -> Result<bool, StepError> {
        let accepted = run.state != State::Rejected;
        let entry = DatasetEntry {
            dataset: run.dataset.clone(),
            latest_run: accepted.then(|| run.run_id.clone()),
            latest_uploaded_at: accepted.then(|| run.uploaded_at.clone()),
            validated_fingerprint: Some(set.fingerprint.clone()),
            validated_uploaded_at: Some(set.newest_at.clone()),
            validated_run: Some(run.run_id.clone()),
            rejected_run: (!accepted).then(|| run.run_id.clone()),
            // A rejected recipe changes nothing.
            keep_models: accepted.then(|| set.spec.recipe.keep_models.unwrap_or_default()),
            ..DatasetEntry::default()
        };
        Ok(self.ledger.write_dataset(was.validated_fingerprint.as_deref(), &entry).await?)
    }
}

/// Sets since when a queued run waits for a slot: from now on, or from its earliest launch time. A run in another state
/// doesn't wait.
fn queued(run: Run) -> Run {
    let launch_after = run.launch_after.clone().filter(|_| run.state == State::Queued);
    let queued_at = (run.state == State::Queued).then(|| launch_after.clone().unwrap_or_else(now));
    Run { launch_after, queued_at, ..run }
}
