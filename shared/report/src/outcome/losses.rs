//! The losses in words and in a table.

use super::LossPoint;
use crate::wording::{counted, grouped, loss};

/// A loss of a larger magnitude only shows that training diverged, and would hide all others in a chart.
const USABLE_MAX: f64 = 1e12;

/// A column of the table: the first, last and lowest loss of one series, as text.
pub(super) struct Losses {
    pub name: &'static str,
    pub first: String,
    pub last: String,
    pub lowest: String,
    pub perplexity: String,
}

/// Whether a loss can be compared, and shown in a chart.
pub(super) fn is_usable(point: &LossPoint) -> bool {
    point.loss.is_finite() && point.loss.abs() <= USABLE_MAX
}

/// The number of a job's first epoch, 0 or 1. Which of them Bedrock's files start with isn't documented, so it is read
/// from the numbers. Reports count from 1.
pub(super) fn first_epoch(training: &[LossPoint], validation: &[LossPoint]) -> u64 {
    u64::from(training.iter().chain(validation).all(|point| point.epoch > 0))
}

/// Returns the table's column, or `None` for a series without points.
pub(super) fn summary(name: &'static str, points: &[LossPoint]) -> Option<Losses> {
    let (first, last) = (points.first()?, points.last()?);
    let lowest = points.iter().filter(|point| is_usable(point)).min_by(|a, b| a.loss.total_cmp(&b.loss));
    let at = |point: &LossPoint| format!("{} at step {}", loss(point.loss), grouped(point.step));
    Some(Losses {
        name,
        first: at(first),
        last: at(last),
        lowest: lowest.map_or("none".to_owned(), at),
        perplexity: last.perplexity.map_or("–".to_owned(), loss),
    })
}

/// What the chart doesn't show, one sentence each.
pub(super) fn notes(training: &[LossPoint], validation: &[LossPoint]) -> Vec<String> {
    if training.is_empty() && validation.is_empty() {
        return vec!["Bedrock reported no losses for this run.".to_owned()];
    }
    let mut notes = Vec::new();
    for (name, points) in [("training", training), ("validation", validation)] {
        let unusable = points.iter().filter(|point| !is_usable(point)).count();
        match (points.len(), unusable) {
            (0, _) => notes.push(format!("There are no {name} losses.")),
            (_, 0) => {}
            (all, bad) if all == bad => {
                notes.push(format!("None of the {} {name} losses is a usable number, so the chart shows none of them.", grouped(all as u64)));
            }
            (all, bad) => notes.push(format!(
                "{} of {} {name} losses {} usable (not a number, infinite, or beyond {USABLE_MAX:e}). The chart leaves {} out.",
                grouped(bad as u64),
                grouped(all as u64),
                if bad == 1 { "isn't" } else { "aren't" },
                if bad == 1 { "it" } else { "them" }
            )),
        }
        if points.len() == 1 && unusable == 0 {
            notes.push(format!("There is only one {name} loss, so the chart shows a point, not a curve."));
        }
    }
    notes
}

/// The chart in words: its text alternative.
pub(super) fn alternative(training: &[LossPoint], validation: &[LossPoint]) -> String {
    let mut parts = vec!["Line chart of loss by step.".to_owned()];
    for (name, points) in [("training", training), ("validation", validation)] {
        let usable: Vec<&LossPoint> = points.iter().filter(|point| is_usable(point)).collect();
        if let (Some(first), Some(last)) = (usable.first(), usable.last()) {
            let lowest = usable.iter().fold(first.loss, |lowest, point| lowest.min(point.loss));
            parts.push(format!(
                "The {name} loss goes from {} at step {} to {} at step {}, over {}. The lowest is {}.",
                loss(first.loss),
                grouped(first.step),
                loss(last.loss),
                grouped(last.step),
                counted(usable.len() as u64, "point"),
                loss(lowest)
            ));
        }
    }
    parts.join(" ")
}
