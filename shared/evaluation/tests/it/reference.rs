//! The same scores as the reference implementations. `reference/make` writes the fixtures.

use serde_json::Value;
use tunedrop_evaluation::{Input, Interval, Metric, Resampling, Text, evaluate, mean};

use super::data::{input, record, side};

/// How far a score may be from the reference implementation's.
const NEAR: f64 = 1e-9;

fn lines(fixture: &str) -> Vec<Value> {
    fixture.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn text<'v>(line: &'v Value, key: &str) -> &'v str {
    line[key].as_str().expect("a text")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn texts(line: &Value, key: &str) -> Vec<String> {
    line[key].as_array().expect("a list").iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

#[test]
fn scores_equal_squad_and_rouge_score() {
    let lines = lines(include_str!("../reference/pairs.jsonl"));
    assert!(lines.len() >= 500, "only {} pairs", lines.len());
    let metrics = [Metric::ExactMatch, Metric::TokenF1, Metric::RougeL];
    let (mut between, mut wrong) = ([0; 3], Vec::new());
    for line in &lines {
        let times = line["times"].as_u64().unwrap_or(1) as usize;
        let (reference, answer) = (text(line, "reference").repeat(times), text(line, "answer").repeat(times));
        let (reference, answer) = (Text::new(&reference), Text::new(&answer));
        for (at, metric) in metrics.into_iter().enumerate() {
            let (ours, theirs) = (reference.score(metric, &answer), number(&line[metric.as_str()]));
            between[at] += usize::from(theirs > 0.0 && theirs < 1.0);
            if ours.is_none_or(|ours| (ours - theirs).abs() > NEAR) {
                wrong.push(format!("{metric} of {line}: {ours:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), lines.len(), wrong.join("\n"));
    assert!(
        between[0] == 0 && between[1] > 200 && between[2] > 200,
        "hardly any score is between 0 and 1: {between:?}"
    );
}

#[test]
fn json_equals_pythons() {
    let lines = lines(include_str!("../reference/json.jsonl"));
    let count = |key: &str, wanted: bool| lines.iter().filter(|line| line[key] == wanted).count();
    assert!(count("equal", true) > 30 && count("equal", false) > 30 && count("valid", false) > 20);
    for line in &lines {
        let (reference, answer) = (Text::new(text(line, "reference")), Text::new(text(line, "answer")));
        let score = |metric| reference.score(metric, &answer);
        let expected = |key: &str| Some(if line[key] == true { 1.0 } else { 0.0 });
        assert_eq!(score(Metric::JsonValid), expected("valid"), "{line}");
        assert_eq!(score(Metric::JsonEqual), expected("equal"), "{line}");
    }
}

/// An evaluation of references and two sides' answers.
fn labeled(references: &[String], new: &[String], base: &[String]) -> Input {
    let records: Vec<_> = references.iter().enumerate().map(|(at, label)| record(&at.to_string(), label)).collect();
    let answers = |name: &str, answers: &[String]| {
        let mut answers = answers.iter();
        side(name, &records, |_| answers.next().expect("an answer for each record").clone())
    };
    input(&records, &[Metric::MacroF1, Metric::Accuracy], answers("new", new), answers("base", base))
}

#[test]
fn accuracy_macro_f1_and_confusion_equal_scikit_learn() {
    let lines = lines(include_str!("../reference/labels.jsonl"));
    assert!(lines.len() >= 50);
    for line in &lines {
        let answers = texts(line, "answers");
        let mut input = labeled(&texts(line, "references"), &answers, &answers);
        input.resampling.resamples = 10;
        let evaluation = evaluate(&input);
        for metric in &evaluation.metrics {
            let ours = metric.scores[0].score.expect("a score").value;
            let theirs = number(&line[metric.metric.as_str()]);
            assert!((ours - theirs).abs() < NEAR, "{}: {ours}, not {theirs}, of {line}", metric.metric);
        }
        let labels = evaluation.labels.expect("labels");
        let ours = serde_json::to_value(&labels.confusion[0].counts).expect("counts serialize");
        assert_eq!(ours, line["confusion"], "{:?}", labels.labels);
    }
}

/// Whether both ends are within this share of the interval's width, and a step between two values that it can have.
fn assert_near(ours: Interval, theirs: &Value, share: f64, step: f64, what: &str) {
    let theirs = Interval { low: number(&theirs[0]), high: number(&theirs[1]) };
    let near = share * (theirs.high - theirs.low) + step;
    let is_near = (ours.low - theirs.low).abs() < near && (ours.high - theirs.high).abs() < near;
    assert!(is_near, "{what}: {ours:?}, not {theirs:?}");
}

#[test]
fn intervals_of_means_are_close_to_scipys_and_to_the_normal_approximation() {
    let lines = lines(include_str!("../reference/intervals.jsonl"));
    let mut compared = 0;
    for line in lines.iter().filter(|line| line["kind"] == "mean") {
        let values: Vec<f64> = line["values"].as_array().expect("a list").iter().map(number).collect();
        let count = values.len();
        let what = format!("{count} values, {}", text(line, "name"));
        let ours = mean(values, &Resampling::default()).expect("values").interval;
        let step = if text(line, "name") == "of -1, 0 and 1" { 1.0 / count as f64 } else { 0.0 };
        assert_near(ours, &line["interval"], 0.02, step, &what);
        // The approximation is as good as the mean's distribution is normal.
        let share = if count >= 1_000 { 0.02 } else { 0.1 };
        assert_near(ours, &line["normal"], share, step, &what);
        compared += 1;
    }
    assert_eq!(compared, 9);
}

#[test]
fn intervals_of_macro_f1_are_close_to_those_of_scikit_learn_resampled() {
    let lines = lines(include_str!("../reference/intervals.jsonl"));
    let mut compared = 0;
    for line in lines.iter().filter(|line| line["kind"] == "macro_f1") {
        let references = texts(line, "references");
        let evaluation = evaluate(&labeled(&references, &texts(line, "new"), &texts(line, "base")));
        let macro_f1 = &evaluation.metrics[0];
        let what = format!("{} labels", references.len());
        assert_near(macro_f1.scores[0].score.expect("a score").interval, &line["interval"], 0.05, 0.0, &what);
        let difference = macro_f1.differences[0].difference.expect("a difference");
        assert_near(difference.interval, &line["difference"], 0.05, 0.0, &what);
        compared += 1;
    }
    assert_eq!(compared, 2);
}
