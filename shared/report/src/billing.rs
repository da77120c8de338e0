//! The estimate of what training will cost.

use serde::Serialize;
use tunedrop_run::PriceSource;
use tunedrop_validation::money::usd_range;
use tunedrop_validation::{Estimate, TokenBracket, estimate};

use crate::wording::{counted, grouped};

/// What the cost of a job depends on. Bedrock bills the tokens of the training file once for each epoch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Billing {
    /// Estimated tokens of the training file. Bedrock's tokenizers aren't public, and it reports no count.
    pub tokens: TokenBracket,
    /// Absent if neither the recipe nor a documented default says.
    pub epochs: Option<u64>,
    /// In USD; absent if it is unknown.
    pub price_per_1k_tokens: Option<f64>,
    /// Where that price is from, and of which day it is; absent if it is unknown, or if an older version planned the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_source: Option<PriceSource>,
}

impl Billing {
    /// The facts to show: name and text of each.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let of = |epochs| estimate(self.tokens, epochs, self.price_per_1k_tokens);
        let mut facts = vec![("Estimate per epoch", billed(&of(1)))];
        match self.epochs {
            Some(1) => facts[0].0 = "Estimate (1 epoch)",
            Some(epochs) => {
                facts.push(("Estimated total", format!("{}: {}", counted(epochs, "epoch"), billed(&of(epochs)))))
            }
            None => facts
                .push(("Estimated total", "unknown, because Bedrock's default number of epochs applies".to_owned())),
        }
        let source = self.price_source.as_ref().map(|source| format!(" ({source})")).unwrap_or_default();
        let price = |price| ("Price", format!("{price} USD per 1,000 tokens{source}"));
        facts.extend(self.price_per_1k_tokens.map(price));
        facts
    }
}

fn billed(estimate: &Estimate) -> String {
    let tokens = bracket(estimate.billed);
    match estimate.cost_usd {
        Some(cost) => format!("{tokens} tokens, {}", usd_range(cost)),
        None => format!("{tokens} tokens; price unknown"),
    }
}

/// `576,131 – 1,152,263`.
pub(crate) fn bracket(tokens: TokenBracket) -> String {
    if tokens.low == tokens.high {
        grouped(tokens.low)
    } else {
        format!("{} – {}", grouped(tokens.low), grouped(tokens.high))
    }
}

#[cfg(test)]
mod tests {
    use super::{Billing, PriceSource, TokenBracket};

    #[track_caller]
    fn check(epochs: Option<u64>, price: Option<f64>, expected: &[&str]) {
        let tokens = TokenBracket { low: 10_000, high: 25_000 };
        let price_source = price.map(|_| PriceSource::PriceList { date: "2026-12-01".to_owned() });
        let facts = Billing { tokens, epochs, price_per_1k_tokens: price, price_source }.facts();
        assert_eq!(facts.iter().map(|(name, text)| format!("{name}: {text}")).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn shows_what_is_known_and_calls_the_rest_unknown() {
        check(Some(1), None, &["Estimate (1 epoch): 10,000 – 25,000 tokens; price unknown"]);
        check(
            Some(3),
            Some(0.002),
            &[
                "Estimate per epoch: 10,000 – 25,000 tokens, 0.02 to 0.05 USD",
                "Estimated total: 3 epochs: 30,000 – 75,000 tokens, 0.06 to 0.15 USD",
                "Price: 0.002 USD per 1,000 tokens (AWS Price List, read on 2026-12-01)",
            ],
        );
        check(
            None,
            None,
            &[
                "Estimate per epoch: 10,000 – 25,000 tokens; price unknown",
                "Estimated total: unknown, because Bedrock's default number of epochs applies",
            ],
        );
    }
}
