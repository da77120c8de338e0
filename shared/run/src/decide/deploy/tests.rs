mod end;
mod provisioned;

use super::*;
use crate::{Run, State};

const NOW: &str = "2026-12-01T10:00:00.000Z";
const LATER: &str = "2026-12-01T10:01:00.000Z";

fn run(id: &str, model: Option<&str>) -> Run {
    let dataset = id.rsplit_once('-').expect("a run's id").0;
    serde_json::from_value(serde_json::json!({
        "schema": 1, "run_id": id, "revision": 5, "dataset": dataset, "state": "Succeeded", "identity": "0", "attempt": 1,
        "uploaded_at": NOW, "changed_at": NOW, "model_arn": model, "owner": "support", "notify": ["ada@example.com"],
    }))
    .expect("a run")
}

/// The deployment after Bedrock accepted a call.
fn accept(deployment: &Deployment, step: &DeployStep, arn: &str) -> Deployment {
    answered(deployment, step, DeployAnswer::Accepted(arn.to_owned()), LATER)
}

fn first() -> Run {
    run("bot-000000000001", Some("model-1"))
}

fn second() -> Run {
    run("bot-000000000002", Some("model-2"))
}

fn asked(was: Option<&Deployment>, run: &Run) -> Result<Deployment, String> {
    let asked = Request { name: "bot", run, expires_after_s: None, capacity: None, units_max: None, by: Some("ada") };
    request(was, &asked, "prod", "111122223333", NOW)
}

/// Bedrock, as far as a deployment is concerned. An update ends after one look.
#[derive(Default)]
struct Bedrock {
    shown: Option<DeploymentView>,
    calls: Vec<DeployStep>,
    /// The next creation or update fails.
    fails: bool,
}

impl Bedrock {
    fn carry_out(&mut self, deployment: &Deployment, step: &DeployStep) {
        self.calls.push(step.clone());
        match step {
            DeployStep::Create => {
                self.shown = Some(DeploymentView {
                    arn: format!("arn-{}", deployment.request),
                    model_arn: deployment.model_arn.clone(),
                    status: Some(BedrockStatus::Creating),
                    update: None,
                    failure: None,
                });
            }
            DeployStep::Update => {
                let shown = self.shown.as_mut().expect("a deployment to update");
                shown.update = Some((deployment.model_arn.clone(), Some(UpdateStatus::Updating)));
            }
            _ => self.shown = None,
        }
    }

    fn work(&mut self) {
        let fails = std::mem::take(&mut self.fails);
        let Some(shown) = &mut self.shown else { return };
        if shown.status == Some(BedrockStatus::Creating) {
            shown.status = Some(if fails { BedrockStatus::Failed } else { BedrockStatus::Active });
        }
        if let Some((model, status @ Some(UpdateStatus::Updating))) = &mut shown.update {
            *status = Some(if fails { UpdateStatus::Failed } else { UpdateStatus::Completed });
            if !fails {
                shown.model_arn.clone_from(model);
            }
        }
    }

    /// Follows a deployment until nothing is left to do. `interrupted`: the answer of each call is lost, so that the step
    /// sees only what Bedrock shows.
    fn follow(&mut self, mut deployment: Deployment, interrupted: bool) -> Deployment {
        for _ in 0..20 {
            let step = decide(&deployment, self.shown.as_ref(), UNSEEN_S, LATER);
            match step {
                DeployStep::Write(next) => {
                    assert_eq!(next.revision, deployment.revision + 1);
                    deployment = *next;
                }
                DeployStep::Wait => self.work(),
                DeployStep::Done => return deployment,
                step => {
                    self.carry_out(&deployment, &step);
                    match (&step, &self.shown) {
                        _ if interrupted => {}
                        (_, Some(shown)) => deployment = accept(&deployment, &step, &shown.arn),
                        _ => {}
                    }
                }
            }
        }
        panic!("no end: {deployment:?}")
    }
}

#[test]
fn creates_updates_rolls_back_and_deletes() {
    for interrupted in [false, true] {
        let mut bedrock = Bedrock::default();
        let created = bedrock.follow(asked(None, &first()).expect("a deployment"), interrupted);
        assert_eq!((created.state, created.serving.as_deref()), (DeploymentState::Active, Some("bot-000000000001")));
        let updated = bedrock.follow(asked(Some(&created), &second()).expect("an update"), interrupted);
        assert_eq!(updated.arn, created.arn, "callers keep the ARN");
        assert_eq!(updated.serving.as_deref(), Some("bot-000000000002"));
        assert_eq!(updated.previous.as_deref(), Some("bot-000000000001"));
        let back = rollback(Some(&updated)).expect("a previous run").clone();
        assert_eq!(back, first().run_id);
        let back = bedrock.follow(asked(Some(&updated), &first()).expect("a rollback"), interrupted);
        assert_eq!(back.serving.as_deref(), Some("bot-000000000001"));
        assert_eq!(back.previous.as_deref(), Some("bot-000000000002"));
        assert_eq!(bedrock.shown.as_ref().map(DeploymentView::serves), Some("model-1"));
        let gone = bedrock.follow(delete(Some(&back), None, "ada asked for it", NOW).expect("a deletion"), interrupted);
        assert_eq!((gone.state, gone.outcome), (DeploymentState::Deleted, Some(DeploymentOutcome::Deleted)));
        assert_eq!(gone.reason.as_deref(), Some("ada asked for it"));
        let delete = DeployStep::Delete("arn-1".to_owned());
        assert_eq!(bedrock.calls, [DeployStep::Create, DeployStep::Update, DeployStep::Update, delete]);
    }
}

#[test]
fn failed_update_leaves_the_previous_model_serving() {
    let mut bedrock = Bedrock::default();
    let created = bedrock.follow(asked(None, &first()).expect("a deployment"), false);
    let asked = asked(Some(&created), &second()).expect("an update");
    let step = decide(&asked, bedrock.shown.as_ref(), 0, LATER);
    assert_eq!(step, DeployStep::Update);
    bedrock.carry_out(&asked, &step);
    bedrock.fails = true;
    let after = bedrock.follow(accept(&asked, &DeployStep::Update, "arn-1"), false);
    assert_eq!((after.state, after.outcome), (DeploymentState::Active, Some(DeploymentOutcome::Failed)));
    assert_eq!((after.run_id.as_str(), after.serving.as_deref()), ("bot-000000000001", Some("bot-000000000001")));
    assert_eq!(bedrock.shown.as_ref().map(DeploymentView::serves), Some("model-1"));
    assert_eq!(bedrock.calls.len(), 2, "a failed update isn't repeated");
}

#[test]
fn update_after_a_failed_one_of_the_same_model_is_sent_again() {
    let mut bedrock = Bedrock::default();
    let created = bedrock.follow(asked(None, &first()).expect("a deployment"), false);
    let update = asked(Some(&created), &second()).expect("an update");
    bedrock.carry_out(&update, &DeployStep::Update);
    bedrock.fails = true;
    let failed = bedrock.follow(accept(&update, &DeployStep::Update, "arn-1"), false);
    let again = bedrock.follow(asked(Some(&failed), &second()).expect("an update"), false);
    assert_eq!(again.serving.as_deref(), Some("bot-000000000002"));
}

#[test]
fn failed_creation_is_deleted_and_can_be_requested_again() {
    let mut bedrock = Bedrock { fails: true, ..Bedrock::default() };
    let failed = bedrock.follow(asked(None, &first()).expect("a deployment"), false);
    assert_eq!((failed.state, failed.outcome), (DeploymentState::Failed, Some(DeploymentOutcome::Failed)));
    assert_eq!((failed.arn.as_deref(), bedrock.shown.is_none()), (None, true));
    let again = bedrock.follow(asked(Some(&failed), &first()).expect("a deployment"), false);
    assert_eq!((again.state, again.request), (DeploymentState::Active, 2));
}

#[test]
fn deployment_deleted_outside_is_noticed_and_not_created_again() {
    let mut bedrock = Bedrock::default();
    let created = bedrock.follow(asked(None, &first()).expect("a deployment"), false);
    bedrock.shown = None;
    let after = bedrock.follow(created, false);
    assert_eq!((after.state, after.outcome), (DeploymentState::Deleted, Some(DeploymentOutcome::Deleted)));
    assert_eq!(after.reason.as_deref(), Some("it was deleted outside tunedrop"));
    assert_eq!(bedrock.calls, [DeployStep::Create]);
    let again = bedrock.follow(asked(Some(&after), &first()).expect("a command creates it again"), false);
    assert_eq!(again.state, DeploymentState::Active);
    assert_ne!(again.token(), bedrock_token(&first()), "a new creation needs a new token");
}

#[test]
fn token_is_that_of_one_request_and_of_one_ledger() {
    let requested = asked(None, &first()).expect("a deployment");
    assert_eq!(claim(&requested, 1).token(), requested.token(), "a repeated call has the same one");
    let created_again = Deployment { changed_at: LATER.to_owned(), ..requested.clone() };
    assert_ne!(created_again.token(), requested.token(), "of a stack that was created again");
    assert_ne!(asked(Some(&requested), &second()).expect("another run").token(), requested.token());
}

fn bedrock_token(run: &Run) -> String {
    asked(None, run).expect("a deployment").token()
}

#[test]
fn deployment_that_bedrock_shows_again_is_not_deleted() {
    let mut bedrock = Bedrock::default();
    let created = bedrock.follow(asked(None, &first()).expect("a deployment"), false);
    let shown = bedrock.shown.take();
    let missing = bedrock.follow(created, false);
    assert_eq!(missing.state, DeploymentState::Deleted);
    bedrock.shown = shown;
    let still = bedrock.follow(missing, false);
    assert_eq!(still.state, DeploymentState::Deleted);
    let again = bedrock.follow(asked(Some(&still), &first()).expect("a command finds it"), false);
    assert_eq!((again.state, again.arn.as_deref()), (DeploymentState::Active, Some("arn-1")));
    assert_eq!(bedrock.calls, [DeployStep::Create]);
}

#[test]
fn repeated_request_changes_nothing() {
    let requested = asked(None, &first()).expect("a deployment");
    for state in DeploymentState::ALL {
        let was = Deployment { state, ..requested.clone() };
        let again = asked(Some(&was), &first());
        assert_eq!(again.is_ok(), state.is_end(), "{state:?}");
    }
}

#[test]
fn name_belongs_to_one_dataset_and_needs_a_model() {
    let requested = asked(None, &first()).expect("a deployment");
    let refused =
        asked(Some(&requested), &run("other-000000000001", Some("model-3"))).expect_err("another dataset's name");
    assert!(refused.contains("belongs to the dataset bot"), "{refused}");
    assert!(asked(None, &run("bot-000000000001", None)).is_err());
    let running = Run { state: State::Running, ..first() };
    assert!(asked(None, &running).is_err());
}

#[test]
fn request_during_creation_updates_when_it_is_active() {
    let mut bedrock = Bedrock::default();
    let requested = asked(None, &first()).expect("a deployment");
    bedrock.carry_out(&requested, &DeployStep::Create);
    let creating = accept(&requested, &DeployStep::Create, "arn-1");
    let changed = asked(Some(&creating), &second()).expect("another run");
    assert_eq!(changed.state, DeploymentState::Creating);
    let active = bedrock.follow(changed, false);
    assert_eq!(bedrock.shown.as_ref().map(DeploymentView::serves), Some("model-2"));
    assert_eq!(active.serving.as_deref(), Some("bot-000000000002"));
    assert_eq!(active.previous.as_deref(), Some("bot-000000000001"), "it answered for a while");
}

#[test]
fn deletion_waits_for_a_creation_without_an_answer() {
    let requested = asked(None, &first()).expect("a deployment");
    let deleting = delete(Some(&requested), Some("ada"), "ada asked for it", NOW).expect("a deletion");
    assert_eq!(decide(&deleting, None, UNSEEN_S - 1, LATER), DeployStep::Wait);
    let mut bedrock = Bedrock::default();
    bedrock.carry_out(&requested, &DeployStep::Create);
    assert_eq!(bedrock.follow(deleting, false).state, DeploymentState::Deleted);
    assert!(bedrock.shown.is_none());
}

/// Bedrock may show a creation a moment after it accepted it. Until then, nothing says that it is gone.
#[test]
fn deletion_waits_for_an_accepted_creation_that_bedrock_shows_late() {
    let creating = accept(&asked(None, &first()).expect("a deployment"), &DeployStep::Create, "arn-1");
    let deleting = delete(Some(&creating), Some("ada"), "ada asked for it", NOW).expect("a deletion");
    assert_eq!(decide(&deleting, None, UNSEEN_S - 1, LATER), DeployStep::Wait);
    let sent = accept(&deleting, &DeployStep::Delete("arn-1".to_owned()), "arn-1");
    let step = decide(&sent, None, 0, LATER);
    assert!(matches!(&step, DeployStep::Write(next) if next.state == DeploymentState::Deleted), "{step:?}");
}

#[test]
fn claimed_deployment_is_left_alone() {
    let requested = asked(None, &first()).expect("a deployment");
    let until = LATER.parse::<Timestamp>().expect("a time").as_second() + 1;
    let claimed = claim(&requested, until);
    assert_eq!(decide(&claimed, None, 0, LATER), DeployStep::Wait);
    let changed = asked(Some(&claimed), &second()).expect("a request may be written");
    assert_eq!(decide(&changed, None, 0, LATER), DeployStep::Wait, "the call may still be made");
    let over = Deployment { lease_until: Some(until - 1), ..changed };
    assert_eq!(decide(&over, None, 0, LATER), DeployStep::Create);
}

#[test]
fn commands_are_remembered() {
    let mut deployment = asked(None, &first()).expect("a deployment");
    for id in 0..12 {
        deployment = deployment.after_command(&id.to_string());
    }
    assert!(deployment.has_carried_out("11") && deployment.has_carried_out("2") && !deployment.has_carried_out("1"));
}

#[test]
fn name_of_a_deleted_deployment_is_free() {
    let requested = asked(None, &first()).expect("a deployment");
    let deleted = Deployment { state: DeploymentState::Deleted, ..requested };
    let other = asked(Some(&deleted), &run("other-000000000001", Some("model-3"))).expect("the name is free");
    assert_eq!((other.dataset.as_str(), other.state), ("other", DeploymentState::Requested));
}
