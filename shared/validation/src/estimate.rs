//! Estimated tokens of a training run.

use serde::{Deserialize, Serialize};

use crate::TokenBracket;

/// What a job bills: Bedrock bills the training file's tokens once an epoch (user guide, "Custom models").
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Tokens in the training data.
    pub tokens: TokenBracket,
    /// Passes over it.
    pub epochs: u64,
    /// Tokens × epochs.
    pub billed: TokenBracket,
    /// USD at both ends of the bracket; absent where no price is known.
    pub cost_usd: Option<(f64, f64)>,
}

/// Estimates a job over `tokens`; `price` is in USD per 1,000 tokens.
pub fn estimate(tokens: TokenBracket, epochs: u64, price: Option<f64>) -> Estimate {
    let billed = TokenBracket { low: tokens.low.saturating_mul(epochs), high: tokens.high.saturating_mul(epochs) };
    let cost = |tokens: u64, price: f64| tokens as f64 / 1000.0 * price;
    let cost_usd = price.map(|price| (cost(billed.low, price), cost(billed.high, price)));
    Estimate { tokens, epochs, billed, cost_usd }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_is_billed() {
        let got = estimate(TokenBracket { low: 1_000, high: 2_500 }, 3, Some(0.002));
        assert_eq!(got.billed, TokenBracket { low: 3_000, high: 7_500 });
        let (low, high) = got.cost_usd.expect("a price is known");
        assert!((low - 0.006).abs() < 1e-12 && (high - 0.015).abs() < 1e-12, "{low} {high}");
    }

    #[test]
    fn without_a_price_there_is_no_cost() {
        assert_eq!(estimate(TokenBracket::default(), 1, None).cost_usd, None);
        let got = estimate(TokenBracket { low: 1, high: u64::MAX }, 2, None);
        assert_eq!(got.billed, TokenBracket { low: 2, high: u64::MAX });
    }
}
