use tunedrop_evaluation::{Metric, Requirement};

use super::*;
use crate::event::{EvaluationSettings, JudgeSettings};
use crate::plan::{Against, EvaluationPlan};

fn asked(
    was: Option<&EvaluationEntry>,
    run: &Run,
    settings: &EvaluationSettings,
    by: Option<&str>,
) -> Result<EvaluationEntry, String> {
    request(was, &EvaluationRequest { run, settings, by, bucket: "b" }, NOW)
}

fn of_recipe(run: &Run) -> Run {
    let plan: EvaluationPlan = serde_json::from_value(serde_json::json!({
        "data": "s3://b/held-out", "max_records": 50, "against": ["base", "deployed"], "metrics": ["rouge_l"],
        "require": { "rouge_l": { "over_base": 0.02 } }, "token_ceiling": 1000,
    }))
    .expect("a plan");
    let mut run = run.clone();
    run.plan.as_mut().expect("a plan").evaluate = Some(plan);
    run
}

#[test]
fn defaults_are_the_validation_file_the_base_model_and_200_records() {
    let entry = asked(None, &run(NEW), &EvaluationSettings::default(), Some("ada")).expect("a request");
    assert_eq!((entry.state, entry.number, entry.revision), (EvaluationState::Waiting, 1, 1));
    assert_eq!(entry.plan.data, "s3://b/v");
    assert_eq!((entry.plan.max_records, &entry.plan.against[..]), (200, &[Against::Base][..]));
    assert!(!entry.is_of_recipe());
    assert_eq!((entry.owner.as_deref(), entry.notify.len()), (Some("support"), 1));
}

#[test]
fn recipe_wins_over_defaults_and_a_command_over_the_recipe() {
    let run = of_recipe(&run(NEW));
    let entry = asked(None, &run, &EvaluationSettings::default(), None).expect("a request");
    assert_eq!(Some(&entry.plan), run.plan.as_ref().and_then(|plan| plan.evaluate.as_ref()));
    assert!(entry.is_of_recipe());
    let settings = EvaluationSettings {
        data: Some("evaluations/bot-000000000001/data/x.jsonl".into()),
        against: vec![Against::Base, Against::Run(id("cat-000000000001")), Against::Base],
        max_records: Some(10),
        metrics: vec![Metric::ExactMatch],
        require: [(Metric::ExactMatch, Requirement { min: Some(0.5), ..Requirement::default() })].into(),
        judge: Some(JudgeSettings { model: "nova-pro".into(), metrics: vec![Metric::Correctness] }),
    };
    let plan = asked(None, &run, &settings, Some("ada")).expect("a request").plan;
    assert_eq!(plan.data, "s3://b/evaluations/bot-000000000001/data/x.jsonl");
    assert_eq!(plan.against, [Against::Base, Against::Run(id("cat-000000000001"))], "each is asked once");
    assert_eq!((plan.max_records, plan.metrics, plan.require), (10, settings.metrics, settings.require));
    assert_eq!(plan.token_ceiling, None, "the recipe's estimate is of other questions");
    let judge = plan.judge.expect("a judge");
    assert_eq!((judge.model.as_str(), &judge.metrics[..]), ("amazon.nova-pro-v1:0", &[Metric::Correctness][..]));
}

#[test]
fn requests_that_make_no_sense_are_ignored_with_a_reason() {
    let against = |against: &[Against]| EvaluationSettings { against: against.to_vec(), ..Default::default() };
    let many: Vec<Against> = (1..=5).map(|n| Against::Run(id(&format!("cat-00000000000{n}")))).collect();
    let mut without_data = run(NEW);
    without_data.plan.as_mut().expect("a plan").validation = None;
    for (run, settings, reason) in [
        (run(NEW), against(&[Against::Run(id(NEW))]), "itself"),
        (run(NEW), against(&many), "4 others"),
        (of_recipe(&run(NEW)), against(&[Against::Deployed]), "over_base"),
        (run(NEW), EvaluationSettings { metrics: vec![Metric::Correctness], ..Default::default() }, "needs a judge"),
        (without_data, EvaluationSettings::default(), "neither a held-out file"),
        (Run { state: State::Failed, ..run(NEW) }, EvaluationSettings::default(), "is Failed"),
        (Run { model_arn: None, ..run(NEW) }, EvaluationSettings::default(), "no custom model"),
    ] {
        let found = asked(None, &run, &settings, Some("ada")).expect_err(reason);
        assert!(found.contains(reason), "{found}");
    }
}

#[test]
fn an_evaluation_in_progress_isnt_replaced_and_an_ended_one_keeps_its_result() {
    let again = |state| asked(Some(&in_state(state)), &run(NEW), &EvaluationSettings::default(), Some("ada"));
    for state in EvaluationState::ALL {
        assert_eq!(again(state).is_ok(), state.is_end(), "{state:?}");
    }
    let was = EvaluationEntry { commands: vec!["one".into()], answered: 3, ..in_state(EvaluationState::Stopped) };
    let next = asked(Some(&was), &run(NEW), &EvaluationSettings::default(), Some("ada")).expect("a request");
    assert_eq!((next.number, next.revision, next.answered), (2, was.revision + 1, 0));
    assert!(next.sides.is_empty() && next.chunks.is_none() && next.outcome_at.is_none());
    assert!(next.has_carried_out("one"));
    assert_ne!(next.prefix(), was.prefix());
}

#[test]
fn only_an_evaluation_in_progress_can_be_stopped() {
    assert!(stop(None, "ada", NOW).is_err());
    for state in EvaluationState::ALL {
        let was = claim(&in_state(state), 2_000_000_000);
        match stop(Some(&was), "ada", NOW) {
            Ok(next) => {
                assert!(!state.is_end());
                assert_eq!((next.state, next.lease_until), (EvaluationState::Stopped, None));
                assert_eq!(next.reason.as_deref(), Some("ada stopped it"));
                assert_eq!(next.outcome_at.as_deref(), Some(NOW));
            }
            Err(_) => assert!(state.is_end(), "{state:?}"),
        }
    }
}
