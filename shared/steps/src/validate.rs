//! validate: something was dropped. Reads the set it belongs to, judges it, reports, and decides.

mod build;
mod judge;
mod media;
mod persist;
mod set;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::{Bus, Failure, Ledger, Objects, Open};
use tunedrop_report::Verdict;
use tunedrop_run::dropped::{Dropped, classify, shown, shown_line};
use tunedrop_run::event::{Kind, senders};
use tunedrop_run::metric::{About, Judged, Metric};
use tunedrop_run::{LaunchDefault, LogScope, Note, RecipeScope, SCHEMA, fingerprint};
use tunedrop_validation::{Finding, Findings};

use crate::announce::now;
use crate::batch::StepError;
use crate::count::count;
use crate::settings;

/// A set that changes while it is read is judged again, this often; after that its message comes again.
const READS_MAX: usize = 3;

/// Messages about misnamed files that a stack sends in an hour; after them one more, for all others.
const MISNAMED_MAX: u64 = 20;

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
}

/// Whether the set stood still while it was read.
enum Read {
    Settled,
    Changed,
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
                let span = info_span!("validate", dataset, run_id = tracing::field::Empty);
                self.evaluate(&dataset, &file, requester).instrument(span).await
            }
        }
    }

    async fn evaluate(&self, dataset: &str, dropped: &str, requester: Option<&str>) -> Result<(), StepError> {
        for _ in 0..READS_MAX {
            if let Read::Settled = self.evaluate_once(dataset, dropped, requester).await? {
                return Ok(());
            }
            info!("the set changed while it was read; judging it again");
        }
        Err(StepError::NotYet("the set keeps changing while it is read".to_owned()))
    }

    /// A misnamed file: reported and told once, whatever is dropped there later.
    async fn near_miss(
        &self,
        key: &str,
        dataset: &str,
        finding: Finding,
        requester: Option<&str>,
    ) -> Result<(), StepError> {
        let hash = fingerprint([self.objects.bucket(), key]);
        let (code, line) = (finding.code, shown_line(&finding));
        let mut findings = Findings::default();
        findings.push(finding);
        let verdict = Verdict {
            version: 1,
            stack: self.stack.clone(),
            dataset: dataset.to_owned(),
            run_id: None,
            state: "Rejected".to_owned(),
            dropped_at: now(),
            base_model: None,
            catalogue_model: None,
            customization: None,
            hyperparameters: Default::default(),
            record_tokens: None,
            billing: None,
            files: Vec::new(),
            waits_for: Vec::new(),
            findings,
            mended: None,
            show_excerpts: false,
            note: None,
        };
        // No dataset is called `_`, so this can't meet another report.
        let report = self.write_verdict(&format!("reports/_/{hash}"), &verdict).await?;
        let note = Note {
            schema: SCHEMA,
            pk: Note::key(&hash),
            dataset: shown(dataset),
            since: now(),
            findings: vec![line],
            report: Some(report),
            dropped_by: requester.map(str::to_owned),
            open: Some("open".to_owned()),
            ..Note::default()
        };
        if self.ledger.create_note(&note).await? {
            let counts = [Judged::Misnamed.count(), Metric::Findings.of(code.as_str(), 1.0)];
            count(&self.stack, About { dataset: Some(dataset), ..About::default() }, &counts);
            if !self.may_be_told(&note).await? {
                return Ok(());
            }
        }
        info!(object.key = key, "a near miss: reported");
        Ok(self.bus.put(Kind::DatasetRejected, &note.detail(&self.stack)).await?)
    }

    /// Whether a message may be sent about a misnamed file. Beyond the limit of an hour, one message says so for all, and
    /// each file has a report.
    async fn may_be_told(&self, note: &Note) -> Result<bool, StepError> {
        let hour = note.since.get(..13).unwrap_or_default();
        let hour_key = |what| Note::key(&fingerprint([self.objects.bucket(), what, hour]));
        let count = self.ledger.count_note(&hour_key("misnamed"), &note.since).await?;
        if count <= MISNAMED_MAX {
            return Ok(true);
        }
        info!(count, "a near miss: reported, and folded into one message");
        self.ledger.close(&note.pk, &Open::Note(Box::new(note.clone()))).await?;
        let line =
            format!("More than {MISNAMED_MAX} files within an hour; the others have reports only, in reports/_/");
        let all = Note {
            pk: hour_key("folded"),
            dataset: "(many)".to_owned(),
            findings: vec![line],
            report: None,
            ..note.clone()
        };
        if self.ledger.create_note(&all).await? {
            self.bus.put(Kind::DatasetRejected, &all.detail(&self.stack)).await?;
        }
        Ok(false)
    }

    /// Writes both forms; the address of the HTML.
    async fn write_verdict(&self, folder: &str, verdict: &Verdict) -> Result<String, Failure> {
        self.objects.write(&format!("{folder}/report.json"), verdict.json().into_bytes(), "application/json").await?;
        let html = format!("{folder}/report.html");
        self.objects.write(&html, verdict.html().into_bytes(), "text/html; charset=utf-8").await?;
        Ok(self.objects.address(&html))
    }
}

/// The first five findings, each in a line, blocking ones first; for messages.
fn finding_lines(findings: &Findings) -> Vec<String> {
    let mut kept: Vec<&Finding> = findings.kept.iter().collect();
    kept.sort_by_key(|finding| finding.severity);
    let line = |finding: &&Finding| {
        let place = match (finding.line, finding.column) {
            (Some(line), Some(column)) => format!("{}:{line}:{column}", finding.file),
            (Some(line), None) => format!("{}:{line}", finding.file),
            _ => finding.file.clone(),
        };
        let text = format!("{place}: {} ({}). {}", finding.message, finding.code.as_str(), finding.help);
        text.chars().take(600).collect()
    };
    kept.iter().take(5).map(line).collect()
}
