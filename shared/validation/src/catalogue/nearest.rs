//! Finds the known word that is most similar to a misspelled one.

use strsim::osa_distance;

/// Returns the candidate with the smallest edit distance to `word`, with transpositions. The distance may be at most a
/// third of the word's length, or 1 for short words.
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

/// The maximum length of a word: longer ones aren't a misspelling of any known name.
const MOST: usize = 60;
