//! Misnamed files: reported once, with one message, whatever is uploaded there later.

use tracing::info;
use tunedrop_aws::Open;
use tunedrop_report::DatasetReport;
use tunedrop_run::event::Event;
use tunedrop_run::metric::{DatasetResult, LogFields, Metric};
use tunedrop_run::object_key::{display_line, display_name};
use tunedrop_run::{MISNAMED_KEPT_S, MisnamedFile, SCHEMA, fingerprint};
use tunedrop_validation::{Finding, Findings};

use super::Validate;
use crate::batch::StepError;
use crate::count::count;
use crate::publish::{now, now_s};

/// Maximum number of messages about misnamed files that a stack sends in an hour. One more message covers all others.
const MISNAMED_MAX: u64 = 20;

impl Validate {
    /// Reports a misnamed file, and notifies people once, whatever is uploaded there later.
    pub(super) async fn near_miss(
        &self,
        key: &str,
        dataset: &str,
        finding: Finding,
        requester: Option<&str>,
    ) -> Result<(), StepError> {
        let hash = fingerprint([self.objects.bucket(), key]);
        let (code, line) = (finding.code, display_line(&finding));
        let mut findings = Findings::default();
        findings.push(finding);
        let report = DatasetReport {
            version: 1,
            stack: self.stack.clone(),
            dataset: dataset.to_owned(),
            run_id: None,
            state: "Rejected".to_owned(),
            uploaded_at: now(),
            launch_after: None,
            base_model: None,
            catalogue_model: None,
            customization: None,
            hyperparameters: Default::default(),
            record_tokens: None,
            billing: None,
            files: Vec::new(),
            missing_files: Vec::new(),
            findings,
            quality: None,
            fixed: None,
            show_excerpts: false,
            note: None,
        };
        // No dataset can have the name `_`, so this never overwrites another report.
        let report = self.write_report(&format!("reports/_/{hash}"), &report).await?;
        let note = MisnamedFile {
            schema: SCHEMA,
            pk: MisnamedFile::key(&hash),
            dataset: display_name(dataset),
            uploaded_at: now(),
            findings: vec![line],
            report: Some(report),
            uploader: requester.map(str::to_owned),
            open: Some("open".to_owned()),
            expires_at: Some(now_s() + MISNAMED_KEPT_S),
            ..MisnamedFile::default()
        };
        if self.ledger.create_misnamed(&note).await? {
            let counts = [DatasetResult::Misnamed.count(), Metric::Findings.of(code.as_str(), 1.0)];
            count(&self.stack, LogFields { dataset: Some(dataset), ..LogFields::default() }, &counts);
            if !self.may_notify(&note).await? {
                return Ok(());
            }
        }
        info!(object.key = key, "reported a misnamed file");
        Ok(self.bus.put(&self.stack, &Event::misnamed(&note)).await?)
    }

    /// Whether a message may be sent about a misnamed file. Beyond the limit of an hour, one message says so for all, and
    /// each file has a report.
    async fn may_notify(&self, note: &MisnamedFile) -> Result<bool, StepError> {
        let hour = note.uploaded_at.get(..13).unwrap_or_default();
        let hour_key = |what| MisnamedFile::key(&fingerprint([self.objects.bucket(), what, hour]));
        let count = self.ledger.count_misnamed(&hour_key("misnamed"), &note.uploaded_at).await?;
        if count <= MISNAMED_MAX {
            return Ok(true);
        }
        info!(count, "reported a misnamed file without a message of its own: {count} in this hour");
        self.ledger.close(&note.pk, &Open::Misnamed(Box::new(note.clone()))).await?;
        let line =
            format!("More than {MISNAMED_MAX} files within an hour; the others have reports only, in reports/_/");
        let all = MisnamedFile {
            pk: hour_key("folded"),
            dataset: "(many)".to_owned(),
            findings: vec![line],
            report: None,
            ..note.clone()
        };
        if self.ledger.create_misnamed(&all).await? {
            self.bus.put(&self.stack, &Event::misnamed(&all)).await?;
        }
        Ok(false)
    }
}
