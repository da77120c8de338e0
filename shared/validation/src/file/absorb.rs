//! Putting the outcomes of pieces together, in the order of the file; and what only shows across records.

use super::foreign::Foreign;
use super::piece::{Good, PieceOutcome, Rules};
use super::shown::Shown;
use super::{FileReport, RecordIndex};
use crate::faults::Faults;
use crate::lines::Piece;
use crate::set::whole;
use crate::statistics::Gathered;
use crate::{Code, Findings};

/// What a pass has gathered.
#[derive(Debug, Default)]
pub(super) struct Pass {
    pub(super) findings: Findings,
    pub(super) gathered: Gathered,
    pub(super) slow: u64,
    against: Option<RecordIndex>,
    lines: u64,
    /// Whether the last line that begins a record ends inside a string.
    is_cut: bool,
    index: RecordIndex,
    foreign: Foreign,
    shown: Shown,
}

impl Pass {
    pub(super) fn new(against: Option<RecordIndex>) -> Pass {
        Pass { against, ..Pass::default() }
    }

    /// Forgets all but how many bytes there were.
    pub(super) fn forget(&mut self) {
        let bytes = self.gathered.statistics.bytes;
        *self = Pass::default();
        self.gathered.statistics.bytes = bytes;
    }

    /// Adds what came of judging the file's next piece.
    pub(super) fn absorb(&mut self, rules: &Rules, piece: Piece, mut outcome: PieceOutcome) {
        let before = self.lines;
        self.lines += outcome.lines;
        if let Some(leading) = outcome.leading.take().filter(|_| !self.is_cut) {
            self.add(rules, piece, *leading, before);
        }
        self.is_cut = outcome.ends_cut().unwrap_or(self.is_cut);
        self.add(rules, piece, outcome, before);
    }

    /// Adds what came of judging lines that follow line `before`.
    fn add(&mut self, rules: &Rules, piece: Piece, mut outcome: PieceOutcome, before: u64) {
        self.slow += outcome.slow;
        self.gathered.statistics.records += outcome.records;
        for finding in &mut outcome.findings.kept {
            finding.line = finding.line.map(|line| before + line);
        }
        if !outcome.findings.counts.is_empty() {
            self.findings.extend(outcome.findings);
        }
        self.foreign.extend(outcome.foreign, before);
        self.shown.extend(outcome.shown, before);
        for good in &outcome.good {
            self.gathered.add(&good.gist, before + good.line);
            self.compare(rules, piece, good, before + good.line);
        }
    }

    /// Looks for a record that says the same, in this file and in the training file.
    fn compare(&mut self, rules: &Rules, piece: Piece, good: &Good, line: u64) {
        let earlier = self.index.note(good.gist.fingerprint, line);
        let in_train = self.against.as_ref().and_then(|train| train.line_of(&good.gist.fingerprint));
        let mut tell = |code: Code, message: String, help: &str| {
            let rest = &piece.bytes[good.start..];
            let raw = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
            let offset = raw.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let before = [&self.findings];
            let mut faults = Faults::new(&rules.file, line, raw);
            faults.earlier = &before;
            if rules.sensitive {
                // Whether this record holds a secret is forgotten by now.
                faults.hide();
            }
            faults.push(code, offset, String::new(), message, help);
            let findings = faults.findings;
            self.findings.extend(findings);
        };
        if let Some(first) = earlier {
            self.gathered.statistics.duplicates += 1;
            let message = format!("the record says the same as line {first}");
            tell(Code::DuplicateRecord, message, "drop one of them, unless the weight is meant");
        }
        if let Some(there) = in_train {
            self.gathered.statistics.leaked += 1;
            let message = format!("the record stands in the training file too, on line {there}");
            tell(Code::TrainValidationLeakage, message, "take it out of one of the two files");
        }
    }

    /// Ends the pass; `refused` where the file is no JSON Lines.
    pub(super) fn finish(mut self, rules: &Rules, refused: bool) -> FileReport {
        let (file, records) = (&rules.file, self.gathered.statistics.records);
        if !refused && records == 0 {
            let help = "upload it again; an upload that was cut off often leaves an empty file".to_owned();
            self.findings.push(whole(Code::EmptyFile, file, "the file holds no record".to_owned(), help));
        }
        self.foreign.tell(file, records, &rules.training.format, &mut self.findings);
        let (gathered, findings) = (&self.gathered, &mut self.findings);
        self.shown.tell(file, &rules.training, &gathered.statistics, gathered.first_system, findings);
        self.findings.kept.sort_by_key(|finding| (finding.line, finding.column));
        let mut statistics = self.gathered.told();
        (statistics.with_media, statistics.media) = self.shown.counts();
        let (media, media_left) = self.shown.media();
        FileReport { findings: self.findings, statistics, media, media_left, index: self.index }
    }
}
