use std::collections::BTreeMap;

use proptest::prelude::*;
use tunedrop_evaluation::Outcome;
use tunedrop_run::event::{
    EvaluationCommand, EvaluationKind, EvaluationSettings, Event, RunDetail, RunKind, SentMessage,
};
use tunedrop_run::{Against, EvaluationPlan, RunId, State};

use super::super::tests::{REGION, STACK, assert_fits, in_chat, message_on, shown, shown_of};
use super::super::{chat, message, sent};
use super::*;
use crate::redact::redact;
use crate::samples::{HOSTILE, detail_in};

const ENDS: [EvaluationState; 6] = [
    EvaluationState::Kept,
    EvaluationState::Dropped,
    EvaluationState::Undecided,
    EvaluationState::Failed,
    EvaluationState::Refused,
    EvaluationState::Stopped,
];

fn run_id() -> RunId {
    "support-bot-0123456789ab".parse().unwrap()
}

/// The result of a state, if it has one.
fn result(state: EvaluationState) -> Option<EvaluationResult> {
    let (outcome, verdict, sentence) = match state {
        EvaluationState::Kept => (
            Outcome::Keep,
            "better",
            "Keep the new model: rouge_l is 0.101 higher than that of base (95% interval 0.079 to 0.123, 200 records).",
        ),
        EvaluationState::Dropped => (
            Outcome::Drop,
            "worse",
            "Drop the new model: rouge_l is 0.101 lower than that of base (95% interval -0.123 to -0.079, 200 records).",
        ),
        EvaluationState::Undecided => (
            Outcome::Undecided,
            "no_difference",
            "Undecided: rouge_l is 0.012 higher than that of base, which may be chance (95% interval -0.011 to 0.035, 200 records).",
        ),
        _ => return None,
    };
    Some(EvaluationResult {
        number: 1,
        outcome,
        sentence: sentence.to_owned(),
        against: vec!["base".to_owned()],
        verdicts: BTreeMap::from([("base".to_owned(), verdict.to_owned())]),
        records: 200,
        tokens_in: 60_000,
        tokens_out: 20_000,
        cost_usd: Some(0.05),
        report: "s3://drops/evaluations/support-bot-0123456789ab/1/evaluation.html".to_owned(),
    })
}

/// An evaluation that the recipe asked for.
fn detail(state: EvaluationState) -> EvaluationDetail {
    let reason = match state {
        EvaluationState::Failed => Some(
            "User: arn:aws:sts::111122223333:assumed-role/tunedrop-EvaluateRole/evaluate is not authorized to perform: bedrock:InvokeModel with an explicit deny in a service control policy",
        ),
        EvaluationState::Refused => Some(
            "Bedrock could bill up to 1,240,000 tokens for the answers, but the stack's MaxTokensPerRun is 1,000,000; use fewer records, or raise the limit",
        ),
        EvaluationState::Stopped => Some("ada stopped it"),
        _ => None,
    };
    EvaluationDetail {
        run_id: run_id(),
        number: 1,
        state,
        at: "2026-12-01T10:00:00.000Z".to_owned(),
        result: result(state),
        reason: reason.map(redact),
        is_of_recipe: true,
        has_judge: false,
        owner: Some("support".to_owned()),
        notify: vec!["ada@example.com".to_owned()],
    }
}

fn event(detail: EvaluationDetail) -> Event {
    Event::Evaluation(EvaluationKind::of(detail.state).expect("an end"), Box::new(detail))
}

/// The detail after a command, compared with the base model and another run.
fn by_command(state: EvaluationState) -> EvaluationDetail {
    let other = "support-bot-fedc09876543".to_owned();
    let result = result(state).map(|result| EvaluationResult {
        against: vec!["base".to_owned(), other.clone()],
        verdicts: BTreeMap::from([("base".to_owned(), "better".to_owned()), (other, "no_difference".to_owned())]),
        cost_usd: None,
        ..result
    });
    EvaluationDetail { is_of_recipe: false, result, ..detail(state) }
}

#[test]
fn every_state() {
    for state in EvaluationState::ALL {
        assert_eq!(ENDS.contains(&state), state.is_end(), "{state:?}");
    }
    for state in ENDS {
        insta::assert_snapshot!(state.as_str(), shown(&event(detail(state))));
    }
}

#[test]
fn evaluations_that_a_person_asked_for() {
    for state in [EvaluationState::Kept, EvaluationState::Undecided, EvaluationState::Failed] {
        let shown = shown(&event(by_command(state)));
        assert!(!shown.contains("recipe"), "{shown}");
        insta::assert_snapshot!(format!("by_command_{}", state.as_str()), shown);
    }
}

#[test]
fn model_that_was_compared_with_nothing() {
    let mut detail = detail(EvaluationState::Undecided);
    let result = detail.result.as_mut().unwrap();
    (result.against, result.verdicts) = (Vec::new(), BTreeMap::new());
    result.sentence = "Undecided: there is nothing to compare.".to_owned();
    let shown = shown(&event(detail));
    assert!(shown.contains("\n    tunedrop evaluate support-bot-0123456789ab --against base\n"), "{shown}");
    assert!(!shown.contains("--data FILE") && !shown.contains("First metric"), "{shown}");
}

#[test]
fn page_has_every_subject() {
    let page = include_str!("../../../../../docs/messages.md");
    for state in ENDS {
        assert!(page.contains(&format!("| `{}: support-bot` |", subject(state))), "{state:?}");
    }
}

#[test]
fn another_stack_is_in_every_command() {
    for detail in ENDS.into_iter().flat_map(|state| [detail(state), by_command(state)]) {
        let text = shown_of(&event(detail), "prod");
        let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("    tunedrop ")).collect();
        assert!(commands.len() >= 2 && commands.iter().all(|line| line.contains(" --stack prod")), "{text}");
        let open = "  tunedrop report support-bot-0123456789ab --stack prod --evaluation\n";
        assert_eq!(text.contains(open), text.contains("\nReport:\n"), "{text}");
    }
}

#[test]
fn a_chat_gets_the_same_message() {
    for state in [EvaluationState::Kept, EvaluationState::Failed] {
        insta::assert_snapshot!(format!("chat_{}", state.as_str()), in_chat(&event(detail(state))));
    }
}

#[test]
fn a_sent_message_has_the_severity_and_no_addresses() {
    for state in ENDS {
        let expected = match state {
            EvaluationState::Kept => Severity::Info,
            EvaluationState::Failed | EvaluationState::Refused => Severity::Error,
            _ => Severity::Warning,
        };
        let event = event(detail(state));
        let message = message_on(&event);
        assert_eq!(message.attributes["severity"], expected.as_str(), "{state:?}");
        let Some(Event::MessageSent(sent)) = sent(&event, &message) else { panic!("{state:?} is sent") };
        let SentMessage { severity, subject, .. } = &sent;
        assert_eq!((*severity, subject), (expected, &message.subject));
        let json = serde_json::to_value(Event::MessageSent(sent).detail(STACK)).unwrap();
        assert_eq!((&json["kind"], &json["state"]), (&event.kind().as_str().into(), &state.as_str().into()));
        assert_eq!((&json["evaluation"], &json["at"]), (&1.into(), &"2026-12-01T10:00:00.000Z".into()));
        assert!(json.get("notify").is_none() && json.get("result").is_none(), "{json}");
    }
}

#[test]
fn withheld_reason_names_where_it_is_shown() {
    for (reason, says) in [
        ("a wording of Bedrock that nobody knows: my name is Ada", redact::WITHHELD_OF_EVALUATION),
        ("not all models were deployed within a day: my name is Ada", "(shortened; `tunedrop show` shows all of it)"),
    ] {
        let detail = EvaluationDetail { reason: Some(redact(reason)), ..detail(EvaluationState::Failed) };
        let body = message_on(&event(detail)).body;
        assert!(body.contains(says) && !body.contains("Ada") && !body.contains("report"), "{body}");
    }
    for reason in [None, Some(" ".to_owned())] {
        let body = message_on(&event(EvaluationDetail { reason, ..detail(EvaluationState::Failed) })).body;
        assert!(!body.contains("Reason:"), "{body}");
    }
}

#[test]
fn nobody_is_notified_of_commands_and_looks() {
    let evaluate = EvaluationCommand::Evaluate { run_id: run_id(), settings: EvaluationSettings::default() };
    for event in [
        Event::EvaluationDue(run_id()),
        Event::EvaluationCommand { command: evaluate, by: None },
        Event::EvaluationCommand { command: EvaluationCommand::Stop { run_id: run_id() }, by: None },
    ] {
        assert_eq!((message(&event, STACK, REGION), chat(&event, STACK, REGION)), (None, None), "{event:?}");
    }
}

#[test]
fn custom_model_ready_says_that_an_evaluation_follows() {
    let mut plan: EvaluationPlan = serde_json::from_value(serde_json::json!({
        "data": "s3://drops/runs/support-bot-0123456789ab/data/evaluation.jsonl", "max_records": 200, "against": ["base", "deployed"],
    }))
    .unwrap();
    let steps = |plan: &EvaluationPlan| {
        let run = RunDetail { evaluate: Some(plan.clone()), ..detail_in(State::Succeeded) };
        let text = shown_of(&Event::Run(RunKind::Succeeded, Box::new(run)), "prod");
        let (_, steps) = text.split_once("What to do next:\n").unwrap();
        steps.split_once("\n\n").unwrap().0.to_owned()
    };
    insta::assert_snapshot!("ready_to_evaluate", steps(&plan));
    plan.against = vec![Against::Run("support-bot-fedc09876543".parse().unwrap())];
    assert!(steps(&plan).contains(", compared with the model of run support-bot-fedc09876543. "));
    plan.against.clear();
    assert!(steps(&plan).contains(" on up to 200 records. "));
}

#[test]
fn hostile_text_adds_no_lines() {
    let hostile = || HOSTILE.to_owned();
    for state in ENDS {
        let result = result(state).map(|result| EvaluationResult {
            sentence: hostile(),
            against: vec![hostile()],
            verdicts: BTreeMap::from([(hostile(), hostile())]),
            report: hostile(),
            ..result
        });
        let detail = EvaluationDetail {
            at: hostile(),
            reason: Some(hostile()),
            owner: Some(hostile()),
            result,
            ..detail(state)
        };
        let shown = shown_of(&event(detail), HOSTILE);
        assert!(!shown.lines().any(|line| line.starts_with("Bcc:")), "{shown}");
    }
}

proptest! {
    #[test]
    fn fits_any_detail(words in any::<String>(), verdict in any::<String>(), cost in any::<Option<f64>>(), records in any::<u64>(), notify in prop::collection::vec(any::<String>(), 0..3)) {
        for state in ENDS {
            let result = result(state).map(|result| EvaluationResult {
                sentence: words.clone(),
                against: vec![words.clone()],
                verdicts: BTreeMap::from([(words.clone(), verdict.clone())]),
                records,
                cost_usd: cost,
                report: words.clone(),
                ..result
            });
            let detail = EvaluationDetail { at: words.clone(), reason: Some(words.clone()), notify: notify.clone(), result, ..detail(state) };
            assert_fits(&message_on(&event(detail)));
        }
    }
}

#[test]
fn cost_is_named_as_one_without_the_judge() {
    let body = |has_judge| message_on(&event(EvaluationDetail { has_judge, ..detail(EvaluationState::Kept) })).body;
    assert!(body(true).contains("USD, without the judge (Bedrock doesn't report its cost)"), "{}", body(true));
    assert!(!body(false).contains("judge"), "{}", body(false));
}
