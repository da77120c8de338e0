//! validate: something was dropped. Reads the set it belongs to, judges it, reports, and decides.
//!
//! Each write is the same when it is made twice. What was judged is noted in the dataset's head at the end, on the condition
//! that nobody has judged another state of the set since the head was read; whoever loses that race looks again.

mod build;
mod judge;
mod ledger;
mod near_miss;
mod report;
mod set;
mod upload;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde_json::Value;
use tracing::{Instrument, Span, info, info_span, warn};
use tunedrop_aws::{Bus, Ledger, Objects};
use tunedrop_report::Mended;
use tunedrop_run::decide::accept::{self, SETTLE_MOST_S, SETTLE_S, begins, is_older, was_unknown};
use tunedrop_run::dropped::{Dropped, classify};
use tunedrop_run::event::senders;
use tunedrop_run::metric::{self, About};
use tunedrop_run::{DatasetHead, LaunchDefault, LogScope, RecipeScope, Run};
use tunedrop_run::{rejected_identity, run_identity};

use crate::announce::announce;
use crate::batch::StepError;
use crate::count::count;
use crate::settings;
use build::{entry, plan, verdict};
use judge::{Judged, judge};
use set::{Set, load};
use upload::{Dated, Upload, date};

/// A set that changes while it is read is judged again, this often; after that its message comes again.
const READS_MAX: usize = 3;

/// The step's adapters and settings.
#[derive(Debug)]
pub struct Validate {
    objects: Objects,
    ledger: Ledger,
    bus: Bus,
    stack: String,
    scope: RecipeScope,
    launch: LaunchDefault,
    show_excerpts: bool,
    /// How long an update waits for further files, in seconds; 0: not at all.
    settle_s: i64,
}

/// What became of one evaluation of a set.
enum Read {
    /// It is done.
    Settled,
    /// The set changed while it was read.
    Changed,
    /// Another state of the set was judged meanwhile than the one of this fingerprint, which `latest.html` may show now.
    Overtaken(String),
}

impl Validate {
    /// Once per process.
    pub async fn from_env() -> Result<Validate, lambda_runtime::Error> {
        let config = tunedrop_aws::config().await;
        let bucket = settings::required("TUNEDROP_BUCKET")?;
        Ok(Validate {
            objects: Objects::new(&config, bucket.clone()).with_key(settings::optional("TUNEDROP_KMS_KEY_ARN")),
            ledger: Ledger::new(&config, settings::required("TUNEDROP_TABLE")?),
            bus: Bus::new(&config, settings::required("TUNEDROP_BUS")?, senders::VALIDATE),
            stack: settings::required("TUNEDROP_STACK")?,
            scope: RecipeScope {
                default_model: settings::optional("TUNEDROP_DEFAULT_BASE_MODEL"),
                region: settings::optional("AWS_REGION"),
                account: settings::optional("TUNEDROP_ACCOUNT"),
                logs: LogScope::of(
                    settings::optional("TUNEDROP_INVOCATION_LOG_BUCKET").filter(|logs| *logs != bucket),
                    settings::optional("TUNEDROP_INVOCATION_LOG_PREFIX"),
                ),
                tag_keys: settings::list("TUNEDROP_ALLOWED_TAG_KEYS"),
            },
            launch: settings::launch_default()?,
            settle_s: settings::number("TUNEDROP_SETTLE_SECONDS")?.unwrap_or(SETTLE_S).min(SETTLE_MOST_S),
            // Private unless the stack says otherwise, in so many letters.
            show_excerpts: settings::optional("TUNEDROP_SHOW_EXCERPTS").is_some_and(|shown| shown == "true"),
        })
    }

    /// Takes S3's `Object Created`.
    pub async fn step(&self, event: EventBridgeEvent<Value>) -> Result<(), StepError> {
        let text = |pointer: &str| event.detail.pointer(pointer).and_then(Value::as_str);
        let (Some(bucket), Some(key)) = (text("/bucket/name"), text("/object/key")) else {
            warn!(event.source = event.source, "poison: the event names no object");
            return Ok(());
        };
        if bucket != self.objects.bucket() {
            info!("ignored: another bucket's event");
            return Ok(());
        }
        let requester = text("/requester");
        match classify(key) {
            Dropped::Ignored(reason) => {
                info!(object.key = key, reason, "ignored");
                Ok(())
            }
            Dropped::NearMiss { dataset, finding } => self.near_miss(key, &dataset, *finding, requester).await,
            Dropped::Part { dataset, file } => {
                let at_ms = event.time.map(|time| time.timestamp_millis());
                let upload = Upload { file: &file, by: requester, at_ms };
                let span = info_span!("validate", dataset, run_id = tracing::field::Empty);
                self.evaluate(&dataset, &upload).instrument(span).await
            }
        }
    }

    async fn evaluate(&self, dataset: &str, upload: &Upload<'_>) -> Result<(), StepError> {
        let mut shown = None;
        for _ in 0..READS_MAX {
            match self.evaluate_once(dataset, upload, shown.as_deref()).await? {
                Read::Settled => return Ok(()),
                Read::Changed => info!("the set changed while it was read; judging it again"),
                Read::Overtaken(fingerprint) => {
                    info!("another state of the set was judged meanwhile; looking again");
                    shown = Some(fingerprint);
                }
            }
        }
        Err(StepError::NotYet("the set keeps changing while it is read".to_owned()))
    }

    /// `shown`: the state of the set that this step has put into `latest.html` and that was overtaken.
    async fn evaluate_once(&self, dataset: &str, upload: &Upload<'_>, shown: Option<&str>) -> Result<Read, StepError> {
        // Read before the set: whoever judges a newer state of it writes this after we have read it.
        let head = self.ledger.head(dataset).await?.unwrap_or_default();
        let Some(mut set) = load(&self.objects, dataset, &self.scope).await? else {
            return Ok(Read::Changed);
        };
        if set.recipe_file.is_none() && set.files.is_empty() {
            info!(object.file = upload.file, "ignored: nothing of the set lies there any more");
            return Ok(Read::Settled);
        }
        let dated = date(&mut set, upload);
        // What is shown of another state of the set must be written over.
        let shows = shown.is_none_or(|shown| shown == set.fingerprint);
        if shows && head.judged.as_deref() == Some(&set.fingerprint) && self.was_judged(&set, &head).await? {
            return Ok(Read::Settled);
        }
        let Some(judged) = judge(&self.objects, dataset, &set).await? else {
            return Ok(Read::Changed);
        };
        if !set.missing.is_empty() && set.spec.findings.errors == 0 {
            return self.incomplete(dataset, &set, &judged, &head, upload).await;
        }
        self.decide(dataset, set, judged, head, upload, dated).await
    }

    /// These very versions were judged before: a repeated event, or another file of the same upload. False where the run
    /// that came of it has to be looked at again.
    async fn was_judged(&self, set: &Set, head: &DatasetHead) -> Result<bool, StepError> {
        let Some(run_id) = &head.judged_run else {
            return Ok(!set.missing.is_empty());
        };
        let Some(run) = self.ledger.run(run_id).await? else {
            return Ok(false);
        };
        if was_unknown(run.state, run.since.as_str(), set.dropped_at.as_str()) {
            return Ok(false);
        }
        Span::current().record("run_id", run_id.as_str());
        info!(run.state = run.state.as_str(), "judged before");
        announce(&self.bus, &self.stack, &run).await?;
        Ok(true)
    }

    /// Files are missing: what is there is reported, and the sweep tells people if it stays so.
    async fn incomplete(
        &self,
        dataset: &str,
        set: &Set,
        judged: &Judged,
        was: &DatasetHead,
        upload: &Upload<'_>,
    ) -> Result<Read, StepError> {
        let mut verdict = verdict(self, dataset, set, judged, "Incomplete");
        verdict.waits_for.clone_from(&set.missing);
        verdict.mended = self.mended(was, None, &judged.findings).await?;
        let report = self.write_verdict(&format!("reports/{dataset}/incomplete-{}", set.fingerprint), &verdict).await?;
        // Another file's event may have found the set complete meanwhile, and its verdict must stay.
        if self.ledger.head(dataset).await?.unwrap_or_default().judged != was.judged {
            return Ok(Read::Changed);
        }
        self.write_latest(dataset, &verdict).await?;
        let head = DatasetHead {
            dataset: dataset.to_owned(),
            judged: Some(set.fingerprint.clone()),
            judged_at: Some(set.newest_at.clone()),
            waits_for: set.missing.clone(),
            since: Some(set.dropped_at.clone()),
            report: Some(report),
            open: Some("open".to_owned()),
            notify: set.spec.recipe.notify.clone(),
            owner: set.spec.recipe.owner(),
            dropped_by: upload.by.map(str::to_owned),
            ..DatasetHead::default()
        };
        if !self.ledger.write_head(was.judged.as_deref(), &head).await? {
            return Ok(Read::Overtaken(set.fingerprint.clone()));
        }
        let about = About { dataset: Some(dataset), ..About::default() };
        count(&self.stack, about, &[metric::Judged::Incomplete.count()]);
        info!(missing = set.missing.join(", "), "incomplete");
        Ok(Read::Settled)
    }

    /// Everything is there, or the recipe is broken: the content gets its run, or is answered with the one that it has.
    async fn decide(
        &self,
        dataset: &str,
        mut set: Set,
        judged: Judged,
        head: DatasetHead,
        upload: &Upload<'_>,
        dated: Dated,
    ) -> Result<Read, StepError> {
        let broken = set.spec.findings.errors > 0;
        let base_model = set.spec.recipe.base_model_identifier(&set.catalogue).unwrap_or_default();
        let hashes: Vec<(&str, &str)> = judged
            .files
            .iter()
            .filter(|file| file.role != "recipe")
            .map(|file| (file.role.as_str(), file.blake3.as_str()))
            .chain(judged.unread.iter().map(|(role, version)| (role.as_str(), version.as_str())))
            .collect();
        if broken {
            // One broken recipe is one rejection, whichever of its files came since.
            set.dropped_at.clone_from(&set.recipe_at);
        }
        let identity = match &set.recipe_file {
            Some((_, _, bytes)) if broken => rejected_identity(self.objects.bucket(), dataset, bytes),
            _ => run_identity(self.objects.bucket(), dataset, &base_model, &set.spec.recipe, &hashes),
        };
        Span::current().record("run_id", identity.run_id.as_str());
        let rejected = broken || judged.findings.block(set.spec.recipe.strict);
        let held = self.launch.holds(set.spec.recipe.launch);
        let (latest, latest_at) = (head.latest.as_deref(), head.latest_at.as_deref());
        let overtaken = is_older(identity.run_id.as_str(), set.dropped_at.as_str(), latest, latest_at);
        let listed = if broken { dated.recipe_listed_at } else { dated.listed_at };
        let decided = accept::Judged { rejected, held, overtaken, since: set.dropped_at.clone(), listed };
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
        verdict.launch_after = self.launch_after(&identity.run_id, &head, &decided, dated.recipe_is_last).await?;
        let report = self.write_verdict(&format!("reports/{dataset}/{}", identity.run_id), &verdict).await?;
        if !overtaken {
            self.write_latest(dataset, &verdict).await?;
        }
        let run = Run {
            plan: (!rejected).then(|| plan(&set, &identity, &base_model, &judged, &self.objects)),
            previous: head.latest.clone().filter(|latest| *latest != identity.run_id),
            report: Some(report),
            dropped_by: upload.by.map(str::to_owned),
            mended: verdict.mended.as_ref().map(Mended::sentence),
            launch_after: verdict.launch_after.clone(),
            ..entry(dataset, &identity, state, &set, &judged)
        };
        let Some(run) = self.record(run, &set, &head, &decided, dated.recipe_is_last).await? else {
            return Ok(Read::Changed);
        };
        self.note(&set, head, &run, Some(&verdict).filter(|_| !overtaken)).await
    }

    /// Pins what was judged: a file that was replaced since is not copied, and the set is judged again.
    async fn copy_files(&self, set: &Set, run_id: &str) -> Result<bool, StepError> {
        for (role, _, object) in &set.files {
            let role = role.as_str();
            if !self.objects.copy(object, &format!("runs/{run_id}/data/{role}.jsonl")).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
