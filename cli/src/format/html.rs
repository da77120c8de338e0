//! Output as an HTML page: the stack's report on a dataset, without what only a stack knows.

use std::collections::BTreeMap;

use tunedrop_quality::{GROUPS_MAX, Quality};
use tunedrop_report::{DatasetReport, ReportFile};
use tunedrop_validation::Findings;

use crate::check_result::{CheckResult, FileResult};

/// A self-contained page.
pub(crate) fn html(outcome: &CheckResult) -> String {
    report(outcome).html()
}

/// What the page shows.
pub(crate) fn report(outcome: &CheckResult) -> DatasetReport {
    let mut findings = Findings::default();
    findings.extend(outcome.findings.clone());
    for file in &outcome.files {
        findings.extend(file.findings.clone());
    }
    let first = outcome.files.first();
    let one_limit = first.and_then(|first| first.record_tokens).filter(|_| is_one_model(&outcome.files));
    let unreadable = outcome.unreadable.iter().map(|fault| format!("{} can't be read: {}.", fault.path, fault.why));
    let notes: Vec<String> = unreadable.chain(outcome.notes.iter().map(|note| format!("{note}."))).collect();
    let names: Vec<&str> = outcome.files.iter().map(|file| file.path.as_str()).collect();
    DatasetReport {
        version: 1,
        stack: String::new(),
        dataset: if names.is_empty() { "the data".to_owned() } else { names.join(", ") },
        run_id: None,
        state: if outcome.valid() { "Valid" } else { "Invalid" }.to_owned(),
        uploaded_at: String::new(),
        launch_after: None,
        base_model: first.map(|file| file.model.1.clone()),
        // The commands in the page read files.
        catalogue_model: first.map(|file| file.model.0.clone()).filter(|_| !outcome.is_given),
        customization: first.map(|file| file.customization.as_str().to_owned()),
        hyperparameters: BTreeMap::new(),
        record_tokens: one_limit,
        billing: None,
        files: outcome.files.iter().map(file).collect(),
        missing_files: Vec::new(),
        findings,
        quality: joined(&outcome.quality),
        fixed: None,
        show_excerpts: outcome.shows_texts,
        note: Some(notes.join(" ")).filter(|note| !note.is_empty()),
    }
}

/// The second look at all datasets as one.
fn joined(datasets: &[Quality]) -> Option<Quality> {
    let (first, others) = datasets.split_first()?;
    let mut joined = first.clone();
    for other in others {
        joined.files.extend(other.files.iter().cloned());
        joined.groups.extend(other.groups.iter().cloned());
        joined.is_partial |= other.is_partial;
        joined.template_share = joined.template_share.max(other.template_share);
    }
    joined.groups.sort_by_key(|group| std::cmp::Reverse(group.records));
    joined.groups.truncate(GROUPS_MAX);
    Some(joined)
}

/// Whether the same limits apply to all files.
fn is_one_model(files: &[FileResult]) -> bool {
    files.windows(2).all(|pair| pair[0].model == pair[1].model && pair[0].customization == pair[1].customization)
}

fn file(file: &FileResult) -> ReportFile {
    ReportFile {
        name: file.path.clone(),
        role: file.role.as_str().to_owned(),
        blake3: String::new(),
        etag: None,
        uploaded_at: None,
        statistics: Some(file.statistics.clone()),
    }
}
