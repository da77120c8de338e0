//! The lengths of answers, and those that are far from the others.

use serde::Serialize;
use tunedrop_validation::{Excerpt, KEPT_PER_CODE};

/// Buckets of a doubling: a bucket's length is known within 1/16 of a doubling, which is 4 %.
const STEPS: f64 = 16.0;
const BUCKETS: usize = 33 * STEPS as usize;

/// Fewer records have no usual length.
const RECORDS_MIN: u64 = 100;

/// How many times the usual distance from the median an outlier is away, of logarithms. Of normally distributed
/// lengths, one in 3.5 million is.
const FAR: f64 = 5.0;
/// The median of distances of a normal distribution, as a part of its standard deviation.
const MEDIAN_DISTANCE: f64 = 0.6745;
/// An answer that is twice as long as the median is never an outlier, nor is one of three times, and so on up to this.
const TIMES_MIN: f64 = 8.0;

/// If more answers are that short, or that long, they are another kind of answer. In percent.
const RARE_PERCENT: u64 = 1;

/// The lengths of a file's answers.
#[derive(Debug, Clone)]
pub(crate) struct Lengths {
    counts: Vec<u64>,
    records: u64,
    shortest: Vec<Extreme>,
    longest: Vec<Extreme>,
}

/// One of the shortest or longest answers.
#[derive(Debug, Clone)]
pub(crate) struct Extreme {
    pub(crate) chars: u32,
    pub(crate) line: u32,
    pub(crate) excerpt: Excerpt,
}

/// How many answers have up to a number of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LengthBucket {
    /// The largest number of characters in this bucket.
    pub up_to: u32,
    /// The number of answers.
    pub records: u64,
}

/// The usual lengths of a file's answers, and the outliers.
#[derive(Debug)]
pub(crate) struct Outliers {
    pub(crate) median: u32,
    pub(crate) count: u64,
    pub(crate) first: Vec<Extreme>,
}

impl Default for Lengths {
    fn default() -> Lengths {
        Lengths { counts: vec![0; BUCKETS], records: 0, shortest: Vec::new(), longest: Vec::new() }
    }
}

fn bucket(chars: u32) -> usize {
    (f64::from(chars.max(1)).log2() * STEPS) as usize
}

/// The largest length of a bucket.
fn end(bucket: usize) -> u32 {
    ((2f64.powf((bucket + 1) as f64 / STEPS)).ceil() as u32).saturating_sub(1).max(1)
}

impl Lengths {
    pub(crate) fn add(&mut self, chars: u32, line: u32, head: &str) {
        self.counts[bucket(chars)] += 1;
        self.records += 1;
        keep(&mut self.longest, chars, line, head, |one, other| one > other);
        keep(&mut self.shortest, chars, line, head, |one, other| one < other);
    }

    /// Returns the bucket in which a percentage of the records is reached.
    fn reached(&self, percent: u64) -> usize {
        let mut seen = 0;
        let at = self.counts.iter().position(|count| {
            seen += count;
            seen * 100 >= self.records * percent
        });
        at.unwrap_or(0)
    }

    /// Returns the logarithmic length at which half of the records are reached.
    fn median(&self) -> f64 {
        self.reached(50) as f64 / STEPS
    }

    /// Returns the characters that a percentage of the answers stays within. None without answers.
    pub(crate) fn percentile(&self, percent: u64) -> Option<u32> {
        (self.records > 0).then(|| end(self.reached(percent)))
    }

    /// Returns the answers that are far from the median. None for few records.
    pub(crate) fn outliers(&self) -> Option<Outliers> {
        if self.records < RECORDS_MIN {
            return None;
        }
        let median = self.median();
        let mut distances: Vec<(f64, u64)> = self
            .counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(at, count)| ((at as f64 / STEPS - median).abs(), *count))
            .collect();
        distances.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut seen = 0;
        let middle = distances.iter().find(|(_, count)| {
            seen += count;
            seen * 2 >= self.records
        });
        let deviation = middle.map_or(0.0, |(distance, _)| distance / MEDIAN_DISTANCE);
        let far = (deviation * FAR).max(TIMES_MIN.log2());
        let side = |at: usize| (at as f64 / STEPS - median) / far;
        let count_of = |is_of: &dyn Fn(f64) -> bool| -> u64 {
            let count = self.counts.iter().enumerate().filter(|(at, _)| is_of(side(*at))).map(|(_, count)| count).sum();
            if count * 100 <= self.records * RARE_PERCENT { count } else { 0 }
        };
        let (long, short) = (count_of(&|side| side > 1.0), count_of(&|side| side < -1.0));
        let longest = self.longest.iter().filter(|extreme| long > 0 && side(bucket(extreme.chars)) > 1.0);
        let shortest = self.shortest.iter().filter(|extreme| short > 0 && side(bucket(extreme.chars)) < -1.0);
        let mut first: Vec<Extreme> = longest.chain(shortest).cloned().collect();
        let count = long + short;
        first.sort_by_key(|extreme| extreme.line);
        Some(Outliers { median: end((median * STEPS).round() as usize), count, first })
    }

    /// Returns how many answers have which length, a bucket for each doubling.
    pub(crate) fn histogram(&self) -> Vec<LengthBucket> {
        let doublings = self.counts.chunks(STEPS as usize).enumerate();
        let all: Vec<LengthBucket> = doublings
            .map(|(at, counts)| LengthBucket {
                up_to: u32::try_from((1u64 << (at + 1)) - 1).unwrap_or(u32::MAX),
                records: counts.iter().sum(),
            })
            .collect();
        let first = all.iter().position(|bucket| bucket.records > 0).unwrap_or(0);
        let last = all.iter().rposition(|bucket| bucket.records > 0).map_or(0, |last| last + 1);
        all[first.min(last)..last].to_vec()
    }
}

/// Keeps the most extreme records; of equal ones, the first lines.
fn keep(kept: &mut Vec<Extreme>, chars: u32, line: u32, head: &str, is_before: impl Fn(u32, u32) -> bool) {
    if kept.len() == KEPT_PER_CODE && kept.last().is_some_and(|last| !is_before(chars, last.chars)) {
        return;
    }
    let at = kept.iter().position(|other| is_before(chars, other.chars)).unwrap_or(kept.len());
    kept.insert(at, Extreme { chars, line, excerpt: Excerpt::around(head.as_bytes(), 0) });
    kept.truncate(KEPT_PER_CODE);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_lengths_that_are_far_from_the_others() {
        let mut lengths = Lengths::default();
        (0..1000).for_each(|n| lengths.add(200 + n % 400, n + 1, "x"));
        assert_eq!(lengths.outliers().expect("enough records").count, 0);
        lengths.add(20_000, 1001, "x");
        lengths.add(2, 1002, "x");
        let outliers = lengths.outliers().expect("enough records");
        assert_eq!(
            (outliers.count, outliers.first.iter().map(|one| one.line).collect::<Vec<_>>()),
            (2, vec![1001, 1002])
        );
        assert!((370..430).contains(&outliers.median), "{}", outliers.median);
    }

    #[test]
    fn few_records_have_no_usual_length() {
        let mut lengths = Lengths::default();
        (1..50).for_each(|n| lengths.add(n * n * n, n, "x"));
        assert!(lengths.outliers().is_none());
    }

    #[test]
    fn the_histogram_has_all_records() {
        let mut lengths = Lengths::default();
        [0, 1, 2, 3, 100, u32::MAX].into_iter().for_each(|chars| lengths.add(chars, 1, ""));
        assert_eq!(lengths.histogram().iter().map(|bucket| bucket.records).sum::<u64>(), 6);
        assert_eq!(Lengths::default().histogram(), []);
    }
}
