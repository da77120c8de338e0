//! Draws the loss as a small curve of characters.

use anyhow::Result;
use serde_json::Value;
use tunedrop_run::Run;

use crate::stack::{Stack, explain};

/// The largest outcome, in bytes: far above what Bedrock's largest job writes.
const OUTCOME_MAX: usize = 64 << 20;
/// Columns.
const WIDE: usize = 48;
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A line for the training loss, and one for the validation loss if there is one.
pub(super) async fn of(stack: &Stack, run: &Run) -> Result<String> {
    let Some(outcome) = outcome(stack, &run.run_id).await? else {
        return Ok(String::new());
    };
    let mut out = String::new();
    for (name, title) in [("training_losses", "loss "), ("validation_losses", "valid")] {
        let losses: Vec<f64> =
            outcome[name].as_array().into_iter().flatten().filter_map(|point| point["loss"].as_f64()).collect();
        if let (Some(first), Some(last)) = (losses.first(), losses.last()) {
            out.push_str(&format!("  {title}  {first:.3} {} {last:.3}\n", drawn(&losses)));
        }
    }
    Ok(out)
}

/// The run's outcome.json, if it exists already.
pub(crate) async fn outcome(stack: &Stack, run_id: &str) -> Result<Option<Value>> {
    let key = format!("runs/{run_id}/outcome.json");
    let bytes = stack.objects()?.read(&key, None, OUTCOME_MAX).await.map_err(explain)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Draws the losses. Each column is the mean of its steps, scaled between the lowest and the highest column.
fn drawn(losses: &[f64]) -> String {
    let columns = losses.len().min(WIDE);
    let mean = |column: usize| {
        let part = &losses[column * losses.len() / columns..((column + 1) * losses.len()).div_ceil(columns)];
        part.iter().sum::<f64>() / part.len() as f64
    };
    let means: Vec<f64> = (0..columns).map(mean).collect();
    let low = means.iter().copied().fold(f64::INFINITY, f64::min);
    let high = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let bar = |mean: &f64| {
        let part = if high > low { (mean - low) / (high - low) } else { 0.0 };
        BARS[((part * 7.0).round() as usize).min(7)]
    };
    means.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::drawn;

    #[test]
    fn draws_a_falling_loss() {
        assert_eq!(drawn(&[4.0, 3.0, 2.0, 1.0]), "█▆▃▁");
        assert_eq!(drawn(&[1.0, 1.0]), "▁▁");
        assert_eq!(drawn(&(0..1000).map(f64::from).collect::<Vec<_>>()).chars().count(), 48);
        assert!(drawn(&[]).is_empty());
    }
}
