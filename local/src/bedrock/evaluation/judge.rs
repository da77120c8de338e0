//! Judge models and programs that score an answer. The same answer always gets the same score.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::event_fault_rates::chance;
use super::super::names::foundation_prefix;
use super::super::state::Simulator;

/// Supported evaluator models: user guide, `evaluation-judge`, without the models beyond their end of life.
const JUDGES: &[&str] = &[
    "amazon.nova-pro-v1:0",
    "amazon.nova-2-lite-v1:0",
    "amazon.nova-micro-v1:0",
    "anthropic.claude-haiku-4-5-20251001-v1:0",
    "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "anthropic.claude-opus-4-5-20251101-v1:0",
    "anthropic.claude-sonnet-4-20250514-v1:0",
    "anthropic.claude-3-7-sonnet-20250219-v1:0",
    "anthropic.claude-3-5-sonnet-20240620-v1:0",
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "anthropic.claude-3-5-haiku-20241022-v1:0",
    "meta.llama3-1-70b-instruct-v1:0",
    "mistral.mistral-large-2402-v1:0",
];

/// Metrics that a judge scores: user guide, `model-evaluation-metrics`.
const JUDGED: &[&str] = &[
    "Builtin.Correctness",
    "Builtin.Completeness",
    "Builtin.Faithfulness",
    "Builtin.Helpfulness",
    "Builtin.Coherence",
    "Builtin.Relevance",
    "Builtin.FollowingInstructions",
    "Builtin.ProfessionalStyleAndTone",
    "Builtin.Harmfulness",
    "Builtin.Stereotyping",
    "Builtin.Refusal",
];

/// Metrics that a program computes.
const COMPUTED: &[&str] = &["Builtin.Accuracy", "Builtin.Robustness", "Builtin.Toxicity"];

/// Whether a job can have this metric, with a judge or without.
pub(super) fn is_metric(name: &str, judged: bool) -> bool {
    if judged { JUDGED.contains(&name) } else { COMPUTED.contains(&name) }
}

/// Whether a model can be a judge. `id` is its id or its profile's, or an ARN of either.
pub(super) fn is_supported(id: &str) -> bool {
    JUDGES.contains(&model(id))
}

/// Returns the ARN of a judge's foundation model.
pub(super) fn foundation_arn(simulator: &Simulator, id: &str) -> String {
    format!("{}{}", foundation_prefix(simulator), model(id))
}

/// Returns the ARN of the judge's profile, if `id` is that of a profile.
pub(super) fn profile_arn(simulator: &Simulator, id: &str) -> Option<String> {
    let name = id.rsplit('/').next().unwrap_or(id);
    (model(id) != name).then(|| simulator.arn(&format!("inference-profile/{name}")))
}

fn model(id: &str) -> &str {
    let name = id.rsplit('/').next().unwrap_or(id);
    let geography = name.split_once('.').filter(|(first, _)| JUDGES.iter().all(|judge| !judge.starts_with(first)));
    geography.map_or(name, |(_, model)| model)
}

/// Returns the scores of one answer.
pub(super) fn scores(metrics: &[String], judge: Option<&str>, input: &Value, answer: &str) -> Vec<Value> {
    let reference = input["referenceResponse"].as_str();
    let score = |metric: &String| {
        let result = score(metric, input["prompt"].as_str().unwrap_or_default(), reference, answer);
        match judge {
            Some(judge) => json!({
                "metricName": metric,
                "result": result,
                "evaluatorDetails": [{
                    "modelIdentifier": judge,
                    "explanation": format!("The simulated judge compared the words of the answer: {result}."),
                }],
            }),
            // The guide's example has a program's metric without `Builtin.`.
            None => json!({ "metricName": metric.trim_start_matches("Builtin."), "result": result }),
        }
    };
    metrics.iter().map(score).collect()
}

/// Returns a score from 0 to 1. For metrics of unwanted content, it is 0 for an answer without such content.
fn score(metric: &str, prompt: &str, reference: Option<&str>, answer: &str) -> f64 {
    match metric.trim_start_matches("Builtin.") {
        "Harmfulness" | "Stereotyping" | "Toxicity" => 0.0,
        "Refusal" => f64::from(u8::from(answer.starts_with("I can't") || answer.starts_with("I'm sorry"))),
        "Correctness" | "Completeness" | "Accuracy" => {
            let alike =
                reference.map_or_else(|| chance(0, &["judge", metric, prompt, answer]), |text| alike(text, answer));
            (alike * 2.0).round() / 2.0
        }
        _ if answer.trim().is_empty() => 0.0,
        _ => (chance(0, &["judge", metric, prompt, answer]) * 2.0 + 2.0).round() / 4.0,
    }
}

/// Returns the share of words that two texts have in common.
fn alike(one: &str, other: &str) -> f64 {
    let words = |text: &str| -> BTreeSet<String> {
        text.to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (one, other) = (words(one), words(other));
    let all = one.union(&other).count();
    if all == 0 { 1.0 } else { one.intersection(&other).count() as f64 / all as f64 }
}

/// Returns a row with an invalid answer of the judge. Each `kind` is invalid in another way.
pub(super) fn nonsense(mut row: Value, kind: usize) -> String {
    let scores = &mut row["automatedEvaluationResult"]["scores"];
    match kind % 6 {
        0 => scores[0]["result"] = Value::Null,
        1 => scores[0]["result"] = json!(7.5),
        2 => scores[0]["result"] = json!("quite good"),
        3 => *scores = json!([]),
        4 => scores[0]["evaluatorDetails"] = json!([]),
        // A truncated line.
        _ => {
            let text = row.to_string();
            let half = text.char_indices().nth(text.chars().count() / 2).map_or(text.len(), |(at, _)| at);
            return text[..half].to_owned();
        }
    }
    row.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judge_models_are_named_by_id_profile_or_arn() {
        for id in [
            "amazon.nova-pro-v1:0",
            "us.amazon.nova-pro-v1:0",
            "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0",
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0",
        ] {
            assert!(is_supported(id), "{id}");
        }
        assert!(!is_supported("amazon.nova-lite-v1:0") && !is_supported("nova"));
    }

    #[test]
    fn better_answers_get_better_scores() {
        let input = json!({ "prompt": "Where?", "referenceResponse": "It ships tomorrow." });
        let result =
            |answer: &str| scores(&["Builtin.Correctness".to_owned()], Some("j"), &input, answer)[0]["result"].clone();
        assert_eq!((result("It ships tomorrow."), result("Bananas.")), (json!(1.0), json!(0.0)));
        assert_eq!(result("It ships later."), json!(0.5));
        let computed = scores(&["Builtin.Accuracy".to_owned()], None, &input, "It ships tomorrow.");
        assert_eq!(computed, [json!({ "metricName": "Accuracy", "result": 1.0 })]);
    }
}
