//! Which days of a base model's lifecycle people are notified of.

use crate::Timestamp;
use crate::decide::lifecycle::Dates;

/// The days that Bedrock names and that aren't over, as `legacy=2027-01-15` and `end-of-life=2027-07-15`.
pub fn days(dates: &Dates, now: Timestamp) -> Vec<String> {
    let named =
        [("legacy", dates.legacy), ("extended-access", dates.extended_access), ("end-of-life", dates.end_of_life)];
    let ahead = named.into_iter().filter_map(|(what, day)| Some((what, day.filter(|day| *day > now)?)));
    ahead.map(|(what, day)| format!("{what}={}", day.to_string().get(..10).unwrap_or_default())).collect()
}

/// Whether people weren't notified of one of these days yet. A day that moved is news.
pub fn is_news(days: &[String], known: &[String]) -> bool {
    days.iter().any(|day| !known.contains(day))
}
