//! What came of a check, for every format to show.

use std::process::ExitCode;

use tunedrop_validation::{Customization, Finding, Findings, Role, Severity, Statistics};

use crate::place::Unreadable;

/// A file that was read to its end.
pub(crate) struct FileOutcome {
    /// As it was named on the command line.
    pub(crate) path: String,
    pub(crate) role: Role,
    /// The model's alias, and its name.
    pub(crate) model: (String, String),
    pub(crate) customization: Customization,
    /// Its own, and those of the set that are about it.
    pub(crate) findings: Findings,
    pub(crate) statistics: Statistics,
}

/// All that was found.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) files: Vec<FileOutcome>,
    /// About recipes, and files that they name in vain.
    pub(crate) findings: Findings,
    pub(crate) unreadable: Vec<Unreadable>,
    /// Sentences that block nothing here: a withdrawn model, a set without files.
    pub(crate) notes: Vec<String>,
    /// Whether a finding blocks: an error, or under `strict` a warning.
    pub(crate) blocked: bool,
    /// Whether warnings block in any of the sets.
    pub(crate) strict: bool,
}

impl Outcome {
    fn all(&self) -> impl Iterator<Item = &Findings> {
        std::iter::once(&self.findings).chain(self.files.iter().map(|file| &file.findings))
    }

    pub(crate) fn errors(&self) -> u64 {
        self.all().map(|findings| findings.errors).sum()
    }

    pub(crate) fn warnings(&self) -> u64 {
        self.all().map(|findings| findings.warnings).sum()
    }

    /// Everything was read, and nothing blocks.
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

    /// Lets go of all but `most` findings, errors first; the counts stay.
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

    /// The findings that are shown, each with the path it is about.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Finding> {
        self.all().flat_map(|findings| &findings.kept)
    }
}
