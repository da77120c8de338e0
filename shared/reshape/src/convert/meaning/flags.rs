//! Reads the values of keys that mark a record or a message: numbers, Booleans, and words for yes and no.

use super::keys::*;
use crate::json::{self, Raw};

/// Returns a number, also one in a string, as in a table.
pub(super) fn number(raw: Raw) -> Option<f64> {
    match json::text(raw.get()) {
        Some(text) => text.trim().parse().ok(),
        None => raw.get().parse().ok().or(match raw.get() {
            "true" => Some(1.0),
            "false" => Some(0.0),
            _ => None,
        }),
    }
}

/// Whether a key marks an answer that the model should avoid.
pub(super) fn is_marked_bad(key: &str, raw: Raw) -> bool {
    let is_word = || json::text(raw.get()).is_some() && number(raw).is_none();
    LABELS.contains(&key) && is_no_label(raw)
        || RATINGS.contains(&key) && is_word() && is_no_label(raw)
        || BAD.contains(&key) && is_yes_word(raw)
}

/// Whether a key excludes the record from training.
pub(super) fn is_excluded(key: &str, raw: Raw) -> bool {
    let is = |known: &&str| key.eq_ignore_ascii_case(known);
    if key.eq_ignore_ascii_case("loss") {
        // A number is a score of a model.
        return raw.get() == "false" || is_word(raw, "false");
    }
    TRAINED.iter().any(is) && is_no_label(raw) || EXCLUDED.iter().any(is) && is_yes_word(raw)
}

pub(super) fn is_yes_word(raw: Raw) -> bool {
    let text = json::text(raw.get()).unwrap_or_default();
    is_yes(raw) || YES.iter().any(|yes| text.trim().eq_ignore_ascii_case(yes))
}

pub(super) fn is_no_label(raw: Raw) -> bool {
    let text = json::text(raw.get()).unwrap_or_default();
    let text = text.trim();
    // Some spreadsheets write a decimal comma.
    is_no(raw)
        || text.replace(',', ".").parse().is_ok_and(|number: f64| number <= 0.0)
        || NO.iter().any(|no| text.eq_ignore_ascii_case(no))
}

pub(super) fn is_no(raw: Raw) -> bool {
    number(raw).is_some_and(|number| number <= 0.0) || is_word(raw, "false")
}

pub(super) fn is_yes(raw: Raw) -> bool {
    number(raw) == Some(1.0) || is_word(raw, "true")
}

pub(super) fn is_word(raw: Raw, word: &str) -> bool {
    json::text(raw.get()).is_some_and(|text| text.trim().eq_ignore_ascii_case(word))
}
