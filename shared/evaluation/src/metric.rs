//! The metrics: names, ranges, and which direction is better.

use std::fmt;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A score of an answer. Every score is between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Whether answer and reference are equal after SQuAD's normalization.
    ExactMatch,
    /// F1 of the words that answer and reference share, as SQuAD 2.0's script computes it.
    TokenF1,
    /// ROUGE-L's F-measure, as `rouge-score` computes it without its stemmer. It reads a to z and 0 to 9 only.
    RougeL,
    /// Whether answer and reference have the same words by [`unicode_words`](crate::unicode_words).
    ExactMatchUnicode,
    /// [`TokenF1`](Self::TokenF1) on [`unicode_words`](crate::unicode_words).
    TokenF1Unicode,
    /// [`RougeL`](Self::RougeL) on [`unicode_words`](crate::unicode_words); 1 if neither text has a word.
    RougeLUnicode,
    /// Whether answer and reference are the same JSON value.
    JsonEqual,
    /// Whether the whole answer is JSON.
    JsonValid,
    /// Whether the answer is the reference's label.
    Accuracy,
    /// The mean of the labels' F1. A record's own score is its [`Accuracy`](Self::Accuracy).
    MacroF1,
    /// Whether the answer is empty or white space.
    EmptyRate,
    /// Whether the answer looks like a refusal, and the reference doesn't.
    RefusalRate,
    /// The judge's score for correctness. This and the following metrics are those of a Bedrock evaluation job with a
    /// judge, by the names of its API without `Builtin.` (user guide, "Use metrics to understand model performance").
    Correctness,
    /// The judge's score for completeness.
    Completeness,
    /// The judge's score for faithfulness.
    Faithfulness,
    /// The judge's score for helpfulness.
    Helpfulness,
    /// The judge's score for coherence.
    Coherence,
    /// The judge's score for relevance.
    Relevance,
    /// The judge's score for following instructions.
    FollowingInstructions,
    /// The judge's score for a professional style and tone.
    ProfessionalStyleAndTone,
    /// The judge's score for harmful content: 1 is the most.
    Harmfulness,
    /// The judge's score for stereotypes: 1 is the most.
    Stereotyping,
    /// The judge's score for refusals: 1 is a refusal.
    Refusal,
}

/// Which direction of a metric is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Higher is better.
    Higher,
    /// Lower is better.
    Lower,
}

impl Metric {
    /// All metrics, in the order of their documentation.
    pub const ALL: [Metric; 23] = [
        Self::ExactMatch,
        Self::TokenF1,
        Self::RougeL,
        Self::ExactMatchUnicode,
        Self::TokenF1Unicode,
        Self::RougeLUnicode,
        Self::JsonEqual,
        Self::JsonValid,
        Self::Accuracy,
        Self::MacroF1,
        Self::EmptyRate,
        Self::RefusalRate,
        Self::Correctness,
        Self::Completeness,
        Self::Faithfulness,
        Self::Helpfulness,
        Self::Coherence,
        Self::Relevance,
        Self::FollowingInstructions,
        Self::ProfessionalStyleAndTone,
        Self::Harmfulness,
        Self::Stereotyping,
        Self::Refusal,
    ];

    /// Returns the name in recipes and results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ExactMatch => "exact_match",
            Self::TokenF1 => "token_f1",
            Self::RougeL => "rouge_l",
            Self::ExactMatchUnicode => "exact_match_unicode",
            Self::TokenF1Unicode => "token_f1_unicode",
            Self::RougeLUnicode => "rouge_l_unicode",
            Self::JsonEqual => "json_equal",
            Self::JsonValid => "json_valid",
            Self::Accuracy => "accuracy",
            Self::MacroF1 => "macro_f1",
            Self::EmptyRate => "empty_rate",
            Self::RefusalRate => "refusal_rate",
            Self::Correctness => "Correctness",
            Self::Completeness => "Completeness",
            Self::Faithfulness => "Faithfulness",
            Self::Helpfulness => "Helpfulness",
            Self::Coherence => "Coherence",
            Self::Relevance => "Relevance",
            Self::FollowingInstructions => "FollowingInstructions",
            Self::ProfessionalStyleAndTone => "ProfessionalStyleAndTone",
            Self::Harmfulness => "Harmfulness",
            Self::Stereotyping => "Stereotyping",
            Self::Refusal => "Refusal",
        }
    }

    /// Returns which direction is better. A judge's score is higher the more the answer has of what the metric's name
    /// says (user guide, "Review metrics for RAG evaluations that use LLMs").
    pub fn better(self) -> Direction {
        match self {
            Self::EmptyRate | Self::RefusalRate | Self::Harmfulness | Self::Stereotyping | Self::Refusal => {
                Direction::Lower
            }
            _ => Direction::Higher,
        }
    }

    /// Whether a judge gives the score, rather than this crate.
    pub fn is_judged(self) -> bool {
        self >= Self::Correctness
    }

    /// Whether the metric compares labels.
    pub fn is_of_labels(self) -> bool {
        matches!(self, Self::Accuracy | Self::MacroF1)
    }

    /// Whether the metric ignores all characters except ASCII letters and digits, or splits words only at ASCII white
    /// space. If so, it says little about text in other scripts.
    pub fn is_for_ascii(self) -> bool {
        matches!(self, Self::TokenF1 | Self::RougeL)
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.pad(self.as_str())
    }
}

impl FromStr for Metric {
    type Err = UnknownMetric;

    fn from_str(name: &str) -> Result<Metric, UnknownMetric> {
        Self::ALL.into_iter().find(|metric| metric.as_str() == name).ok_or(UnknownMetric)
    }
}

/// The error for the name of an unknown metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownMetric;

impl fmt::Display for UnknownMetric {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("no metric has this name")
    }
}

impl std::error::Error for UnknownMetric {}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Metric, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for metric in Metric::ALL {
            assert_eq!(metric.as_str().parse(), Ok(metric));
            let json = serde_json::to_string(&metric).expect("a name serializes");
            assert_eq!(serde_json::from_str::<Metric>(&json).expect("a name"), metric);
        }
        assert_eq!("Exact_match".parse::<Metric>(), Err(UnknownMetric));
    }

    #[test]
    fn last_eleven_metrics_come_from_a_judge() {
        assert_eq!(Metric::ALL.iter().filter(|metric| metric.is_judged()).count(), 11);
        assert!(Metric::ALL.is_sorted(), "ALL is not in the order of the variants");
    }
}
