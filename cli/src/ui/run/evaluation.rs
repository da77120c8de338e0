//! The evaluation of a run, on its page.

use tunedrop_evaluation::Evaluation;
use tunedrop_report::{MetricRow, interval_chart, metric_rows};
use tunedrop_run::EvaluationEntry;

use crate::evaluations::facts;
use crate::ui::runs::tone_of_evaluation;

/// What the page shows of an evaluation.
pub(super) struct Evaluated {
    pub(super) state: &'static str,
    pub(super) tone: &'static str,
    pub(super) facts: Vec<(&'static str, String)>,
    /// Inline SVG.
    pub(super) chart: Option<String>,
    pub(super) rows: Vec<MetricRow>,
}

impl Evaluated {
    pub(super) fn of(one: &EvaluationEntry, figures: Option<&Evaluation>) -> Evaluated {
        let plain = |text: &str| anstream::adapter::strip_str(text).to_string();
        Evaluated {
            state: one.state.as_str(),
            tone: tone_of_evaluation(one.state),
            facts: facts(one).into_iter().map(|(name, value)| (name, plain(&value))).collect(),
            chart: figures.and_then(interval_chart),
            rows: figures.map(metric_rows).unwrap_or_default(),
        }
    }
}
