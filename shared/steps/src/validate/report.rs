//! The report on a judged set.

use tunedrop_aws::Failure;
use tunedrop_report::Verdict;
use tunedrop_validation::{Finding, Findings};

use super::Validate;

impl Validate {
    /// Writes both forms; the address of the HTML.
    pub(super) async fn write_verdict(&self, folder: &str, verdict: &Verdict) -> Result<String, Failure> {
        self.objects.write(&format!("{folder}/report.json"), verdict.json().into_bytes(), "application/json").await?;
        let html = format!("{folder}/report.html");
        self.objects.write(&html, verdict.html().into_bytes(), "text/html; charset=utf-8").await?;
        Ok(self.objects.address(&html))
    }

    /// The same at the address that stays. Whoever writes it notes what was judged afterwards, and begins anew where another
    /// state of the set was judged meanwhile, so that the newest verdict is there in the end.
    pub(super) async fn write_latest(&self, dataset: &str, verdict: &Verdict) -> Result<(), Failure> {
        self.objects
            .write(&format!("reports/{dataset}/latest.json"), verdict.json().into_bytes(), "application/json")
            .await?;
        self.objects
            .write(&format!("reports/{dataset}/latest.html"), verdict.html().into_bytes(), "text/html; charset=utf-8")
            .await?;
        Ok(())
    }
}

/// The first five findings, each in a line, blocking ones first; for messages.
pub(super) fn finding_lines(findings: &Findings) -> Vec<String> {
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
