//! The bootstrap: estimates how much a figure depends on the records that were sampled.

use serde::{Deserialize, Serialize};

/// The default number of resamples.
pub const RESAMPLES: u32 = 10_000;

/// The share of resamples in an interval.
pub const CONFIDENCE: f64 = 0.95;

/// The minimum number of records for a difference. With five, a two-sided sign test at 5% finds no difference even if
/// all records agree: 2 · (1/2)⁵ is 6%. The bootstrap alone would find one, because its interval can't be wider than
/// the range of the values.
pub const RECORDS_MIN: u64 = 6;

/// The largest difference that can result from rounding.
pub(crate) const ROUNDING: f64 = 1e-9;

/// The settings of the bootstrap. The same settings give the same intervals on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resampling {
    /// The number of resamples.
    pub resamples: u32,
    /// The seed of the random number generator.
    pub seed: u64,
}

impl Default for Resampling {
    fn default() -> Resampling {
        Resampling { resamples: RESAMPLES, seed: 1 }
    }
}

/// A 95% interval: 2.5% of resamples are below `low`, 2.5% above `high`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The 2.5th percentile.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
}

/// A figure and its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The figure over all records that have it.
    pub value: f64,
    /// Its 95% interval.
    pub interval: Interval,
    /// The number of records that have it.
    pub records: u64,
}

/// Rounds a score for a result to 12 decimals. That is more precise than the computation, and a JSON parser reads
/// exactly the number that was written.
pub(crate) fn written(score: f64) -> f64 {
    (score * 1e12).round() / 1e12
}

impl Estimate {
    fn exact(value: f64, records: usize) -> Estimate {
        let value = written(value);
        Estimate { value, interval: Interval { low: value, high: value }, records: records as u64 }
    }

    /// Computes the interval from the figures of all resamples.
    fn of(value: f64, records: usize, mut figures: Vec<f64>) -> Estimate {
        figures.sort_unstable_by(f64::total_cmp);
        let tail = (1.0 - CONFIDENCE) / 2.0;
        let (low, high) = (percentile(&figures, tail), percentile(&figures, 1.0 - tail));
        let interval = Interval { low: written(low), high: written(high) };
        Estimate { value: written(value), interval, records: records as u64 }
    }
}

/// Returns the mean of `values` and its percentile interval (Efron, 1979), or `None` without values. For two models,
/// the values are the differences of their scores by record, so the same records are drawn for both.
///
/// The order of the values doesn't matter.
pub fn mean(mut values: Vec<f64>, how: &Resampling) -> Option<Estimate> {
    values.sort_unstable_by(f64::total_cmp);
    let (first, last) = (*values.first()?, *values.last()?);
    let count = values.len();
    if first == last {
        return Some(Estimate::exact(first, count));
    }
    let value = values.iter().sum::<f64>() / count as f64;
    let mut draws = Draws::new(count, how.seed);
    let figures = (0..how.resamples).map(|_| {
        let mut sum = 0.0;
        draws.resample(|at| sum += values[at]);
        sum / count as f64
    });
    Some(Estimate::of(value, count, figures.collect()))
}

/// Returns a figure that isn't a mean, and its percentile interval. `figure` computes it from the distinct records and
/// the number of times that each was drawn.
pub(crate) fn figure<R: Ord + Copy>(
    mut records: Vec<R>,
    how: &Resampling,
    mut figure: impl FnMut(&[R], &[u32]) -> f64,
) -> Option<Estimate> {
    records.sort_unstable();
    let mut kinds = records.clone();
    kinds.dedup();
    let kind_of: Vec<usize> = records.iter().map(|record| kinds.partition_point(|kind| kind < record)).collect();
    let mut times = vec![0; kinds.len()];
    kind_of.iter().for_each(|kind| times[*kind] += 1);
    let value = figure(&kinds, &times);
    match kinds.len() {
        0 => return None,
        1 => return Some(Estimate::exact(value, records.len())),
        _ => {}
    }
    let mut draws = Draws::new(records.len(), how.seed);
    let figures = (0..how.resamples).map(|_| {
        times.fill(0);
        draws.resample(|at| times[kind_of[at]] += 1);
        figure(&kinds, &times)
    });
    let figures = figures.collect();
    Some(Estimate::of(value, records.len(), figures))
}

/// Returns the value below which `share` of the sorted figures are, with linear interpolation like NumPy's default.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let at = share * sorted.len().saturating_sub(1) as f64;
    let (below, part) = (at.floor(), at.fract());
    let below_value = sorted.get(below as usize).copied().unwrap_or_default();
    let above_value = sorted.get(below as usize + 1).copied().unwrap_or(below_value);
    below_value + part * (above_value - below_value)
}

/// Draws with replacement, by SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// 2014).
struct Draws {
    state: u64,
    count: u64,
}

impl Draws {
    fn new(count: usize, seed: u64) -> Draws {
        Draws { state: seed, count: count as u64 }
    }

    /// Calls `take` with one index for each record. One random number gives two indices, from 32 bits each. With 1,000
    /// records, the probabilities of two indices differ by at most one part in 4 million.
    fn resample(&mut self, mut take: impl FnMut(usize)) {
        for _ in 0..self.count / 2 {
            let bits = self.next();
            take((((bits & 0xffff_ffff) * self.count) >> 32) as usize);
            take((((bits >> 32) * self.count) >> 32) as usize);
        }
        if self.count % 2 == 1 {
            take((((self.next() >> 32) * self.count) >> 32) as usize);
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix_gives_the_published_numbers() {
        // The first outputs for the state 1234567, as in the test vectors of several implementations.
        let mut draws = Draws::new(1, 1_234_567);
        assert_eq!(
            [draws.next(), draws.next(), draws.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,]
        );
    }

    #[test]
    fn every_index_is_drawn_about_as_often() {
        let mut draws = Draws::new(7, 3);
        let mut times = [0u32; 7];
        (0..10_000).for_each(|_| draws.resample(|at| times[at] += 1));
        assert_eq!(times.iter().sum::<u32>(), 70_000);
        // Five standard deviations of a binomial distribution.
        assert!(times.iter().all(|times| times.abs_diff(10_000) < 465), "{times:?}");
    }

    #[test]
    fn percentiles_are_interpolated() {
        let figures = [0.0, 1.0, 2.0, 3.0, 4.0];
        assert_eq!([0.0, 0.025, 0.5, 0.9, 1.0].map(|share| percentile(&figures, share)), [0.0, 0.1, 2.0, 3.6, 4.0]);
        assert_eq!((percentile(&[], 0.5), percentile(&[7.0], 0.975)), (0.0, 7.0));
    }

    #[test]
    fn equal_values_have_no_width() {
        let estimate = mean(vec![0.1; 30], &Resampling::default()).expect("values");
        assert_eq!(estimate, Estimate::exact(0.1, 30));
        assert_eq!(mean(Vec::new(), &Resampling::default()), None);
        assert_eq!(figure(vec![3; 9], &Resampling::default(), |_, _| 0.5), Some(Estimate::exact(0.5, 9)));
        assert_eq!(figure(Vec::<u8>::new(), &Resampling::default(), |_, _| 0.5), None);
    }

    #[test]
    fn a_mean_computed_as_a_figure_is_the_same() {
        let values: Vec<u16> = (0..101).map(|n| n * n % 37).collect();
        let as_mean = mean(values.iter().map(|value| f64::from(*value)).collect(), &Resampling::default());
        let as_figure = figure(values, &Resampling::default(), |kinds, times| {
            let sum: u32 = kinds.iter().zip(times).map(|(kind, times)| u32::from(*kind) * times).sum();
            f64::from(sum) / 101.0
        });
        assert_eq!(as_mean, as_figure);
    }
}
