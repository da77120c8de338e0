//! A test of two shares: the two-proportion z-test with Yates's correction, and a least effect size.

/// The least difference that matters, as Cohen's h: the distance of the shares after the arcsine transformation. 0.2 is what
/// Cohen calls small (Statistical Power Analysis for the Behavioral Sciences, 1988, chapter 6): from nothing to 1%, from
/// 5% to 10%, or from 50% to 60%.
const EFFECT_MIN: f64 = 0.2;

/// A part of a whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    count: f64,
    of: f64,
}

impl Share {
    pub(crate) fn of(count: u64, of: u64) -> Share {
        Share { count: count as f64, of: of as f64 }
    }

    pub(crate) fn part(self) -> f64 {
        if self.of > 0.0 { (self.count / self.of).min(1.0) } else { 0.0 }
    }
}

/// Returns the effect size if the shares differ by more than chance explains with this probability.
pub(crate) fn differs(shares: [Share; 2], alpha: f64) -> Option<f64> {
    let [one, two] = shares;
    if one.of <= 0.0 || two.of <= 0.0 {
        return None;
    }
    let angle = |share: Share| 2.0 * share.part().sqrt().asin();
    let effect = (angle(two) - angle(one)).abs();
    let pooled = ((one.count + two.count) / (one.of + two.of)).min(1.0);
    let inverse = 1.0 / one.of + 1.0 / two.of;
    let deviation = (pooled * (1.0 - pooled) * inverse).sqrt();
    let distance = (one.part() - two.part()).abs() - inverse / 2.0;
    // Both tails of the normal distribution are at most exp(-z²/2), so this asks for a bit more than `alpha` does.
    let is_significant = deviation > 0.0 && distance / deviation >= (-2.0 * alpha.ln()).sqrt();
    // A share on the limit isn't lost to rounding.
    (is_significant && effect >= EFFECT_MIN - 1e-6).then_some(effect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_differences_and_small_samples_are_not_reported() {
        let found = |one: (u64, u64), two: (u64, u64)| {
            differs([Share::of(one.0, one.1), Share::of(two.0, two.1)], 0.0001).is_some()
        };
        assert!(found((300, 1_000), (30, 1_000)));
        assert!(found((0, 1_000), (120, 1_000)));
        assert!(found((120, 1_000), (0, 1_000)));
        assert!(!found((300, 1_000), (330, 1_000)), "too small to matter");
        assert!(!found((300_000, 1_000_000), (330_000, 1_000_000)), "certain, and still too small to matter");
        assert!(!found((3, 10), (0, 10)), "too few");
        assert!(!found((0, 0), (5, 10)) && !found((0, 100), (0, 100)) && !found((100, 100), (100, 100)));
    }
}
