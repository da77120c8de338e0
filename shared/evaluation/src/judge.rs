//! A judge's dataset and its scores: the files of a Bedrock evaluation job whose answers exist already.
//!
//! User guide, "Create a prompt dataset for a model evaluation job that uses a model as judge"
//! (`model-evaluation-prompt-datasets-judge`, section on own inference responses), and "Understand how the results of your model
//! evaluation job are saved in Amazon S3" (`model-evaluation-report-s3`): `inputRecord` is a copy of the dataset's line.

use std::collections::{BTreeMap, HashMap};

use blake3::Hash;
use serde_json::{Value, json};

use crate::key::RecordKey;
use crate::metric::Metric;
use crate::record::{BLOCK_JOIN, Prompt, Speaker};
use crate::sample::RECORDS_MAX;

/// The most prompts in a job's dataset (user guide, `model-evaluation-prompt-datasets-judge`).
const JUDGED_RECORDS_MAX: usize = 1_000;

const _: () = assert!(RECORDS_MAX <= JUDGED_RECORDS_MAX);

/// The prefix of the names that the API has for its own metrics.
const BUILT_IN: &str = "Builtin.";

/// A judge's scores of one side's answers.
pub type Judged = BTreeMap<RecordKey, BTreeMap<Metric, f64>>;

/// The answers of one side, as a job scores them.
#[derive(Debug, Clone, Default)]
pub struct JudgeDataset {
    lines: String,
    /// The records by a hash of what the job repeats of them. Two records that look the same to the judge share their score.
    keys: HashMap<Hash, Vec<RecordKey>>,
}

impl JudgeDataset {
    /// Adds a record. `label` names the side; a dataset has one.
    pub fn add(&mut self, key: RecordKey, prompt: &Prompt, reference: &str, answer: &str, label: &str) {
        let prompt = prompt_text(prompt);
        let keys = self.keys.entry(identity(&prompt, reference, answer)).or_default();
        if keys.is_empty() {
            let row = json!({
                "prompt": prompt,
                "referenceResponse": reference,
                "modelResponses": [{ "response": answer, "modelIdentifier": label }],
            });
            self.lines.push_str(&row.to_string());
            self.lines.push('\n');
        }
        keys.push(key);
    }

    /// The dataset as JSON Lines; empty if no record was added.
    pub fn json_lines(&self) -> &str {
        &self.lines
    }

    /// Adds the scores in a row of a job's output. What isn't a score of one of `metrics` between 0 and 1 is missing: a row
    /// that ends in the middle, a text in place of a number, a record that was never in the dataset.
    pub fn read_row(&self, row: &[u8], metrics: &[Metric], scores: &mut Judged) {
        let Some(row) = json_row(row) else { return };
        let Some(keys) = self.keys_of(&row) else { return };
        let given = row.pointer("/automatedEvaluationResult/scores").and_then(Value::as_array);
        for (metric, score) in given.into_iter().flatten().filter_map(|given| score(given, metrics)) {
            for key in keys {
                scores.entry(*key).or_default().insert(metric, score);
            }
        }
    }

    fn keys_of(&self, row: &Value) -> Option<&Vec<RecordKey>> {
        let text = |at: &str| row.pointer(at).and_then(Value::as_str);
        let answer = text("/modelResponses/0/response");
        let answer = answer.or_else(|| text("/inputRecord/modelResponses/0/response"))?;
        self.keys.get(&identity(text("/inputRecord/prompt")?, text("/inputRecord/referenceResponse")?, answer))
    }
}

/// A hash of what the judge sees of a record. The lengths keep the texts apart.
fn identity(prompt: &str, reference: &str, answer: &str) -> Hash {
    let mut hasher = blake3::Hasher::new();
    for text in [prompt, reference, answer] {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    hasher.finalize()
}

/// A row as JSON. The score of an answer to which a metric doesn't apply is NaN (user guide,
/// `model-evaluation-type-judge-prompt-nova`), which some writers of JSON write as it is: it becomes `null`.
fn json_row(row: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(row).ok()?;
    if let Ok(row) = serde_json::from_str(text) {
        return Some(row);
    }
    let (mut out, mut rest, mut quoted) = (String::with_capacity(text.len() + 8), text, false);
    while let Some(first) = rest.chars().next() {
        let (piece, written) = match first {
            _ if !quoted && rest.starts_with("NaN") => ("NaN", "null"),
            '\\' if quoted => {
                let escape = rest.get(..2).unwrap_or(&rest[..1]);
                (escape, escape)
            }
            _ => {
                quoted ^= first == '"';
                let one = &rest[..first.len_utf8()];
                (one, one)
            }
        };
        out.push_str(written);
        rest = &rest[piece.len()..];
    }
    serde_json::from_str(&out).ok()
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

    fn scores(dataset: &JudgeDataset, output: &[u8]) -> Judged {
        let mut scores = Judged::new();
        output.split(|byte| *byte == b'\n').for_each(|row| dataset.read_row(row, &METRICS, &mut scores));
        scores
    }

    /// A row of a job's output about a line of the dataset.
    fn row(dataset: &JudgeDataset, at: usize, scores: Value) -> Value {
        let line = dataset.json_lines().lines().nth(at).expect("a line");
        let input: Value = serde_json::from_str(line).expect("a line is JSON");
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
        let given = json!([
            { "metricName": "Builtin.Correctness", "result": 0.5, "evaluatorDetails": [] },
            { "metricName": "Helpfulness", "result": 1 },
            { "metricName": "Builtin.Harmfulness", "result": 1.0 },
        ]);
        let output = format!("{}\n{}\n", row(&dataset, 1, given), row(&dataset, 0, json!([])));
        let expected =
            BTreeMap::from([(two.key, BTreeMap::from([(Metric::Correctness, 0.5), (Metric::Helpfulness, 1.0)]))]);
        assert_eq!(scores(&dataset, output.as_bytes()), expected);
    }

    #[test]
    fn nonsense_of_a_judge_is_missing_and_never_0() {
        let dataset = dataset(&[(record("Where?", "Here."), "There.")]);
        let given = |result: Value| json!([{ "metricName": "Builtin.Correctness", "result": result }]);
        for result in [json!(null), json!(7.5), json!(-0.1), json!("quite good"), json!([0.5]), json!(true)] {
            let row = row(&dataset, 0, given(result.clone())).to_string();
            assert_eq!(scores(&dataset, row.as_bytes()), Judged::new(), "{result}");
            let half = &row.as_bytes()[..row.len() / 2];
            assert_eq!(scores(&dataset, half), Judged::new());
        }
        let mut other = row(&dataset, 0, given(json!(1.0)));
        other["inputRecord"]["prompt"] = json!("another prompt");
        for row in [other, json!([]), json!(null), json!({ "inputRecord": 7 }), row(&dataset, 0, json!({}))] {
            assert_eq!(scores(&dataset, row.to_string().as_bytes()), Judged::new(), "{row}");
        }
    }

    #[test]
    fn score_that_is_not_a_number_leaves_the_other_scores() {
        let dataset = dataset(&[(record("Is NaN a number?", "No."), "NaN: \"no\\\" NaN")]);
        let given = json!([
            { "metricName": "Builtin.Helpfulness", "result": "at first" },
            { "metricName": "Builtin.Correctness", "result": 1.0 },
        ]);
        let row = row(&dataset, 0, given).to_string().replace("\"at first\"", "NaN");
        assert!(serde_json::from_str::<Value>(&row).is_err(), "{row}");
        let found = scores(&dataset, row.as_bytes()).into_values().collect::<Vec<_>>();
        assert_eq!(found, [BTreeMap::from([(Metric::Correctness, 1.0)])]);
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
        assert_eq!(dataset.json_lines().lines().count(), 1);
        let row = row(&dataset, 0, json!([{ "metricName": "Builtin.Correctness", "result": 1.0 }]));
        let scores = scores(&dataset, row.to_string().as_bytes());
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
