//! Removes from a message of Bedrock everything that may quote a record.

mod known;
mod slot;

use tunedrop_validation::Catalogue;

use crate::failure_hint::failure_hint;

/// In bytes. A longer text is withheld. Known sentences are shorter, except for lists that a stack's operator wrote.
const LENGTH_MAX: usize = 1500;
/// Replaces text that was removed.
pub(crate) const CUT: &str = "[…]";
/// Replaces a message whose wording isn't known.
pub(crate) const WITHHELD: &str =
    "Bedrock's message isn't shown here, because it may quote a record; the report has it";

/// Like [`WITHHELD`], in a message about a deployment, which has no report.
pub(crate) const WITHHELD_OF_DEPLOYMENT: &str =
    "Bedrock's message isn't shown here, because it may quote a record; `tunedrop deployments` shows it";

/// Like [`WITHHELD`], in a message about an evaluation without a decision, which has no report.
pub(crate) const WITHHELD_OF_EVALUATION: &str =
    "Bedrock's message isn't shown here, because it may quote a record; `tunedrop show` shows it";

/// Like [`WITHHELD`], in the report on an evaluation whose judge gave no scores.
const WITHHELD_OF_JUDGE: &str =
    "Bedrock's message isn't shown here, because it may quote a record; the evaluation job has it";

/// The same as [`redact`], for the words of a judge's evaluation job in the report.
pub fn redact_of_judge(text: &str) -> String {
    redact(text).replace(WITHHELD, WITHHELD_OF_JUDGE)
}

/// Reduces a reason to what can't quote a record. Every reason that leaves the ledger and the report is redacted.
///
/// A sentence whose whole wording is known passes, with its numbers and names. If text follows such a sentence, the
/// sentence passes and the text is removed. Nothing passes of any other message: a fixed sentence replaces it, and says
/// what the message is similar to if that is known. Redacting twice changes nothing.
pub fn redact(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept = known_whole(&text).or_else(|| known_beginning(&text)).filter(|kept| kept.len() <= LENGTH_MAX);
    match (kept, failure_hint(&text)) {
        (Some(kept), _) => kept,
        (None, _) if text.is_empty() => text,
        (None, Some(hint)) => like(hint.words),
        (None, None) => WITHHELD.to_owned(),
    }
}

/// Replaces a message that has the same hint as `words`, but a wording that isn't known.
fn like(words: &str) -> String {
    format!("{words}, or something similar. {WITHHELD}")
}

/// Whether text was removed from the redacted `reason`.
pub(crate) fn has_more(reason: &str) -> bool {
    reason.contains(CUT)
}

/// Returns the text if all of it is known.
fn known_whole(text: &str) -> Option<String> {
    let bare = text.strip_suffix('.').unwrap_or(text);
    let is_note = || Catalogue::embedded().models().iter().any(|model| model.withdrawn_note().as_deref() == Some(text));
    let is_like = || failure_hint(text).is_some_and(|hint| like(hint.words) == text);
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

/// Returns the longest known sentence at the start of the text, and removes what follows.
fn known_beginning(text: &str) -> Option<String> {
    let filled = known::sentences().filter(|sentence| !sentence.ends_with("{cut}"));
    let (kept, _) = filled.filter_map(|sentence| fill(sentence, text, false)).max_by_key(|(_, width)| *width)?;
    Some(format!("{kept} {CUT}"))
}

/// Fills the sentence's slots from the start of `text`. Returns the filled sentence and how many bytes of `text` it
/// covers. If `whole`, it must cover all of `text`.
fn fill(sentence: &str, text: &str, whole: bool) -> Option<(String, usize)> {
    let (literal, rest) = match sentence.split_once('{') {
        Some((literal, rest)) => (literal, Some(rest)),
        None => (sentence, None),
    };
    let after = text.strip_prefix(literal)?;
    let Some((slot, rest)) = rest.and_then(|rest| rest.split_once('}')) else {
        // A sentence that ends in the middle of a word is a different sentence.
        let ends = if whole { after.is_empty() } else { !after.starts_with(|c: char| c.is_alphanumeric()) };
        return ends.then(|| (literal.to_owned(), literal.len()));
    };
    // A slot ends where the sentence's next words begin. These words may also occur in the slot itself.
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

/// How many possible ends of a slot are tried.
const ENDS_MAX: usize = 16;

#[cfg(test)]
mod tests;
