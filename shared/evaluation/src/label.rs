//! Labels: reference answers from a small set of texts.

use serde::{Deserialize, Serialize};

use crate::words::nfkc;

/// The maximum number of distinct references that count as labels, for metrics that a recipe names.
pub const LABELS_MAX: usize = 50;

/// Characters that models add around a label: quotes, Markdown, full stops and exclamation marks.
const AROUND: [char; 16] = ['"', '\'', '`', '*', '.', '!', '。', '।', '“', '”', '‘', '’', '«', '»', '「', '」'];

/// Returns the label that a text names: in NFKC and lower case, without white space, quotes, asterisks and full stops
/// around it. A text of only such characters isn't changed.
pub fn label(text: &str) -> String {
    let text = nfkc(text).to_lowercase();
    let inside = text.trim_matches(|c: char| c.is_whitespace() || AROUND.contains(&c));
    if inside.is_empty() { text.trim().to_owned() } else { inside.to_owned() }
}

/// The confusion matrix: how often each label was the answer for each label of the references.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// The side's name.
    pub side: String,
    /// A row for each label of the references, in the order of `labels`. A row has a count for each label, and at its
    /// end one for answers that are none of the labels.
    pub counts: Vec<Vec<u64>>,
}

/// The labels of the references, sorted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels {
    pub(crate) names: Vec<String>,
}

impl Labels {
    pub(crate) fn of<'t>(references: impl Iterator<Item = &'t str>) -> Labels {
        let mut names: Vec<String> = references.map(label).collect();
        names.sort_unstable();
        names.dedup();
        Labels { names }
    }

    /// Returns the index of a label. For any other text, returns the number of labels.
    pub(crate) fn index(&self, label: &str) -> usize {
        self.names.binary_search_by(|name| name.as_str().cmp(label)).unwrap_or(self.names.len())
    }
}

/// Counts of correct and wrong labels, from which macro-F1 is computed.
#[derive(Debug, Clone)]
pub(crate) struct Tally {
    right: Vec<u32>,
    /// How often each label is the reference, plus how often it is the answer.
    named: Vec<u32>,
}

impl Tally {
    pub(crate) fn new(labels: usize) -> Tally {
        Tally { right: vec![0; labels], named: vec![0; labels] }
    }

    pub(crate) fn clear(&mut self) {
        self.right.fill(0);
        self.named.fill(0);
    }

    /// Adds `times` records with this reference and answer, both as indices. An answer that isn't a label has an index
    /// beyond those of the labels.
    pub(crate) fn add(&mut self, reference: usize, answer: usize, times: u32) {
        if let Some(named) = self.named.get_mut(reference) {
            *named += times;
        }
        if let Some(named) = self.named.get_mut(answer) {
            *named += times;
        }
        if reference == answer && reference < self.right.len() {
            self.right[reference] += times;
        }
    }

    /// Returns the mean F1 of the labels that occur as a reference or as an answer. If all labels occur, this equals
    /// scikit-learn's `f1_score(references, answers, labels=labels, average="macro", zero_division=0)`.
    pub(crate) fn macro_f1(&self) -> f64 {
        let (mut sum, mut labels) = (0.0, 0u32);
        for (right, named) in self.right.iter().zip(&self.named).filter(|(_, named)| **named > 0) {
            // 2·TP / (2·TP + FP + FN).
            sum += f64::from(2 * right) / f64::from(*named);
            labels += 1;
        }
        if labels == 0 { 0.0 } else { sum / f64::from(labels) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoration_doesnt_change_a_label() {
        for text in ["refund", " Refund.\n", "**REFUND**", "\"refund\"", "“Refund”", "ｒｅｆｕｎｄ！"] {
            assert_eq!(label(text), "refund", "{text}");
        }
        assert_eq!([label("A"), label("C++"), label("C#"), label(" . "), label("是。")], ["a", "c++", "c#", ".", "是"]);
    }

    #[test]
    fn macro_f1_of_a_small_table() {
        let mut tally = Tally::new(3);
        // Label 0: 2 right, 1 answered as 1. Label 1: 1 right, 1 answered with another text. Label 2 never occurs.
        for (reference, answer, times) in [(0, 0, 2), (0, 1, 1), (1, 1, 1), (1, 3, 1)] {
            tally.add(reference, answer, times);
        }
        assert_eq!(tally.macro_f1(), (4.0 / 5.0 + 2.0 / 4.0) / 2.0);
        tally.clear();
        assert_eq!(tally.macro_f1(), 0.0);
    }

    #[test]
    fn other_texts_have_the_index_after_the_last_label() {
        let labels = Labels::of(["No.", "yes", "no"].into_iter());
        assert_eq!(labels.names, ["no", "yes"]);
        assert_eq!(["no", "yes", "perhaps", ""].map(|text| labels.index(text)), [0, 1, 2, 2]);
    }
}
