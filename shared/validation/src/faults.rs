//! The faults of one line, as they are met.

use crate::{Code, Excerpt, Finding, Findings};

/// Collects a line's findings. Offsets are counted in the line without its byte order mark.
pub(crate) struct Faults<'f> {
    pub(crate) findings: Findings,
    /// What was met before this line, where somebody counts: a code of which enough are kept is only counted.
    pub(crate) earlier: &'f [&'f Findings],
    file: &'f str,
    line: u64,
    /// Bytes that stand before offset 0 in the raw line.
    pub(crate) before: usize,
    /// The raw line.
    raw: &'f [u8],
    /// Whether nothing of the line may be shown.
    hidden: bool,
    /// Whether the line ends inside a string.
    pub(crate) is_cut: bool,
}

impl<'f> Faults<'f> {
    pub(crate) fn new(file: &'f str, line: u64, raw: &'f [u8]) -> Faults<'f> {
        Faults { findings: Findings::default(), earlier: &[], file, line, before: 0, raw, hidden: false, is_cut: false }
    }

    /// Whether enough faults of this code are kept: then one more is counted, and no words need to be made for it.
    pub(crate) fn only_counts(&mut self, code: Code) -> bool {
        let is_full = self.findings.are_full(code) || self.earlier.iter().any(|earlier| earlier.are_full(code));
        if is_full {
            self.findings.count(code);
        }
        is_full
    }

    /// The line's number.
    pub(crate) fn line(&self) -> u64 {
        self.line
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
        if code == Code::InvalidJson && self.is_no_text(self.before + offset) {
            return;
        }
        if self.only_counts(code) {
            return;
        }
        self.findings.push(Finding {
            code,
            severity: code.info().severity,
            file: self.file.to_owned(),
            line: Some(self.line),
            column: Some((self.before + offset) as u64 + 1),
            pointer,
            message: message.into(),
            help: help.into(),
            excerpt: (!self.hidden).then(|| Excerpt::around(self.raw, self.before + offset)),
        });
    }

    /// Takes away what stands around the faults of this line, also of those to come: it may show a secret.
    pub(crate) fn hide(&mut self) {
        self.hidden = true;
        self.findings.kept.iter_mut().for_each(|finding| finding.excerpt = None);
    }

    /// Whether a byte that is not UTF-8 stands there: that has its finding already.
    pub(crate) fn is_no_text(&self, at: usize) -> bool {
        // No character is longer than four bytes.
        let here = self.raw.get(at..(at + 4).min(self.raw.len())).unwrap_or_default();
        here.utf8_chunks().next().is_some_and(|chunk| chunk.valid().is_empty())
    }
}
