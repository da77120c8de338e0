//! From a judged set to the ledger, the reports and the bus; each write is the same when it is made twice.

use tracing::{Span, info};
use tunedrop_aws::{Change, HeadIs};
use tunedrop_report::{Mended, Verdict};
use tunedrop_run::decide::accept::{self, Meets, begins, gives_way, is_older, meets};
use tunedrop_run::metric::{self, About};
use tunedrop_run::{DatasetHead, Run, State, Timestamp, rejected_identity, run_identity};

use super::build::{entry, plan, verdict};
use super::judge::{Judged, judge};
use super::set::{Set, load};
use super::{Read, Validate};
use crate::announce::{announce, answer, now};
use crate::batch::StepError;
use crate::count::{count, count_move, count_run};

/// People who upload a set's files one by one are answered once.
const ANSWER_AGAIN_AFTER_MS: i64 = 600_000;

impl Validate {
    pub(super) async fn evaluate_once(
        &self,
        dataset: &str,
        dropped: &str,
        requester: Option<&str>,
    ) -> Result<Read, StepError> {
        // Read before the set: whoever judges a newer state of it writes this after we have read it.
        let head = self.ledger.head(dataset).await?.unwrap_or_default();
        let Some(set) = load(&self.objects, dataset, &self.scope).await? else {
            return Ok(Read::Changed);
        };
        if set.recipe_file.is_none() && set.files.is_empty() {
            info!(object.file = dropped, "ignored: nothing of the set lies there any more");
            return Ok(Read::Settled);
        }
        // These very versions were judged before: a repeated event, or another file of the same drop.
        if head.judged.as_deref() == Some(&set.fingerprint) {
            if let Some(run_id) = &head.judged_run
                && let Some(run) = self.ledger.run(run_id).await?
            {
                Span::current().record("run_id", run_id);
                info!(run.state = run.state.as_str(), "judged before");
                announce(&self.bus, &self.stack, &run).await?;
                return Ok(Read::Settled);
            }
            if !set.missing.is_empty() {
                return Ok(Read::Settled);
            }
        }
        let Some(judged) = judge(&self.objects, dataset, &set).await? else {
            return Ok(Read::Changed);
        };
        let broken = set.findings.errors > 0;
        if !set.missing.is_empty() && !broken {
            return self.incomplete(dataset, &set, &judged, &head, requester).await;
        }
        self.decide(dataset, set, judged, head, requester, broken).await
    }

    /// Files are missing: what is there is reported, and the sweep tells people if it stays so.
    async fn incomplete(
        &self,
        dataset: &str,
        set: &Set,
        judged: &Judged,
        was: &DatasetHead,
        requester: Option<&str>,
    ) -> Result<Read, StepError> {
        let mut verdict = verdict(self, dataset, set, judged, "Incomplete");
        verdict.waits_for.clone_from(&set.missing);
        verdict.mended = self.mended(was, None, &judged.findings).await?;
        let report = self.write_verdict(&format!("reports/{dataset}/incomplete-{}", set.fingerprint), &verdict).await?;
        let head = DatasetHead {
            dataset: dataset.to_owned(),
            judged: Some(set.fingerprint.clone()),
            judged_run: None,
            waits_for: set.missing.clone(),
            since: Some(set.dropped_at.clone()),
            report: Some(report),
            open: Some("open".to_owned()),
            notify: set.recipe.notify.clone(),
            owner: set.recipe.owner(),
            dropped_by: requester.map(str::to_owned),
            ..DatasetHead::default()
        };
        // Another file's event may have found the set complete meanwhile.
        if !self.ledger.update_head(dataset, HeadIs::JudgedAs(was.judged.as_deref()), &head).await? {
            return Ok(Read::Changed);
        }
        let about = About { dataset: Some(dataset), ..About::default() };
        count(&self.stack, about, &[metric::Judged::Incomplete.count()]);
        self.write_latest(dataset, &verdict).await?;
        info!(missing = set.missing.join(", "), "incomplete");
        Ok(Read::Settled)
    }

    async fn decide(
        &self,
        dataset: &str,
        mut set: Set,
        judged: Judged,
        head: DatasetHead,
        requester: Option<&str>,
        broken: bool,
    ) -> Result<Read, StepError> {
        let base_model = set.recipe.base_model_identifier(&set.catalogue).unwrap_or_default();
        let hashes: Vec<(&str, &str)> = judged
            .files
            .iter()
            .filter(|file| file.role != "recipe")
            .map(|file| (file.role.as_str(), file.blake3.as_str()))
            .chain(judged.unreadable.iter().map(|(role, version)| (role.as_str(), version.as_str())))
            .collect();
        if broken {
            // One broken recipe is one rejection, whichever of its files came since.
            set.dropped_at.clone_from(&set.recipe_at);
        }
        let identity = match &set.recipe_file {
            Some((_, _, bytes)) if broken => rejected_identity(self.objects.bucket(), dataset, bytes),
            _ => run_identity(self.objects.bucket(), dataset, &base_model, &set.recipe, &hashes),
        };
        Span::current().record("run_id", identity.run_id.as_str());
        let rejected = broken || judged.findings.block(set.recipe.strict);
        let held = self.launch.holds(set.recipe.launch);
        let (latest, latest_at) = (head.latest.as_deref(), head.latest_at.as_deref());
        let overtaken = is_older(identity.run_id.as_str(), set.dropped_at.as_str(), latest, latest_at);
        let decided = accept::Judged { rejected, held, overtaken, since: set.dropped_at.clone() };
        let state = begins(&decided);
        if !rejected && !self.copy_files(&set, &identity.run_id).await? {
            return Ok(Read::Changed);
        }
        // A set is one recipe and its files: one that was replaced meanwhile belongs to another set.
        if !set.has_its_recipe(&self.objects).await? {
            return Ok(Read::Changed);
        }
        let mut verdict = verdict(self, dataset, &set, &judged, state.as_str());
        verdict.run_id = Some(identity.run_id.to_string());
        verdict.mended = self.mended(&head, Some(&identity.run_id), &judged.findings).await?;
        let report = self.write_verdict(&format!("reports/{dataset}/{}", identity.run_id), &verdict).await?;
        if !overtaken {
            self.write_latest(dataset, &verdict).await?;
        }
        let run = Run {
            plan: (!rejected).then(|| plan(&set, &identity, &base_model, &judged, &self.objects)),
            previous: head.latest.clone().filter(|latest| *latest != identity.run_id),
            report: Some(report),
            dropped_by: requester.map(str::to_owned),
            mended: verdict.mended.as_ref().map(Mended::sentence),
            queued_at: (state == State::Queued).then(now),
            ..entry(dataset, &identity, state, &set, &judged)
        };
        self.record(run, &set, head, decided).await?;
        Ok(Read::Settled)
    }

    /// Pins what was judged: a file that was replaced since is not copied, and the set is judged again.
    async fn copy_files(&self, set: &Set, run_id: &str) -> Result<bool, StepError> {
        for (role, _, object) in &set.files {
            if !self.objects.copy(object, &format!("runs/{run_id}/data/{role}.jsonl")).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn write_latest(&self, dataset: &str, verdict: &Verdict) -> Result<(), StepError> {
        self.objects
            .write(&format!("reports/{dataset}/latest.json"), verdict.json().into_bytes(), "application/json")
            .await?;
        self.objects
            .write(&format!("reports/{dataset}/latest.html"), verdict.html().into_bytes(), "text/html; charset=utf-8")
            .await?;
        Ok(())
    }

    /// Writes the run, or answers with the one that this content has already.
    async fn record(
        &self,
        run: Run,
        set: &Set,
        head: DatasetHead,
        decided: accept::Judged<String>,
    ) -> Result<(), StepError> {
        let now_held = match self.ledger.create(&run).await? {
            None => {
                self.count_verdict(&run, set);
                run
            }
            Some(there) if there.identity != run.identity => {
                // Twelve hex digits met by chance: refused, never mixed up; the dead letter raises the alarm.
                return Err(StepError::NotYet(format!("another content already has the run id {}", run.run_id)));
            }
            Some(there) => match meets(there.state, there.since.clone(), &decided) {
                Meets::StartsAgain(state) => {
                    let run = Run { state, queued_at: (state == State::Queued).then(now), ..run };
                    if !self.ledger.replace(&there, &run).await? {
                        return Err(StepError::NotYet("the run changed meanwhile".to_owned()));
                    }
                    self.count_verdict(&run, set);
                    info!(run.was = there.state.as_str(), "starts again");
                    run
                }
                Meets::Same => there,
                Meets::Again => return self.answer_again(there, set).await,
            },
        };
        self.supersede(&head, &now_held).await?;
        self.point_head(set, &now_held).await?;
        info!(
            run.state = now_held.state.as_str(),
            run.errors = now_held.errors,
            run.warnings = now_held.warnings,
            "decided"
        );
        Ok(announce(&self.bus, &self.stack, &now_held).await?)
    }

    /// The same content again. Answered once per upload, and once for files that come within ten minutes of each other.
    /// The run is open until that is done, so that the sweep says it again where the answer was lost.
    async fn answer_again(&self, there: Run, set: &Set) -> Result<(), StepError> {
        let millis = |text: &str| text.parse::<Timestamp>().map_or(0, Timestamp::as_millisecond);
        let answered = there.redropped_at.as_deref().unwrap_or_default();
        let recently = !answered.is_empty() && millis(&set.dropped_at) < millis(answered) + ANSWER_AGAIN_AFTER_MS;
        let run = if recently {
            there
        } else {
            let change = Change::default().set("redropped_at", Some(set.dropped_at.as_str())).set("open", Some("open"));
            let Some(noted) = self.ledger.advance(&there, there.state, &now(), change).await? else {
                return Err(StepError::NotYet("the run changed meanwhile".to_owned()));
            };
            count_run(&self.stack, &there, &[metric::Judged::Repeated.count()]);
            noted
        };
        info!(run.state = run.state.as_str(), answer.dropped_at = run.redropped_at, "the same content again");
        if let Some((kind, detail)) = answer(&run, &self.stack) {
            self.bus.put(kind, &detail).await?;
        }
        // Last, for whoever finds this drop judged says no more of it than its run's state.
        self.point_head(set, &run).await
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

    /// Remembers what was judged, and for an accepted run that it is the dataset's newest.
    async fn point_head(&self, set: &Set, run: &Run) -> Result<(), StepError> {
        let accepted = run.state != State::Rejected;
        let head = DatasetHead {
            dataset: run.dataset.clone(),
            latest: accepted.then(|| run.run_id.to_string()),
            latest_at: accepted.then(|| run.since.clone()),
            judged: Some(set.fingerprint.clone()),
            judged_run: Some(run.run_id.to_string()),
            rejected: (!accepted).then(|| run.run_id.to_string()),
            ..DatasetHead::default()
        };
        let when = if accepted { HeadIs::NotNewerThan(&run.since) } else { HeadIs::Anything };
        self.ledger.update_head(&run.dataset, when, &head).await?;
        Ok(())
    }
}
