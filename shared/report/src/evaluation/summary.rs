//! Parts of an evaluation for the console.

use askama::Template;
use tunedrop_evaluation::{Evaluation, Verdict};

use super::chart::{Chart, chart};
use super::figures::{interval, name, score, signed, signed_interval, verdict};

#[derive(Template)]
#[template(path = "interval_chart.html")]
struct IntervalChart {
    chart: Chart,
}

/// The intervals of the differences around zero, as inline SVG in two sizes: the report's chart. `None` if no difference was
/// measured.
pub fn interval_chart(evaluation: &Evaluation) -> Option<String> {
    IntervalChart { chart: chart(evaluation)? }.render().ok()
}

/// A metric of an evaluation, compared with one other side. Texts aren't escaped for HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricRow {
    /// The metric's name.
    pub metric: String,
    /// The other side's name.
    pub against: String,
    /// The new model's score with its interval, such as `0.412 (0.380 to 0.445)`; `–` if it has none.
    pub new: String,
    /// The other side's.
    pub other: String,
    /// The difference, with its sign.
    pub difference: String,
    /// Its 95% interval.
    pub interval: String,
    /// `better`, `worse`, `no difference`, or why it can't be said.
    pub verdict: &'static str,
    /// `good`, `bad` or `same`: the class of the report's style sheet.
    pub class: &'static str,
}

/// Every metric against every other side, in the report's order.
pub fn metric_rows(evaluation: &Evaluation) -> Vec<MetricRow> {
    let none = || "–".to_owned();
    let of_side = |metric: &tunedrop_evaluation::MetricResult, side: &str| {
        let found = metric.scores.iter().find(|score| score.side == side).and_then(|score| score.score.as_ref());
        match (found, interval(found)) {
            (Some(found), Some(interval)) => format!("{} ({interval})", score(found.value)),
            (Some(found), None) => score(found.value),
            (None, _) => none(),
        }
    };
    let rows = evaluation.metrics.iter().flat_map(|metric| metric.differences.iter().map(move |one| (metric, one)));
    rows.map(|(metric, one)| MetricRow {
        metric: metric.metric.to_string(),
        against: name(evaluation, &one.against),
        new: of_side(metric, &evaluation.new),
        other: of_side(metric, &one.against),
        difference: one.difference.as_ref().map_or_else(none, |found| signed(found.value)),
        interval: signed_interval(one.difference.as_ref()).unwrap_or_else(none),
        verdict: verdict(one),
        class: match one.verdict {
            Verdict::Better => "good",
            Verdict::Worse => "bad",
            Verdict::NoDifference => "same",
        },
    })
    .collect()
}
