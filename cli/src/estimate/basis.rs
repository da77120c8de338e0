//! What an estimated number of tokens rests on.

use serde_json::{Value, json};
use tunedrop_run::{Price, TokenRate};
use tunedrop_validation::money::usd;
use tunedrop_validation::{Statistics, TokenBracket};

use super::Sourced;
use crate::format::{counted, visible};

/// What the range of tokens rests on.
pub(super) enum Basis {
    /// The number of characters alone.
    Characters,
    /// Records of the file that Bedrock has just counted.
    Sample(Sample),
    /// Records that Bedrock counted before, of any data for the base model.
    Learned(TokenRate),
}

/// What Bedrock counted, and what it bills for that.
pub(super) struct Sample {
    pub(super) rate: TokenRate,
    /// All tokens of the requests.
    pub(super) input_tokens: u64,
    /// All tokens of the answers.
    pub(super) output_tokens: u64,
    /// What the base model's tokens cost; absent if that is unknown.
    pub(super) price: Option<Sourced<Price>>,
}

impl Basis {
    /// The tokens of the file.
    pub(super) fn tokens(&self, statistics: &Statistics) -> TokenBracket {
        match self {
            Basis::Characters => None,
            Basis::Sample(sample) => Some(sample.rate.of_sampled(statistics)),
            Basis::Learned(rate) => rate.of_other(statistics),
        }
        .unwrap_or(statistics.tokens)
    }

    /// Where the number of tokens is from.
    pub(super) fn origin(&self, statistics: &Statistics) -> String {
        match self {
            Basis::Sample(sample) => format!("from {}", sample.rate.basis()),
            Basis::Learned(rate) if rate.of_other(statistics).is_some() => {
                format!("by characters per token of {}", rate.basis())
            }
            Basis::Characters | Basis::Learned(_) => "estimated".to_owned(),
        }
    }

    /// What the sample cost, or why it is not used; `None` without one.
    pub(super) fn line(&self, statistics: &Statistics) -> Option<String> {
        match self {
            Basis::Sample(sample) => Some(sample.line()),
            Basis::Learned(rate) if rate.of_other(statistics).is_none() => {
                Some(format!("not used: {} are of other scripts than this file", rate.basis()))
            }
            Basis::Characters | Basis::Learned(_) => None,
        }
    }

    pub(super) fn object(&self) -> Option<Value> {
        let Basis::Sample(sample) = self else { return None };
        let Sample { rate, input_tokens, output_tokens, price } = sample;
        Some(json!({
            "records": rate.records,
            "characters": rate.characters,
            "tokens": rate.tokens,
            "input_tokens_billed": input_tokens,
            "output_tokens_billed": output_tokens,
            "cost_usd": sample.cost(),
            "price_from": price.as_ref().map(|price| price.by.as_str()),
        }))
    }
}

impl Sample {
    fn cost(&self) -> Option<f64> {
        let price = &self.price.as_ref()?.value;
        let of = |tokens: u64, per_1k: f64| tokens as f64 / 1_000.0 * per_1k;
        Some(of(self.input_tokens, price.input_per_1k) + of(self.output_tokens, price.output_per_1k))
    }

    fn line(&self) -> String {
        let cost = match (self.cost(), &self.price) {
            (Some(cost), Some(price)) => format!("{} (price: {})", usd(cost), visible(&price.by)),
            _ => "at an unknown price".to_owned(),
        };
        let (input, output) = (counted(self.input_tokens, "token"), self.output_tokens);
        format!("Bedrock billed {input} in and {output} out to count them, {cost}")
    }
}
