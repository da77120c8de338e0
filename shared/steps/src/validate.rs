//! validate: reads the dataset of an uploaded file, validates it, writes the report, and accepts or rejects it.
//!
//! Every write is idempotent. The dataset's entry records at the end what was validated, if no other version was validated
//! since the entry was read; the loser of that race checks again.

mod build;
mod check_files;
mod copies;
mod dataset_files;
mod deployment_name;
mod drift;
mod ledger;
mod near_miss;
mod own_base;
mod report;
mod upload;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde_json::Value;
use tracing::{Instrument, Span, info, info_span, warn};
use tunedrop_aws::{Bus, Ledger, Objects};
use tunedrop_report::FixedFindings;
use tunedrop_run::decide::accept::{self, SETTLE_MOST_S, SETTLE_S, begins, is_older};
use tunedrop_run::event::senders;
use tunedrop_run::metric::{self, LogFields};
use tunedrop_run::object_key::{ObjectKind, classify};
use tunedrop_run::{DatasetEntry, LaunchDefault, LogScope, RecipeScope, Run};
use tunedrop_run::{rejected_identity, run_identity};

use crate::batch::StepError;
use crate::count::count;
use crate::settings;
use build::{hashes, new_run, plan, report};
use check_files::{CheckedFiles, check_files};
pub(crate) use dataset_files::load_catalogue;
use dataset_files::{DatasetFiles, load};
use own_base::FirstBase;
use upload::{Dated, Upload, date};

/// A dataset that changes while it is read is validated again, at most this often; then its message returns to the queue.
const READS_MAX: usize = 3;
/// How many differences from the last version a message lists.
const DRIFT_SHOWN: usize = 3;

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
    /// Seconds that an update waits for more files; 0 if it doesn't wait.
    settle_s: i64,
    /// Whether secrets and personal data are looked for, whatever the recipe says.
    requires_sensitive: bool,
}

/// The result of one evaluation of a dataset.
enum Read {
    /// Done.
    Settled,
    /// The dataset changed while it was read.
    Changed,
    /// Another version than the one of this fingerprint was validated in the meantime; `latest.html` may show this one.
    LostRace(String),
    /// The content was first trained from another model than its deployment serves now.
    Trained(FirstBase),
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
                max_model_units: Some(settings::number("TUNEDROP_MAX_MODEL_UNITS")?.unwrap_or(0)),
                ..RecipeScope::default()
            },
            launch: settings::launch_default()?,
            settle_s: settings::number("TUNEDROP_SETTLE_SECONDS")?.unwrap_or(SETTLE_S).min(SETTLE_MOST_S),
            requires_sensitive: settings::flag("TUNEDROP_REQUIRE_SENSITIVE_DATA_CHECK")?,
            // Excerpts are off unless the value is exactly `true`.
            show_excerpts: settings::optional("TUNEDROP_SHOW_EXCERPTS").is_some_and(|shown| shown == "true"),
        })
    }

    /// Handles S3's `Object Created`.
    pub async fn step(&self, event: EventBridgeEvent<Value>) -> Result<(), StepError> {
        let text = |pointer: &str| event.detail.pointer(pointer).and_then(Value::as_str);
        let (Some(bucket), Some(key)) = (text("/bucket/name"), text("/object/key")) else {
            warn!(event.source = event.source, "ignored an event without an object");
            return Ok(());
        };
        if bucket != self.objects.bucket() {
            info!("ignored an event about another bucket");
            return Ok(());
        }
        let requester = text("/requester");
        match classify(key) {
            ObjectKind::Ignored(reason) => {
                info!(object.key = key, reason, "ignored an object");
                Ok(())
            }
            ObjectKind::NearMiss { dataset, finding } => self.near_miss(key, &dataset, *finding, requester).await,
            ObjectKind::DatasetFile { dataset, file } => {
                let at_ms = event.time.map(|time| time.timestamp_millis());
                let upload = Upload { file: &file, by: requester, at_ms };
                let span = info_span!("validate", dataset, run_id = tracing::field::Empty);
                self.evaluate(&dataset, &upload).instrument(span).await
            }
        }
    }

    async fn evaluate(&self, dataset: &str, upload: &Upload<'_>) -> Result<(), StepError> {
        let (mut shown, mut first) = (None, None);
        for _ in 0..READS_MAX {
            match self.evaluate_once(dataset, upload, shown.as_deref(), first.as_ref()).await? {
                Read::Settled => return Ok(()),
                Read::Changed => {
                    first = None;
                    info!("dataset {dataset} changed while it was read; validating it again");
                }
                Read::Trained(base) => first = Some(base),
                Read::LostRace(fingerprint) => {
                    info!("another version of dataset {dataset} was validated in the meantime; checking again");
                    shown = Some(fingerprint);
                }
            }
        }
        Err(StepError::NotYet("the dataset keeps changing while it is read".to_owned()))
    }

    /// `shown`: the version that this step wrote to `latest.html`, and that lost the race. `first`: the model that this
    /// content was first trained from.
    async fn evaluate_once(
        &self,
        dataset: &str,
        upload: &Upload<'_>,
        shown: Option<&str>,
        first: Option<&FirstBase>,
    ) -> Result<Read, StepError> {
        // Read before the files: if a newer version is validated, its entry is written after this read.
        let entry = self.ledger.dataset(dataset).await?.unwrap_or_default();
        let Some(mut set) = load(self, dataset, first.map(|first| &first.model)).await? else {
            return Ok(Read::Changed);
        };
        if first.is_some_and(|first| first.fingerprint != set.fingerprint) {
            return Ok(Read::Changed);
        }
        if set.recipe_file.is_none() && set.files.is_empty() {
            info!(object.file = upload.file, "ignored: dataset {dataset} has no files any more");
            return Ok(Read::Settled);
        }
        self.check_deployment_name(&mut set).await?;
        let dated = date(&mut set, upload);
        // If another version is shown, it must be overwritten.
        let shows = shown.is_none_or(|shown| shown == set.fingerprint);
        if shows
            && entry.validated_fingerprint.as_deref() == Some(&set.fingerprint)
            && self.was_validated(&set, &entry).await?
        {
            return Ok(Read::Settled);
        }
        let key = self.ledger.own_trace_key().await?;
        let Some(checked) = check_files(&self.objects, dataset, &set, key, self.requires_sensitive).await? else {
            return Ok(Read::Changed);
        };
        if !set.missing.is_empty() && set.spec.findings.errors == 0 {
            return self.incomplete(dataset, &set, &checked, &entry, upload).await;
        }
        self.decide(dataset, set, checked, entry, upload, dated).await
    }

    /// Files are missing: writes a report on the others. The sweep notifies people if the files don't come.
    async fn incomplete(
        &self,
        dataset: &str,
        set: &DatasetFiles,
        checked: &CheckedFiles,
        was: &DatasetEntry,
        upload: &Upload<'_>,
    ) -> Result<Read, StepError> {
        let mut report = report(self, dataset, set, checked, "Incomplete");
        report.missing_files.clone_from(&set.missing);
        report.fixed = self.fixed(was, None, &checked.findings).await?;
        let address = self.write_report(&format!("reports/{dataset}/incomplete-{}", set.fingerprint), &report).await?;
        // Another file's event may have found the dataset complete in the meantime; its report must stay.
        if self.ledger.dataset(dataset).await?.unwrap_or_default().validated_fingerprint != was.validated_fingerprint {
            return Ok(Read::Changed);
        }
        self.write_latest(dataset, &report).await?;
        let entry = DatasetEntry {
            dataset: dataset.to_owned(),
            validated_fingerprint: Some(set.fingerprint.clone()),
            validated_uploaded_at: Some(set.newest_at.clone()),
            missing_files: set.missing.clone(),
            uploaded_at: Some(set.uploaded_at.clone()),
            report: Some(address),
            open: Some("open".to_owned()),
            notify: set.spec.recipe.notify.clone(),
            owner: set.spec.recipe.owner(),
            uploader: upload.by.map(str::to_owned),
            ..DatasetEntry::default()
        };
        if !self.ledger.write_dataset(was.validated_fingerprint.as_deref(), &entry).await? {
            return Ok(Read::LostRace(set.fingerprint.clone()));
        }
        let fields = LogFields { dataset: Some(dataset), ..LogFields::default() };
        count(&self.stack, fields, &[metric::DatasetResult::Incomplete.count()]);
        info!(missing = set.missing.join(", "), "dataset {dataset} is incomplete");
        Ok(Read::Settled)
    }

    /// All files are there, or the recipe is invalid: creates the run of this content, or answers with the existing one.
    async fn decide(
        &self,
        dataset: &str,
        mut set: DatasetFiles,
        mut checked: CheckedFiles,
        entry: DatasetEntry,
        upload: &Upload<'_>,
        dated: Dated,
    ) -> Result<Read, StepError> {
        let broken = set.spec.findings.errors > 0;
        let base_model = set.spec.recipe.base_model_identifier(&set.catalogue).unwrap_or_default();
        if !broken {
            self.compare(&set, &mut checked, &entry, &base_model).await?;
        }
        let rejected = broken || checked.findings.block(set.spec.recipe.strict);
        if let Some(first) = self.first_base(&set, &hashes(&set, &checked, false), rejected).await? {
            return Ok(Read::Trained(first));
        }
        let hashes = hashes(&set, &checked, rejected);
        if broken {
            // An invalid recipe is rejected once, whichever of its files came later.
            set.uploaded_at.clone_from(&set.recipe_at);
        }
        let identity = match &set.recipe_file {
            Some((_, _, bytes)) if broken => rejected_identity(self.objects.bucket(), dataset, bytes),
            _ => run_identity(self.objects.bucket(), dataset, &base_model, &set.spec.recipe, &hashes),
        };
        Span::current().record("run_id", identity.run_id.as_str());
        let held = self.launch.holds(set.spec.recipe.launch);
        let (latest, latest_uploaded_at) = (entry.latest_run.as_deref(), entry.latest_uploaded_at.as_deref());
        let superseded = is_older(identity.run_id.as_str(), set.uploaded_at.as_str(), latest, latest_uploaded_at);
        let listed = if broken { dated.recipe_listed_at } else { dated.listed_at };
        let decided = accept::Candidate { rejected, held, superseded, uploaded_at: set.uploaded_at.clone(), listed };
        let state = begins(&decided);
        if !rejected && !self.copy_files(&set, &checked, &identity.run_id).await? {
            return Ok(Read::Changed);
        }
        // A recipe that was replaced in the meantime belongs to another version.
        if !set.has_its_recipe(&self.objects).await? {
            return Ok(Read::Changed);
        }
        let mut report = report(self, dataset, &set, &checked, state.as_str());
        report.run_id = Some(identity.run_id.to_string());
        report.fixed = self.fixed(&entry, Some(&identity.run_id), &checked.findings).await?;
        report.launch_after = self.launch_after(&identity.run_id, &entry, &decided, dated.recipe_is_last).await?;
        let address = self.write_report(&format!("reports/{dataset}/{}", identity.run_id), &report).await?;
        if !superseded {
            self.write_latest(dataset, &report).await?;
        }
        let run = Run {
            plan: (!rejected).then(|| plan(&set, &identity, &base_model, &checked, &self.objects)),
            previous: entry.latest_run.clone().filter(|latest| *latest != identity.run_id),
            report: Some(address),
            uploader: upload.by.map(str::to_owned),
            fixed: report.fixed.as_ref().map(FixedFindings::sentence),
            drift: report.quality.as_ref().and_then(|quality| quality.compared.as_ref()?.sentence(DRIFT_SHOWN)),
            launch_after: report.launch_after.clone(),
            ..new_run(dataset, &identity, state, &set, &checked)
        };
        let run = self.with_base_run(run).await?;
        let Some(run) = self.record(run, &set, &entry, &decided, dated.recipe_is_last).await? else {
            return Ok(Read::Changed);
        };
        self.note(&set, entry, &run, Some(&report).filter(|_| !superseded)).await
    }
}
