//! One cause of errors in many lines of a file.

use super::line_set::LineSet;
use crate::{Finding, Findings};

/// A cause of errors, and the lines that have it.
#[derive(Debug, Default)]
pub(super) struct Cause {
    pub(super) lines: LineSet,
    pub(super) first: Option<Finding>,
    /// The separate findings, of a cause that becomes one finding only if enough lines have it.
    pub(super) each: Findings,
    /// The last line that was added.
    last: Option<u64>,
}

impl Cause {
    pub(super) fn note(&mut self, finding: Option<Finding>, line: u64) {
        if let Some(finding) = finding {
            self.lines.add(line);
            self.first.get_or_insert(finding);
        }
    }

    /// Adds a finding of a line that may have several of this cause. `always`: this cause is always one finding.
    pub(super) fn note_in(&mut self, finding: Finding, always: bool, line: u64) {
        if !always {
            self.each.push(finding.clone());
        }
        if self.last != Some(line) {
            self.note(Some(finding), line);
            self.last = Some(line);
        }
    }

    /// Adds the same cause in later lines, whose line 1 follows line `before`.
    pub(super) fn extend(&mut self, later: Cause, before: u64) {
        self.lines.extend(later.lines, before);
        let moved = |finding: Finding| Finding { line: finding.line.map(|line| before + line), ..finding };
        self.first = self.first.take().or(later.first.map(moved));
        if !later.each.counts.is_empty() {
            let mut each = later.each;
            each.kept = each.kept.into_iter().map(moved).collect();
            self.each.extend(each);
        }
    }

    /// Whether this cause becomes one finding in a file with `records` records.
    pub(super) fn is_one(&self, records: u64) -> bool {
        let count = self.lines.count();
        self.each.counts.is_empty() || (count > 1 && count * 2 > records) || (count >= 10 && count * 10 >= records)
    }

    /// Reports the cause as one finding. If several lines have it, `message` returns the finding's message.
    pub(super) fn report(self, message: impl FnOnce(&LineSet) -> String, findings: &mut Findings) {
        let Some(mut finding) = self.first else { return };
        if self.lines.count() > 1 {
            finding.message = message(&self.lines);
        }
        findings.push(finding);
    }
}
