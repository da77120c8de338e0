//! Checks the first records of the training file by the rules of models, so that no recipe names a model that rejects
//! them.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result};
use tunedrop_validation::catalogue::Lifecycle;
use tunedrop_validation::{Code, FileCheck, Role, Severity};

use super::data::Found;
use super::typed;
use crate::catalogue::{DEFAULT_MODEL, Rules};
use crate::fit::flags;
use crate::format::{counted, visible};
use crate::location::Location;
use crate::near_miss::Target;
use crate::placeholders;

/// How many records are checked.
const TRIED: usize = 20;

/// The bytes that are read for them.
const BYTES_MAX: u64 = 8 << 20;

/// How many other models are listed.
const NAMED: usize = 3;

/// What the first records are for a model and a type.
struct Tried {
    records: u64,
    valid: u64,
    /// The first error, in the words of `tunedrop check`.
    error: String,
}

/// What init does after the check.
pub(super) enum Choice<'c> {
    /// Writes the recipe for this model, with a warning if some records are invalid and another model accepts them.
    Write(Rules<'c>, Option<String>),
    /// Writes nothing, for this reason.
    Stop(String),
}

impl Found {
    /// Chooses a model whose rules accept the most of the first records. A model that a person chose isn't replaced.
    pub(super) fn choice<'c>(
        &self,
        rules: Rules<'c>,
        target: Target<'c>,
        is_named: bool,
        dir: &Path,
    ) -> Result<Choice<'c>> {
        let Some(name) = &self.train else { return Ok(Choice::Write(rules, None)) };
        let path = dir.join(name);
        let head = beginning(&path).with_context(|| format!("{} can't be read", path.display()))?;
        let own = tried(&head, name, rules, &path);
        if own.records == own.valid {
            return Ok(Choice::Write(rules, None));
        }
        let mut others: Vec<(u64, Rules)> = Vec::new();
        let live = target.catalogue.models().iter().filter(|model| model.lifecycle == Lifecycle::Live);
        for other in live.filter_map(|model| Rules::of(model, rules.customization)) {
            if other.model.alias != rules.model.alias && self.is_format_of(other) {
                others.push((tried(&head, name, other, &path).valid, other));
            }
        }
        others.retain(|(valid, _)| *valid > own.valid);
        others.sort_by_key(|(valid, other)| (std::cmp::Reverse(*valid), other.model.alias != DEFAULT_MODEL));
        if let Some((_, best)) = others.first()
            && !is_named
        {
            return Ok(Choice::Write(*best, None));
        }
        let (shown, model) = (visible(name), &rules.model.name);
        let (count, kind) = (counted(own.records, "record"), rules.customization.as_str());
        let instead: String = others
            .iter()
            .take(NAMED)
            .map(|(_, other)| format!("  tunedrop init {} {}\n", typed(dir), flags(*other)))
            .collect();
        if own.valid > 0 {
            let invalid = own.records - own.valid;
            let warning = format!(
                "  warning: {invalid} of the first {count} of {shown} can't be used with {model} for {kind}:\n    {}\n  \
                 Another model accepts more of them:\n{instead}",
                own.error
            );
            return Ok(Choice::Write(rules, (!others.is_empty()).then_some(warning)));
        }
        let first = if own.records == 1 { "The first record".to_owned() } else { format!("Each of the first {count}") };
        let next = if others.is_empty() {
            format!(
                "No other model accepts them for {kind}. Fix the records, then run init again. For all findings:\n  \
                 tunedrop check {} {}\n",
                typed(&path),
                flags(rules)
            )
        } else {
            format!("Use another model:\n{instead}")
        };
        Ok(Choice::Stop(format!(
            "No recipe was written. {first} of {shown} is invalid for {model}, {kind}:\n  {}\n{next}",
            own.error
        )))
    }
}

/// The first lines, all of them complete.
fn beginning(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = BufReader::new(File::open(path)?.take(BYTES_MAX));
    let mut head = Vec::new();
    for _ in 0..TRIED {
        let before = head.len();
        if file.read_until(b'\n', &mut head)? == 0 {
            break;
        }
        // The rest of a line that is cut isn't known.
        if head.len() as u64 == BYTES_MAX && head.last() != Some(&b'\n') {
            head.truncate(before);
        }
    }
    Ok(head)
}

fn tried(head: &[u8], name: &str, rules: Rules, path: &Path) -> Tried {
    let mut check = FileCheck::new(name, rules.training, Role::Train, None);
    check.feed(head);
    let mut report = check.finish();
    placeholders::fill(&mut report.findings, &Location::Local(path.to_owned()), rules);
    // The records are only a part of the file, so their number says nothing.
    let is_of_records = |code: Code| !matches!(code, Code::TooFewRecords | Code::TooManyRecords);
    let mut errors = report.findings.kept.iter();
    let error = errors.find(|finding| finding.severity == Severity::Error && is_of_records(finding.code));
    let error = error.map_or_else(String::new, |finding| {
        let line = finding.line.map_or_else(String::new, |line| format!("line {line}: "));
        visible(&format!("{line}error[{}]: {}; {}", finding.code, finding.message, finding.help))
    });
    Tried { records: report.statistics.records, valid: report.statistics.valid_records, error }
}
