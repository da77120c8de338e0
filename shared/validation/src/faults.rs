//! The faults of one line, as they are met.

use crate::{Code, Excerpt, Finding, Findings, KEPT_PER_CODE};

/// Collects a line's findings. Offsets are counted in the line without its byte order mark.
pub(crate) struct Faults<'f> {
    pub(crate) findings: Findings,
    file: &'f str,
    line: u64,
    /// Bytes that stand before offset 0 in the raw line.
    pub(crate) before: usize,
    /// The raw line.
    raw: &'f [u8],
}

impl<'f> Faults<'f> {
    pub(crate) fn new(file: &'f str, line: u64, raw: &'f [u8]) -> Faults<'f> {
        Faults { findings: Findings::default(), file, line, before: 0, raw }
    }

    /// None as yet, of the same line.
    pub(crate) fn afresh(&self) -> Faults<'f> {
        Faults { findings: Findings::default(), ..*self }
    }

    /// Notes a fault at byte `offset`; `pointer` leads to the deepest valid parent.
    pub(crate) fn push(
        &mut self,
        code: Code,
        offset: usize,
        pointer: String,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        // A line may hold a million faults of one code; the excerpts of those that are not kept would take its length each.
        let is_kept = self.findings.counts.get(&code).is_none_or(|count| *count < KEPT_PER_CODE as u64);
        self.findings.push(Finding {
            code,
            severity: code.info().severity,
            file: self.file.to_owned(),
            line: Some(self.line),
            column: Some((self.before + offset) as u64 + 1),
            pointer,
            message: message.into(),
            help: help.into(),
            excerpt: is_kept.then(|| Excerpt::around(self.raw, self.before + offset)),
        });
    }
}
