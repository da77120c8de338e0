//! Whether a base model can still be customized, and until when, according to Bedrock.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// How far ahead a day of the lifecycle causes a warning, in seconds: 90 days.
pub const NEAR_S: i64 = 90 * 86_400;

/// Bedrock's lifecycle status of a foundation model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// New jobs can be started.
    Active,
    /// No new jobs (user guide, "Model lifecycle").
    Legacy,
    /// Bedrock doesn't know the model in this Region.
    Unknown,
}

/// The days of a model's lifecycle (API reference, `FoundationModelLifecycle`); `None` if Bedrock names none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dates {
    /// `legacyTime`: no new job starts after it.
    pub legacy: Option<Timestamp>,
    /// `publicExtendedAccessTime`: inference may cost more after it.
    pub extended_access: Option<Timestamp>,
    /// `endOfLifeTime`: every request fails after it.
    pub end_of_life: Option<Timestamp>,
}

/// The warning about an active `model`: the days of its lifecycle in the next 90 days. `None` if there are none.
pub fn warning(model: &str, dates: &Dates, now: Timestamp) -> Option<String> {
    let near = |day: Option<Timestamp>| day.filter(|day| (0..=NEAR_S).contains(&(day.as_second() - now.as_second())));
    let days = [
        (dates.legacy, "becomes legacy on", "no new job can be started on it after that"),
        (dates.extended_access, "enters extended access on", "inference may cost more after that"),
        (dates.end_of_life, "is shut down on", "its custom models stop working on that day too"),
    ];
    let days: Vec<String> = days
        .into_iter()
        .filter_map(|(time, what, then)| Some(format!("{what} {} ({then})", day(near(time)?))))
        .collect();
    (!days.is_empty()).then(|| format!("{model} {}", days.join(", and ")))
}

/// Returns why no job can be started on a legacy model, with the days that Bedrock names. `note` is the catalogue's
/// sentence about the model: it replaces this one if Bedrock names no day, and it names a model to use instead.
pub fn legacy(model: &str, dates: &Dates, note: Option<&str>) -> String {
    if let Some(note) = note.filter(|_| *dates == Dates::default()) {
        return note.to_owned();
    }
    let instead = note.and_then(|note| note.strip_suffix(" instead")?.rsplit_once("; use "));
    let instead = instead.map_or("nova-lite", |(_, instead)| instead);
    let since = dates.legacy.map(|time| format!("legacy since {}", day(time)));
    let until = dates.end_of_life.map(|time| format!("shut down on {}", day(time)));
    let days: Vec<String> = since.into_iter().chain(until).collect();
    let days = if days.is_empty() { String::new() } else { format!(" ({})", days.join(", ")) };
    format!("{model} is a legacy model{days}, on which Bedrock starts no new jobs; use {instead} instead")
}

/// `YYYY-MM-DD`, in UTC.
fn day(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).date().to_string()
}

#[cfg(test)]
mod tests {
    use tunedrop_validation::Catalogue;

    use super::*;

    fn at(day: &str) -> Option<Timestamp> {
        format!("{day}T00:00:00Z").parse().ok()
    }

    #[test]
    fn warns_of_days_within_90_days_only() {
        let now = at("2026-11-29").expect("a time");
        let dates = |legacy| Dates { legacy: at(legacy), ..Dates::default() };
        let expected = "Nova Lite becomes legacy on 2027-01-15 (no new job can be started on it after that)";
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
    fn refusal_of_a_legacy_model_names_its_days() {
        let dates = Dates { legacy: at("2026-09-30"), end_of_life: at("2027-03-30"), ..Dates::default() };
        let note = "Llama can't be customized any more: it is legacy; use nova-pro instead";
        let expected = "x is a legacy model (legacy since 2026-09-30, shut down on 2027-03-30), on which Bedrock starts no new jobs; use nova-pro instead";
        assert_eq!(legacy("x", &dates, Some(note)), expected);
        assert_eq!(legacy("x", &Dates::default(), Some(note)), note);
        let without_days = "x is a legacy model, on which Bedrock starts no new jobs; use nova-lite instead";
        assert_eq!(legacy("x", &Dates::default(), None), without_days);
    }

    #[test]
    fn refusal_of_a_legacy_model_names_the_catalogues_replacement() {
        let dates = Dates { legacy: at("2026-09-30"), ..Dates::default() };
        let withdrawn = Catalogue::embedded().models().iter().filter_map(|model| model.withdrawn_note());
        for note in withdrawn {
            let end = note.rsplit_once("; ").expect("a replacement").1;
            assert!(legacy("x", &dates, Some(&note)).ends_with(end), "{note}");
        }
    }
}
