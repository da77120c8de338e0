//! The held-out file: which of its records models can be evaluated with, and whether metrics apply to them.

use std::collections::BTreeMap;

use tunedrop_evaluation::{FEW_RECORDS, Overlap, Profile, RECORDS_MIN, SAMPLE_BYTES_MAX, Sample, Sampler, Unusable};
use tunedrop_validation::{Code, Finding, Findings, Format, HELD_OUT_MAX, Role, Severity, Statistics, grouped};

use crate::evaluation::EvaluationTokens;
use crate::recipe::{Evaluate, NamedMetric};

/// Longest line that is read, in bytes. The validator reports longer ones, of 8 MiB too.
const LINE_MAX: usize = 8 << 20;

/// What the recipe says about the held-out file.
#[derive(Debug, Clone)]
pub(super) struct HeldOutRules {
    /// The role of the file.
    pub role: Role,
    /// The section.
    pub section: Evaluate,
    /// The recipe's name in findings.
    pub recipe: String,
}

/// The lines of a held-out file, from bytes in pieces of any size.
#[derive(Debug)]
pub(super) struct HeldOutLines {
    sampler: Sampler,
    /// The beginning of a line.
    line: Vec<u8>,
    bytes: u64,
}

impl HeldOutLines {
    pub(super) fn new(max_records: u64) -> HeldOutLines {
        let most = usize::try_from(max_records).unwrap_or(usize::MAX);
        HeldOutLines { sampler: Sampler::new(most), line: Vec::new(), bytes: 0 }
    }

    /// Whether the file has more bytes than an evaluation reads.
    fn is_too_large(&self) -> bool {
        self.bytes > HELD_OUT_MAX
    }

    pub(super) fn feed(&mut self, format: &Format, bytes: &[u8]) {
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        if self.is_too_large() {
            return;
        }
        let mut lines = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = lines.next() {
            // A line that is too long ends up as an incomplete record, which can't be read.
            let room = LINE_MAX.saturating_sub(self.line.len()).min(piece.len());
            self.line.extend(&piece[..room]);
            if lines.peek().is_some() {
                self.sampler.add(format, &self.line);
                self.line.clear();
            }
        }
    }

    pub(super) fn end(mut self, format: &Format) -> Option<Sample> {
        self.sampler.add(format, &self.line);
        (!self.is_too_large()).then(|| self.sampler.finish())
    }
}

/// What an evaluation will ask.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOutSample {
    /// The role of the held-out file.
    pub role: Role,
    /// Different records that are asked.
    pub records: u64,
    /// Models that are asked, at most.
    pub sides: u64,
    /// Upper bounds of the tokens that are billed.
    pub tokens: EvaluationTokens,
    /// What the judge can bill; `None` without a judge.
    pub judge: Option<EvaluationTokens>,
}

/// A held-out file that was read.
pub(super) struct HeldOutFile<'f> {
    pub name: &'f str,
    pub statistics: &'f Statistics,
    pub first_leaked: Option<u64>,
    /// `None`: the file is too large.
    pub sample: Option<Sample>,
}

impl HeldOutRules {
    /// Checks the file. A file with errors of its own gets no others here, because its records can't be read.
    pub(super) fn check(&self, file: &HeldOutFile, own: &Findings) -> (Findings, Option<HeldOutSample>) {
        let mut findings = Findings::default();
        let mut push = |code, message: String, help: &str| {
            findings.push(Finding::of_file(code, file.name, message, help.to_owned()));
        };
        let Some(sample) = &file.sample else {
            let message = format!(
                "the held-out file has {} bytes, and an evaluation reads at most {}",
                grouped(file.statistics.bytes),
                grouped(HELD_OUT_MAX)
            );
            push(Code::FileTooLarge, message, "name a smaller file with `data` under `evaluate`");
            return (findings, None);
        };
        if own.errors > 0 || sample.counts.records == 0 {
            return (findings, None);
        }
        self.check_overlap(file, &mut push);
        let usable = sample.keys.len() as u64;
        let unusable: u64 = sample.counts.unusable.values().sum();
        let why = why_unusable(&sample.counts.unusable);
        if usable == 0 {
            let message = format!("a model can't be evaluated with any of these records: {why}");
            let help = "name a file whose records have text and a reference answer, or remove `evaluate`";
            push(Code::NoHeldOutRecords, message, help);
            return (findings, None);
        }
        if sample.is_too_large {
            let most = grouped(SAMPLE_BYTES_MAX as u64);
            let message = format!("the records that would be asked have more than {most} bytes");
            push(Code::FileTooLarge, message, "lower `max_records` under `evaluate`");
            return (findings, None);
        }
        if unusable > 0 {
            let message = format!("a model can't be evaluated with {} of these records: {why}", grouped(unusable));
            push(Code::UnusableHeldOutRecords, message, "add other records, unless the rest is enough");
        }
        let records = sample.counts.sampled;
        if records < FEW_RECORDS {
            let result = if records < RECORDS_MIN { "decides nothing" } else { "can decide little" };
            let help = if usable < FEW_RECORDS { "add records to it" } else { "raise `max_records` under `evaluate`" };
            let message = format!("an evaluation with {} {result}", counted(records, "record"));
            push(Code::FewHeldOutRecords, message, &format!("{help}: use {FEW_RECORDS} or more"));
        }
        let profile = Profile::of(sample.records.values().map(|record| record.reference.as_str()));
        self.check_metrics(&profile, &mut findings);
        let sides = 1 + self.section.against.len() as u64;
        let max_tokens = self.section.max_tokens.unwrap_or_else(|| profile.answer_tokens());
        let tokens = EvaluationTokens::most(sample.records.values(), sides, max_tokens);
        let of_judge = |metrics: u64| EvaluationTokens::of_judge(sample.records.values(), sides, metrics, max_tokens);
        let judge = self.section.judge.as_ref().map(|judge| of_judge(judge.metrics.len() as u64));
        (findings, Some(HeldOutSample { role: self.role, records, sides, tokens, judge }))
    }

    fn check_overlap(&self, file: &HeldOutFile, push: &mut impl FnMut(Code, String, &str)) {
        let (held_out, in_training) = (file.statistics.valid_records, file.statistics.leaked);
        let message = format!(
            "{} of {} are also in the training file",
            grouped(in_training),
            counted(held_out, "held-out record")
        );
        match (Overlap { held_out, in_training }).severity() {
            None => {}
            Some(Severity::Error) => {
                let help =
                    "evaluate with records that the model isn't trained on; `tunedrop split` splits a file in two";
                push(Code::HeldOutInTraining, message, help);
            }
            // Each such record of a validation file has its own finding.
            Some(Severity::Warning) if self.role == Role::Validation => {}
            Some(Severity::Warning) => {
                let first = file.first_leaked.map(|line| format!(", the first on line {line}")).unwrap_or_default();
                push(Code::HeldOutOverlap, format!("{message}{first}"), "remove them from one of the two files");
            }
        }
    }

    /// A metric that the recipe names has a finding at that place.
    fn check_metrics(&self, profile: &Profile, findings: &mut Findings) {
        for NamedMetric { metric, pointer, place: (line, column) } in &self.section.named {
            let Some(why) = profile.misfit(*metric) else { continue };
            let (why, instead) =
                why.split_once("; ").map_or((why.as_str(), None), |(why, instead)| (why, Some(instead)));
            let fits: Vec<&str> = profile.metrics().into_iter().map(|metric| metric.as_str()).collect();
            findings.push(Finding {
                line: Some(*line),
                column: Some(*column),
                pointer: pointer.clone(),
                ..Finding::of_file(
                    Code::RecipeInvalidValue,
                    &self.recipe,
                    format!("`{metric}` can't apply to this data: {why}"),
                    instead.map_or_else(|| format!("use metrics such as {}", fits.join(" and ")), str::to_owned),
                )
            });
        }
    }
}

/// How many records can't be used, by the reason: "they have media (3), have no reference answer (12)".
fn why_unusable(unusable: &BTreeMap<Unusable, u64>) -> String {
    let each = unusable.iter().map(|(reason, count)| format!("{} ({})", reason.as_clause(), grouped(*count)));
    format!("they {}", each.collect::<Vec<_>>().join(", "))
}

fn counted(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{} {what}s", grouped(number)) }
}
