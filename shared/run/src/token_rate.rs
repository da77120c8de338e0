//! Tokens per character: what Bedrock counted in sampled records, and what follows for an estimate.
//!
//! The command line samples records, and writes what it learned with the caller's credentials. Only estimates use it.
//! Guards and budgets never do, because everybody who may write the item could lower what they count.

use serde::{Deserialize, Serialize};
use tunedrop_validation::{Statistics, TokenBracket};

use crate::SCHEMA;

/// The fewest records from which a rate follows.
pub const SAMPLED_MIN: usize = 5;
/// How much the share of characters outside of ASCII may differ between the sample and other data. Texts in other scripts
/// have other rates.
const SHARE_DIFFERS_MAX: f64 = 0.1;
/// Standard errors of a sampled rate on each side of it.
const ERRORS: f64 = 3.0;

/// A record, and what Bedrock counted in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedRecord {
    /// Unicode scalar values of its texts.
    pub characters: u64,
    /// Those of them outside of ASCII.
    pub beyond_ascii: u64,
    /// Its tokens, those of the model's own format included.
    pub tokens: u64,
}

/// Tokens per character of a base model, as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenRate {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The base model's identifier for calls, such as `amazon.nova-lite-v1:0`.
    pub model: String,
    /// How many records were sampled.
    pub records: u64,
    /// Their characters.
    pub characters: u64,
    /// Those of them outside of ASCII.
    pub beyond_ascii: u64,
    /// Their tokens.
    pub tokens: u64,
    /// Standard error of `tokens / characters`, as a ratio of sampled records.
    pub error: f64,
    /// Tokens per character of the record with the fewest.
    pub least: f64,
    /// The same of the record with the most.
    pub most: f64,
    /// RFC 3339.
    pub sampled_at: String,
}

impl TokenRate {
    /// The ledger's key. `model`: as in [`TokenRate::model`].
    pub fn key(model: &str) -> String {
        format!("token-rate#{model}")
    }

    /// Returns the rate of sampled records; `None` of fewer than [`SAMPLED_MIN`] with text.
    pub fn of(model: &str, records: &[CountedRecord], now: &str) -> Option<TokenRate> {
        let records: Vec<&CountedRecord> =
            records.iter().filter(|record| record.characters > 0 && record.tokens > 0).collect();
        if records.len() < SAMPLED_MIN {
            return None;
        }
        let sum = |of: fn(&CountedRecord) -> u64| records.iter().map(|record| of(record)).sum::<u64>();
        let (characters, tokens) = (sum(|record| record.characters), sum(|record| record.tokens));
        let rate = tokens as f64 / characters as f64;
        // The ratio estimator's standard error (Cochran, "Sampling Techniques", 6.4), without the correction for small files.
        let residuals = records.iter().map(|record| (record.tokens as f64 - rate * record.characters as f64).powi(2));
        let count = records.len() as f64;
        let error = (residuals.sum::<f64>() / (count * (count - 1.0))).sqrt() / (characters as f64 / count);
        let rates = records.iter().map(|record| record.tokens as f64 / record.characters as f64);
        Some(TokenRate {
            schema: SCHEMA,
            model: model.to_owned(),
            records: records.len() as u64,
            characters,
            beyond_ascii: sum(|record| record.beyond_ascii),
            tokens,
            error,
            least: rates.clone().fold(f64::INFINITY, f64::min),
            most: rates.fold(0.0, f64::max),
            sampled_at: now.to_owned(),
        })
    }

    /// The tokens of the file that was sampled.
    pub fn of_sampled(&self, statistics: &Statistics) -> TokenBracket {
        let rate = self.tokens as f64 / self.characters.max(1) as f64;
        // With more, a sample of records that are much alike would promise more than rounding allows.
        let error = (self.error * ERRORS).max(rate * 0.005);
        tokens(statistics.characters, rate - error, rate + error)
    }

    /// The tokens of another file: as many per character as the sampled records have, from the fewest to the most. `None` if
    /// its texts are of other scripts, or if the rate can't be right.
    pub fn of_other(&self, statistics: &Statistics) -> Option<TokenBracket> {
        let is_sound = self.characters > 0 && 0.0 < self.least && self.least <= self.most && self.most.is_finite();
        if !is_sound || statistics.characters == 0 {
            return None;
        }
        let sampled = self.beyond_ascii as f64 / self.characters as f64;
        if (share_beyond_ascii(statistics) - sampled).abs() > SHARE_DIFFERS_MAX {
            return None;
        }
        let seen = tokens(statistics.characters, self.least, self.most);
        let (low, high) = (seen.low.max(statistics.tokens.low), seen.high.min(statistics.tokens.high));
        Some(if low <= high { TokenBracket { low, high } } else { seen })
    }

    /// The day on which it was sampled, as `YYYY-MM-DD`.
    pub fn day(&self) -> &str {
        self.sampled_at.get(..10).unwrap_or_default()
    }

    /// What an estimate rests on: "20 sampled records on 2026-12-01".
    pub fn basis(&self) -> String {
        format!("{} sampled records on {}", self.records, self.day())
    }
}

fn tokens(characters: u64, low: f64, high: f64) -> TokenBracket {
    let of = |rate: f64| characters as f64 * rate;
    TokenBracket { low: of(low).floor().max(0.0) as u64, high: of(high).ceil() as u64 }
}

/// The share of characters outside of ASCII, by the two ends of the estimate: three ASCII characters are a token at the upper
/// end, and any other character is one.
fn share_beyond_ascii(statistics: &Statistics) -> f64 {
    let characters = statistics.characters as f64;
    (((statistics.tokens.high as f64 - characters / 3.0) * 1.5) / characters).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(characters: u64, tokens: u64) -> CountedRecord {
        CountedRecord { characters, beyond_ascii: 0, tokens }
    }

    fn english(characters: u64) -> Statistics {
        let tokens = TokenBracket { low: characters / 6, high: characters / 3 };
        Statistics { characters, tokens, ..Statistics::default() }
    }

    /// Twenty records of four to five characters per token.
    fn rate() -> TokenRate {
        let records: Vec<CountedRecord> = (0..20).map(|n| record(400 + n * 10, 100 + (n % 5))).collect();
        TokenRate::of("amazon.nova-lite-v1:0", &records, "2026-12-01T10:00:00Z").expect("enough records")
    }

    #[test]
    fn sample_narrows_the_range_of_its_file() {
        let (rate, statistics) = (rate(), english(100_000));
        let narrowed = rate.of_sampled(&statistics);
        let middle = 100_000.0 * rate.tokens as f64 / rate.characters as f64;
        assert!((narrowed.low as f64) < middle && middle < narrowed.high as f64, "{narrowed:?}");
        assert!(narrowed.high - narrowed.low < (statistics.tokens.high - statistics.tokens.low) / 4, "{narrowed:?}");
        assert_eq!(rate.basis(), "20 sampled records on 2026-12-01");
    }

    #[test]
    fn range_contains_the_truth_of_a_file_with_two_kinds_of_records() {
        let all: Vec<CountedRecord> =
            (0..1_000).map(|n| if n % 3 == 0 { record(900, 180) } else { record(200 + n % 90, 70 + n % 30) }).collect();
        let characters = all.iter().map(|record| record.characters).sum();
        let truth: u64 = all.iter().map(|record| record.tokens).sum();
        for first in 0..49 {
            let sample: Vec<CountedRecord> = all.iter().skip(first).step_by(49).copied().collect();
            let narrowed = TokenRate::of("m", &sample, "").expect("20 records").of_sampled(&english(characters));
            assert!(narrowed.low <= truth && truth <= narrowed.high, "{first}: {truth} not in {narrowed:?}");
        }
    }

    #[test]
    fn other_data_gets_the_range_of_the_records_that_were_seen() {
        let rate = rate();
        let seen = rate.of_other(&english(60_000)).expect("the same script");
        assert!(seen.low >= 10_000 && seen.high <= 20_000 && seen.high - seen.low < 10_000, "{seen:?}");
        // Short records have more tokens per character than the estimate assumes, because of the model's own format.
        let short = TokenRate::of("m", &[record(20, 15); 5], "").expect("a rate");
        assert_eq!(short.of_other(&english(60_000)), Some(TokenBracket { low: 45_000, high: 45_000 }));
    }

    #[test]
    fn data_in_another_script_keeps_its_estimate() {
        let characters = 60_000;
        let chinese = Statistics {
            characters,
            tokens: TokenBracket { low: characters / 6, high: characters },
            ..Statistics::default()
        };
        assert_eq!(rate().of_other(&chinese), None);
    }

    #[test]
    fn few_or_empty_records_are_no_sample() {
        assert_eq!(TokenRate::of("m", &[record(100, 20); 4], ""), None);
        let mut records = vec![record(100, 20); 4];
        records.extend([record(0, 4), record(10, 0)]);
        assert_eq!(TokenRate::of("m", &records, ""), None);
        let absurd = TokenRate { least: f64::NAN, ..rate() };
        assert_eq!(absurd.of_other(&english(10)), None);
        assert_eq!(TokenRate { characters: 0, ..rate() }.of_other(&english(10)), None);
    }
}
