//! Events about evaluations, one of each kind, and of each form that a kind has.

use serde_json::json;
use tunedrop_evaluation::Metric;

use super::*;
use crate::event::{EvaluationCommand, EvaluationSettings, JudgeSettings};
use crate::{Against, EvaluationEntry};

/// An evaluation as the ledger would have it in this state.
fn evaluation(state: &str) -> EvaluationEntry {
    let outcome = match state {
        "Kept" => Some(("keep", "better", "Keep the new model: rouge_l is 0.101 higher than that of base.")),
        "Dropped" => Some(("drop", "worse", "Drop the new model: rouge_l is 0.101 lower than that of base.")),
        "Undecided" => {
            Some(("undecided", "no_difference", "Undecided: rouge_l is the same as that of base, which may be chance."))
        }
        _ => None,
    };
    let result = outcome.map(|(outcome, verdict, sentence)| {
        json!({
            "number": 1, "outcome": outcome, "sentence": sentence, "against": ["base"],
            "verdicts": { "base": verdict }, "records": 200, "tokens_in": 60_000, "tokens_out": 20_000, "cost_usd": 0.05,
            "report": "s3://drops/evaluations/support-bot-0123456789ab/1/evaluation.html",
        })
    });
    serde_json::from_value(json!({
        "schema": SCHEMA, "run_id": RUN_ID, "dataset": "support-bot", "number": 1, "revision": 9, "state": state,
        "plan": { "data": "s3://drops/runs/support-bot-0123456789ab/input/test.jsonl", "max_records": 200, "against": ["base"] },
        "requested_at": "2026-12-01T09:00:00.000Z", "changed_at": "2026-12-01T10:00:00.000Z", "result": result,
        "reason": outcome.is_none().then_some("Bedrock refused the model"), "outcome_at": "2026-12-01T10:00:00.000Z",
        "owner": "support", "notify": ["ada@example.com"],
    }))
    .expect("an evaluation")
}

pub(super) fn examples() -> Vec<Event> {
    let as_it_is = |text: &str| text.to_owned();
    let run_id = || RUN_ID.parse::<RunId>().expect("an id");
    let command = |command| Event::EvaluationCommand { command, by: Some("ada".to_owned()) };
    let evaluate = |settings| command(EvaluationCommand::Evaluate { run_id: run_id(), settings });
    let mut events: Vec<Event> = ["Kept", "Dropped", "Undecided", "Failed", "Refused", "Stopped"]
        .into_iter()
        .filter_map(|state| Event::evaluation(&evaluation(state), as_it_is))
        .collect();
    events.push(Event::EvaluationDue(run_id()));
    events.push(evaluate(EvaluationSettings::default()));
    events.push(evaluate(EvaluationSettings {
        data: Some(format!("evaluations/{RUN_ID}/data/9f86d081884c.jsonl")),
        against: vec![Against::Base, Against::Run("support-bot-fedc09876543".parse().expect("an id"))],
        max_records: Some(500),
        metrics: vec!["rouge_l".parse().expect("a metric")],
        require: serde_json::from_value(json!({ "rouge_l": { "min": 0.35, "over_base": 0.02 } }))
            .expect("requirements"),
        judge: Some(JudgeSettings { model: "nova-pro".to_owned(), metrics: vec![Metric::Correctness] }),
    }));
    events.push(command(EvaluationCommand::Stop { run_id: run_id() }));
    events
}

#[test]
fn evaluation_in_progress_has_no_event() {
    for state in ["Waiting", "Deploying", "Answering", "Scoring"] {
        assert_eq!(Event::evaluation(&evaluation(state), str::to_owned), None, "{state}");
    }
}

#[test]
fn an_older_result_is_in_no_event() {
    let mut older = evaluation("Kept");
    older.number = 2;
    older.state = crate::EvaluationState::Failed;
    let Some(Event::Evaluation(_, detail)) = Event::evaluation(&older, str::to_owned) else { panic!("an event") };
    assert_eq!(detail.result, None);
}

#[test]
fn settings_that_no_recipe_could_have_are_not_read() {
    let read = |field: &str, value: serde_json::Value| {
        let mut detail = json!({ "version": 1, "stack": "tunedrop", "run_id": RUN_ID });
        detail[field] = value;
        Hint::read(Kind::EvaluateRun.as_str(), &detail, "tunedrop")
    };
    assert!(read("max_records", json!(1)).is_ok());
    for (field, value) in [
        ("data", json!("datasets/support-bot/train.jsonl")),
        ("data", json!("evaluations/support-bot-fedc09876543/data/a.jsonl")),
        ("against", json!(["nova-lite"])),
        ("against", json!("base")),
        ("max_records", json!(0)),
        ("max_records", json!(1001)),
        ("metrics", json!(["bleu"])),
        ("judge", json!("nova-pro")),
        ("judge", json!({ "model": "nova-pro" })),
        ("judge", json!({ "model": "nova-pro", "metrics": [] })),
        ("judge", json!({ "model": "nova-pro", "metrics": ["rouge_l"] })),
        ("judge", json!({ "model": "nova-lite", "metrics": ["Correctness"] })),
        ("require", json!({ "rouge_l": {} })),
        ("require", json!({ "rouge_l": { "min": 2 } })),
        ("require", json!({ "rouge_l": { "least": 0.5 } })),
    ] {
        let read = read(field, value.clone());
        assert!(
            matches!(read, Err(HintError::Malformed { field: found, .. }) if found == field),
            "{field} {value}: {read:?}"
        );
    }
}
