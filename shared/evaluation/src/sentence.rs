//! The decision and the notes, as sentences.

use crate::bootstrap::{Estimate, RECORDS_MIN};
use crate::metric::Direction;
use crate::outcome::{Check, CheckResult, Outcome, Rule};
use crate::overlap::Overlap;

/// The number of records below which a note warns of a small sample.
pub const FEW_RECORDS: u64 = 30;

/// Returns the decision and its reason.
pub(crate) fn decision(outcome: Outcome, checks: &[Check], records: u64) -> String {
    let first = |wanted: &[CheckResult]| checks.iter().find(|check| wanted.contains(&check.result));
    let sentence = match outcome {
        Outcome::Keep => {
            let reason = checks.first().map(reason).unwrap_or_default();
            let more = match checks.len() {
                0 | 1 => String::new(),
                2 => " The other requirement holds, too.".to_owned(),
                all => format!(" The other {} requirements hold, too.", all - 1),
            };
            format!("Keep the new model: {reason}.{more}")
        }
        Outcome::Drop => {
            format!("Drop the new model: {}.", first(&[CheckResult::Fails]).map(reason).unwrap_or_default())
        }
        Outcome::Undecided => match first(&[CheckResult::Undecided, CheckResult::TooFew]) {
            Some(check) => format!("Undecided: {}.", reason(check)),
            None => "Undecided: there is nothing to compare.".to_owned(),
        },
    };
    match few_records(records) {
        Some(note) => format!("{sentence} {note}"),
        None => sentence,
    }
}

/// Returns the note about a small sample.
pub(crate) fn few_records(records: u64) -> Option<String> {
    match records {
        0 => Some("No record was compared.".to_owned()),
        1 => Some("One record can decide little.".to_owned()),
        few if few < FEW_RECORDS => Some(format!("{few} records can decide little: use {FEW_RECORDS} or more.")),
        _ => None,
    }
}

/// Returns the note about held-out records that are in the training file.
pub(crate) fn overlap(overlap: &Overlap) -> Option<String> {
    let Overlap { held_out, in_training } = overlap;
    let percent = 100.0 * overlap.share();
    overlap.severity().map(|_| {
        format!(
            "{in_training} of {held_out} held-out records ({percent:.0}%) are in the training file, too, so the new model may have memorized their answers."
        )
    })
}

/// Returns why a check has its result.
fn reason(check: &Check) -> String {
    let (metric, against) = (check.metric, check.against.as_deref().unwrap_or_default());
    let Some(measured) = check.measured.as_ref().filter(|_| check.result != CheckResult::TooFew) else {
        let records = check.measured.map_or(0, |measured| measured.records);
        let have = if records == 1 { "record has" } else { "records have" };
        return format!("{records} {have} a score for {metric}, and a decision needs {RECORDS_MIN}");
    };
    let evidence = evidence(measured);
    let value = number(measured.value);
    match check.rule {
        Rule::Min => format!("{metric} is {value}, at least {} is required ({evidence})", number(check.limit)),
        Rule::Max => format!("{metric} is {value}, at most {} is allowed ({evidence})", number(check.limit)),
        Rule::OverBase | Rule::Better => {
            let higher = (metric.better() == Direction::Higher) == (measured.value > 0.0);
            let size = number(measured.value.abs());
            let is_same = size == "0.000";
            let than = match size {
                _ if is_same => format!("the same as that of {against}"),
                size => format!("{size} {} than that of {against}", if higher { "higher" } else { "lower" }),
            };
            let required = if check.rule == Rule::OverBase {
                format!(", an advantage of at least {} is required", number(check.limit))
            } else if check.result == CheckResult::Undecided && !is_same {
                ", which may be chance".to_owned()
            } else {
                String::new()
            };
            format!("{metric} is {than}{required} ({evidence})")
        }
    }
}

fn evidence(measured: &Estimate) -> String {
    let (low, high) = (number(measured.interval.low), number(measured.interval.high));
    format!("95% interval {low} to {high}, {} records", measured.records)
}

/// Formats a number with three decimals, and zero without a sign.
fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    if text == "-0.000" { "0.000".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_has_no_sign() {
        assert_eq!([number(-0.000_1), number(-0.25), number(0.123_6)], ["0.000", "-0.250", "0.124"]);
    }

    #[test]
    fn small_samples_are_named() {
        assert_eq!(few_records(30), None);
        assert_eq!(few_records(29).as_deref(), Some("29 records can decide little: use 30 or more."));
        assert!(few_records(0).is_some() && few_records(1).is_some());
    }

    #[test]
    fn an_overlap_is_named_with_its_share() {
        assert_eq!(overlap(&Overlap { held_out: 10, in_training: 0 }), None);
        let sentence = overlap(&Overlap { held_out: 200, in_training: 50 }).expect("a sentence");
        assert!(sentence.starts_with("50 of 200 held-out records (25%)"), "{sentence}");
    }
}
