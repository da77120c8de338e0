use tunedrop_evaluation::Outcome;

use super::*;
use crate::decide::notify::{Channel, evaluation_is_over};
use crate::event::EvaluationSettings;

/// A person's evaluation that ended in this state.
fn end(state: EvaluationState) -> EvaluationEntry {
    EvaluationEntry { requested_by: Some("ada".into()), outcome_at: Some(NOW.into()), ..in_state(state) }
}

fn notified(mut was: EvaluationEntry) -> EvaluationEntry {
    let mark = was.outcome_key().expect("an end").mark(Channel::Topic);
    was.notified.insert(mark, LATER.to_owned());
    was
}

fn asked(was: &EvaluationEntry, by: Option<&str>) -> EvaluationEntry {
    let settings = EvaluationSettings::default();
    let run = run(NEW);
    request(Some(was), &EvaluationRequest { run: &run, settings: &settings, by, bucket: "b" }, LATER)
        .expect("a request")
}

#[test]
fn the_recipes_request_waits_for_the_end_and_for_the_notification() {
    for state in EvaluationState::ALL {
        let was = if state.is_end() { end(state) } else { in_state(state) };
        let was = EvaluationEntry { lease_until: Some(7), ..was };
        let waits = with_recipe_waiting(&was).expect("it waits");
        assert!(waits.recipe_waits && waits.lease_until == Some(7) && waits.revision == was.revision + 1, "{state:?}");
        assert_eq!(with_recipe_waiting(&waits), None, "a redelivery changes nothing");
        assert_eq!(with_recipe_waiting(&was.clone().after_command(NEW)), None, "the recipe asks once");
        assert!(!recipe_is_next(&waits));
        if state.is_end() {
            assert_eq!(with_recipe_waiting(&notified(was)), None, "it begins at once");
            assert_eq!(decide(&waits, &[], 60, NOW), EvaluateStep::Done);
            let waits = notified(waits);
            assert_eq!(decide(&waits, &[], 60, NOW), EvaluateStep::Recipe);
            assert!(!evaluation_is_over(&waits, &[Channel::Topic]), "the sweep has to find it");
            assert!(evaluation_is_over(&without_recipe(&waits), &[Channel::Topic]));
        }
    }
}

#[test]
fn only_the_recipes_own_evaluation_ends_its_wait() {
    let was = EvaluationEntry { recipe_waits: true, ..end(EvaluationState::Dropped) };
    let of_person = asked(&was, Some("bob"));
    assert!(of_person.recipe_waits && !of_person.is_of_recipe());
    let of_recipe = asked(&was, None);
    assert!(!of_recipe.recipe_waits && of_recipe.is_of_recipe());
}

#[test]
fn a_function_that_asks_continues_after_the_recipes_request() {
    let claimed = claim(&in_state(EvaluationState::Answering), 2_000_000_000);
    let waits = with_recipe_waiting(&claimed).expect("it waits");
    let mut own = EvaluationEntry { answered: 2, ..claimed.clone() };
    assert!(still_claimed(&mut own, &waits));
    assert_eq!(own, EvaluationEntry { answered: 2, ..waits.clone() });
    assert!(still_claimed(&mut own, &waits));
    // Somebody stopped it, or another function claimed it after the request.
    let stopped = stop(Some(&claimed), "ada", NOW).expect("a stop");
    for other in [stopped, claim(&waits, 2_000_000_000), claim(&claimed, 2_000_000_000)] {
        let mut own = claimed.clone();
        assert!(!still_claimed(&mut own, &other));
        assert_eq!(own, claimed);
    }
}

#[test]
fn later_evaluations_dont_hide_that_the_recipe_kept_the_model() {
    let result = |outcome| EvaluationResult {
        number: 1,
        outcome,
        sentence: "A sentence.".into(),
        against: vec!["base".into()],
        verdicts: Default::default(),
        records: 3,
        tokens_in: 1,
        tokens_out: 1,
        cost_usd: None,
        report: "s3://b/k".into(),
    };
    let answering = in_state(EvaluationState::Answering);
    let kept = decided(&answering, result(Outcome::Keep), true, NOW).expect("a decision");
    assert!(kept.kept_for_recipe);
    let next = asked(&kept, Some("ada"));
    assert!(next.kept_for_recipe && !next.is_of_recipe());
    let dropped =
        decided(&EvaluationEntry { state: EvaluationState::Answering, ..next }, result(Outcome::Drop), true, NOW);
    assert!(dropped.expect("a decision").kept_for_recipe);
    let of_person = EvaluationEntry { requested_by: Some("ada".into()), ..answering.clone() };
    for (was, outcome) in [(&of_person, Outcome::Keep), (&answering, Outcome::Drop), (&answering, Outcome::Undecided)] {
        assert!(!decided(was, result(outcome), true, NOW).expect("a decision").kept_for_recipe, "{outcome:?}");
    }
}
