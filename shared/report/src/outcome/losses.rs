//! What the losses come to, in words and in a table.

use super::LossPoint;
use crate::wording::{counted, grouped, loss};

/// Beyond this a loss says nothing but that training went wrong, and a chart of it would show nothing else.
const USABLE_MAX: f64 = 1e12;

/// First, last and lowest of one series, ready to be shown.
pub(super) struct Losses {
    pub name: &'static str,
    pub first: String,
    pub last: String,
    pub lowest: String,
    pub perplexity: String,
}

/// Whether a loss can be compared and drawn.
pub(super) fn is_usable(point: &LossPoint) -> bool {
    point.loss.is_finite() && point.loss.abs() <= USABLE_MAX
}

/// The number of a job's first epoch. Whether Bedrock's files count from 0 or from 1 is not documented, and the numbers show
/// it; people are told of epochs from 1 on.
pub(super) fn first_epoch(training: &[LossPoint], validation: &[LossPoint]) -> u64 {
    u64::from(training.iter().chain(validation).all(|point| point.epoch > 0))
}

/// The table's column; `None` for a series without points.
pub(super) fn summary(name: &'static str, points: &[LossPoint]) -> Option<Losses> {
    let (first, last) = (points.first()?, points.last()?);
    let lowest = points.iter().filter(|point| is_usable(point)).min_by(|a, b| a.loss.total_cmp(&b.loss));
    let at = |point: &LossPoint| format!("{} at step {}", loss(point.loss), grouped(point.step));
    Some(Losses {
        name,
        first: at(first),
        last: at(last),
        lowest: lowest.map_or("none".to_owned(), at),
        perplexity: last.perplexity.map_or("not given".to_owned(), loss),
    })
}

/// What a reader has to know before trusting the chart.
pub(super) fn notes(training: &[LossPoint], validation: &[LossPoint]) -> Vec<String> {
    if training.is_empty() && validation.is_empty() {
        return vec!["Bedrock left no losses for this run.".to_owned()];
    }
    let mut notes = Vec::new();
    for (name, points) in [("training", training), ("validation", validation)] {
        let unusable = points.iter().filter(|point| !is_usable(point)).count();
        match (points.len(), unusable) {
            (0, _) => notes.push(format!("There are no {name} losses.")),
            (_, 0) => {}
            (all, bad) if all == bad => {
                notes.push(format!("None of the {} {name} losses is a usable number, so none is drawn.", grouped(all as u64)));
            }
            (all, bad) => notes.push(format!(
                "{} of {} {name} losses {} no usable number (not a number, infinite, or beyond measure), and the chart leaves out what can't be drawn.",
                grouped(bad as u64),
                grouped(all as u64),
                if bad == 1 { "is" } else { "are" }
            )),
        }
        if points.len() == 1 && unusable == 0 {
            notes.push(format!("There is a single {name} loss, so the chart shows a point and no course."));
        }
    }
    notes
}

/// The chart in words, for those who can't see it.
pub(super) fn alternative(training: &[LossPoint], validation: &[LossPoint]) -> String {
    let mut parts = vec!["Loss by step.".to_owned()];
    for (name, points) in [("Training", training), ("Validation", validation)] {
        let usable: Vec<&LossPoint> = points.iter().filter(|point| is_usable(point)).collect();
        if let (Some(first), Some(last)) = (usable.first(), usable.last()) {
            let lowest = usable.iter().fold(first.loss, |lowest, point| lowest.min(point.loss));
            parts.push(format!(
                "{name} loss goes from {} at step {} to {} at step {}, over {}; the lowest is {}.",
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
