//! A judge's dataset and its scores: the files of a Bedrock evaluation job whose answers exist already.
//!
//! User guide, "Create a prompt dataset for a model evaluation job that uses a model as judge"
//! (`model-evaluation-prompt-datasets-judge`, section on own inference responses), and "Understand how the results of your model
//! evaluation job are saved in Amazon S3" (`model-evaluation-report-s3`): `inputRecord` is a copy of the dataset's line.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::key::RecordKey;
use crate::metric::Metric;
use crate::record::{BLOCK_JOIN, Prompt, Speaker};

/// The most prompts in a job's dataset (user guide, `model-evaluation-prompt-datasets-judge`).
pub const JUDGED_RECORDS_MAX: usize = 1_000;

/// The prefix of the names that the API has for its own metrics.
const BUILT_IN: &str = "Builtin.";

/// The answers of one side, as a job scores them.
#[derive(Debug, Clone, Default)]
pub struct JudgeDataset {
    lines: Vec<String>,
    /// The records by what the job repeats of them. Two records that look the same to the judge share their score.
    keys: HashMap<[String; 3], Vec<RecordKey>>,
}

impl JudgeDataset {
    /// Adds a record. `label` names the side; a dataset has one.
    pub fn add(&mut self, key: RecordKey, prompt: &Prompt, reference: &str, answer: &str, label: &str) {
        let prompt = prompt_text(prompt);
        let row = json!({
            "prompt": prompt,
            "referenceResponse": reference,
            "modelResponses": [{ "response": answer, "modelIdentifier": label }],
        });
        let keys = self.keys.entry([prompt, reference.to_owned(), answer.to_owned()]).or_default();
        if keys.is_empty() {
            self.lines.push(row.to_string());
        }
        keys.push(key);
    }

    /// The dataset as JSON Lines; empty if no record was added.
    pub fn json_lines(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// Reads the scores from a job's output. What isn't a score of one of `metrics` between 0 and 1 is missing: a line that
    /// ends in the middle, a text in place of a number, a record that was never in the dataset.
    pub fn scores(&self, output: &[u8], metrics: &[Metric]) -> BTreeMap<RecordKey, BTreeMap<Metric, f64>> {
        let mut scores: BTreeMap<RecordKey, BTreeMap<Metric, f64>> = BTreeMap::new();
        for line in output.split(|byte| *byte == b'\n') {
            let Ok(row) = serde_json::from_slice::<Value>(line) else { continue };
            let Some(keys) = self.keys_of(&row) else { continue };
            let given = row.pointer("/automatedEvaluationResult/scores").and_then(Value::as_array);
            for (metric, score) in given.into_iter().flatten().filter_map(|given| score(given, metrics)) {
                for key in keys {
                    scores.entry(*key).or_default().insert(metric, score);
                }
            }
        }
        scores
    }

    fn keys_of(&self, row: &Value) -> Option<&Vec<RecordKey>> {
        let text = |at: &str| row.pointer(at).and_then(Value::as_str).map(str::to_owned);
        let answer = text("/modelResponses/0/response");
        let answer = answer.or_else(|| text("/inputRecord/modelResponses/0/response"))?;
        self.keys.get(&[text("/inputRecord/prompt")?, text("/inputRecord/referenceResponse")?, answer])
    }
}

fn score(given: &Value, metrics: &[Metric]) -> Option<(Metric, f64)> {
    let name = given.get("metricName")?.as_str()?;
    let metric: Metric = name.strip_prefix(BUILT_IN).unwrap_or(name).parse().ok()?;
    let score = given.get("result")?.as_f64().filter(|score| (0.0..=1.0).contains(score))?;
    metrics.contains(&metric).then_some((metric, score))
}

/// The name of a metric of a judge in the API.
pub fn judge_metric_name(metric: Metric) -> String {
    format!("{BUILT_IN}{metric}")
}

/// A prompt as one text: a judge sees no turns. A prompt of one turn without a system prompt is that turn's text.
fn prompt_text(prompt: &Prompt) -> String {
    if let (true, [turn]) = (prompt.system.is_empty(), prompt.turns.as_slice()) {
        return turn.texts.join(BLOCK_JOIN);
    }
    let system = prompt.system.iter().map(|text| format!("System: {text}"));
    let turns = prompt.turns.iter().map(|turn| {
        let speaker = match turn.speaker {
            Speaker::User => "User",
            Speaker::Assistant => "Assistant",
        };
        format!("{speaker}: {}", turn.texts.join(BLOCK_JOIN))
    });
    system.chain(turns).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use tunedrop_validation::Format;

    use super::*;
    use crate::record::{HeldOut, Turn, read_record};

    const METRICS: [Metric; 2] = [Metric::Correctness, Metric::Helpfulness];

    fn record(prompt: &str, completion: &str) -> HeldOut {
        let line = json!({ "prompt": prompt, "completion": completion }).to_string();
        read_record(&Format::PromptCompletion, line.as_bytes()).expect("a record")
    }

    fn dataset(records: &[(HeldOut, &str)]) -> JudgeDataset {
        let mut dataset = JudgeDataset::default();
        for (record, answer) in records {
            dataset.add(record.key, &record.prompt, &record.reference, answer, "base");
        }
        dataset
    }

    /// A row of a job's output about a line of the dataset.
    fn row(dataset: &JudgeDataset, at: usize, scores: Value) -> Value {
        let input: Value = serde_json::from_str(&dataset.lines[at]).expect("a line is JSON");
        json!({
            "automatedEvaluationResult": { "scores": scores },
            "inputRecord": { "prompt": input["prompt"], "referenceResponse": input["referenceResponse"] },
            "modelResponses": input["modelResponses"],
        })
    }

    #[test]
    fn lines_have_the_form_of_the_guide() {
        let dataset = dataset(&[(record("Where?", "Here."), "There.")]);
        let line: Value = serde_json::from_str(dataset.json_lines().trim_end()).expect("JSON");
        let expected = json!({
            "prompt": "Where?", "referenceResponse": "Here.",
            "modelResponses": [{ "response": "There.", "modelIdentifier": "base" }],
        });
        assert_eq!(line, expected);
        assert_eq!(JudgeDataset::default().json_lines(), "");
    }

    #[test]
    fn conversation_becomes_one_text() {
        let turn = |speaker, text: &str| Turn { speaker, texts: vec![text.to_owned(), "more".to_owned()] };
        let prompt = Prompt {
            system: vec!["Be brief.".to_owned()],
            turns: vec![
                turn(Speaker::User, "Hello"),
                turn(Speaker::Assistant, "Hello to you"),
                turn(Speaker::User, "Where?"),
            ],
        };
        let expected = "System: Be brief.\n\nUser: Hello\nmore\n\nAssistant: Hello to you\nmore\n\nUser: Where?\nmore";
        assert_eq!(prompt_text(&prompt), expected);
        let alone = Prompt { system: Vec::new(), turns: vec![turn(Speaker::User, "Where?")] };
        assert_eq!(prompt_text(&alone), "Where?\nmore");
    }

    #[test]
    fn scores_are_of_the_record_with_that_answer() {
        let (one, two) = (record("Where?", "Here."), record("When?", "Now."));
        let dataset = dataset(&[(one.clone(), "There."), (two.clone(), "Now.")]);
        let scores = json!([
            { "metricName": "Builtin.Correctness", "result": 0.5, "evaluatorDetails": [] },
            { "metricName": "Helpfulness", "result": 1 },
            { "metricName": "Builtin.Harmfulness", "result": 1.0 },
        ]);
        let output = format!("{}\n{}\n", row(&dataset, 1, scores), row(&dataset, 0, json!([])));
        let expected =
            BTreeMap::from([(two.key, BTreeMap::from([(Metric::Correctness, 0.5), (Metric::Helpfulness, 1.0)]))]);
        assert_eq!(dataset.scores(output.as_bytes(), &METRICS), expected);
    }

    #[test]
    fn nonsense_of_a_judge_is_missing_and_never_0() {
        let dataset = dataset(&[(record("Where?", "Here."), "There.")]);
        let given = |result: Value| json!([{ "metricName": "Builtin.Correctness", "result": result }]);
        for result in [json!(null), json!(7.5), json!(-0.1), json!("quite good"), json!([0.5]), json!(true)] {
            let row = row(&dataset, 0, given(result.clone())).to_string();
            assert_eq!(dataset.scores(row.as_bytes(), &METRICS), BTreeMap::new(), "{result}");
            let half = &row.as_bytes()[..row.len() / 2];
            assert_eq!(dataset.scores(half, &METRICS), BTreeMap::new());
        }
        let mut other = row(&dataset, 0, given(json!(1.0)));
        other["inputRecord"]["prompt"] = json!("another prompt");
        for row in [other, json!([]), json!(null), json!({ "inputRecord": 7 }), row(&dataset, 0, json!({}))] {
            assert_eq!(dataset.scores(row.to_string().as_bytes(), &METRICS), BTreeMap::new(), "{row}");
        }
    }

    #[test]
    fn records_that_look_the_same_to_the_judge_are_scored_once() {
        let turns = |texts: &[&str]| Prompt {
            system: Vec::new(),
            turns: vec![Turn { speaker: Speaker::User, texts: texts.iter().map(|text| (*text).to_owned()).collect() }],
        };
        let (one, two) = (record("a", "c").key, record("b", "c").key);
        let mut dataset = JudgeDataset::default();
        dataset.add(one, &turns(&["Where", "now?"]), "Here.", "There.", "base");
        dataset.add(two, &turns(&["Where\nnow?"]), "Here.", "There.", "base");
        assert_eq!(dataset.lines.len(), 1);
        let row = row(&dataset, 0, json!([{ "metricName": "Builtin.Correctness", "result": 1.0 }]));
        let scores = dataset.scores(row.to_string().as_bytes(), &METRICS);
        assert_eq!(
            scores.keys().copied().collect::<Vec<_>>(),
            BTreeMap::from([(one, ()), (two, ())]).into_keys().collect::<Vec<_>>()
        );
    }

    #[test]
    fn every_metric_of_a_judge_has_the_apis_name() {
        assert_eq!(judge_metric_name(Metric::FollowingInstructions), "Builtin.FollowingInstructions");
    }
}
