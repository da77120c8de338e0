//! Findings: what is wrong, where, and how to fix it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Code, Excerpt};

/// Whether a finding blocks the launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Bedrock would reject the file, fail the job, or train on other data than you meant.
    Error,
    /// Likely waste or harm. Blocks only when the recipe says `strict: true`.
    Warning,
}

/// A problem and its location. Apart from the [`Excerpt`], it never contains a record's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The stable code.
    pub code: Code,
    /// Whether it blocks.
    pub severity: Severity,
    /// The file, relative to the dataset's folder.
    pub file: String,
    /// 1-based line; absent if the finding is about the whole file.
    pub line: Option<u64>,
    /// 1-based byte column in the raw line.
    pub column: Option<u64>,
    /// JSON pointer (RFC 6901) to the deepest valid parent; empty for the whole record.
    pub pointer: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// How to fix it: an instruction.
    pub help: String,
    /// The text around the location, for readers of the data. It is never serialized or logged.
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

    /// Adds all of `other`, which may be from the same lines: of each code, the first ones in the file are kept.
    pub(crate) fn merge(&mut self, other: Findings) {
        self.kept.extend(other.kept);
        self.kept.sort_by_key(|finding| (finding.line, finding.column));
        let mut kept: BTreeMap<Code, usize> = BTreeMap::new();
        self.kept.retain(|finding| {
            let count = kept.entry(finding.code).or_default();
            *count += 1;
            *count <= KEPT_PER_CODE
        });
        for (code, count) in other.counts {
            *self.counts.entry(code).or_default() += count;
        }
        self.errors += other.errors;
        self.warnings += other.warnings;
    }

    /// Whether a finding here blocks the launch.
    pub fn block(&self, strict: bool) -> bool {
        self.errors > 0 || (strict && self.warnings > 0)
    }
}
