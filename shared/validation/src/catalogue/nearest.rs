//! The word that was probably meant.

use strsim::osa_distance;

/// The candidate with the fewest edits to `word`, swaps of neighbours among them, if they are few enough for a slip: a third of its length, at least one.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length > MOST {
        return None;
    }
    let most = (length / 3).max(1);
    candidates
        .map(|candidate| (osa_distance(word, &candidate.to_lowercase()), candidate))
        .filter(|(edits, _)| *edits <= most)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Longer words are no slip of any name here.
const MOST: usize = 60;
