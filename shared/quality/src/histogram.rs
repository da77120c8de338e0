//! Counts by size on a logarithmic scale, as a sketch keeps them.

/// Buckets of a doubling: each is 9% wide.
const STEPS: f64 = 8.0;
/// The last bucket has everything from 8 MiB on, which is the longest line that is read.
const BUCKETS: usize = 23 * STEPS as usize + 1;

/// How many texts have which length, or how many conversations how many turns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Histogram {
    /// Without the empty buckets at the end.
    counts: Vec<u64>,
}

impl Histogram {
    pub(crate) fn add(&mut self, size: u32) {
        let at = ((f64::from(size.max(1)).log2() * STEPS) as usize).min(BUCKETS - 1);
        if self.counts.len() <= at {
            self.counts.resize(at + 1, 0);
        }
        self.counts[at] += 1;
    }

    pub(crate) fn merge(&mut self, other: &Histogram) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count = count.saturating_add(*more));
    }

    pub(crate) fn total(&self) -> u64 {
        self.counts.iter().fold(0, |total, count| total.saturating_add(*count))
    }

    /// Returns the size that this share of the texts stays within, to about 5%. `None` without texts.
    pub(crate) fn quantile(&self, share: f64) -> Option<f64> {
        let wanted = self.total() as f64 * share;
        let mut before = 0.0;
        for (at, count) in self.counts.iter().map(|count| *count as f64).enumerate().filter(|(_, count)| *count > 0.0) {
            if before + count >= wanted {
                let inside = ((wanted - before) / count).clamp(0.0, 1.0);
                let of = |at: f64| 2f64.powf(at / STEPS);
                // A bucket of one whole number is that number.
                return Some(of(at as f64 + inside).floor().max(of(at as f64).ceil()));
            }
            before += count;
        }
        None
    }

    /// Returns the largest distance between the cumulative distributions: the statistic of Kolmogorov and Smirnov, of
    /// sizes in buckets.
    pub(crate) fn distance(&self, other: &Histogram) -> f64 {
        let (all, of_other) = (self.total() as f64, other.total() as f64);
        let count = |histogram: &Histogram, at: usize| histogram.counts.get(at).copied().unwrap_or_default() as f64;
        let (mut one, mut two, mut distance) = (0.0, 0.0, 0.0_f64);
        for at in 0..self.counts.len().max(other.counts.len()) {
            one += count(self, at);
            two += count(other, at);
            distance = distance.max((one / all - two / of_other).abs());
        }
        distance
    }

    /// Returns the buckets that aren't empty, with their counts.
    pub(crate) fn filled(&self) -> Vec<(u64, u64)> {
        let filled = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        filled.map(|(at, count)| (at as u64, *count)).collect()
    }

    /// The inverse of [`filled`](Histogram::filled). `None` if there is no such bucket.
    pub(crate) fn of_filled(filled: &[(u64, u64)]) -> Option<Histogram> {
        let mut counts = Vec::new();
        for (at, count) in filled {
            let at = usize::try_from(*at).ok().filter(|at| *at < BUCKETS && *at >= counts.len())?;
            counts.resize(at, 0);
            counts.push(*count);
        }
        Some(Histogram { counts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sizes: impl Iterator<Item = u32>) -> Histogram {
        let mut histogram = Histogram::default();
        sizes.for_each(|size| histogram.add(size));
        histogram
    }

    #[test]
    fn quantiles_are_right_to_a_twentieth() {
        let all = of(1..=10_000);
        for share in [0.05, 0.25, 0.5, 0.9, 0.95] {
            let (found, exact) = (all.quantile(share).unwrap(), share * 10_000.0);
            assert!((found / exact - 1.0).abs() < 0.05, "{share}: {found}, not {exact}");
        }
        for size in 1..12 {
            assert_eq!(of(std::iter::repeat_n(size, 9)).quantile(0.5), Some(f64::from(size)));
        }
        assert_eq!(Histogram::default().quantile(0.5), None);
        assert!(of([0, u32::MAX].into_iter()).quantile(1.0).is_some());
    }

    #[test]
    fn distance_is_that_of_the_distributions() {
        let (low, high) = (of(1..=100), of(1_000..=1_100));
        assert!((low.distance(&high) - 1.0).abs() < 1e-9);
        assert!(low.distance(&low.clone()) < 1e-9);
        let mut half = low.clone();
        half.merge(&of(1_000..=1_099));
        assert!((low.distance(&half) - 0.5).abs() < 1e-9);
    }
}
