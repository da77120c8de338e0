//! Properties of the reference answers, which decide the default metrics and the maximum length of an answer.

use crate::json;
use crate::label::{LABELS_MAX, label};
use crate::metric::Metric;
use crate::words::{is_beyond_ascii_word, rouge_words, unicode_words};

/// The share of JSON references from which the metrics for JSON are used.
const JSON_SHARE: f64 = 0.95;
/// The maximum number of distinct references that count as labels if the recipe names no metric.
const LABELS_CHOSEN_MAX: usize = 20;
/// The minimum number of references per label, on average.
const RECORDS_PER_LABEL: usize = 5;
/// The maximum length of a label in characters.
const LABEL_CHARS_MAX: usize = 40;
/// References count as short if their median is at most this many words.
const SHORT_WORDS: usize = 5;
/// The share of letters and digits beyond ASCII from which the `_unicode` metrics are used. A French text has about 3%,
/// an English text with foreign names less than 0.5%.
const BEYOND_ASCII_SHARE: f64 = 0.01;

/// The maximum of [`Profile::answer_tokens`]: that of Nova Lite. Bedrock refuses a request that allows more
/// than the model's own maximum (Bedrock's user guide, `model-card-amazon-nova-lite.html`: "Max output tokens: 5K").
pub const ANSWER_TOKENS_MAX: u64 = 5_000;

/// Properties of the reference answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Their number.
    pub references: usize,
    /// The number of those that are JSON objects or arrays.
    pub json: usize,
    /// The number of distinct labels, by [`label`].
    pub labels: usize,
    /// The length of the longest label in characters.
    pub label_chars: usize,
    /// The median number of their [`unicode_words`].
    pub median_words: usize,
    /// The share of their letters and digits that aren't ASCII, from 0 to 1.
    pub beyond_ascii: f64,
    /// The number of those that have a word for `rouge_l`.
    pub with_rouge_words: usize,
    /// The tokens of the longest one, by the validator's upper estimate: one for three ASCII characters, and one for
    /// each other character.
    pub longest_tokens: u64,
}

impl Profile {
    /// Computes the properties of reference answers.
    pub fn of<'t>(references: impl Iterator<Item = &'t str>) -> Profile {
        let (mut words, mut labels, mut letters, mut beyond) = (Vec::new(), Vec::new(), 0usize, 0usize);
        let (mut json, mut with_rouge_words, mut longest_tokens) = (0, 0, 0);
        for text in references {
            words.push(unicode_words(text).len());
            labels.push(label(text));
            json += usize::from(json::is_structure(text));
            with_rouge_words += usize::from(!rouge_words(text).is_empty());
            let others = text.chars().filter(|c| is_beyond_ascii_word(*c)).count();
            beyond += others;
            letters += others + text.bytes().filter(u8::is_ascii_alphanumeric).count();
            let ascii = text.bytes().filter(u8::is_ascii).count() as u64;
            let characters = text.chars().count() as u64;
            longest_tokens = longest_tokens.max(ascii.div_ceil(3) + characters - ascii);
        }
        words.sort_unstable();
        labels.sort_unstable();
        labels.dedup();
        Profile {
            references: words.len(),
            json,
            labels: labels.len(),
            label_chars: labels.iter().map(|label| label.chars().count()).max().unwrap_or(0),
            median_words: words.get(words.len() / 2).copied().unwrap_or(0),
            beyond_ascii: if letters == 0 { 0.0 } else { beyond as f64 / letters as f64 },
            with_rouge_words,
            longest_tokens,
        }
    }

    /// Returns the metrics for a recipe that names none. The first one decides.
    ///
    /// JSON: `json_equal`, `json_valid`. Labels: `accuracy`, `macro_f1`. Answers of up to 5 words, by the median:
    /// `token_f1`, `exact_match`. Anything else: `rouge_l`, `token_f1`. If at least 1% of the letters and digits are
    /// beyond ASCII, the variants that end in `_unicode` replace these. The limits are tunedrop's own judgment.
    pub fn metrics(&self) -> Vec<Metric> {
        if self.references > 0 && self.json as f64 >= JSON_SHARE * self.references as f64 {
            return vec![Metric::JsonEqual, Metric::JsonValid];
        }
        let are_labels = (2..=LABELS_CHOSEN_MAX).contains(&self.labels)
            && self.labels * RECORDS_PER_LABEL <= self.references
            && self.label_chars <= LABEL_CHARS_MAX;
        if are_labels {
            return vec![Metric::Accuracy, Metric::MacroF1];
        }
        match (self.median_words <= SHORT_WORDS, self.beyond_ascii >= BEYOND_ASCII_SHARE) {
            (true, false) => vec![Metric::TokenF1, Metric::ExactMatch],
            (true, true) => vec![Metric::TokenF1Unicode, Metric::ExactMatchUnicode],
            (false, false) => vec![Metric::RougeL, Metric::TokenF1],
            (false, true) => vec![Metric::RougeLUnicode, Metric::TokenF1Unicode],
        }
    }

    /// Returns why a metric doesn't apply to these references, as a sentence without a full stop. `None` if it does.
    pub fn misfit(&self, metric: Metric) -> Option<String> {
        let (count, labels) = (self.references, self.labels);
        match metric {
            Metric::JsonEqual | Metric::JsonValid if self.json == 0 => {
                Some(format!("none of the {count} reference answers is a JSON object or array"))
            }
            Metric::Accuracy | Metric::MacroF1 if labels > LABELS_MAX => Some(format!(
                "the reference answers are {labels} different texts, and {LABELS_MAX} labels are the most"
            )),
            Metric::RougeL if self.with_rouge_words == 0 => Some(format!(
                "none of the {count} reference answers has an ASCII letter or digit, and `rouge_l` reads nothing else; use `rouge_l_unicode`"
            )),
            _ => None,
        }
    }

    /// Whether the metric ignores parts of these references, because they have letters beyond ASCII. If so, use the
    /// variant that ends in `_unicode`.
    pub fn overlooks(&self, metric: Metric) -> bool {
        metric.is_for_ascii() && self.beyond_ascii >= BEYOND_ASCII_SHARE
    }

    /// Returns `max_tokens` for a recipe that sets none: twice the estimated tokens of the longest reference, rounded
    /// up to a multiple of 64, and at most [`ANSWER_TOKENS_MAX`].
    pub fn answer_tokens(&self) -> u64 {
        (2 * self.longest_tokens).max(1).next_multiple_of(64).min(ANSWER_TOKENS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(texts: &[&str]) -> Profile {
        Profile::of(texts.iter().copied())
    }

    const SENTENCE: &str = "The order was sent today and arrives within two days.";

    #[test]
    fn metrics_follow_from_the_references() {
        let labels: Vec<&str> = ["refund", "exchange"].into_iter().cycle().take(10).collect();
        let json: Vec<&str> = std::iter::repeat_n("{\"a\": 1}", 19).chain(["none"]).collect();
        for (texts, metrics) in [
            (&labels[..], ["accuracy", "macro_f1"]),
            (&json, ["json_equal", "json_valid"]),
            (&["Lima", "Peru", "A bolt of 13 mm"], ["token_f1", "exact_match"]),
            (&["北京", "上海", "13"], ["token_f1_unicode", "exact_match_unicode"]),
            (&[SENTENCE, SENTENCE, "No."], ["rouge_l", "token_f1"]),
            (&["我喜欢猫和狗。", "他昨天去了图书馆"], ["rouge_l_unicode", "token_f1_unicode"]),
            (&["L'été dernier, nous étions à la plage."], ["rouge_l_unicode", "token_f1_unicode"]),
            (&[], ["token_f1", "exact_match"]),
        ] {
            let chosen = profile(texts).metrics();
            assert_eq!(chosen.iter().map(|metric| metric.as_str()).collect::<Vec<_>>(), metrics, "{texts:?}");
            assert!(chosen.iter().all(|metric| profile(texts).misfit(*metric).is_none()), "{texts:?}");
        }
        // Less than 95% JSON, and too few references per label.
        assert_eq!(profile(&json[1..]).metrics()[0], Metric::Accuracy);
        assert_eq!(profile(&labels[1..]).metrics()[0], Metric::TokenF1);
    }

    #[test]
    fn misfits_say_why() {
        let many: Vec<String> = (0..51).map(|n| format!("label {n}")).collect();
        let many = Profile::of(many.iter().map(String::as_str));
        assert!(many.misfit(Metric::MacroF1).is_some_and(|why| why.contains("51 different texts")));
        assert!(many.misfit(Metric::JsonValid).is_some() && many.misfit(Metric::RougeL).is_none());
        let chinese = profile(&["我喜欢猫"]);
        assert!(chinese.misfit(Metric::RougeL).is_some_and(|why| why.contains("rouge_l_unicode")));
        assert!(chinese.overlooks(Metric::TokenF1) && !chinese.overlooks(Metric::TokenF1Unicode));
        assert!(!many.overlooks(Metric::RougeL));
    }

    #[test]
    fn answers_may_be_twice_as_long_as_the_longest_reference() {
        assert_eq!(profile(&["a"]).answer_tokens(), 64);
        assert_eq!(profile(&[]).answer_tokens(), 64);
        assert_eq!(profile(&[&"a".repeat(300), "日本"]).answer_tokens(), 256);
        assert_eq!(profile(&[&"日".repeat(100)]).answer_tokens(), 256);
        // A model refuses a maximum that is above its own.
        assert_eq!(profile(&[&"日".repeat(4_000)]).answer_tokens(), ANSWER_TOKENS_MAX);
    }
}
