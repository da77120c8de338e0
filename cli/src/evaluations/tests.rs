use serde_json::{Value, json};
use tunedrop_evaluation::{Answer, Input, Side, evaluate, read_record};
use tunedrop_validation::Format;

use super::*;

pub(crate) const RUN: &str = "bot-000000000002";

/// An evaluation in this state, with a result if it is one of a decision.
pub(crate) fn evaluation(state: &str, more: &Value) -> EvaluationEntry {
    let decided = match state {
        "Kept" => Some(("keep", "better", "Keep the new model: rouge_l is 0.101 higher than that of base.")),
        "Dropped" => Some(("drop", "worse", "Drop the new model: rouge_l is 0.101 lower than that of base.")),
        "Undecided" => Some(("undecided", "no_difference", "Undecided: rouge_l is the same as that of base.")),
        _ => None,
    };
    let result = decided.map(|(outcome, verdict, sentence)| {
        json!({
            "number": 1, "outcome": outcome, "sentence": sentence, "against": ["base"],
            "verdicts": { "base": verdict }, "records": 200, "tokens_in": 60_000, "tokens_out": 20_000,
            "cost_usd": 0.05, "report": format!("s3://drops/evaluations/{RUN}/1/evaluation.html"),
        })
    });
    let mut entry = json!({
        "schema": 1, "run_id": RUN, "dataset": "bot", "number": 1, "revision": 9, "state": state,
        "plan": { "data": "s3://drops/v", "max_records": 200, "against": ["base"] }, "result": result,
        "requested_at": "2026-12-01T09:00:00.000Z", "changed_at": "2026-12-01T10:00:00.000Z",
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        entry[name] = value.clone();
    }
    serde_json::from_value(entry).expect("an evaluation")
}

pub(crate) fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn shown(one: &EvaluationEntry) -> String {
    let lines = facts(one).into_iter().map(|(name, value)| format!("{name:<16}{value}"));
    plain(&lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn facts_of_a_decision_have_its_figures() {
    insta::assert_snapshot!(shown(&evaluation("Kept", &json!({}))), @r"
    Evaluation      Kept, 2026-12-01 10:00 UTC
    Decision        Keep the new model: rouge_l is 0.101 higher than that of base.
    Compared with   base (better)
    Answers         200 records, 60,000 + 20,000 tokens, 0.05 USD
    Evaluated in    s3://drops/evaluations/bot-000000000002/1/evaluation.html
    ");
}

#[test]
fn facts_of_a_new_evaluation_keep_the_earlier_decision() {
    let result = serde_json::to_value(&evaluation("Undecided", &json!({})).result).expect("a result");
    let answering = json!({ "number": 2, "result": result, "chunks": 43, "answered": 12 });
    insta::assert_snapshot!(shown(&evaluation("Answering", &answering)), @r"
    Evaluation      Answering: 12 of 43 chunks answered
    Decision        By evaluation 1 of this run: Undecided: rouge_l is the same as that of base.
    Compared with   base (no difference)
    Answers         200 records, 60,000 + 20,000 tokens, 0.05 USD
    Evaluated in    s3://drops/evaluations/bot-000000000002/1/evaluation.html
    ");
}

#[test]
fn facts_have_the_judge_and_what_it_does() {
    let plan = json!({ "data": "d", "max_records": 200, "against": ["base"], "judge": { "model": "m", "metrics": ["Correctness", "Refusal"] } });
    let sides = json!([{ "name": RUN }, { "name": "base" }]);
    let created = json!({ "plan": plan, "sides": sides });
    insta::assert_snapshot!(shown(&evaluation("Scoring", &created)), @r"
    Evaluation      Scoring: the judge's jobs are created
    Judge           m, for Correctness, Refusal
    ");
    let scores = json!({ "plan": plan, "sides": sides, "judge_jobs": { RUN: "arn", "base": "arn" } });
    insta::assert_snapshot!(shown(&evaluation("Scoring", &scores)), @r"
    Evaluation      Scoring: m scores the answers
    Judge           m, for Correctness, Refusal
    ");
}

#[test]
fn facts_without_a_decision_have_the_reason() {
    let waits = json!({ "reason": "deployment evaluation-0123456789ab waits for a free slot" });
    insta::assert_snapshot!(shown(&evaluation("Deploying", &waits)), @"Evaluation      Deploying: the models' deployments are created; waiting: deployment evaluation-0123456789ab waits for a free slot");
    let refused = json!({ "reason": "the stack's MaxTokensPerRun is 1,000" });
    insta::assert_snapshot!(shown(&evaluation("Refused", &refused)), @r"
    Evaluation      Refused, 2026-12-01 10:00 UTC
    Reason          the stack's MaxTokensPerRun is 1,000
    ");
}

#[test]
fn end_says_what_to_do_next() {
    insta::assert_snapshot!(ended(&evaluation("Kept", &json!({})), None, " --local"), @r"

      Decision        Keep the new model: rouge_l is 0.101 higher than that of base.
      Compared with   base (better)
      Answers         200 records, 60,000 + 20,000 tokens, 0.05 USD
      Evaluated in    s3://drops/evaluations/bot-000000000002/1/evaluation.html

    Open the report with `tunedrop report bot-000000000002 --evaluation --local`
    ");
    let failed = evaluation("Failed", &json!({ "reason": "Bedrock refused the model" }));
    insta::assert_snapshot!(ended(&failed, None, ""), @r"
      Bedrock refused the model
      Try again with `tunedrop evaluate bot-000000000002`
    ");
}

#[test]
fn end_has_the_table_of_scores_if_it_can_be_read() {
    let record = |n: u8| format!("{{\"prompt\": \"{n}\", \"completion\": \"yes\"}}");
    let record = |n: u8| read_record(&Format::PromptCompletion, record(n).as_bytes()).expect("a record");
    let answer = |text: &str| Answer { text: text.to_owned(), ..Answer::default() };
    let side = |name: &str, text: &str| Side {
        name: name.to_owned(),
        answers: (0..40).map(|n| (record(n).key, answer(text))).collect(),
        ..Side::default()
    };
    let references = (0..40).map(|n| (record(n).key, record(n).reference)).collect();
    let (new, against) = (side(RUN, "yes"), vec![side("base", "no")]);
    let whole = evaluate(&Input { references, new, against, ..Input::default() });
    let text = ended(&evaluation("Kept", &json!({})), Some(&whole), "");
    for line in ["\nmetric ", "\nCost of the evaluation: ", "\nReport: s3://drops/evaluations/bot-000000000002/1/"] {
        assert!(text.contains(line), "{line:?}: {text}");
    }
}

#[test]
fn report_is_that_of_the_evaluation_with_the_result() {
    let kept = evaluation("Kept", &json!({ "number": 3 }));
    assert_eq!(report_key(&kept).as_deref(), Some("evaluations/bot-000000000002/1/evaluation.html"));
    assert_eq!(report_key(&evaluation("Waiting", &json!({}))), None);
    assert!(decided(&kept).is_none(), "it is an earlier one's");
}
