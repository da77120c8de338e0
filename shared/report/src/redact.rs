//! Bedrock's words, as far as they are known not to quote a record.

mod known;
mod slot;

use tunedrop_validation::Catalogue;

use crate::meaning::meaning;

/// What is left of a text, at most. Nothing that is known is longer, but for lists that a stack's operator wrote.
const LENGTH_MAX: usize = 1500;
/// Stands where something was cut.
pub(crate) const CUT: &str = "[…]";
/// Stands in place of a message whose wording isn't known.
pub(crate) const WITHHELD: &str =
    "Bedrock's message isn't shown here, because it may quote a record; the report has it";

/// Reduces a reason to what is known not to quote a record, for wherever it leaves the ledger and the report.
///
/// A sentence whose whole wording is known passes, with its numbers and names. Where text follows such a sentence, the
/// sentence passes and the text is cut. Of all other messages nothing passes: a fixed sentence takes their place, and
/// says what the message is like, where that is known. Redacting twice changes nothing.
pub fn redact(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept = known_whole(&text).or_else(|| known_beginning(&text)).filter(|kept| kept.len() <= LENGTH_MAX);
    match (kept, meaning(&text)) {
        (Some(kept), _) => kept,
        (None, _) if text.is_empty() => text,
        (None, Some(meaning)) => like(meaning.words),
        (None, None) => WITHHELD.to_owned(),
    }
}

/// What stands in place of a message that means as much as `words`, in a wording that isn't known.
fn like(words: &str) -> String {
    format!("{words}, or something like it. {WITHHELD}")
}

/// Whether the report has more than `reason`, which was redacted, says.
pub(crate) fn has_more(reason: &str) -> bool {
    reason.contains(CUT)
}

/// The text, where all of it is known.
fn known_whole(text: &str) -> Option<String> {
    let bare = text.strip_suffix('.').unwrap_or(text);
    let is_note = || Catalogue::embedded().models().iter().any(|model| model.withdrawn_note().as_deref() == Some(text));
    let is_like = || meaning(text).is_some_and(|meaning| like(meaning.words) == text);
    if text == WITHHELD || is_note() || is_like() {
        return Some(text.to_owned());
    }
    if let Some(beginning) = text.strip_suffix(CUT).map(str::trim_end)
        && known::sentences().any(|sentence| fill(sentence, beginning, true).is_some())
    {
        return Some(text.to_owned());
    }
    known::sentences().find_map(|sentence| fill(sentence, bare, true)).map(|(kept, _)| kept)
}

/// The longest known sentence that the text begins with. What follows it is cut.
fn known_beginning(text: &str) -> Option<String> {
    let filled = known::sentences().filter(|sentence| !sentence.ends_with("{cut}"));
    let (kept, _) = filled.filter_map(|sentence| fill(sentence, text, false)).max_by_key(|(_, width)| *width)?;
    Some(format!("{kept} {CUT}"))
}

/// The sentence with its slots filled from the beginning of `text`, and how much of that it took; all, if `whole`.
fn fill(sentence: &str, text: &str, whole: bool) -> Option<(String, usize)> {
    let (literal, rest) = match sentence.split_once('{') {
        Some((literal, rest)) => (literal, Some(rest)),
        None => (sentence, None),
    };
    let after = text.strip_prefix(literal)?;
    let Some((slot, rest)) = rest.and_then(|rest| rest.split_once('}')) else {
        // In the middle of a word the sentence would be another one.
        let ends = if whole { after.is_empty() } else { !after.starts_with(|c: char| c.is_alphanumeric()) };
        return ends.then(|| (literal.to_owned(), literal.len()));
    };
    // What a slot takes ends where the sentence's next words begin; they may occur in what it takes.
    let next = rest.split('{').next().unwrap_or_default();
    let ends: Vec<usize> = match (next.is_empty(), whole) {
        (true, true) => vec![after.len()],
        (true, false) => vec![after.find(' ').unwrap_or(after.len())],
        (false, _) => after.match_indices(next).map(|(at, _)| at).take(ENDS_MAX).collect(),
    };
    ends.into_iter().filter(|end| slot::takes(slot, &after[..*end])).find_map(|end| {
        let (filled, width) = fill(rest, &after[end..], whole)?;
        let shown = if slot == "cut" { CUT } else { &after[..end] };
        Some((format!("{literal}{shown}{filled}"), literal.len() + end + width))
    })
}

/// A slot's end is looked for in so many places: more of them make no sentence that anyone wrote.
const ENDS_MAX: usize = 16;

#[cfg(test)]
mod tests;
