//! Prices of a base model and of its custom models.

use serde::{Deserialize, Serialize};

/// US dollars for each kind of use. `None`: unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// For 1,000 tokens of training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<f64>,
    /// For an hour of reinforcement fine-tuning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reinforcement_hour: Option<f64>,
    /// For a month of storing a custom model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<f64>,
    /// For 1,000 tokens of prompts to a custom model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<f64>,
    /// For 1,000 tokens of a custom model's answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<f64>,
    /// For 1,000 tokens of prompts to the base model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_input: Option<f64>,
    /// For 1,000 tokens of the base model's answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_output: Option<f64>,
    /// For an hour of a model unit of provisioned throughput, without a commitment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_hour: Option<f64>,
}

/// Prices with their source and date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceSnapshot {
    /// The day on which they applied, as `YYYY-MM-DD`.
    pub date: String,
    /// Where they were read.
    pub source: String,
    /// The prices.
    pub rates: Rates,
}
