//! The part "Compared with the last accepted version" of the section "Quality".

use tunedrop_quality::{Change, Comparison};

use crate::wording::{counted, grouped, visible};

/// The comparison as text.
pub(super) struct Compared {
    pub title: String,
    /// What was compared, or why nothing was.
    pub sentence: String,
    /// The differences, the largest first.
    pub changes: Vec<String>,
    /// What else to know about the differences.
    pub aside: Option<String>,
}

/// A label is a record's text, so it is shown only if excerpts are.
pub(super) fn compared(comparison: &Comparison, shows_texts: bool) -> Compared {
    let with = visible(&comparison.with);
    let title = format!("Compared with {}", visible(&comparison.version()));
    let version = if comparison.is_accepted { format!("run {with}") } else { with };
    let Some(drift) = &comparison.drift else {
        let why = comparison.not_compared.as_deref().map(visible).unwrap_or_default();
        let sentence = format!("The training file was not compared with {version}: {why}.");
        return Compared { title, sentence, changes: Vec::new(), aside: None };
    };
    let (before, now) = (counted(drift.records_before, "record"), grouped(drift.records));
    let records = format!("This training file has {now} records, and that of {version} has {before}");
    let text = |change: &Change| match &change.label_text {
        Some(label) if shows_texts => visible(&change.naming(&format!("“{}”", label.text()))),
        _ => visible(&change.text),
    };
    let aside = (drift.more > 0).then(|| format!("There are {} smaller differences.", grouped(drift.more as u64)));
    if drift.changes.is_empty() {
        let sentence = format!("{records}. They differ by no more than chance explains, or by too little to matter.");
        return Compared { title, sentence, changes: Vec::new(), aside };
    }
    Compared { title, sentence: format!("{records}. Now:"), changes: drift.changes.iter().map(text).collect(), aside }
}

#[cfg(test)]
mod tests;
