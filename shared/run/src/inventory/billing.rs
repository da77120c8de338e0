//! How Bedrock bills what an inventory lists, what of the price is known, and the sums.

use serde::Serialize;
use tunedrop_validation::Model;

use super::{FoundDeployment, FoundModel, Line};
use crate::prices::{PriceList, PriceSource, custom_price, known};

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
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// Where the price is from, and its day; absent without a price.
    pub source: Option<PriceSource>,
}

/// How the storage of a custom model is billed whose foundation model is `base`.
///
/// This and [`billing_of_deployment`] are the one place that knows a price for the inventory.
pub fn billing_of_model(base: Option<&Model>, list: Option<&PriceList>) -> Billing {
    let price = base.and_then(|base| known(base, list, |rates| rates.storage));
    Billing {
        usd: price.as_ref().map(|price| price.usd),
        source: price.map(|price| price.source),
        ..unpriced(BillingUnit::ModelMonth, 1)
    }
}

/// How a custom model deployment or provisioned throughput is billed. `base`: the foundation model behind it.
///
/// The price of a commitment isn't known: the prices are those without one.
pub fn billing_of_deployment(found: &FoundDeployment, base: Option<&Model>, list: Option<&PriceList>) -> Billing {
    let Some(units) = found.model_units else {
        let price = base.and_then(|base| custom_price(base, list));
        return Billing {
            usd_per_1k_input_tokens: price.as_ref().map(|price| price.usd.input_per_1k),
            usd_per_1k_output_tokens: price.as_ref().map(|price| price.usd.output_per_1k),
            source: price.map(|price| price.source),
            ..unpriced(BillingUnit::Tokens, 0)
        };
    };
    let price =
        base.filter(|_| found.committed_until.is_none()).and_then(|base| known(base, list, |rates| rates.unit_hour));
    Billing {
        usd: price.as_ref().map(|price| price.usd * f64::from(units)),
        source: price.map(|price| price.source),
        ..unpriced(BillingUnit::UnitHour, units)
    }
}

fn unpriced(unit: BillingUnit, quantity: u32) -> Billing {
    Billing { unit, quantity, usd: None, usd_per_1k_input_tokens: None, usd_per_1k_output_tokens: None, source: None }
}

/// What several lines cost together.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Sum {
    /// US dollars of the lines whose price is known.
    pub usd: f64,
    /// How many lines have a known price.
    pub priced: usize,
    /// How many have none, and aren't in `usd`.
    pub unpriced: usize,
    /// Where the prices are from, each source once.
    pub sources: Vec<PriceSource>,
}

/// What is billed for as long as it exists, whether it is used or not.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct StandingCosts {
    /// The storage of all custom models, for a month.
    pub storage_per_month: Sum,
    /// All model units of provisioned throughput, for an hour.
    pub throughput_per_hour: Sum,
}

/// Returns the standing costs of an inventory.
pub fn standing_costs(models: &[Line<FoundModel>], deployments: &[Line<FoundDeployment>]) -> StandingCosts {
    let hourly = deployments.iter().map(|one| &one.billing).filter(|billing| billing.unit == BillingUnit::UnitHour);
    StandingCosts {
        storage_per_month: Sum::of(models.iter().map(|one| &one.billing)),
        throughput_per_hour: Sum::of(hourly),
    }
}

impl Sum {
    fn of<'b>(all: impl Iterator<Item = &'b Billing>) -> Sum {
        let mut sum = Sum::default();
        for billing in all {
            match billing.usd {
                Some(usd) => (sum.usd, sum.priced) = (sum.usd + usd, sum.priced + 1),
                None => sum.unpriced += 1,
            }
            if let Some(source) = &billing.source
                && !sum.sources.contains(source)
            {
                sum.sources.push(source.clone());
            }
        }
        // Without what adding makes wrong.
        sum.usd = (sum.usd * 1e6).round() / 1e6;
        sum
    }
}
