//! A small training: fits a byte-level bigram model to the uploaded data by gradient descent.
//!
//! The model is useless, but its loss is computed from the data and falls from epoch to epoch, so a run's curve is
//! measured, not invented. The work is bounded for data of any size.

use std::time::{Duration, Instant};

/// One row of a metrics file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) step: usize,
    pub(super) epoch: usize,
    pub(super) loss: f64,
}

/// The loss during training, and the loss of the validation data after each epoch.
#[derive(Debug, Default)]
pub(super) struct Curve {
    pub(super) training: Vec<Step>,
    pub(super) validation: Vec<Step>,
}

/// The maximum number of byte pairs that a job trains with, in all epochs together.
const UPDATES: usize = 24_000;
/// The maximum size of the validation data that is evaluated after each epoch.
const HELD_BACK: usize = 1_024;
/// The number of rows that are written for each epoch.
const STEPS: usize = 24;
/// The maximum time, for slow or busy machines.
const CEILING: Duration = Duration::from_millis(200);

/// Fits the model to `training`, with the `epochs` and the learning `rate` of the job.
pub(super) fn learn(training: &[u8], validation: Option<&[u8]>, epochs: usize, rate: f64) -> Curve {
    let begun = Instant::now();
    let held_back = validation.map(|bytes| sample(bytes, HELD_BACK));
    let text = sample(training, (UPDATES / epochs).max(STEPS));
    let mut model = Model::of([Some(text.as_slice()), held_back.as_deref()]);
    // Bedrock's rates are for models that are a billion times larger. For the usual 1e-5, this model uses about 1/7.
    let rate = (0.15 * (rate / 1e-5).sqrt()).clamp(0.02, 1.0);
    let pairs: Vec<(usize, usize)> = text.windows(2).map(|pair| (model.index(pair[0]), model.index(pair[1]))).collect();
    let mut curve = Curve::default();
    for epoch in 0..epochs {
        for batch in pairs.chunks(pairs.len().div_ceil(STEPS).max(1)) {
            let loss = batch.iter().map(|pair| model.update(*pair, rate)).sum::<f64>() / batch.len() as f64;
            curve.training.push(Step { step: curve.training.len(), epoch, loss });
            if begun.elapsed() > CEILING {
                break;
            }
        }
        if let Some(bytes) = &held_back {
            let losses = bytes.windows(2).map(|pair| model.loss((model.index(pair[0]), model.index(pair[1]))));
            let loss = losses.sum::<f64>() / bytes.len().saturating_sub(1).max(1) as f64;
            curve.validation.push(Step { step: curve.training.len().saturating_sub(1), epoch, loss });
        }
    }
    curve
}

/// Returns a curve without training: it falls from the loss of a uniform guess to the entropy of the data's bytes.
pub(super) fn sketch(training: &[u8], validation: Option<&[u8]>, epochs: usize) -> Curve {
    let floor = entropy(training);
    let at = |step: usize, floor: f64| floor + (256f64.ln() - floor) * (-(step as f64) / STEPS as f64).exp();
    let training = (0..epochs * STEPS).map(|step| Step { step, epoch: step / STEPS, loss: at(step, floor) }).collect();
    let validation = validation.map_or(Vec::new(), |bytes| {
        let floor = entropy(bytes);
        (0..epochs)
            .map(|epoch| Step { step: (epoch + 1) * STEPS - 1, epoch, loss: at((epoch + 1) * STEPS, floor) })
            .collect()
    });
    Curve { training, validation }
}

/// A table of logits: for each byte, the probabilities of the next byte.
struct Model {
    index: [usize; 256],
    bytes: usize,
    logits: Vec<f64>,
    next: Vec<f64>,
}

impl Model {
    fn of(texts: [Option<&[u8]>; 2]) -> Self {
        let mut index = [usize::MAX; 256];
        let mut bytes = 0;
        for byte in texts.into_iter().flatten().flatten() {
            let slot = &mut index[usize::from(*byte)];
            if *slot == usize::MAX {
                *slot = bytes;
                bytes += 1;
            }
        }
        Self { index, bytes, logits: vec![0.0; bytes * bytes], next: vec![0.0; bytes] }
    }

    fn index(&self, byte: u8) -> usize {
        self.index[usize::from(byte)]
    }

    /// Returns the cross entropy of one pair.
    fn loss(&self, (from, to): (usize, usize)) -> f64 {
        let row = &self.logits[from * self.bytes..(from + 1) * self.bytes];
        row.iter().map(|logit| logit.exp()).sum::<f64>().ln() - row[to]
    }

    /// Does one step of gradient descent with one pair. Returns its cross entropy before the step.
    fn update(&mut self, (from, to): (usize, usize), rate: f64) -> f64 {
        let row = &mut self.logits[from * self.bytes..(from + 1) * self.bytes];
        let mut sum = 0.0;
        for (slot, logit) in self.next.iter_mut().zip(row.iter()) {
            *slot = logit.exp();
            sum += *slot;
        }
        let loss = sum.ln() - row[to];
        for (logit, slot) in row.iter_mut().zip(&self.next) {
            *logit -= rate * slot / sum;
        }
        row[to] += rate;
        loss
    }
}

/// Returns `most` bytes from evenly spaced offsets.
fn sample(bytes: &[u8], most: usize) -> Vec<u8> {
    const PIECE: usize = 512;
    if bytes.len() <= most {
        return bytes.to_vec();
    }
    let pieces = most.div_ceil(PIECE);
    (0..pieces)
        .flat_map(|n| bytes[n * (bytes.len() - PIECE.min(bytes.len())) / pieces..].iter().take(PIECE).copied())
        .take(most)
        .collect()
}

fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0usize; 256];
    bytes.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    let share = |count: usize| count as f64 / bytes.len() as f64;
    -counts.into_iter().filter(|count| *count > 0).map(|count| share(count) * share(count).ln()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loss_falls_and_comes_from_the_data() {
        let plain = b"ab".repeat(4_000);
        let rich: Vec<u8> = (0..8_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 & 63).collect();
        let [plain, rich] = [plain, rich].map(|bytes| learn(&bytes, Some(&bytes), 2, 1e-5));
        for curve in [&plain, &rich] {
            let (first, last) = (curve.training[0].loss, curve.training[curve.training.len() - 1].loss);
            assert!(last < first, "{first} {last}");
            assert_eq!(curve.validation.len(), 2);
        }
        assert!(plain.training[STEPS].loss < rich.training[STEPS].loss);
    }

    #[test]
    fn the_sketch_ends_at_the_entropy_of_the_data() {
        let curve = sketch(b"abab", None, 5);
        assert!((curve.training[5 * STEPS - 1].loss - 2f64.ln()).abs() < 0.1);
    }
}
