//! How long the records are, in buckets that are fine enough to read percentiles from.

use serde::{Deserialize, Serialize};

use super::Statistics;

/// Buckets between a power of two and the next: a bucket is 1/32 wide, about 3 %.
const PER_DOUBLING: u64 = 32;

/// How many buckets any count of tokens falls into.
pub(super) const BUCKETS: usize = (PER_DOUBLING * 60) as usize;

/// The records whose token estimate (upper end) is in one range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenBucket {
    /// The largest number of tokens that falls in here. Up to 63 tokens have a bucket each; from there on the smallest
    /// number is at least 97 % of the largest.
    pub up_to: u64,
    /// How many records there are.
    pub records: u64,
}

/// Returns the bucket of this many tokens.
pub(super) fn bucket_of(tokens: u64) -> usize {
    let shift = tokens.max(PER_DOUBLING).ilog2() - PER_DOUBLING.ilog2();
    (u64::from(shift) * PER_DOUBLING + (tokens >> shift)) as usize
}

/// The largest number of tokens in that bucket.
pub(super) fn up_to(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let shift = (bucket / PER_DOUBLING).saturating_sub(1);
    // The last one ends at the largest number there is.
    ((bucket - shift * PER_DOUBLING + 1) << shift).wrapping_sub(1)
}

impl Statistics {
    /// How many tokens (upper end, rounded up by at most 3 %) that percentage of the valid records stay within;
    /// `None` if there is none.
    pub fn token_percentile(&self, percent: u64) -> Option<u64> {
        let wanted = (self.valid_records * percent).div_ceil(100).max(1);
        let mut met = 0;
        let bucket = self.token_histogram.iter().find(|bucket| {
            met += bucket.records;
            met >= wanted
        });
        bucket.map(|bucket| bucket.up_to.min(self.longest_tokens.high))
    }

    /// The histogram in a few wide buckets, each twice as wide as the one before: what a chart shows.
    pub fn token_chart(&self) -> Vec<TokenBucket> {
        let mut chart: Vec<TokenBucket> = Vec::new();
        for bucket in &self.token_histogram {
            let up_to = (bucket.up_to + 1).next_power_of_two() - 1;
            match chart.last_mut() {
                Some(last) if last.up_to == up_to => last.records += bucket.records,
                _ => chart.push(TokenBucket { up_to, records: bucket.records }),
            }
        }
        chart
    }
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, bucket_of, up_to};
    use crate::{Statistics, TokenBracket, TokenBucket};

    #[test]
    fn each_bucket_ends_where_the_next_begins() {
        for tokens in (0..100_000).chain([u64::MAX >> 1, u64::MAX]) {
            let bucket = bucket_of(tokens);
            assert!(bucket < BUCKETS);
            let end = up_to(bucket);
            assert!(end >= tokens && (end - tokens) * 32 <= end, "{tokens} in {bucket} up to {end}");
            assert!(end == u64::MAX || bucket_of(end + 1) == bucket + 1);
        }
    }

    #[test]
    fn percentiles_and_chart_are_read_from_it() {
        let bucket = |up_to, records| TokenBucket { up_to, records };
        let statistics = Statistics {
            valid_records: 100,
            longest_tokens: TokenBracket { low: 10, high: 68 },
            token_histogram: vec![bucket(5, 50), bucket(6, 45), bucket(69, 5)],
            ..Statistics::default()
        };
        let percentile = |percent| statistics.token_percentile(percent);
        assert_eq!([percentile(50), percentile(51), percentile(95), percentile(96)], [5, 6, 6, 68].map(Some));
        assert_eq!(statistics.token_chart(), [bucket(7, 95), bucket(127, 5)]);
        assert_eq!(Statistics::default().token_percentile(50), None);
    }
}
