//! What the loss curve shows, in one honest sentence, and what to try.

use super::LossPoint;
use super::losses::{first_epoch, is_usable};
use crate::wording::{grouped, loss};

/// A change of less than this share is called none: losses of single steps are noisy.
const FLAT: f64 = 0.01;
/// Fewer points than this have no course.
const FEWEST: usize = 4;

/// What the curve shows, and what to try next.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub shows: String,
    pub attempt: &'static str,
}

/// `None` where there are too few losses to say anything.
pub(super) fn read(training: &[LossPoint], validation: &[LossPoint]) -> Option<Reading> {
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

fn of_validation(points: &[LossPoint], first_epoch: u64) -> Reading {
    let (first, last) = (points[0], points[points.len() - 1]);
    let lowest = points.iter().min_by(|a, b| a.loss.total_cmp(&b.loss)).copied().unwrap_or(last);
    let at = |point: LossPoint| format!("{} at step {}", loss(point.loss), grouped(point.step));
    if is_above(last.loss, lowest.loss) {
        return Reading {
            shows: format!(
                "The validation loss was lowest in epoch {} ({}), and has risen since, to {}: from there on the model learnt its examples by heart.",
                lowest.epoch - first_epoch + 1,
                at(lowest),
                at(last)
            ),
            attempt: "Fewer epochs, a smaller learning rate, or more and more varied records.",
        };
    }
    let before = points[points.len() - 1 - (points.len() / 4).max(1)];
    if is_above(before.loss, last.loss) {
        return Reading {
            shows: format!("The validation loss was still falling at the end, to {}, from {}.", at(last), at(first)),
            attempt: "One or two more epochs.",
        };
    }
    Reading {
        shows: format!("The validation loss has levelled off, at {}, from {}.", at(last), at(first)),
        attempt: "More epochs will hardly help; more or better records may.",
    }
}

/// Single steps of training jump: means over a tenth of them are compared.
fn of_training(points: &[LossPoint]) -> Reading {
    let window = (points.len() / 10).max(1);
    let mean = |points: &[LossPoint]| points.iter().map(|point| point.loss).sum::<f64>() / points.len() as f64;
    let means: Vec<f64> = points.chunks(window).filter(|chunk| chunk.len() == window).map(mean).collect();
    let (first, last) = (means[0], means[means.len() - 1]);
    let lowest = means.iter().copied().fold(first, f64::min);
    let before = means[means.len() - 1 - (means.len() / 4).max(1).min(means.len() - 1)];
    let from_to = format!("from about {} to about {}", loss(first), loss(last));
    let unseen = "Without a validation file nothing tells whether the model learnt more than its examples.";
    if is_above(last, lowest + (first - lowest).abs() * 0.1) {
        return Reading {
            shows: format!(
                "The training loss has risen again at the end ({from_to}, and about {} at its lowest).",
                loss(lowest)
            ),
            attempt: "A smaller learning rate, or more warm-up steps.",
        };
    }
    if is_above(before, last) {
        return Reading {
            shows: format!("The training loss was still falling at the end, {from_to}. {unseen}"),
            attempt: "One more epoch, with a validation file beside it where the model takes one.",
        };
    }
    Reading {
        shows: format!("The training loss has levelled off, {from_to}. {unseen}"),
        attempt: "A validation file, where the model takes one, before more epochs.",
    }
}

fn is_above(value: f64, other: f64) -> bool {
    value > other + FLAT * other.abs()
}

#[cfg(test)]
mod tests {
    use super::{LossPoint, read};

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
    fn check(training: &[f64], validation: &[f64], shows: &str) {
        let reading = read(&points(training), &points(validation)).map_or(String::new(), |reading| reading.shows);
        assert!(reading.starts_with(shows) && (!shows.is_empty() || reading.is_empty()), "{reading}");
    }

    #[test]
    fn a_rise_is_told_with_its_epoch() {
        check(&[], &[2.0, 1.5, 1.2, 1.1, 1.3, 1.6], "The validation loss was lowest in epoch 2 (1.1000 at step 30)");
    }

    #[test]
    fn epochs_are_told_from_1_on() {
        let mut validation = points(&[2.0, 1.5, 1.2, 1.1, 1.3, 1.6]);
        for point in &mut validation {
            point.epoch -= 1;
        }
        let shows = read(&[], &validation).unwrap().shows;
        assert!(shows.starts_with("The validation loss was lowest in epoch 2 (1.1000 at step 30)"), "{shows}");
    }

    #[test]
    fn falling_and_flat_are_told_apart() {
        check(&[], &[2.0, 1.5, 1.2, 1.0], "The validation loss was still falling at the end, to 1.0000 at step 30");
        check(&[], &[2.0, 1.2, 1.0, 1.0, 0.999, 1.001], "The validation loss has levelled off");
        check(&[3.0, 2.5, 2.0, 1.5, 1.0], &[], "The training loss was still falling");
        check(&[3.0, 1.0, 1.0, 1.0, 1.0, 1.0], &[], "The training loss has levelled off");
        check(&[3.0, 2.0, 1.0, 1.5, 2.5], &[], "The training loss has risen again");
    }

    #[test]
    fn too_few_losses_say_nothing() {
        check(&[1.0, 2.0], &[1.0], "");
        check(&[f64::NAN, f64::INFINITY, f64::NAN, 1e300, 2.0], &[], "");
        check(&[0.0, 0.0, 0.0, 0.0], &[], "The training loss has levelled off");
        check(&[], &[-1.0, -2.0], "The validation loss was still falling");
    }
}
