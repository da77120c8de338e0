//! The losses and phases in a run's `outcome.json`.

use serde_json::Value;
use tunedrop_report::LossPoint;

/// The losses of a run that ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Losses {
    pub(crate) training: Vec<LossPoint>,
    pub(crate) validation: Vec<LossPoint>,
    /// Name, status, start and last change of each phase of the job, RFC 3339.
    pub(crate) phases: Vec<[String; 4]>,
}

impl Losses {
    /// Reads what is shown of `outcome.json`.
    pub(crate) fn of(outcome: &Value) -> Losses {
        let points = |name: &str| {
            let point = |point: &Value| {
                let number = |name: &str| point[name].as_u64().unwrap_or_default();
                // A loss that isn't finite is null in JSON.
                let loss = point["loss"].as_f64().unwrap_or(f64::NAN);
                LossPoint {
                    step: number("step"),
                    epoch: number("epoch"),
                    loss,
                    perplexity: point["perplexity"].as_f64(),
                }
            };
            outcome[name].as_array().into_iter().flatten().map(point).collect()
        };
        let phase = |phase: &Value| {
            ["name", "status", "started_at", "changed_at"]
                .map(|name| phase[name].as_str().unwrap_or_default().to_owned())
        };
        Losses {
            training: points("training_losses"),
            validation: points("validation_losses"),
            phases: outcome["phases"].as_array().into_iter().flatten().map(phase).collect(),
        }
    }

    /// The lowest loss of a series, and its step.
    pub(crate) fn lowest(points: &[LossPoint]) -> Option<(f64, u64)> {
        let points = points.iter().filter(|point| point.loss.is_finite());
        points.map(|point| (point.loss, point.step)).min_by(|a, b| a.0.total_cmp(&b.0))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_loss_that_is_no_number_is_kept_as_such() {
        let read = Losses::of(&json!({
            "training_losses": [{ "step": 1, "epoch": 0, "loss": 2.5, "perplexity": 12.1 }, { "step": 2, "epoch": 0, "loss": null }],
            "phases": [{ "name": "Training", "status": "Completed", "started_at": null, "changed_at": "t" }],
        }));
        assert!(read.training[1].loss.is_nan() && read.training[0].perplexity == Some(12.1));
        assert_eq!((read.validation.len(), read.phases[0][1].as_str()), (0, "Completed"));
    }
}
