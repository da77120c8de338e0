//! Where the training loss jumps: a step that is far worse than the one before, compared with how much the loss usually
//! varies from step to step.

use serde::Serialize;

use super::LossPoint;

/// Fewer steps have no usual difference.
const STEPS_MIN: usize = 20;

/// How many times the usual difference a jump is, in standard deviations of a normal distribution. Iglewicz and Hoaglin (How
/// to Detect and Handle Outliers, 1993) call a value an outlier from 3.5, with the same score. Losses of single steps
/// have heavier tails than a normal distribution, and there are thousands: docs/quality.md has what was measured.
const SCORE_MIN: f64 = 12.0;
/// The same of the logarithms, since many losses vary less where they are lower.
const LOG_SCORE_MIN: f64 = 6.0;
/// A smaller loss is this one, of which there is a logarithm.
const LOSS_MIN: f64 = 1e-6;
/// The median of distances of a normal distribution, as a part of its standard deviation.
const MEDIAN_DISTANCE: f64 = 0.6745;

/// A smaller rise, as a part of the usual loss, isn't worth a look, however even the loss is.
const RISE_MIN: f64 = 0.5;

/// A jump of the training loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LossJump {
    /// The step at which the loss is higher.
    pub step: u64,
    /// The loss before.
    pub before: f64,
    /// The loss at the step. `null` in JSON if it isn't a number.
    pub loss: f64,
    /// The number of jumps.
    pub jumps: u64,
}

/// Returns the first jump. A loss that stops being a number is one, too.
pub fn loss_jump(training: &[LossPoint]) -> Option<LossJump> {
    let mut points = training.to_vec();
    points.sort_by_key(|point| point.step);
    let losses: Vec<f64> = points.iter().map(|point| point.loss).collect();
    let logarithms: Vec<f64> = losses.iter().map(|loss| logarithm(*loss)).collect();
    let level = median(losses.iter().map(|loss| loss.abs()).filter(|loss| loss.is_finite()).collect());
    let rise = least_rise(&losses, SCORE_MIN).map(|least| least.max(level.unwrap_or_default() * RISE_MIN));
    let log_rise = least_rise(&logarithms, LOG_SCORE_MIN);
    let is_jump = |pair: &&[LossPoint]| {
        let [before, after] = [pair[0].loss, pair[1].loss];
        match (before.is_finite(), after.is_finite()) {
            (true, false) => true,
            (true, true) => {
                rise.is_some_and(|least| after - before > least)
                    && log_rise.is_some_and(|least| logarithm(after) - logarithm(before) > least)
            }
            (false, _) => false,
        }
    };
    let jumps: Vec<&[LossPoint]> = points.windows(2).filter(is_jump).collect();
    let first = jumps.first()?;
    Some(LossJump { step: first[1].step, before: first[0].loss, loss: first[1].loss, jumps: jumps.len() as u64 })
}

fn logarithm(loss: f64) -> f64 {
    if loss.is_finite() { loss.max(LOSS_MIN).ln() } else { loss }
}

/// The least rise from a step to the next one that is a jump. `None` for few steps.
fn least_rise(values: &[f64], score: f64) -> Option<f64> {
    let rises = values.windows(2).map(|pair| pair[1] - pair[0]);
    let rises: Vec<f64> = rises.filter(|rise| rise.is_finite()).collect();
    if rises.len() < STEPS_MIN {
        return None;
    }
    let middle = median(rises.clone())?;
    let deviation = median(rises.iter().map(|rise| (rise - middle).abs()).collect())? / MEDIAN_DISTANCE;
    Some(middle + deviation * score)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests;
