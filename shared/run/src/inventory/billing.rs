//! How Bedrock bills what an inventory lists, and what of the price is known.

use serde::Serialize;
use tunedrop_validation::Model;

/// What is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BillingUnit {
    /// The storage of a custom model, each month until it is deleted.
    ModelMonth,
    /// Model units of provisioned throughput, each hour until it is deleted.
    UnitHour,
    /// The tokens of requests; nothing else.
    Tokens,
}

/// How something is billed. Prices are in USD, and absent if they aren't known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Billing {
    /// What is billed.
    pub unit: BillingUnit,
    /// How many units: 1 model, the number of model units, or 0 for tokens.
    pub quantity: u32,
    /// For one month of the storage, or for one hour of all model units.
    pub usd: Option<f64>,
    /// For 1,000 tokens of prompts.
    pub usd_per_1k_input_tokens: Option<f64>,
    /// For 1,000 tokens of answers.
    pub usd_per_1k_output_tokens: Option<f64>,
}

/// How `quantity` units of something whose foundation model is `model` are billed.
///
/// The one place that knows a price for the inventory. The catalogue has prices of tokens only, so those of storage and of
/// model units aren't known.
pub fn billing(unit: BillingUnit, quantity: u32, model: Option<&Model>) -> Billing {
    let tokens = model.and_then(|model| model.inference_price).filter(|_| unit == BillingUnit::Tokens);
    Billing {
        unit,
        quantity,
        usd: None,
        usd_per_1k_input_tokens: tokens.map(|price| price.input_per_1k_tokens),
        usd_per_1k_output_tokens: tokens.map(|price| price.output_per_1k_tokens),
    }
}
