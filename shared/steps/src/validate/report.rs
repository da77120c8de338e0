//! Writes the report on a dataset.

use tunedrop_aws::Failure;
use tunedrop_report::DatasetReport;
use tunedrop_validation::{Code, Finding, Findings};

use super::Validate;

impl Validate {
    /// Writes the report in both formats. Returns the address of the HTML.
    pub(super) async fn write_report(&self, folder: &str, report: &DatasetReport) -> Result<String, Failure> {
        self.objects.write(&format!("{folder}/report.json"), report.json().into_bytes(), "application/json").await?;
        let html = format!("{folder}/report.html");
        self.objects.write(&html, report.html().into_bytes(), "text/html; charset=utf-8").await?;
        Ok(self.objects.address(&html))
    }

    /// Writes the report to the address that doesn't change. The caller then records what was validated, and starts
    /// again if another version was validated in the meantime, so that the newest report stays in the end.
    pub(super) async fn write_latest(&self, dataset: &str, report: &DatasetReport) -> Result<(), Failure> {
        self.objects
            .write(&format!("reports/{dataset}/latest.json"), report.json().into_bytes(), "application/json")
            .await?;
        self.objects
            .write(&format!("reports/{dataset}/latest.html"), report.html().into_bytes(), "text/html; charset=utf-8")
            .await?;
        Ok(())
    }
}

/// Returns the first five findings, each as one line, blocking ones first, for messages. Those of drift have a sentence of
/// their own.
pub(super) fn finding_lines(findings: &Findings) -> Vec<String> {
    let mut kept: Vec<&Finding> = findings.kept.iter().filter(|finding| finding.code != Code::DataDrift).collect();
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
