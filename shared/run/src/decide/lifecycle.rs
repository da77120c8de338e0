//! Whether a base model can still be customized, and until when: Bedrock's own word, with the days that it names.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A day that is this near is told.
pub const NEAR_S: i64 = 90 * 86_400;

/// Bedrock's word on a foundation model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// New jobs can be started.
    Active,
    /// No new jobs (user guide, "Model lifecycle").
    Legacy,
    /// Not in this Region, or no more.
    Unknown,
}

/// The days that Bedrock names (API reference, `FoundationModelLifecycle`); `None` where it names none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dates {
    /// `legacyTime`: from here on no new job starts.
    pub legacy: Option<Timestamp>,
    /// `publicExtendedAccessTime`: from here on inference costs more.
    pub extended_access: Option<Timestamp>,
    /// `endOfLifeTime`: from here on every request fails.
    pub end_of_life: Option<Timestamp>,
}

/// What is to be said before a day comes on which `model`, which is active, loses something: the nearest days, up to three
/// months ahead. `None` where there is nothing to say.
pub fn warning(model: &str, dates: &Dates, now: Timestamp) -> Option<String> {
    let near = |day: Option<Timestamp>| day.filter(|day| (0..=NEAR_S).contains(&(day.as_second() - now.as_second())));
    let days = [
        (dates.legacy, "becomes legacy on", "from then on no new job can be started on it"),
        (dates.extended_access, "enters extended access on", "inference may cost more from then on"),
        (dates.end_of_life, "is shut down on", "its custom models stop working then, too"),
    ];
    let said: Vec<String> = days
        .into_iter()
        .filter_map(|(time, what, then)| Some(format!("{what} {} ({then})", day(near(time)?))))
        .collect();
    (!said.is_empty()).then(|| format!("{model} {}", said.join(", and ")))
}

/// Why no job can be started on a model that Bedrock lists as legacy, with the days that it names. `note` is what the
/// catalogue says of the model, where it knows: its words stand where Bedrock names no day, and it names a live model.
pub fn legacy(model: &str, dates: &Dates, note: Option<&str>) -> String {
    if let Some(note) = note.filter(|_| *dates == Dates::default()) {
        return note.to_owned();
    }
    let instead = note.and_then(|note| note.rsplit_once(" instead is ")).map_or("nova-lite", |(_, instead)| instead);
    let since = dates.legacy.map_or(String::new(), |time| format!(" since {}", day(time)));
    let until = dates.end_of_life.map_or(String::new(), |time| format!(", shuts it down on {}", day(time)));
    format!(
        "Bedrock lists {model} as legacy{since}{until}, and starts no new customization jobs on legacy models; choose a live one, such as {instead}"
    )
}

/// `YYYY-MM-DD`, in UTC.
fn day(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).date().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Option<Timestamp> {
        format!("{day}T00:00:00Z").parse().ok()
    }

    #[test]
    fn a_day_is_told_before_it_comes_and_not_too_early() {
        let now = at("2026-11-29").expect("a time");
        let dates = |legacy| Dates { legacy: at(legacy), ..Dates::default() };
        let expected = "Nova Lite becomes legacy on 2027-01-15 (from then on no new job can be started on it)";
        assert_eq!(warning("Nova Lite", &dates("2027-01-15"), now).as_deref(), Some(expected));
        for silent in ["2027-03-01", "2026-11-28", "2020-01-01"] {
            assert_eq!(warning("Nova Lite", &dates(silent), now), None, "{silent}");
        }
        assert_eq!(warning("Nova Lite", &Dates::default(), now), None);
        let all = Dates { legacy: at("2026-12-01"), extended_access: at("2027-01-01"), end_of_life: at("2027-02-01") };
        let all = warning("X", &all, now).unwrap_or_default();
        assert!(all.contains("legacy on 2026-12-01") && all.contains("access on 2027-01-01"), "{all}");
        assert!(all.contains("shut down on 2027-02-01"), "{all}");
    }

    #[test]
    fn a_legacy_model_is_refused_with_its_days() {
        let dates = Dates { legacy: at("2026-09-30"), end_of_life: at("2027-03-30"), ..Dates::default() };
        let note = "Llama can no longer be customized: it is legacy; a live model to use instead is nova-pro";
        let said = legacy("meta.llama3-3-70b-instruct-v1:0:128k", &dates, Some(note));
        assert!(said.ends_with("such as nova-pro"), "{said}");
        assert_eq!(legacy("x", &Dates::default(), Some(note)), note);
        assert!(said.contains(" as legacy since 2026-09-30, shuts it down on 2027-03-30, and starts no new"), "{said}");
        let silent = "Bedrock lists x as legacy, and starts no new customization jobs on legacy models; choose a live one, such as nova-lite";
        assert_eq!(legacy("x", &Dates::default(), None), silent);
    }
}
