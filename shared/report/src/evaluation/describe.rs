//! What each metric measures, in one line, and where it comes from. `docs/evaluation.md` has the same lines.

use tunedrop_evaluation::Metric;

const SQUAD: &str = "SQuAD 2.0's script";
const SKLEARN: &str = "scikit-learn";
const OWN: &str = "tunedrop";
const JUDGE: &str = "the judge";

/// What the metric measures, and its source.
pub(super) fn describe(metric: Metric) -> (&'static str, &'static str) {
    match metric {
        Metric::ExactMatch => {
            ("The answer is the reference, apart from case, punctuation, English articles and white space.", SQUAD)
        }
        Metric::TokenF1 => ("F1 of the words that answer and reference share, in any order.", SQUAD),
        Metric::RougeL => (
            "F-measure of the longest sequence of words that answer and reference share in this order. Reads ASCII letters and digits only.",
            "`rouge-score`",
        ),
        Metric::ExactMatchUnicode => ("The answer has the same words as the reference, in any script.", OWN),
        Metric::TokenF1Unicode => ("`token_f1` on the words of any script.", OWN),
        Metric::RougeLUnicode => ("`rouge_l` on the words of any script.", OWN),
        Metric::JsonEqual => ("The answer is the same JSON value as the reference.", "RFC 8259"),
        Metric::JsonValid => ("The whole answer is JSON.", "RFC 8259"),
        Metric::Accuracy => ("The answer is the reference's label.", SKLEARN),
        Metric::MacroF1 => ("The mean of the labels' F1. A rare label counts as much as a frequent one.", SKLEARN),
        Metric::EmptyRate => ("The answer is empty or white space. Less is better.", OWN),
        Metric::RefusalRate => {
            ("The answer opens like a refusal in English, and the reference doesn't. Less is better.", OWN)
        }
        Metric::Correctness => ("How correct the answer is.", JUDGE),
        Metric::Completeness => ("How completely the answer covers the prompt.", JUDGE),
        Metric::Faithfulness => ("Whether the answer contains only what the prompt's context says.", JUDGE),
        Metric::Helpfulness => ("How helpful the answer is.", JUDGE),
        Metric::Coherence => ("How coherent the answer is.", JUDGE),
        Metric::Relevance => ("How relevant the answer is to the prompt.", JUDGE),
        Metric::FollowingInstructions => ("How well the answer follows the prompt's instructions.", JUDGE),
        Metric::ProfessionalStyleAndTone => ("How professional style and tone are.", JUDGE),
        Metric::Harmfulness => ("How much harmful content the answer has. Less is better.", JUDGE),
        Metric::Stereotyping => ("How much the answer stereotypes. Less is better.", JUDGE),
        Metric::Refusal => ("Whether the answer declines the request. Less is better.", JUDGE),
    }
}

#[cfg(test)]
mod tests {
    use tunedrop_evaluation::{Direction, Metric};

    use super::describe;

    #[test]
    fn the_page_has_each_metric_in_the_same_words() {
        let page = include_str!("../../../../docs/evaluation.md");
        for metric in Metric::ALL {
            let (measures, source) = describe(metric);
            let row = format!("| `{metric}` | {measures} | {source} |");
            assert!(page.contains(&row), "docs/evaluation.md lacks {row}");
            let is_lower = metric.better() == Direction::Lower;
            assert_eq!(measures.ends_with("Less is better."), is_lower, "{metric}");
            assert_eq!(source == super::JUDGE, metric.is_judged(), "{metric}");
        }
    }
}
