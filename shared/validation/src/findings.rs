//! What is wrong, where, and how to mend it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Code, Excerpt};

/// Whether a finding blocks the launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Bedrock would refuse the file, fail the job, or train on something else than was meant.
    Error,
    /// Likely waste or harm. Blocks only when the recipe says `strict: true`.
    Warning,
}

/// One fault, with its place. But for the [`Excerpt`], it never carries what a record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The stable code.
    pub code: Code,
    /// Whether it blocks.
    pub severity: Severity,
    /// The file, relative to the dataset's folder.
    pub file: String,
    /// 1-based line; absent where the fault is the file's as a whole.
    pub line: Option<u64>,
    /// 1-based byte column in the raw line.
    pub column: Option<u64>,
    /// JSON pointer (RFC 6901) to the deepest valid parent; empty for the whole record.
    pub pointer: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// How to mend it, in one sentence.
    pub help: String,
    /// What stands around the place, for whoever may read the data; in no JSON, event or log.
    #[serde(skip)]
    pub excerpt: Option<Excerpt>,
}

impl Finding {
    /// A finding about a file as a whole.
    pub fn of_file(code: Code, file: &str, message: String, help: String) -> Finding {
        Finding {
            code,
            severity: code.info().severity,
            file: file.to_owned(),
            line: None,
            column: None,
            pointer: String::new(),
            message,
            help,
            excerpt: None,
        }
    }
}

/// How many findings of one code are kept whole; the rest are counted.
pub const KEPT_PER_CODE: usize = 20;

/// Findings of a file or a set: the first [`KEPT_PER_CODE`] of each code whole, all of them counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// The findings kept, in the order in which they were met.
    pub kept: Vec<Finding>,
    /// How many there were of each code.
    pub counts: BTreeMap<Code, u64>,
    /// How many errors there were in all.
    pub errors: u64,
    /// How many warnings there were in all.
    pub warnings: u64,
}

impl Findings {
    /// Counts a finding of `code` that is not worth keeping: of each code, the first ones are.
    pub(crate) fn count(&mut self, code: Code) {
        match code.info().severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        *self.counts.entry(code).or_default() += 1;
    }

    /// Whether as many findings of `code` were met as are kept.
    pub(crate) fn are_full(&self, code: Code) -> bool {
        self.counts.get(&code).is_some_and(|count| *count >= KEPT_PER_CODE as u64)
    }

    /// Counts `finding`, and keeps it if it is among the first of its code.
    pub fn push(&mut self, finding: Finding) {
        match finding.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        let count = self.counts.entry(finding.code).or_default();
        *count += 1;
        if *count <= KEPT_PER_CODE as u64 {
            self.kept.push(finding);
        }
    }

    /// Adds all of `other`, which was met later.
    pub fn extend(&mut self, other: Findings) {
        for finding in other.kept {
            let held = self.kept.iter().filter(|kept| kept.code == finding.code).count();
            if held < KEPT_PER_CODE {
                self.kept.push(finding);
            }
        }
        for (code, count) in other.counts {
            *self.counts.entry(code).or_default() += count;
        }
        self.errors += other.errors;
        self.warnings += other.warnings;
    }

    /// Whether anything here stands in the way of a launch.
    pub fn block(&self, strict: bool) -> bool {
        self.errors > 0 || (strict && self.warnings > 0)
    }
}
