//! How the report writes scores, intervals, times and money, and the names of sides.

use tunedrop_evaluation::{Difference, Estimate, Evaluation, Interval, RECORDS_MIN, Verdict};
use tunedrop_validation::money::usd;

use crate::wording::{grouped, visible};

/// A score: three decimals, without the sign of a zero. The decision's sentence writes them in the same way.
pub(super) fn score(value: f64) -> String {
    let text = format!("{value:.3}");
    if text == "-0.000" { "0.000".to_owned() } else { text }
}

/// A difference, with its sign.
pub(super) fn signed(value: f64) -> String {
    let text = score(value);
    if text.starts_with('-') || text == "0.000" { text } else { format!("+{text}") }
}

/// `0.380 to 0.445`. Of too few records, an interval says nothing.
pub(super) fn interval(estimate: Option<&Estimate>) -> Option<String> {
    let Interval { low, high } = enough(estimate)?.interval;
    Some(format!("{} to {}", score(low), score(high)))
}

/// `+0.031 to +0.074`.
pub(super) fn signed_interval(estimate: Option<&Estimate>) -> Option<String> {
    let Interval { low, high } = enough(estimate)?.interval;
    Some(format!("{} to {}", signed(low), signed(high)))
}

fn enough(estimate: Option<&Estimate>) -> Option<&Estimate> {
    estimate.filter(|estimate| estimate.records >= RECORDS_MIN)
}

/// What the answers cost. `is_judged`: a judge scored them, whose cost no figure has, because Bedrock doesn't report it.
pub(crate) fn cost(cost_usd: Option<f64>, is_judged: bool) -> String {
    let cost = cost_usd.map_or("unknown (a price is missing)".to_owned(), usd);
    if is_judged { format!("{cost}, without the judge") } else { cost }
}

/// What a difference says, in words.
pub(super) fn verdict(difference: &Difference) -> &'static str {
    match (difference.verdict, &difference.difference) {
        (Verdict::Better, _) => "better",
        (Verdict::Worse, _) => "worse",
        (Verdict::NoDifference, None) => "no score",
        (Verdict::NoDifference, Some(few)) if few.records < RECORDS_MIN => "too few records",
        (Verdict::NoDifference, Some(_)) => "no difference",
    }
}

/// `850 ms`, `1.2 s`.
pub(super) fn latency(milliseconds: u64) -> String {
    if milliseconds < 1_000 {
        format!("{milliseconds} ms")
    } else if milliseconds < 100_000 {
        format!("{:.1} s", milliseconds as f64 / 1_000.0)
    } else {
        format!("{} s", grouped(milliseconds / 1_000))
    }
}

/// The name of a side for readers: `new model`, or its name.
pub(super) fn name(evaluation: &Evaluation, side: &str) -> String {
    if side == evaluation.new { "new model".to_owned() } else { visible(side) }
}

/// The same at the beginning of a line or a column.
pub(super) fn heading(evaluation: &Evaluation, side: &str) -> String {
    if side == evaluation.new { "New model".to_owned() } else { visible(side) }
}

/// At most `most` characters of a name. Run ids differ at their ends, so the beginning is left out.
pub(super) fn tail(name: &str, most: usize) -> String {
    match name.chars().count().checked_sub(most) {
        None | Some(0) => name.to_owned(),
        Some(more) => format!("…{}", name.chars().skip(more + 1).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(
            [0.0523, -0.0523, 0.0, -0.000_1, 0.000_1].map(signed),
            ["+0.052", "-0.052", "0.000", "0.000", "0.000"]
        );
        assert_eq!([1.0, -0.000_4].map(score), ["1.000", "0.000"]);
    }

    #[test]
    fn times_have_units() {
        assert_eq!([0, 999, 1_000, 61_250, 3_600_000].map(latency), ["0 ms", "999 ms", "1.0 s", "61.2 s", "3,600 s"]);
    }

    #[test]
    fn long_names_keep_their_ends() {
        assert_eq!(tail("base", 14), "base");
        assert_eq!(tail("support-bot-0123456789ab", 13), "…0123456789ab");
        assert_eq!(tail("ありがとう", 3), "…とう");
    }
}
