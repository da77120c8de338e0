mod failures;
mod judge;
mod prepare;
mod recipe;
mod request;
mod turn;

use super::*;
use crate::decide::deploy::{
    BedrockStatus, DeployAnswer, DeployStep, DeploymentView, answered, claim as claim_deployment,
    decide as decide_deployment, is_due as is_deployment_due, request_temporary,
};
use crate::evaluation::tests::entry;
use crate::{Run, State};

const NOW: &str = "2026-12-01T10:01:00.000Z";
const LATER: &str = "2026-12-01T10:02:00.000Z";
const NEW: &str = "bot-000000000001";

fn run(id: &str) -> Run {
    let dataset = id.rsplit_once('-').expect("a run's id").0;
    let plan = serde_json::json!({
        "base_model": "amazon.nova-lite-v1:0:300k", "catalogue_model": "amazon.nova-lite-v1:0:300k",
        "customization": "fine-tuning", "model_name": "m", "train": "s3://b/t", "validation": "s3://b/v", "output": "s3://b/o/",
        "hyperparameters": {}, "tags": {}, "guard": {}, "epochs": 2, "token_ceiling": 1000, "price_per_1k_tokens": 0.5,
    });
    serde_json::from_value(serde_json::json!({
        "schema": 1, "run_id": id, "revision": 5, "dataset": dataset, "state": "Succeeded", "identity": "0", "attempt": 1,
        "uploaded_at": NOW, "changed_at": NOW, "model_arn": format!("model of {id}"), "owner": "support",
        "notify": ["ada@example.com"], "plan": plan,
    }))
    .expect("a run")
}

fn id(text: &str) -> RunId {
    text.parse().expect("a run's id")
}

/// An evaluation of [`NEW`] against the base model, whose model has a temporary deployment.
fn in_state(state: EvaluationState) -> EvaluationEntry {
    let mut entry = entry(&[NEW, "base"]);
    entry.state = state;
    entry.chunks = Some(3);
    entry.sides[0].temporary = true;
    entry.sides[0].deployment = Some(temporary_deployment(&id(NEW), &id(NEW)));
    entry.sides[1].model_id = Some("amazon.nova-lite-v1:0".to_owned());
    if state == EvaluationState::Answering {
        entry.sides[0].model_id = Some("arn-1".to_owned());
        entry.sides[0].deployed_at = Some(NOW.to_owned());
    }
    entry
}

fn requested() -> Deployment {
    let requested = request_temporary(None, &run(NEW), &id(NEW), "prod", "111122223333", NOW);
    requested.expect("the run has a model").expect("a deployment")
}

/// The temporary deployment in this state.
fn temporary(state: DeploymentState) -> Deployment {
    let mut deployment = Deployment { state, changed_at: NOW.to_owned(), ..requested() };
    if state.answers() {
        deployment.serving = Some(id(NEW));
        deployment.arn = Some("arn-1".to_owned());
        deployment.deployed_at = Some(NOW.to_owned());
    }
    deployment
}

fn step(was: &EvaluationEntry, deployment: Option<Deployment>) -> EvaluateStep {
    decide(was, &[deployment, None], 60, NOW)
}

#[track_caller]
fn written(step: EvaluateStep) -> EvaluationEntry {
    match step {
        EvaluateStep::Write(next) => *next,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_state_has_its_step_in_every_situation() {
    use DeploymentState as D;
    use EvaluationState as E;
    for state in E::ALL {
        for deployment in std::iter::once(None).chain(D::ALL.map(Some)) {
            let was = in_state(state);
            let step = step(&was, deployment.map(temporary));
            let expected = match (state, deployment) {
                (E::Kept | E::Dropped | E::Undecided | E::Failed | E::Refused | E::Stopped, _) => "Done",
                (E::Waiting, _) => "Prepare",
                (E::Scoring, _) => "Judge",
                (E::Deploying, None | Some(D::Deleted)) => "Deploy",
                (E::Deploying, Some(D::Active)) => "Answering",
                (E::Deploying, Some(D::Failed)) => "Failed",
                (E::Deploying, Some(_)) => "Wait",
                (E::Answering, Some(D::Active)) => "Answer",
                (E::Answering, _) => "Deploying",
            };
            let found = match &step {
                EvaluateStep::Prepare => "Prepare",
                EvaluateStep::Deploy(run_id) => {
                    assert_eq!(*run_id, id(NEW));
                    "Deploy"
                }
                EvaluateStep::Write(next) => {
                    assert_eq!(next.revision, was.revision + 1);
                    assert_eq!(next.outcome_at.is_some(), next.state.is_end());
                    next.state.as_str()
                }
                EvaluateStep::Answer => "Answer",
                EvaluateStep::Judge => "Judge",
                EvaluateStep::Wait => "Wait",
                EvaluateStep::Recipe => "Recipe",
                EvaluateStep::Done => "Done",
            };
            assert_eq!(found, expected, "{state:?} with {deployment:?}");
        }
    }
}

#[test]
fn ready_evaluation_knows_what_it_asks() {
    let next = written(step(&in_state(EvaluationState::Deploying), Some(temporary(DeploymentState::Active))));
    assert_eq!(next.sides, in_state(EvaluationState::Answering).sides);
    assert_eq!(step(&next, Some(temporary(DeploymentState::Active))), EvaluateStep::Answer);
}

#[test]
fn only_a_failure_of_this_evaluation_ends_it() {
    let was = in_state(EvaluationState::Deploying);
    let failed = Deployment { reason: Some("no capacity".into()), ..temporary(DeploymentState::Failed) };
    let next = written(step(&was, Some(failed.clone())));
    assert_eq!(next.reason.as_deref(), Some("the model of run bot-000000000001 could not be deployed: no capacity"));
    // The second evaluation of the run has the same name for its deployment.
    let earlier = Deployment { changed_at: "2026-12-01T09:00:00.000Z".into(), ..failed };
    assert!(matches!(step(&was, Some(earlier.clone())), EvaluateStep::Deploy(_)));
    let there = Deployment { arn: Some("arn-0".into()), ..earlier };
    assert_eq!(step(&was, Some(there)), EvaluateStep::Wait, "it has to be deleted first");
}

#[test]
fn a_name_that_belongs_to_others_fails_the_evaluation() {
    let was = in_state(EvaluationState::Deploying);
    let other = Deployment { evaluation: Some(id("cat-000000000001")), ..temporary(DeploymentState::Active) };
    assert_eq!(written(step(&was, Some(other))).state, EvaluationState::Failed);
}

#[test]
fn one_function_asks_at_a_time() {
    let active = || Some(temporary(DeploymentState::Active));
    let claimed = claim(&in_state(EvaluationState::Answering), 1_796_119_320); // LATER
    assert_eq!(decide(&claimed, &[active(), None], 60, NOW), EvaluateStep::Wait);
    assert_eq!(decide(&claimed, &[active(), None], 60, LATER), EvaluateStep::Answer);
    let next = progressed(&claimed, 2);
    assert_eq!((next.answered, next.lease_until, next.revision), (2, None, claimed.revision + 1));
}

#[test]
fn a_deployment_with_another_model_fails_the_evaluation() {
    let mut was = in_state(EvaluationState::Answering);
    was.sides[0].temporary = false;
    was.sides[0].deployment = Some("bot".to_owned());
    let serving = Deployment { name: "bot".into(), evaluation: None, ..temporary(DeploymentState::Active) };
    assert_eq!(step(&was, Some(serving.clone())), EvaluateStep::Answer);
    for changed in [
        None,
        Some(Deployment { serving: Some(id("bot-000000000002")), ..serving.clone() }),
        Some(Deployment { deployed_at: Some(LATER.to_owned()), ..serving.clone() }),
        Some(Deployment { arn: Some("arn-2".to_owned()), ..serving.clone() }),
        // Its update may be complete at Bedrock before the ledger has that.
        Some(Deployment { state: DeploymentState::Updating, ..serving.clone() }),
    ] {
        let next = written(step(&was, changed.clone()));
        assert_eq!(next.state, EvaluationState::Failed, "{changed:?}");
        assert!(next.reason.is_some_and(|reason| reason.contains("changed its model")));
    }
    // Before the first question, the model gets a deployment of its own instead.
    was.state = EvaluationState::Deploying;
    let updating = Deployment { run_id: id("bot-000000000002"), state: DeploymentState::Updating, ..serving };
    let next = written(step(&was, Some(updating)));
    assert_eq!(next.state, EvaluationState::Deploying);
    assert!(next.sides[0].temporary && next.sides[0].deployment != was.sides[0].deployment);
}

#[test]
fn overdue_evaluation_fails_with_what_it_waits_for() {
    let waits = Deployment { reason: Some("too many deployments".into()), ..temporary(DeploymentState::Requested) };
    let was = in_state(EvaluationState::Deploying);
    let next = written(decide(&was, &[Some(waits), None], EVALUATION_MAX_S, NOW));
    assert_eq!(next.reason.as_deref(), Some("not all models were deployed within a day: too many deployments"));
    for state in [EvaluationState::Waiting, EvaluationState::Answering, EvaluationState::Scoring] {
        assert_eq!(written(decide(&in_state(state), &[], EVALUATION_MAX_S, NOW)).state, EvaluationState::Failed);
    }
}

#[test]
fn base_model_is_asked_by_its_profile_once_bedrock_wants_that() {
    let claimed = claim(&in_state(EvaluationState::Answering), 2_000_000_000);
    let next = by_profile(&claimed, 1, "us-east-1").expect("a profile");
    assert_eq!(next.sides[1].model_id.as_deref(), Some("us.amazon.nova-lite-v1:0"));
    assert_eq!((next.lease_until, next.revision), (claimed.lease_until, claimed.revision + 1));
    assert_eq!(by_profile(&next, 1, "us-east-1"), None, "it is asked by its profile already");
    assert_eq!(by_profile(&claimed, 1, "sa-east-1"), None);
}

#[test]
fn decision_is_written_once() {
    let result = serde_json::json!({
        "number": 1, "outcome": "keep", "sentence": "Keep.", "against": ["base"], "verdicts": { "base": "better" },
        "records": 1, "tokens_in": 1, "tokens_out": 1, "report": "s3://b/k",
    });
    let result: EvaluationResult = serde_json::from_value(result).expect("a result");
    let kept = decided(&in_state(EvaluationState::Answering), result.clone(), true, NOW).expect("decided");
    assert_eq!((kept.state, kept.answered), (EvaluationState::Kept, 3));
    assert_eq!(kept.outcome_at.as_deref(), Some(NOW));
    assert!(decided(&kept, result, true, LATER).is_err());
    assert!(failed(&kept, "late", LATER).is_err());
}

#[test]
fn temporary_deployment_lives_as_long_as_its_evaluation_and_is_quiet() {
    let needed = in_state(EvaluationState::Deploying);
    let asked = requested();
    assert_eq!(unneeded(&asked, Some(&needed), NOW), None);
    assert_eq!((&asked.notify, asked.outcome), (&Vec::new(), None));
    let claimed = claim_deployment(&asked, 0);
    let created = answered(&claimed, &DeployStep::Create, DeployAnswer::Accepted("arn-1".into()), NOW);
    let view = DeploymentView {
        arn: "arn-1".into(),
        model_arn: asked.model_arn.clone(),
        status: Some(BedrockStatus::Active),
        update: None,
        failure: None,
    };
    let follow = |was: &Deployment, seen: Option<&DeploymentView>| match decide_deployment(was, seen, 60, NOW) {
        DeployStep::Write(next) => *next,
        other => panic!("{other:?}"),
    };
    let active = follow(&created, Some(&view));
    assert_eq!((active.state, active.outcome, &active.outcome_at), (DeploymentState::Active, None, &None));
    assert_eq!(unneeded(&active, Some(&needed), NOW), None);

    for ended in [None, Some(in_state(EvaluationState::Kept)), Some(in_state(EvaluationState::Stopped))] {
        let deleting = unneeded(&active, ended.as_ref(), NOW).expect("it is deleted");
        assert_eq!(deleting.state, DeploymentState::Deleting);
        assert_eq!(unneeded(&deleting, ended.as_ref(), NOW), None);
        let deleted = follow(&deleting, None);
        assert_eq!((deleted.state, deleted.outcome), (DeploymentState::Deleted, None));
        let closed = follow(&deleted, None);
        assert_eq!(closed.open, None);
        assert_eq!(decide_deployment(&closed, None, 60, NOW), DeployStep::Done);
        // The next evaluation of the run opens it again.
        let again = request_temporary(Some(&closed), &run(NEW), &id(NEW), "prod", "111122223333", NOW);
        let again = again.expect("the run has a model").expect("a deployment");
        assert_eq!((again.state, again.open.as_deref()), (DeploymentState::Requested, Some("open")));
    }
    // A deployment that isn't temporary never ends so.
    assert_eq!(unneeded(&Deployment { evaluation: None, ..active }, None, NOW), None);
}

/// Two functions may find the deployment missing at the same time.
#[test]
fn repeated_request_of_a_temporary_deployment_fails_nothing() {
    use DeploymentState as D;
    for state in D::ALL {
        let was = temporary(state);
        let again = request_temporary(Some(&was), &run(NEW), &id(NEW), "prod", "111122223333", NOW);
        assert_eq!(again.map(|next| next.is_some()), Ok(state.is_end()), "{state:?}");
        assert!(is_deployment_due(&was), "deploy closes it: {state:?}");
        assert_eq!(is_deployment_due(&Deployment { open: None, ..was }), !state.is_end(), "{state:?}");
    }
}

#[test]
fn failed_temporary_deployment_is_quiet_and_closed() {
    let claimed = claim_deployment(&requested(), 0);
    let refused = answered(&claimed, &DeployStep::Create, DeployAnswer::Refused("no".into()), NOW);
    assert_eq!((refused.state, refused.outcome), (DeploymentState::Failed, None));
    assert_eq!(refused.reason.as_deref(), Some("no"));
    let DeployStep::Write(closed) = decide_deployment(&refused, None, 60, NOW) else { panic!("it is closed") };
    assert_eq!(closed.open, None);
}

#[test]
fn run_without_a_model_has_no_temporary_deployment() {
    let failed = Run { state: State::Failed, ..run(NEW) };
    assert!(request_temporary(None, &failed, &id(NEW), "prod", "111122223333", NOW).is_err());
}
