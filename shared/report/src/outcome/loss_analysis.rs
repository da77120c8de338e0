//! What the losses of a run show, in one sentence, and what to try next.

use super::LossPoint;
use super::losses::{first_epoch, is_usable};
use crate::wording::{grouped, loss};

/// A smaller relative change counts as none, because losses of single steps are noisy.
const FLAT: f64 = 0.01;
/// Fewer training losses than this show no trend.
const FEWEST: usize = 4;

/// What the losses show, and what to try next.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LossAnalysis {
    pub summary: String,
    pub suggestion: &'static str,
}

/// Analyzes the validation losses, or the training losses if there aren't two of those. Returns `None` if there are too
/// few losses.
pub(super) fn analyze(training: &[LossPoint], validation: &[LossPoint]) -> Option<LossAnalysis> {
    let first = first_epoch(training, validation);
    let (training, validation) = (usable(training), usable(validation));
    if validation.len() >= 2 {
        return Some(of_validation(&validation, first));
    }
    (training.len() >= FEWEST).then(|| of_training(&training))
}

fn usable(points: &[LossPoint]) -> Vec<LossPoint> {
    let mut points: Vec<LossPoint> = points.iter().filter(|point| is_usable(point)).copied().collect();
    points.sort_by_key(|point| point.step);
    points
}

fn of_validation(points: &[LossPoint], first_epoch: u64) -> LossAnalysis {
    let (first, last) = (points[0], points[points.len() - 1]);
    let lowest = points.iter().min_by(|a, b| a.loss.total_cmp(&b.loss)).copied().unwrap_or(last);
    let at = |point: LossPoint| format!("{} at step {}", loss(point.loss), grouped(point.step));
    if is_above(last.loss, lowest.loss) {
        return LossAnalysis {
            summary: format!(
                "The validation loss was lowest in epoch {} ({}), and then rose to {}: the model overfitted from there on.",
                lowest.epoch - first_epoch + 1,
                at(lowest),
                at(last)
            ),
            suggestion: "Train for fewer epochs, use a lower learning rate, or add more varied records.",
        };
    }
    let before = points[points.len() - 1 - (points.len() / 4).max(1)];
    let from_to = format!("from {} to {}", at(first), at(last));
    if is_above(before.loss, last.loss) {
        return LossAnalysis {
            summary: format!("The validation loss was still falling at the end: {from_to}."),
            suggestion: "Train for one or two more epochs.",
        };
    }
    LossAnalysis {
        summary: format!("The validation loss leveled off: {from_to}."),
        suggestion: "Add more or better records. More epochs will hardly help.",
    }
}

/// Losses of single training steps jump, so this compares means over a tenth of them.
fn of_training(points: &[LossPoint]) -> LossAnalysis {
    let window = (points.len() / 10).max(1);
    let mean = |points: &[LossPoint]| points.iter().map(|point| point.loss).sum::<f64>() / points.len() as f64;
    let means: Vec<f64> = points.chunks(window).filter(|chunk| chunk.len() == window).map(mean).collect();
    let (first, last) = (means[0], means[means.len() - 1]);
    let lowest = means.iter().copied().fold(first, f64::min);
    let before = means[means.len() - 1 - (means.len() / 4).max(1).min(means.len() - 1)];
    let from_to = format!("from about {} to about {}", loss(first), loss(last));
    let unseen = "Without validation losses, nothing shows whether the model learned more than its examples.";
    if is_above(last, lowest + (first - lowest).abs() * 0.1) {
        return LossAnalysis {
            summary: format!(
                "The training loss rose again at the end: {from_to}, with a minimum of about {}.",
                loss(lowest)
            ),
            suggestion: "Use a lower learning rate, or more warm-up steps.",
        };
    }
    if is_above(before, last) {
        return LossAnalysis {
            summary: format!("The training loss was still falling at the end: {from_to}. {unseen}"),
            suggestion: "Train for one more epoch, with a validation file if the model accepts one.",
        };
    }
    LossAnalysis {
        summary: format!("The training loss leveled off: {from_to}. {unseen}"),
        suggestion: "Add a validation file, if the model accepts one, before you add epochs.",
    }
}

fn is_above(value: f64, other: f64) -> bool {
    value > other + FLAT * other.abs()
}

#[cfg(test)]
mod tests {
    use super::{LossPoint, analyze};

    fn points(losses: &[f64]) -> Vec<LossPoint> {
        let point = |(at, loss): (usize, &f64)| LossPoint {
            step: at as u64 * 10,
            epoch: at as u64 / 2 + 1,
            loss: *loss,
            perplexity: None,
        };
        losses.iter().enumerate().map(point).collect()
    }

    #[track_caller]
    fn check(training: &[f64], validation: &[f64], starts: &str) {
        let summary = analyze(&points(training), &points(validation)).map_or(String::new(), |found| found.summary);
        assert!(summary.starts_with(starts) && (!starts.is_empty() || summary.is_empty()), "{summary}");
    }

    #[test]
    fn names_the_epoch_after_which_the_loss_rises() {
        check(&[], &[2.0, 1.5, 1.2, 1.1, 1.3, 1.6], "The validation loss was lowest in epoch 2 (1.1000 at step 30)");
    }

    #[test]
    fn counts_epochs_from_1() {
        let mut validation = points(&[2.0, 1.5, 1.2, 1.1, 1.3, 1.6]);
        for point in &mut validation {
            point.epoch -= 1;
        }
        let summary = analyze(&[], &validation).unwrap().summary;
        assert!(summary.starts_with("The validation loss was lowest in epoch 2 (1.1000 at step 30)"), "{summary}");
    }

    #[test]
    fn distinguishes_falling_flat_and_rising_losses() {
        check(
            &[],
            &[2.0, 1.5, 1.2, 1.0],
            "The validation loss was still falling at the end: from 2.0000 at step 0 to 1.0000 at step 30.",
        );
        check(&[], &[2.0, 1.2, 1.0, 1.0, 0.999, 1.001], "The validation loss leveled off");
        check(&[3.0, 2.5, 2.0, 1.5, 1.0], &[], "The training loss was still falling");
        check(&[3.0, 1.0, 1.0, 1.0, 1.0, 1.0], &[], "The training loss leveled off");
        check(&[3.0, 2.0, 1.0, 1.5, 2.5], &[], "The training loss rose again");
    }

    #[test]
    fn says_nothing_about_too_few_losses() {
        check(&[1.0, 2.0], &[1.0], "");
        check(&[f64::NAN, f64::INFINITY, f64::NAN, 1e300, 2.0], &[], "");
        check(&[0.0, 0.0, 0.0, 0.0], &[], "The training loss leveled off");
        check(&[], &[-1.0, -2.0], "The validation loss was still falling");
    }
}
