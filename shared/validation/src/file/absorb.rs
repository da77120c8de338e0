//! Merges the outcomes of pieces in the order of the file, and applies the rules on several records.

use super::causes::Causes;
use super::continued::Open;
use super::modalities::FileModalities;
use super::piece::{Earlier, Good, PieceOutcome, Rules};
use super::{FileReport, RecordIndex};
use crate::line_findings::LineFindings;
use crate::lines::Piece;
use crate::set::whole;
use crate::statistics::Gathered;
use crate::{Code, FileType, Findings};

/// The merged outcomes so far.
#[derive(Debug, Default)]
pub(super) struct Pass {
    pub(super) findings: Findings,
    pub(super) gathered: Gathered,
    pub(super) slow: u64,
    against: Option<RecordIndex>,
    /// Whether records that are also in the training file have no finding of their own.
    only_counts_leaks: bool,
    first_leaked: Option<u64>,
    lines: u64,
    /// What continues after the last line.
    open: Open,
    index: RecordIndex,
    causes: Causes,
    shown: FileModalities,
}

impl Pass {
    pub(super) fn new(against: Option<RecordIndex>, only_counts_leaks: bool) -> Pass {
        Pass { against, only_counts_leaks, ..Pass::default() }
    }

    /// Resets everything but the number of bytes.
    pub(super) fn reset(&mut self) {
        let bytes = self.gathered.statistics.bytes;
        *self = Pass { against: self.against.take(), ..Pass::default() };
        self.gathered.statistics.bytes = bytes;
    }

    /// Changes the layout in the finding about a file that isn't JSON Lines, if it is now known more precisely.
    pub(super) fn name(&mut self, layout: FileType) {
        for finding in self.findings.kept.iter_mut().filter(|finding| finding.code == Code::WrongLayout) {
            finding.message = format!("the file is {}, not JSON Lines; its content wasn't checked", layout.is);
            layout.help.clone_into(&mut finding.help);
        }
    }

    /// Returns the findings so far.
    pub(super) fn earlier(&self) -> Earlier<'_> {
        Earlier {
            findings: &self.findings,
            unknown: &self.causes.unknown_findings,
            stray: &self.causes.stray_findings,
            open: self.open,
        }
    }

    /// Adds the result of the file's next piece.
    pub(super) fn absorb(&mut self, rules: &Rules, piece: Piece, outcome: PieceOutcome) {
        let before = self.lines;
        self.lines += outcome.lines;
        self.open = outcome.open().unwrap_or(self.open);
        self.add(rules, piece, outcome, before);
    }

    /// Adds the result of lines that follow line `before`.
    fn add(&mut self, rules: &Rules, piece: Piece, mut outcome: PieceOutcome, before: u64) {
        self.slow += outcome.slow;
        self.gathered.statistics.records += outcome.records;
        for finding in &mut outcome.findings.kept {
            finding.line = finding.line.map(|line| before + line);
        }
        if !outcome.findings.counts.is_empty() {
            self.findings.extend(outcome.findings);
        }
        self.causes.extend(outcome.causes, before);
        let sensitive = &mut self.gathered.statistics.sensitive;
        outcome.sensitive.into_iter().for_each(|(kind, times)| *sensitive.entry(kind).or_default() += times);
        self.shown.extend(outcome.shown, before);
        for good in &outcome.good {
            self.gathered.add(&good.summary, before + good.line);
            self.compare(rules, piece, good, before + good.line);
        }
    }

    /// Reports a record with the same texts as an earlier record of this file, or as a record of the training file.
    fn compare(&mut self, rules: &Rules, piece: Piece, good: &Good, line: u64) {
        let earlier = self.index.note(good.summary.fingerprint, line);
        let in_train = self.against.as_ref().and_then(|train| train.line_of(&good.summary.fingerprint));
        let mut report = |code: Code, message: String, help: &str| {
            let rest = &piece.bytes[good.start..];
            let raw = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
            let offset = raw.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let before = [&self.findings];
            let mut noted = LineFindings::new(&rules.file, line, raw);
            noted.earlier = &before;
            if rules.sensitive {
                // It isn't known anymore whether this record contains a secret, so its text is hidden.
                noted.hide();
            }
            noted.push(code, offset, String::new(), message, help);
            let findings = noted.findings;
            self.findings.extend(findings);
        };
        if let Some(first) = earlier {
            self.gathered.statistics.duplicates += 1;
            let message = format!("the record repeats line {first}");
            report(Code::DuplicateRecord, message, "remove one of them, unless you want the extra weight");
        }
        if let Some(there) = in_train {
            self.gathered.statistics.leaked += 1;
            if self.only_counts_leaks {
                self.first_leaked = self.first_leaked.or(Some(line));
                return;
            }
            let message = format!("the record is also in the training file, on line {there}");
            report(Code::TrainValidationLeakage, message, "remove it from one of the two files");
        }
    }

    /// Returns the report. `refused`: the file isn't JSON Lines.
    pub(super) fn finish(mut self, rules: &Rules, refused: bool) -> FileReport {
        let (file, records) = (&rules.file, self.gathered.statistics.records);
        if !refused && records == 0 {
            // This finding replaces those about lines without a record.
            self.findings = Findings::default();
            let help = "upload the file again; an interrupted upload often leaves an empty file".to_owned();
            self.findings.push(whole(Code::EmptyFile, file, "the file has no record".to_owned(), help));
        }
        std::mem::take(&mut self.causes).report(
            file,
            (records, self.gathered.has_letters),
            &rules.training.format,
            &mut self.findings,
        );
        let (gathered, findings) = (&self.gathered, &mut self.findings);
        self.shown.report(file, &rules.training, &gathered.statistics, gathered.first_system, findings);
        self.findings.kept.sort_by_key(|finding| (finding.line, finding.column));
        let mut statistics = self.gathered.statistics();
        (statistics.with_media, statistics.media) = self.shown.counts();
        let (media, media_left) = self.shown.media();
        let Pass { findings, index, against, first_leaked, .. } = self;
        FileReport { findings, statistics, media, media_left, index, against, first_leaked }
    }
}
