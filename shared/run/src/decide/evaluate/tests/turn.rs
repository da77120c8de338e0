use super::*;

const OTHER: &str = "bot-000000000002";

/// Models of two runs that no deployment serves, and the base model.
fn of_two(state: EvaluationState) -> EvaluationEntry {
    let mut entry = in_state(state);
    let mut other = entry.sides[0].clone();
    (other.name, other.run_id) = (OTHER.to_owned(), Some(id(OTHER)));
    other.deployment = Some(temporary_deployment(&id(NEW), &id(OTHER)));
    (other.model_id, other.deployed_at) = (None, None);
    entry.sides.push(other);
    entry
}

fn of_other(state: DeploymentState) -> Deployment {
    let name = temporary_deployment(&id(NEW), &id(OTHER));
    let serving = state.answers().then(|| id(OTHER));
    Deployment { name, run_id: id(OTHER), serving, arn: Some("arn-2".to_owned()), ..temporary(state) }
}

#[test]
fn one_model_has_a_temporary_deployment_at_a_time() {
    use DeploymentState as D;
    let was = of_two(EvaluationState::Deploying);
    assert_eq!(decide(&was, &[None, None, None], 60, NOW), EvaluateStep::Deploy(id(NEW)));
    let first = || Some(temporary(D::Active));
    let asks = written(decide(&was, &[first(), None, None], 60, NOW));
    assert_eq!((asks.state, asks.sides[2].model_id.as_ref()), (EvaluationState::Answering, None));
    assert_eq!([0, 1, 2].map(|side| asks.asks(side)), [true, true, false]);
    assert_eq!(decide(&asks, &[first(), None, None], 60, NOW), EvaluateStep::Answer);

    let next = next_turn(&claim(&asks, 2_000_000_000), &[true, true, false], LATER).expect("it asks models");
    assert_eq!((next.state, next.lease_until, &*next.changed_at), (EvaluationState::Deploying, None, LATER));
    assert_eq!([0, 1, 2].map(|side| next.asks(side)), [false, false, true]);
    // Whatever happens to the first deployment now.
    for gone in [None, first(), Some(temporary(D::Deleting)), Some(temporary(D::Failed))] {
        assert_eq!(decide(&next, &[gone.clone(), None, None], 60, NOW), EvaluateStep::Deploy(id(OTHER)));
        let asks = written(decide(&next, &[gone.clone(), None, Some(of_other(D::Active))], 60, NOW));
        assert_eq!((asks.state, asks.sides[2].model_id.as_deref()), (EvaluationState::Answering, Some("arn-2")));
        assert_eq!(asks.sides[0].model_id.as_deref(), Some("arn-1"), "the report has it");
        assert_eq!(decide(&asks, &[gone, None, Some(of_other(D::Active))], 60, NOW), EvaluateStep::Answer);
    }
}

#[test]
fn temporary_deployment_is_deleted_when_its_turn_is_over() {
    let (first, other) = (temporary(DeploymentState::Active), of_other(DeploymentState::Active));
    let is_needed = |one: &Deployment, entry: &EvaluationEntry| unneeded(one, Some(entry), NOW).is_none();
    let was = of_two(EvaluationState::Answering);
    assert_eq!((is_needed(&first, &was), is_needed(&other, &was)), (true, false), "of an earlier evaluation");
    let next = next_turn(&was, &[true, true, false], NOW).expect("it asks models");
    assert_eq!((is_needed(&first, &next), is_needed(&other, &next)), (false, true));
    let all = next_turn(&was, &[true, true, true], NOW).expect("it asks models");
    assert_eq!((is_needed(&first, &all), is_needed(&other, &all)), (false, false));
    assert_eq!(written(decide(&all, &[None, None, None], 60, NOW)).state, EvaluationState::Answering);
    // A judge needs the answers only.
    assert!(!is_needed(&first, &in_state(EvaluationState::Scoring)));
}

#[test]
fn own_deployment_may_change_after_its_model_has_answered() {
    let mut was = of_two(EvaluationState::Answering);
    was.sides[0].temporary = false;
    was.sides[0].deployment = Some("bot".to_owned());
    let next = next_turn(&was, &[true, true, false], NOW).expect("it asks models");
    assert_eq!(decide(&next, &[None, None, None], 60, NOW), EvaluateStep::Deploy(id(OTHER)));
    let asks = written(decide(&next, &[None, None, Some(of_other(DeploymentState::Active))], 60, NOW));
    assert_eq!(asks.state, EvaluationState::Answering);
    assert_eq!(decide(&asks, &[None, None, Some(of_other(DeploymentState::Active))], 60, NOW), EvaluateStep::Answer);
    // Answers that don't exist any more are asked for again, at whatever serves the model then.
    let again = next_turn(&asks, &[false, true, true], NOW).expect("it asks models");
    assert!(again.asks(0) && !again.asks(2));
    assert!(written(decide(&again, &[None, None, None], 60, NOW)).sides[0].temporary);
}
