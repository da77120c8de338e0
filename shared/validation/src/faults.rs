//! The faults of one line, as they are met.

use crate::{Code, Finding, Findings};

/// Collects a line's findings. Offsets are counted in the line without its byte order mark.
pub(crate) struct Faults<'f> {
    pub(crate) findings: Findings,
    file: &'f str,
    line: u64,
    /// Bytes that stand before offset 0 in the raw line.
    pub(crate) before: usize,
}

impl<'f> Faults<'f> {
    pub(crate) fn new(file: &'f str, line: u64) -> Faults<'f> {
        Faults { findings: Findings::default(), file, line, before: 0 }
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
        self.findings.push(Finding {
            code,
            severity: code.info().severity,
            file: self.file.to_owned(),
            line: Some(self.line),
            column: Some((self.before + offset) as u64 + 1),
            pointer,
            message: message.into(),
            help: help.into(),
        });
    }
}
