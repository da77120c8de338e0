//! The result of a check, for every output format.

use std::process::ExitCode;

use tunedrop_quality::Quality;
use tunedrop_run::HeldOutSample;
use tunedrop_validation::{Customization, Finding, Findings, Role, Severity, Statistics};

use crate::location::Unreadable;

/// A file that was read to its end.
pub(crate) struct FileResult {
    /// As it was named on the command line.
    pub(crate) path: String,
    pub(crate) role: Role,
    /// The model's alias, and its name.
    pub(crate) model: (String, String),
    pub(crate) customization: Customization,
    /// The model's limit of tokens for a record, if AWS documents one.
    pub(crate) record_tokens: Option<u64>,
    /// The findings about this file.
    pub(crate) findings: Findings,
    pub(crate) statistics: Statistics,
}

/// The result of a check.
#[derive(Default)]
pub(crate) struct CheckResult {
    pub(crate) files: Vec<FileResult>,
    /// Findings about recipes and missing files.
    pub(crate) findings: Findings,
    pub(crate) unreadable: Vec<Unreadable>,
    /// Notes that block nothing: a withdrawn model, a dataset without files.
    pub(crate) notes: Vec<String>,
    /// Whether a finding blocks: an error, or a warning with `strict`.
    pub(crate) blocked: bool,
    /// Whether warnings block in any of the datasets.
    pub(crate) strict: bool,
    /// Whether a program passed records instead of files.
    pub(crate) is_given: bool,
    /// Whether the output for people may contain labels, which are texts of records.
    pub(crate) shows_texts: bool,
    /// The result of the second look at each dataset, if there was one.
    pub(crate) quality: Vec<Quality>,
    /// What the evaluation of the dataset that was checked last will ask.
    pub(crate) held_out: Option<HeldOutSample>,
}

impl CheckResult {
    fn all(&self) -> impl Iterator<Item = &Findings> {
        std::iter::once(&self.findings).chain(self.files.iter().map(|file| &file.findings))
    }

    pub(crate) fn errors(&self) -> u64 {
        self.all().map(|findings| findings.errors).sum()
    }

    pub(crate) fn warnings(&self) -> u64 {
        self.all().map(|findings| findings.warnings).sum()
    }

    /// Whether everything was read and nothing blocks.
    pub(crate) fn valid(&self) -> bool {
        !self.blocked && self.unreadable.is_empty()
    }

    pub(crate) fn exit(&self) -> ExitCode {
        match (self.unreadable.is_empty(), self.blocked) {
            (false, _) => ExitCode::from(2),
            (true, true) => ExitCode::from(1),
            (true, false) => ExitCode::SUCCESS,
        }
    }

    /// Keeps at most `most` findings, errors first. The counts stay.
    pub(crate) fn show_at_most(&mut self, most: usize) {
        let mut left = most;
        for severity in [Severity::Error, Severity::Warning] {
            let findings =
                std::iter::once(&mut self.findings).chain(self.files.iter_mut().map(|file| &mut file.findings));
            for findings in findings {
                findings.kept.retain(|finding| {
                    if finding.severity != severity {
                        return true;
                    }
                    if left > 0 {
                        left -= 1;
                        return true;
                    }
                    false
                });
            }
        }
    }

    /// The findings that are shown.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Finding> {
        self.all().flat_map(|findings| &findings.kept)
    }
}
