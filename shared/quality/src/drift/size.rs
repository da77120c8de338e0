//! A test of lengths and turns: that of Kolmogorov and Smirnov for two samples, and a least distance.

use super::Change;
use super::words::size_text;
use crate::histogram::Histogram;

/// The least difference that matters: the largest distance of the cumulative distributions. Of usual answers, whose lengths
/// vary by a factor of 2.7, it is what a quarter more characters make.
const DISTANCE_MIN: f64 = 0.1;

/// Compares two distributions. `names`: what has the size, as several and as one.
pub(crate) fn size(
    what: &'static str,
    names: (&str, &str),
    before: &Histogram,
    now: &Histogram,
    alpha: f64,
) -> Option<Change> {
    let (one, two) = (before.total() as f64, now.total() as f64);
    if one.min(two) < super::RECORDS_MIN as f64 {
        return None;
    }
    let distance = before.distance(now);
    // The chance of a larger distance is at most about 2 exp(-2 d² nm/(n+m)). Sizes in buckets have ties, which make it
    // smaller.
    let least = (-(alpha / 2.0).ln() / 2.0 * (one + two) / (one * two)).sqrt();
    if distance < least.max(DISTANCE_MIN) {
        return None;
    }
    let quantiles = |share: f64| Some([before.quantile(share)?, now.quantile(share)?]);
    let medians = quantiles(0.5)?;
    let text = size_text(names, medians, quantiles(0.05)?, quantiles(0.95)?);
    let [before, now] = medians;
    Some(Change { what, language: None, label: None, before, now, size: distance * 2.0, text, label_text: None })
}
