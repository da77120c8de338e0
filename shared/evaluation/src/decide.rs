//! The decision whether to keep a model, to drop it, or neither.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bootstrap::{Estimate, Interval, RECORDS_MIN, ROUNDING};
use crate::metric::{Direction, Metric};
use crate::outcome::{Check, CheckResult, Decision, MetricResult, Outcome, Rule, Verdict};
use crate::sentence;

/// The name of the side that `over_base` compares with.
pub const BASE: &str = "base";

/// The name of the side that the dataset's deployment serves now.
pub const DEPLOYED: &str = "deployed";

/// A recipe's requirement for a metric.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The minimum score, from 0 to 1, for metrics where higher is better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The maximum score, from 0 to 1, for metrics where lower is better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The minimum advantage of the new model over the base model, from -1 to 1. A negative number allows the new model
    /// to be worse by that much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_base: Option<f64>,
}

impl Requirement {
    /// Returns what is wrong with the requirement, as a sentence without a full stop. `None` if it is valid.
    pub fn fault(&self, metric: Metric) -> Option<String> {
        let out_of = |value: Option<f64>, least: f64| value.is_some_and(|value| !(least..=1.0).contains(&value));
        let higher = metric.better() == Direction::Higher;
        if self.min.is_none() && self.max.is_none() && self.over_base.is_none() {
            let limit = if higher { "min" } else { "max" };
            Some(format!("`{metric}` requires nothing; add `{limit}` or `over_base`"))
        } else if self.max.is_some() && higher {
            Some(format!("more is better for `{metric}`, so `max` makes no sense; use `min`"))
        } else if self.min.is_some() && !higher {
            Some(format!("less is better for `{metric}`, so `min` makes no sense; use `max`"))
        } else if out_of(self.min.or(self.max), 0.0) {
            Some(format!("`{metric}` is between 0 and 1; choose a limit from 0 to 1"))
        } else if out_of(self.over_base, -1.0) {
            Some(format!("`{metric}` is between 0 and 1; choose `over_base` from -1 to 1"))
        } else {
            None
        }
    }
}

/// What the interval of a difference says, if `better` is the metric's direction.
pub(crate) fn verdict(difference: Option<&Estimate>, better: Direction) -> Verdict {
    let Some(difference) = difference.filter(|difference| difference.records >= RECORDS_MIN) else {
        return Verdict::NoDifference;
    };
    let Interval { low, high } = advantage(difference, better).interval;
    if low > ROUNDING {
        Verdict::Better
    } else if high < -ROUNDING {
        Verdict::Worse
    } else {
        Verdict::NoDifference
    }
}

/// Returns the difference as an advantage: positive if the new model is better.
fn advantage(difference: &Estimate, better: Direction) -> Estimate {
    match better {
        Direction::Higher => *difference,
        Direction::Lower => {
            let Interval { low, high } = difference.interval;
            // Subtracted from 0.0, because a negated 0.0 is -0.0, which is printed with its sign.
            let interval = Interval { low: 0.0 - high, high: 0.0 - low };
            Estimate { value: 0.0 - difference.value, interval, records: difference.records }
        }
    }
}

/// Decides from the metrics' results. Without requirements, the new model must be better than each other side on the
/// first metric.
pub(crate) fn decide(metrics: &[MetricResult], require: &BTreeMap<Metric, Requirement>, records: u64) -> Decision {
    let checks: Vec<Check> = if require.is_empty() {
        metrics.first().map(better_than_each).unwrap_or_default()
    } else {
        require.iter().flat_map(|(metric, requirement)| required(metrics, *metric, requirement)).collect()
    };
    let all = |wanted: CheckResult| checks.iter().all(|check| check.result == wanted);
    let outcome = if checks.iter().any(|check| check.result == CheckResult::Fails) {
        Outcome::Drop
    } else if !checks.is_empty() && all(CheckResult::Holds) {
        Outcome::Keep
    } else {
        Outcome::Undecided
    };
    let sentence = sentence::decision(outcome, &checks, compared(&checks, records));
    Decision { outcome, sentence, checks }
}

/// Returns the number of records that the decision is based on: that of the check with the fewest records, at most
/// `records`.
pub(crate) fn compared(checks: &[Check], records: u64) -> u64 {
    let measured = checks.iter().map(|check| check.measured.map_or(0, |measured| measured.records));
    measured.min().unwrap_or(records)
}

fn better_than_each(metric: &MetricResult) -> Vec<Check> {
    let check = |difference: &crate::outcome::Difference| {
        let result = match difference.verdict {
            Verdict::Better => CheckResult::Holds,
            Verdict::Worse => CheckResult::Fails,
            Verdict::NoDifference if is_too_few(difference.difference.as_ref()) => CheckResult::TooFew,
            Verdict::NoDifference => CheckResult::Undecided,
        };
        Check {
            metric: metric.metric,
            rule: Rule::Better,
            against: Some(difference.against.clone()),
            limit: 0.0,
            measured: difference.difference.as_ref().map(|difference| advantage(difference, metric.better)),
            result,
        }
    };
    metric.differences.iter().map(check).collect()
}

/// Returns the checks of one metric's requirement.
fn required(metrics: &[MetricResult], metric: Metric, requirement: &Requirement) -> Vec<Check> {
    let result = metrics.iter().find(|result| result.metric == metric);
    let score = result.and_then(|result| result.scores.first()?.score);
    let over = result.and_then(|result| {
        let base = result.differences.iter().find(|difference| difference.against == BASE)?;
        base.difference.as_ref().map(|difference| advantage(difference, result.better))
    });
    let check = |rule, against: Option<&str>, limit: f64, measured: Option<Estimate>| Check {
        metric,
        rule,
        against: against.map(str::to_owned),
        limit,
        measured,
        result: result_of(rule, limit, measured.as_ref()),
    };
    let min = requirement.min.map(|min| check(Rule::Min, None, min, score));
    let max = requirement.max.map(|max| check(Rule::Max, None, max, score));
    let over_base = requirement.over_base.map(|least| check(Rule::OverBase, Some(BASE), least, over));
    [min, max, over_base].into_iter().flatten().collect()
}

fn result_of(rule: Rule, limit: f64, measured: Option<&Estimate>) -> CheckResult {
    let Some(measured) = measured.filter(|measured| !is_too_few(Some(measured))) else {
        return CheckResult::TooFew;
    };
    let Interval { low, high } = measured.interval;
    // Changes a maximum so that it is checked like a minimum.
    let (low, high) = if rule == Rule::Max { (limit - high, limit - low) } else { (low - limit, high - limit) };
    if low >= -ROUNDING {
        CheckResult::Holds
    } else if high < -ROUNDING {
        CheckResult::Fails
    } else {
        CheckResult::Undecided
    }
}

fn is_too_few(measured: Option<&Estimate>) -> bool {
    measured.is_none_or(|measured| measured.records < RECORDS_MIN)
}

#[cfg(test)]
mod tests;
