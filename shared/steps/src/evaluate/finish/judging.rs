//! What the judge's scores are, and what readers should know about them.

use tunedrop_evaluation::{Judged, Metric};
use tunedrop_report::redact_of_judge;
use tunedrop_run::{EvaluationEntry, EvaluationPlan};

use super::collected::Collected;

/// Also of a judge that gave no scores: its jobs may have asked it.
const WITHOUT_COST: &str =
    "The cost doesn't include the judge, because Bedrock's evaluation jobs don't say what they billed.";

/// What the judge did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::evaluate) enum Judging {
    /// There is none.
    None,
    /// Its jobs are complete.
    Done,
    /// It gave no scores, for this reason in Bedrock's words or ours.
    Without(String),
}

impl Judging {
    /// Whether no job has to be stopped.
    pub(super) fn is_over(&self) -> bool {
        !matches!(self, Judging::Without(_))
    }

    /// The metrics of the plan that are measured. Without its scores, a judge's metric is left out unless it decides: then the
    /// evaluation is undecided, rather than decided by another metric.
    pub(super) fn metrics(&self, plan: &EvaluationPlan) -> Vec<Metric> {
        let mut metrics = plan.metrics.clone();
        if let (Judging::Without(_), Some(first)) = (self, plan.metrics.first()) {
            metrics.retain(|metric| !metric.is_judged() || metric == first);
        }
        metrics
    }

    /// The judge's metrics that have scores.
    pub(super) fn judged(&self, plan: &EvaluationPlan) -> Vec<Metric> {
        match (self, &plan.judge) {
            (Judging::Done, Some(judge)) => judge.metrics.clone(),
            _ => Vec::new(),
        }
    }

    /// Sentences for the report. They quote no record, and Bedrock only where its wording is known. `judged`: the scores of each
    /// side.
    pub(super) fn notes(&self, was: &EvaluationEntry, sides: &[Collected], judged: &[Judged]) -> Vec<String> {
        let Some(judge) = &was.plan.judge else { return Vec::new() };
        let mut notes = Vec::new();
        match self {
            Judging::None => {}
            Judging::Without(words) => {
                let words = redact_of_judge(words);
                notes.push(format!("The judge's scores are missing: {}.", words.trim_end_matches('.')));
                if was.plan.metrics.first().into_iter().chain(was.plan.require.keys()).any(|metric| metric.is_judged())
                {
                    notes.push("What the judge's scores should have decided is undecided.".to_owned());
                }
                if !was.judge_jobs.is_empty() {
                    notes.push(WITHOUT_COST.to_owned());
                }
            }
            Judging::Done => {
                for ((side, collected), judged) in was.sides.iter().zip(sides).zip(judged) {
                    let has_all = |scores: &&_| judge.metrics.iter().all(|metric| has(scores, *metric));
                    let complete = collected.answers.keys().filter_map(|key| judged.get(key)).filter(has_all).count();
                    let missing = collected.answers.len() - complete;
                    if missing > 0 {
                        let name = &side.name;
                        notes.push(format!("Answers of {name} without the judge's score for a metric: {missing}."));
                    }
                }
                notes.push(WITHOUT_COST.to_owned());
            }
        }
        notes
    }
}

fn has(scores: &std::collections::BTreeMap<Metric, f64>, metric: Metric) -> bool {
    scores.contains_key(&metric)
}

#[cfg(test)]
mod tests {
    use tunedrop_evaluation::{Answer, RecordKey};

    use super::*;

    fn entry(metrics: &[&str], require: &[&str]) -> EvaluationEntry {
        let require: serde_json::Map<String, serde_json::Value> =
            require.iter().map(|metric| ((*metric).to_owned(), serde_json::json!({ "min": 0.5 }))).collect();
        serde_json::from_value(serde_json::json!({
            "schema": 1, "run_id": "bot-000000000001", "dataset": "bot", "number": 1, "revision": 1, "state": "Scoring",
            "plan": {
                "data": "s3://b/k", "max_records": 200, "against": ["base"], "metrics": metrics, "require": require,
                "judge": { "model": "m", "metrics": ["Correctness", "Helpfulness"] },
            },
            "sides": [{ "name": "new" }, { "name": "base" }], "requested_at": "t", "changed_at": "t",
        }))
        .expect("an evaluation")
    }

    #[test]
    fn without_scores_a_metric_of_the_judge_is_left_out_unless_it_decides() {
        let without = Judging::Without("no".to_owned());
        for (metrics, expected) in [
            (&["rouge_l", "Correctness"][..], &[Metric::RougeL][..]),
            (&["Correctness", "rouge_l", "Helpfulness"], &[Metric::Correctness, Metric::RougeL]),
            (&[], &[]),
        ] {
            let plan = entry(metrics, &[]).plan;
            assert_eq!(without.metrics(&plan), expected);
            assert_eq!(Judging::Done.metrics(&plan), plan.metrics);
        }
        let plan = entry(&[], &[]).plan;
        assert_eq!(Judging::Done.judged(&plan), [Metric::Correctness, Metric::Helpfulness]);
        assert!(without.judged(&plan).is_empty() && without.metrics(&plan).is_empty());
    }

    #[test]
    fn note_says_why_the_scores_are_missing_in_words_that_quote_nothing() {
        let notes = |words: &str, entry: &EvaluationEntry| Judging::Without(words.to_owned()).notes(entry, &[], &[]);
        let ours = "its evaluation jobs weren't over within 23 hours";
        assert_eq!(notes(ours, &entry(&[], &[])), [format!("The judge's scores are missing: {ours}.")]);
        let quoted = notes("no access to my name is Ada.", &entry(&[], &["Correctness"]));
        assert!(quoted.len() == 2 && !quoted[0].contains("Ada"), "{quoted:?}");
        assert!(quoted[0].contains("the evaluation job has it"), "{quoted:?}");
        let mut asked = entry(&[], &[]);
        asked.judge_jobs.insert("base".to_owned(), "arn".to_owned());
        assert_eq!(notes(ours, &asked)[1..], [WITHOUT_COST], "a job that failed may have asked the judge");
    }

    #[test]
    fn answers_without_a_score_are_counted() {
        let key = |n: u8| format!("{n:032x}").parse::<RecordKey>().expect("a key");
        let mut collected = Collected::default();
        (0..4).for_each(|n| drop(collected.answers.insert(key(n), Answer::default())));
        let both = [(Metric::Correctness, 1.0), (Metric::Helpfulness, 0.5)];
        let judged = Judged::from([(key(0), both.into()), (key(1), both[..1].iter().copied().collect())]);
        let notes = Judging::Done.notes(&entry(&[], &[]), &[collected], &[judged]);
        assert_eq!(notes[0], "Answers of new without the judge's score for a metric: 3.");
        assert!(notes.len() == 2 && notes[1].contains("doesn't include the judge"), "{notes:?}");
    }
}
