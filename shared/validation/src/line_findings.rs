//! The findings of one line.

use crate::{Code, Excerpt, Finding, Findings, SensitiveCounts};

/// Collects a line's findings. Offsets are counted in the line without its byte order mark.
pub(crate) struct LineFindings<'f> {
    pub(crate) findings: Findings,
    /// What was found before this line, if the caller counts: a code of which enough are kept is only counted.
    pub(crate) earlier: &'f [&'f Findings],
    file: &'f str,
    line: u64,
    /// Bytes before offset 0 in the raw line.
    pub(crate) before: usize,
    /// The raw line.
    raw: &'f [u8],
    /// Whether nothing of the line may be shown.
    hidden: bool,
    /// Whether the line ends inside a string.
    pub(crate) is_cut: bool,
    /// Whether syntax errors may be due to the encoding: they aren't reported.
    pub(crate) is_misread: bool,
    /// That the line isn't UTF-8. One finding is made of all such lines of a file.
    pub(crate) encoding: Option<Finding>,
    /// That members are null where that isn't taken; the same.
    pub(crate) nulls: Option<Finding>,
    /// Findings that have one cause if many lines have them, with that cause. No two have the same.
    pub(crate) shared: Vec<(String, Finding)>,
    /// Secrets and personal data, if they are looked for.
    pub(crate) sensitive: SensitiveCounts,
}

/// Codes of problems that a program makes in each record rather than a person in one.
const LIKELY: [Code; 11] = [
    Code::InvalidJson,
    Code::NotAnObject,
    Code::WrongType,
    Code::UnknownRole,
    Code::WrongLastRole,
    Code::WrongFirstRole,
    Code::AmbiguousBlock,
    Code::UnsupportedContent,
    Code::UnsupportedMediaFormat,
    Code::TooManySystemTexts,
    Code::SourcesDisagree,
];

/// What tells a finding's cause: which message or block it is in makes no difference.
fn cause_of(finding: &Finding) -> String {
    let Finding { code, pointer, message, help, .. } = finding;
    let place: String = pointer.chars().filter(|c| !c.is_ascii_digit()).collect();
    format!("{code} {place} {message} {help}")
}

/// How many causes of a line are distinguished.
const CAUSES: usize = 8;

/// Longer keys aren't columns.
const LONGEST_NAME: usize = 64;

impl<'f> LineFindings<'f> {
    pub(crate) fn new(file: &'f str, line: u64, raw: &'f [u8]) -> LineFindings<'f> {
        LineFindings {
            findings: Findings::default(),
            earlier: &[],
            file,
            line,
            before: 0,
            raw,
            hidden: false,
            is_cut: false,
            is_misread: false,
            encoding: None,
            nulls: None,
            shared: Vec::new(),
            sensitive: SensitiveCounts::new(),
        }
    }

    /// Whether enough findings of this code are kept.
    pub(crate) fn is_full(&self, code: Code) -> bool {
        self.findings.are_full(code) || self.earlier.iter().any(|earlier| earlier.are_full(code))
    }

    /// The same: then one more is counted, and no words need to be made for it.
    pub(crate) fn only_counts(&mut self, code: Code) -> bool {
        let is_full = self.is_full(code);
        if is_full {
            self.findings.count(code);
        }
        is_full
    }

    /// The line's number.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Reports a finding at byte `offset`. `pointer` is the deepest valid parent.
    pub(crate) fn push(
        &mut self,
        code: Code,
        offset: usize,
        pointer: String,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let is_syntax = matches!(code, Code::InvalidJson | Code::ControlCharacter | Code::LoneSurrogate);
        if is_syntax && (self.is_misread || self.is_no_text(self.before + offset)) {
            return;
        }
        if self.only_counts(code) {
            return;
        }
        let finding = self.finding(code, offset, pointer, message.into(), help.into());
        self.findings.push(finding);
    }

    /// Notes that members of an object are null: once for the line.
    pub(crate) fn note_null(&mut self, code: Code, offset: usize, pointer: String, message: String, help: String) {
        if self.nulls.is_none() {
            self.nulls = Some(self.finding(code, offset, pointer, message, help));
        }
    }

    /// Reports an error that has one cause in all lines of the file, such as a key too many: once for the line. `name`
    /// is the key's.
    pub(crate) fn note_shared(
        &mut self,
        (code, name): (Code, &str),
        offset: usize,
        pointer: String,
        message: String,
        help: String,
    ) {
        // Which message or block it is in makes no difference.
        let place: String = pointer.chars().filter(|c| !c.is_ascii_digit()).collect();
        let cause = format!("{code} {place} {name} {help}");
        if self.shared.iter().any(|(met, _)| *met == cause) {
            return;
        }
        if self.shared.len() == CAUSES || name.len() > LONGEST_NAME {
            return self.push(code, offset, pointer, message, help);
        }
        let finding = self.finding(code, offset, pointer, message, help);
        self.shared.push((cause, finding));
    }

    /// Takes the findings that have one cause if most lines have them, such as a type that is wrong in each record.
    pub(crate) fn take_likely_shared(&mut self) -> Vec<(String, Finding)> {
        let findings = &mut self.findings;
        let is_taken = |finding: &Finding| LIKELY.contains(&finding.code);
        // Of a code of which some are only counted, nothing is known of these.
        let kept = |code: Code| findings.kept.iter().filter(|finding| finding.code == code).count() as u64;
        if !findings.kept.iter().any(is_taken)
            || LIKELY.iter().any(|code| findings.counts.get(code).is_some_and(|all| *all > kept(*code)))
        {
            return Vec::new();
        }
        let (taken, own): (Vec<Finding>, Vec<Finding>) = findings.kept.drain(..).partition(is_taken);
        *findings = Findings::default();
        own.into_iter().for_each(|finding| findings.push(finding));
        taken.into_iter().map(|finding| (cause_of(&finding), finding)).collect()
    }

    /// Makes findings of this line's own of those that other lines may share.
    pub(crate) fn keep_shared(&mut self) {
        for (_, finding) in std::mem::take(&mut self.shared) {
            if !self.only_counts(finding.code) {
                self.findings.push(finding);
            }
        }
    }

    /// Whether the line has an error.
    pub(crate) fn has_error(&self) -> bool {
        self.findings.errors > 0 || self.encoding.is_some() || self.nulls.is_some() || !self.shared.is_empty()
    }

    /// A finding at byte `offset`.
    pub(crate) fn finding(&self, code: Code, offset: usize, pointer: String, message: String, help: String) -> Finding {
        Finding {
            code,
            severity: code.info().severity,
            file: self.file.to_owned(),
            line: Some(self.line),
            column: Some((self.before + offset) as u64 + 1),
            pointer,
            message,
            help,
            excerpt: (!self.hidden).then(|| Excerpt::around(self.raw, self.before + offset)),
        }
    }

    /// Removes the excerpts of this line's findings, also of later ones: they may show a secret.
    pub(crate) fn hide(&mut self) {
        self.hidden = true;
        let of_causes = self.shared.iter_mut().map(|(_, finding)| finding);
        let shared = self.encoding.iter_mut().chain(&mut self.nulls).chain(of_causes);
        self.findings.kept.iter_mut().chain(shared).for_each(|finding| finding.excerpt = None);
    }

    /// Whether a byte there isn't UTF-8: it has its own finding.
    pub(crate) fn is_no_text(&self, at: usize) -> bool {
        // No character is longer than four bytes.
        let here = self.raw.get(at..(at + 4).min(self.raw.len())).unwrap_or_default();
        here.utf8_chunks().next().is_some_and(|chunk| chunk.valid().is_empty())
    }
}
