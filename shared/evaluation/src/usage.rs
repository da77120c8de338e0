//! The latency, tokens and cost of a model's answers.

use serde::{Deserialize, Serialize};

/// A model's answer to one prompt.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Answer {
    /// The answer's text blocks, joined by [`BLOCK_JOIN`](crate::BLOCK_JOIN); may be empty.
    pub text: String,
    /// Milliseconds from the request to the whole answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u64>,
    /// Tokens of the prompt, as Bedrock counted them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_in: Option<u64>,
    /// Tokens of the answer, as Bedrock counted them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_out: Option<u64>,
}

/// Prices of 1,000 tokens in US dollars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// The price of a prompt's tokens.
    pub input_per_1k: f64,
    /// The price of an answer's tokens.
    pub output_per_1k: f64,
}

/// The latency, tokens and cost of a side's answers. Each figure is over the answers that have it, and missing if none
/// has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// The median latency in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_p50_ms: Option<u64>,
    /// The latency that 95% of answers don't exceed, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_p95_ms: Option<u64>,
    /// Tokens of all prompts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_in: Option<u64>,
    /// Tokens of all answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_out: Option<u64>,
    /// The cost of 1,000 requests like these in US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd_per_1k_requests: Option<f64>,
}

impl Usage {
    /// Computes the usage of answers.
    pub fn of<'a>(answers: impl Iterator<Item = &'a Answer>, price: Option<&Price>) -> Usage {
        let answers: Vec<&Answer> = answers.collect();
        let mut latencies: Vec<u64> = answers.iter().filter_map(|answer| answer.latency_ms).collect();
        latencies.sort_unstable();
        let total = |tokens: fn(&Answer) -> Option<u64>| {
            answers.iter().filter_map(|answer| tokens(answer)).reduce(u64::saturating_add)
        };
        let cost = |answer: &&Answer, price: &Price| {
            let (input, output) = (answer.tokens_in? as f64, answer.tokens_out? as f64);
            Some((input * price.input_per_1k + output * price.output_per_1k) / 1_000.0)
        };
        let usd_per_1k_requests = price.and_then(|price| {
            let mut costs: Vec<f64> =
                answers.iter().filter_map(|answer| cost(answer, price)).filter(|cost| cost.is_finite()).collect();
            // Sorted, because a sum of floating-point numbers depends on their order.
            costs.sort_unstable_by(f64::total_cmp);
            (!costs.is_empty()).then(|| to_millionths(1_000.0 * costs.iter().sum::<f64>() / costs.len() as f64))
        });
        Usage {
            latency_p50_ms: nearest_rank(&latencies, 50),
            latency_p95_ms: nearest_rank(&latencies, 95),
            tokens_in: total(|answer| answer.tokens_in),
            tokens_out: total(|answer| answer.tokens_out),
            usd_per_1k_requests,
        }
    }
}

/// Rounds a number for a result to 6 decimals.
pub(crate) fn to_millionths(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

/// Returns the smallest value that at least `percent` of the sorted values don't exceed.
fn nearest_rank(sorted: &[u64], percent: usize) -> Option<u64> {
    sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_of_the_answers_that_have_them() {
        let answer = |latency, tokens_in, tokens_out| Answer {
            text: String::new(),
            latency_ms: Some(latency),
            tokens_in: Some(tokens_in),
            tokens_out,
        };
        let answers = [answer(300, 100, Some(10)), answer(100, 300, Some(30)), answer(200, 1, None)];
        let price = Price { input_per_1k: 0.5, output_per_1k: 5.0 };
        let usage = Usage::of(answers.iter(), Some(&price));
        assert_eq!((usage.latency_p50_ms, usage.latency_p95_ms), (Some(200), Some(300)));
        assert_eq!((usage.tokens_in, usage.tokens_out), (Some(401), Some(40)));
        // The two requests cost 0.1 and 0.3 dollars.
        assert_eq!(usage.usd_per_1k_requests, Some(200.0));
        assert_eq!(Usage::of(answers.iter(), None).usd_per_1k_requests, None);
        assert_eq!(Usage::of([Answer::default()].iter(), Some(&price)), Usage::default());
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<u64> = (1..=100).collect();
        assert_eq!((nearest_rank(&values, 50), nearest_rank(&values, 95)), (Some(50), Some(95)));
        assert_eq!((nearest_rank(&values[..1], 95), nearest_rank(&[], 50)), (Some(1), None));
    }
}
