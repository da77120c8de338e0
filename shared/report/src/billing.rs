//! What training is billed, as far as it can be known beforehand.

use serde::Serialize;
use tunedrop_validation::{Estimate, TokenBracket, estimate};

use crate::wording::{counted, grouped};

/// What a job's bill hangs on: Bedrock bills the training file's tokens once an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Billing {
    /// Tokens of the training file: an estimate, for Bedrock's tokenizers are not public, and it reports no count.
    pub tokens: TokenBracket,
    /// Passes over it; absent where neither the recipe nor a documented default says.
    pub epochs: Option<u64>,
    /// USD, from the recipe or the catalogue.
    pub price_per_1k_tokens: Option<f64>,
}

impl Billing {
    /// What is shown, a name and a text each.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let of = |epochs| estimate(self.tokens, epochs, self.price_per_1k_tokens);
        let mut facts = vec![("Billed per epoch", billed(&of(1)))];
        match self.epochs {
            Some(1) => facts[0].0 = "Billed for its one epoch",
            Some(epochs) => {
                facts.push(("Billed in all", format!("{}: {}", counted(epochs, "epoch"), billed(&of(epochs)))))
            }
            None => facts.push(("Billed in all", "epochs unknown: Bedrock's own default holds".to_owned())),
        }
        facts.extend(self.price_per_1k_tokens.map(|price| ("Price", format!("{price} USD per 1,000 tokens"))));
        facts
    }
}

fn billed(estimate: &Estimate) -> String {
    let tokens = bracket(estimate.billed);
    match estimate.cost_usd {
        Some((low, high)) => format!("{tokens} tokens, {} to {} USD", usd(low), usd(high)),
        None => format!("{tokens} tokens; price unknown"),
    }
}

/// Cents, and more digits where cents would say nothing.
fn usd(amount: f64) -> String {
    if amount < 0.1 { format!("{amount:.4}") } else { format!("{amount:.2}") }
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
    use super::{Billing, TokenBracket};

    #[track_caller]
    fn check(epochs: Option<u64>, price: Option<f64>, expected: &[&str]) {
        let tokens = TokenBracket { low: 10_000, high: 25_000 };
        let facts = Billing { tokens, epochs, price_per_1k_tokens: price }.facts();
        assert_eq!(facts.iter().map(|(name, text)| format!("{name}: {text}")).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_known_is_told_and_the_rest_is_called_unknown() {
        check(Some(1), None, &["Billed for its one epoch: 10,000 – 25,000 tokens; price unknown"]);
        check(
            Some(3),
            Some(0.002),
            &[
                "Billed per epoch: 10,000 – 25,000 tokens, 0.0200 to 0.0500 USD",
                "Billed in all: 3 epochs: 30,000 – 75,000 tokens, 0.0600 to 0.15 USD",
                "Price: 0.002 USD per 1,000 tokens",
            ],
        );
        check(
            None,
            None,
            &[
                "Billed per epoch: 10,000 – 25,000 tokens; price unknown",
                "Billed in all: epochs unknown: Bedrock's own default holds",
            ],
        );
    }
}
