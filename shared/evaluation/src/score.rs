//! The scores of one answer.

use std::cell::OnceCell;

use serde_json::Value;

use crate::json;
use crate::label::label;
use crate::lcs::lcs_len;
use crate::metric::Metric;
use crate::refusal::looks_like_refusal;
use crate::words::{rouge_words, squad_normalized, squad_words, unicode_words};

/// A reference answer or a model's answer. Its words, label and JSON are computed once, when they are first needed.
#[derive(Debug, Default)]
pub struct Text<'t> {
    text: &'t str,
    squad: OnceCell<String>,
    squad_words: OnceCell<Vec<String>>,
    rouge_words: OnceCell<Vec<String>>,
    unicode_words: OnceCell<Vec<String>>,
    json: OnceCell<Option<Value>>,
    label: OnceCell<String>,
    is_refusal: OnceCell<bool>,
}

impl<'t> Text<'t> {
    /// Wraps a text.
    pub fn new(text: &'t str) -> Text<'t> {
        Text { text, ..Text::default() }
    }

    /// Returns the score of `answer` with this text as the reference, from 0 to 1.
    ///
    /// Returns `None` for a judge's metrics, and for `json_equal` if the reference isn't a JSON object or array. For
    /// [`Metric::MacroF1`], returns the record's accuracy.
    pub fn score(&self, metric: Metric, answer: &Text) -> Option<f64> {
        let is = |condition: bool| f64::from(u8::from(condition));
        Some(match metric {
            Metric::ExactMatch => is(self.squad() == answer.squad()),
            Metric::TokenF1 => word_f1(self.squad_words(), answer.squad_words()),
            Metric::RougeL => rouge_l(self.rouge_words(), answer.rouge_words()),
            Metric::ExactMatchUnicode => is(self.unicode_words() == answer.unicode_words()),
            Metric::TokenF1Unicode => word_f1(self.unicode_words(), answer.unicode_words()),
            Metric::RougeLUnicode => match (self.unicode_words(), answer.unicode_words()) {
                ([], []) => 1.0,
                (reference, answer) => rouge_l(reference, answer),
            },
            Metric::JsonEqual => {
                let reference = self.json().filter(|value| value.is_object() || value.is_array())?;
                is(answer.json().is_some_and(|answer| json::are_equal(reference, answer)))
            }
            Metric::JsonValid => is(answer.json().is_some()),
            Metric::Accuracy | Metric::MacroF1 => is(self.label() == answer.label()),
            Metric::EmptyRate => is(answer.text.trim().is_empty()),
            Metric::RefusalRate => is(!self.is_refusal() && answer.is_refusal()),
            _ => return None,
        })
    }

    /// Returns the answer's length divided by this reference's, in characters. `None` for an empty reference.
    pub fn length_ratio(&self, answer: &str) -> Option<f64> {
        let reference = self.text.chars().count();
        (reference > 0).then(|| answer.chars().count() as f64 / reference as f64)
    }

    /// Returns the text's [`label`].
    pub(crate) fn label(&self) -> &str {
        self.label.get_or_init(|| label(self.text))
    }

    fn squad(&self) -> &str {
        self.squad.get_or_init(|| squad_normalized(self.text))
    }

    fn squad_words(&self) -> &[String] {
        self.squad_words.get_or_init(|| squad_words(self.squad()))
    }

    fn rouge_words(&self) -> &[String] {
        self.rouge_words.get_or_init(|| rouge_words(self.text))
    }

    fn unicode_words(&self) -> &[String] {
        self.unicode_words.get_or_init(|| unicode_words(self.text))
    }

    fn json(&self) -> Option<&Value> {
        self.json.get_or_init(|| json::parsed(self.text)).as_ref()
    }

    fn is_refusal(&self) -> bool {
        *self.is_refusal.get_or_init(|| looks_like_refusal(self.text))
    }
}

/// Returns the F1 of two texts' words as multisets. If one text has no words, returns 1 if the other has none either,
/// and otherwise 0 (SQuAD 2.0's script, `compute_f1`).
fn word_f1(reference: &[String], answer: &[String]) -> f64 {
    if reference.is_empty() || answer.is_empty() {
        return f64::from(u8::from(reference.len() == answer.len()));
    }
    f_measure(shared(reference, answer), reference.len(), answer.len())
}

/// Returns ROUGE-L's F-measure, or 0 if one of the texts has no words (`rouge-score`, `_score_lcs`).
fn rouge_l(reference: &[String], answer: &[String]) -> f64 {
    if reference.is_empty() || answer.is_empty() {
        return 0.0;
    }
    f_measure(lcs_len(reference, answer), reference.len(), answer.len())
}

/// Returns the harmonic mean of precision and recall.
fn f_measure(common: usize, reference: usize, answer: usize) -> f64 {
    if common == 0 {
        return 0.0;
    }
    let (precision, recall) = (common as f64 / answer as f64, common as f64 / reference as f64);
    2.0 * precision * recall / (precision + recall)
}

/// Returns the number of words in the intersection of two multisets.
fn shared(one: &[String], other: &[String]) -> usize {
    let (one, other) = (sorted(one), sorted(other));
    let (mut at, mut against, mut shared) = (0, 0, 0);
    while let (Some(left), Some(right)) = (one.get(at), other.get(against)) {
        let order = left.cmp(right);
        shared += usize::from(order.is_eq());
        at += usize::from(order.is_le());
        against += usize::from(order.is_ge());
    }
    shared
}

fn sorted(words: &[String]) -> Vec<&str> {
    let mut sorted: Vec<&str> = words.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(metric: Metric, reference: &str, answer: &str) -> Option<f64> {
        Text::new(reference).score(metric, &Text::new(answer))
    }

    #[test]
    fn answers_in_chinese_have_scores() {
        let (reference, answer) = ("我喜欢猫。", "我喜欢狗");
        assert_eq!(score(Metric::RougeL, reference, answer), Some(0.0));
        assert_eq!(score(Metric::TokenF1, reference, answer), Some(0.0));
        assert_eq!(score(Metric::RougeLUnicode, reference, answer), Some(0.75));
        assert_eq!(score(Metric::TokenF1Unicode, reference, answer), Some(0.75));
        assert_eq!(score(Metric::ExactMatchUnicode, reference, "我喜欢猫！"), Some(1.0));
    }

    #[test]
    fn different_emoji_differ() {
        for metric in [Metric::ExactMatchUnicode, Metric::TokenF1Unicode, Metric::RougeLUnicode] {
            assert_eq!((score(metric, "👍", "👎"), score(metric, "👍", "👍!")), (Some(0.0), Some(1.0)), "{metric}");
            assert_eq!((score(metric, "…", "?"), score(metric, "…", "a")), (Some(1.0), Some(0.0)), "{metric}");
        }
    }

    #[test]
    fn json_is_compared_only_if_the_reference_is() {
        assert_eq!(score(Metric::JsonEqual, "{\"a\": 1}", "{\"a\":1.0}"), Some(1.0));
        assert_eq!(score(Metric::JsonEqual, "{\"a\": 1}", "a is 1"), Some(0.0));
        assert_eq!(score(Metric::JsonEqual, "a is 1", "a is 1"), None);
        assert_eq!(
            (score(Metric::JsonValid, "{}", "```\n{}\n```"), score(Metric::JsonValid, "{}", "[]")),
            (Some(0.0), Some(1.0))
        );
    }

    #[test]
    fn a_refusal_counts_unless_the_reference_refuses() {
        let refusal = "I can't help with that.";
        assert_eq!(score(Metric::RefusalRate, "Tomorrow.", refusal), Some(1.0));
        assert_eq!(score(Metric::RefusalRate, refusal, refusal), Some(0.0));
        assert_eq!((score(Metric::EmptyRate, "a", " \n"), score(Metric::EmptyRate, "a", "b")), (Some(1.0), Some(0.0)));
    }

    #[test]
    fn judge_metrics_have_no_score_here() {
        for metric in Metric::ALL {
            assert_eq!(score(metric, "{}", "{}").is_none(), metric.is_judged(), "{metric}");
        }
    }

    #[test]
    fn lengths_are_in_characters() {
        assert_eq!(Text::new("日本").length_ratio("日本語"), Some(1.5));
        assert_eq!(Text::new("").length_ratio("a"), None);
    }
}
