//! Hyperparameters: names and ranges by model, and the typed ones of reinforcement fine-tuning.

use std::collections::BTreeMap;

use serde_json::Value;

use super::errors::{self, Refusal};

/// One hyperparameter of a model.
#[derive(Debug)]
pub(super) struct Hyperparameter {
    name: &'static str,
    whole: bool,
    least: f64,
    most: f64,
    required: bool,
}

const fn int(name: &'static str, least: f64, most: f64) -> Hyperparameter {
    Hyperparameter { name, whole: true, least, most, required: false }
}

const fn float(name: &'static str, least: f64, most: f64) -> Hyperparameter {
    Hyperparameter { name, whole: false, least, most, required: false }
}

/// A required hyperparameter, for which `auto` is also a valid value.
const fn required(name: &'static str, least: f64, most: f64) -> Hyperparameter {
    Hyperparameter { name, whole: true, least, most, required: true }
}

pub(super) const NOVA: &[Hyperparameter] =
    &[int("epochCount", 1.0, 5.0), float("learningRate", 1e-6, 1e-4), int("learningRateWarmupSteps", 0.0, 100.0)];
pub(super) const NOVA_2: &[Hyperparameter] =
    &[int("epochCount", 1.0, 5.0), float("learningRate", 1e-6, 1e-4), int("learningRateWarmupSteps", 0.0, 20.0)];
pub(super) const CANVAS: &[Hyperparameter] =
    &[int("batchSize", 8.0, 192.0), int("stepCount", 10.0, 20_000.0), float("learningRate", 1e-7, 1e-4)];
pub(super) const TITAN: &[Hyperparameter] = &[
    int("epochCount", 1.0, 10.0),
    int("batchSize", 1.0, 64.0),
    float("learningRate", 0.0, 1.0),
    int("learningRateWarmupSteps", 0.0, 250.0),
];
pub(super) const TITAN_PREMIER: &[Hyperparameter] = &[
    int("epochCount", 1.0, 5.0),
    int("batchSize", 1.0, 1.0),
    float("learningRate", 1e-7, 1e-5),
    int("learningRateWarmupSteps", 0.0, 20.0),
];
pub(super) const TITAN_IMAGE: &[Hyperparameter] =
    &[required("stepCount", 10.0, 40_000.0), int("batchSize", 8.0, 192.0), float("learningRate", 1e-7, 1.0)];
pub(super) const TITAN_EMBEDDINGS: &[Hyperparameter] =
    &[required("epochCount", 1.0, 100.0), int("batchSize", 256.0, 9_216.0), float("learningRate", 5e-8, 1.0)];
pub(super) const HAIKU: &[Hyperparameter] = &[
    int("epochCount", 1.0, 10.0),
    int("batchSize", 4.0, 256.0),
    float("learningRateMultiplier", 0.1, 2.0),
    float("earlyStoppingThreshold", 0.0, 0.1),
    int("earlyStoppingPatience", 1.0, 10.0),
];
pub(super) const LLAMA: &[Hyperparameter] =
    &[int("epochCount", 1.0, 10.0), int("batchSize", 1.0, 1.0), float("learningRate", 5e-6, 0.1)];

/// The typed hyperparameters of reinforcement fine-tuning. Without a documented bound, only the type is checked.
const GRADED: &[Hyperparameter] = &[
    int("epochCount", 1.0, 50.0),
    int("batchSize", 16.0, 512.0),
    float("learningRate", 1e-7, 1e-3),
    int("maxPromptLength", 1.0, f64::MAX),
    int("trainingSamplePerPrompt", 2.0, 16.0),
    int("inferenceMaxTokens", 1.0, f64::MAX),
    int("evalInterval", 1.0, 100.0),
];

/// Checks a job's hyperparameters, which are a map of strings, against those of the model.
pub(super) fn check(model: &str, known: &[Hyperparameter], given: &BTreeMap<String, String>) -> Result<(), Refusal> {
    for (name, text) in given {
        let Some(hyperparameter) = known.iter().find(|one| one.name == name) else {
            return Err(errors::HYPERPARAMETER_UNKNOWN.with(&[&name, &model]));
        };
        if hyperparameter.required && text.eq_ignore_ascii_case("auto") {
            continue;
        }
        let number = if hyperparameter.whole { text.parse::<i64>().ok().map(|n| n as f64) } else { text.parse().ok() };
        hyperparameter.fits(number, text)?;
    }
    match known.iter().find(|one| one.required && !given.contains_key(one.name)) {
        Some(missing) => Err(errors::HYPERPARAMETER_MISSING.with(&[&missing.name, &model])),
        None => Ok(()),
    }
}

/// Checks the typed hyperparameters of reinforcement fine-tuning.
pub(super) fn check_graded(given: &Value) -> Result<(), Refusal> {
    let Some(given) = given.as_object() else {
        return Err(errors::HYPERPARAMETERS.refusal());
    };
    for (name, value) in given {
        if name == "reasoningEffort" {
            if !matches!(value.as_str(), Some("low" | "medium" | "high")) {
                return Err(errors::REASONING_EFFORT.refusal());
            }
            continue;
        }
        // The protocol ignores unknown members of a structure.
        let Some(hyperparameter) = GRADED.iter().find(|one| one.name == name) else { continue };
        let number = if hyperparameter.whole { value.as_i64().map(|n| n as f64) } else { value.as_f64() };
        hyperparameter.fits(number, &value.to_string())?;
    }
    Ok(())
}

impl Hyperparameter {
    fn fits(&self, number: Option<f64>, text: &str) -> Result<(), Refusal> {
        // The SDK sends 32-bit floats, so the bounds have a tolerance for rounding.
        let slack = if self.whole { 0.0 } else { 1e-6 };
        match number {
            Some(n) if n >= self.least * (1.0 - slack) && n <= self.most * (1.0 + slack) => Ok(()),
            Some(_) => Err(errors::HYPERPARAMETER_RANGE.with(&[&text, &self.name, &self.least, &self.most])),
            None => Err(errors::HYPERPARAMETER_TYPE.with(&[&text, &self.name])),
        }
    }
}
