//! What was required, what was measured, and how many records would decide.

use tunedrop_evaluation::{Check, CheckResult, RECORDS_MIN, Rule};

use super::figures::{interval, score, signed, signed_interval};
use crate::wording::{Span, grouped, spans, visible};

/// A row of the table of requirements.
pub(super) struct Requirement {
    pub rule: Vec<Span>,
    pub measured: String,
    pub interval: String,
    pub records: String,
    /// The class in the style sheet.
    pub tone: &'static str,
    pub result: String,
}

pub(super) fn requirement(check: &Check) -> Requirement {
    let measured = check.measured.as_ref();
    let is_score = matches!(check.rule, Rule::Min | Rule::Max);
    let (tone, result) = match check.result {
        CheckResult::Holds => ("holds", "holds".to_owned()),
        CheckResult::Fails => ("fails", "fails".to_owned()),
        CheckResult::Undecided => ("wait", "undecided".to_owned()),
        CheckResult::TooFew => ("wait", format!("undecided: fewer than {RECORDS_MIN} records")),
    };
    Requirement {
        rule: spans(&rule(check)),
        measured: measured.map_or("no score".to_owned(), |measured| {
            if is_score { score(measured.value) } else { signed(measured.value) }
        }),
        interval: if is_score { interval(measured) } else { signed_interval(measured) }.unwrap_or("–".to_owned()),
        records: grouped(measured.map_or(0, |measured| measured.records)),
        tone,
        result,
    }
}

/// What is required, with the metric in backticks.
pub(super) fn rule(check: &Check) -> String {
    let (metric, limit) = (check.metric, check.limit);
    let against = check.against.as_deref().map(visible).unwrap_or_default().replace('`', "'");
    match check.rule {
        Rule::Min => format!("`{metric}` is at least {}", score(limit)),
        Rule::Max => format!("`{metric}` is at most {}", score(limit)),
        Rule::OverBase if limit < 0.0 => format!("`{metric}` is at most {} worse than {against}", score(-limit)),
        Rule::OverBase => format!("`{metric}` is at least {} better than {against}", score(limit)),
        Rule::Better => format!("`{metric}` is better than {against}"),
    }
}

/// About how many records would decide the check, if what was measured stays the same: the width of an interval shrinks
/// with the square root of the number of records. None if it is decided, or if the measured value is on the limit.
pub(super) fn records_needed(check: &Check) -> Option<u64> {
    let measured = check.measured.as_ref().filter(|_| check.result == CheckResult::Undecided)?;
    let distance = (measured.value - check.limit).abs();
    let reach = if measured.value > check.limit {
        measured.value - measured.interval.low
    } else {
        measured.interval.high - measured.value
    };
    let needed = measured.records as f64 * (reach / distance).powi(2);
    // In steps of ten: more digits would promise too much.
    (needed.is_finite() && needed < 1e9).then(|| ((needed / 10.0).floor() as u64 + 1) * 10)
}

#[cfg(test)]
mod tests {
    use tunedrop_evaluation::{Estimate, Interval, Metric};

    use super::*;

    fn check(rule: Rule, limit: f64, value: f64, low: f64, high: f64) -> Check {
        Check {
            metric: Metric::RougeL,
            rule,
            against: Some("base".to_owned()),
            limit,
            measured: Some(Estimate { value, interval: Interval { low, high }, records: 100 }),
            result: CheckResult::Undecided,
        }
    }

    #[test]
    fn says_what_is_required() {
        let rules =
            [(Rule::Min, 0.35), (Rule::Max, 0.1), (Rule::OverBase, 0.02), (Rule::OverBase, -0.02), (Rule::Better, 0.0)];
        let words = rules.map(|(kind, limit)| rule(&check(kind, limit, 0.0, 0.0, 0.0)));
        assert_eq!(
            words,
            [
                "`rouge_l` is at least 0.350",
                "`rouge_l` is at most 0.100",
                "`rouge_l` is at least 0.020 better than base",
                "`rouge_l` is at most 0.020 worse than base",
                "`rouge_l` is better than base"
            ]
        );
    }

    #[test]
    fn four_times_the_records_halve_the_interval() {
        assert_eq!(records_needed(&check(Rule::Better, 0.0, 0.05, -0.05, 0.15)), Some(410));
        assert_eq!(records_needed(&check(Rule::Min, 0.5, 0.45, 0.35, 0.55)), Some(410));
        assert_eq!(records_needed(&check(Rule::Better, 0.0, 0.0, -0.1, 0.1)), None);
        let decided = Check { result: CheckResult::Holds, ..check(Rule::Better, 0.0, 0.05, 0.01, 0.1) };
        assert_eq!(records_needed(&decided), None);
        assert_eq!(records_needed(&Check { measured: None, ..decided }), None);
    }
}
