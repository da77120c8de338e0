//! A file whose name is not one that is read: reported and told once, whatever is dropped there later.

use tracing::info;
use tunedrop_aws::Open;
use tunedrop_report::Verdict;
use tunedrop_run::dropped::{shown, shown_line};
use tunedrop_run::event::Event;
use tunedrop_run::metric::{About, Judged, Metric};
use tunedrop_run::{NOTE_KEPT_S, Note, SCHEMA, fingerprint};
use tunedrop_validation::{Finding, Findings};

use super::Validate;
use crate::announce::{now, now_s};
use crate::batch::StepError;
use crate::count::count;

/// Messages about misnamed files that a stack sends in an hour; after them one more, for all others.
const MISNAMED_MAX: u64 = 20;

impl Validate {
    /// A misnamed file: reported and told once, whatever is dropped there later.
    pub(super) async fn near_miss(
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
            launch_after: None,
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
            expires_at: Some(now_s() + NOTE_KEPT_S),
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
        Ok(self.bus.put(&self.stack, &Event::misnamed(&note)).await?)
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
            self.bus.put(&self.stack, &Event::misnamed(&all)).await?;
        }
        Ok(false)
    }
}
