//! Deployments on provisioned throughput.

use super::*;
use crate::deployment::Capacity;

const ONE: Option<Capacity> = Some(Capacity::Provisioned { model_units: 1 });

fn wish<'r>(run: &'r Run, capacity: Option<Capacity>) -> Request<'r> {
    let expires_after_s = Some(8 * 3600);
    Request { name: "bot", run, expires_after_s, capacity, units_max: Some(2), by: Some("ada") }
}

fn wanted(was: Option<&Deployment>, run: &Run, capacity: Option<Capacity>) -> Result<Deployment, String> {
    request(was, &wish(run, capacity), "prod", "111122223333", NOW)
}

/// The first run's model, served since `NOW`.
fn served() -> Deployment {
    let requested = wanted(None, &first(), ONE).expect("a deployment");
    let created = accept(&requested, &DeployStep::Create, "arn-1");
    match decide(&created, Some(&shown("model-1", "model-1", ThroughputStatus::InService, None, "model-1")), 0, LATER) {
        DeployStep::Write(next) => *next,
        step => panic!("{step:?}"),
    }
}

fn shown(model: &str, desired: &str, status: ThroughputStatus, failure: Option<&str>, wanted: &str) -> DeploymentView {
    let throughput = Throughput {
        arn: "arn-1".to_owned(),
        model_arn: model.to_owned(),
        desired_model_arn: desired.to_owned(),
        status: Some(status),
        failure: failure.map(str::to_owned),
    };
    throughput.view(wanted)
}

/// What the step does about a deployment that is to serve model 2, and serves model 1.
#[test]
fn each_state_of_the_throughput_has_its_step() {
    use ThroughputStatus::{Creating, Failed, InService, Updating};
    let creating = accept(&wanted(None, &second(), ONE).expect("a deployment"), &DeployStep::Create, "arn-1");
    let asked = wanted(Some(&served()), &second(), None).expect("an update");
    let sent = accept(&asked, &DeployStep::Update, "arn-1");
    let written = |state| Some((state, None));
    let failed = |state| Some((state, Some(DeploymentOutcome::Failed)));
    let deployed = Some((DeploymentState::Active, Some(DeploymentOutcome::Deployed)));
    for (was, model, desired, status, failure, step) in [
        (&creating, "model-2", "model-2", Creating, None, Ok(DeployStep::Wait)),
        (&creating, "model-2", "model-2", InService, None, Err(deployed)),
        (&creating, "model-2", "model-2", Failed, Some("no capacity"), Err(failed(DeploymentState::Failed))),
        (&creating, "model-1", "model-1", InService, None, Err(written(DeploymentState::Updating))),
        (&asked, "model-1", "model-1", InService, None, Ok(DeployStep::Update)),
        (&asked, "model-1", "model-1", InService, Some("an earlier failure"), Ok(DeployStep::Update)),
        (&asked, "model-1", "model-3", Updating, None, Ok(DeployStep::Wait)),
        (&sent, "model-1", "model-1", InService, None, Ok(DeployStep::Update)),
        (&sent, "model-1", "model-2", InService, None, Ok(DeployStep::Wait)),
        (&sent, "model-1", "model-2", Updating, None, Ok(DeployStep::Wait)),
        (&sent, "model-2", "model-2", InService, None, Err(deployed)),
        (&sent, "model-1", "model-1", InService, Some("no capacity"), Err(failed(DeploymentState::Active))),
        (&sent, "model-1", "model-2", InService, Some("no capacity"), Err(failed(DeploymentState::Active))),
        (&sent, "model-1", "model-2", Failed, Some("no capacity"), Err(failed(DeploymentState::Active))),
    ] {
        let seen = shown(model, desired, status, failure, &was.model_arn);
        let what = format!("{:?} {model} {desired} {status:?} {failure:?}", was.state);
        match (decide(was, Some(&seen), 0, LATER), step) {
            (found, Ok(expected)) => assert_eq!(found, expected, "{what}"),
            (DeployStep::Write(next), Err(expected)) => {
                assert_eq!(Some((next.state, next.outcome)), expected, "{what}");
                if expected == failed(DeploymentState::Active) {
                    assert_eq!(next.model_arn, "model-1", "{what}: the previous model is what is requested again");
                }
            }
            (found, _) => panic!("{what}: {found:?}"),
        }
    }
}

#[test]
fn provisioned_throughput_always_expires() {
    let run = first();
    let endless = Request { expires_after_s: None, ..wish(&run, ONE) };
    let why = request(None, &endless, "prod", "111122223333", NOW).expect_err("no end");
    assert!(why.contains("billed by the hour"), "{why}");
    assert_eq!(served().ends_at.as_deref(), Some("2026-12-01T18:01:00.000Z"));
    let other = second();
    let again = request(Some(&served()), &Request { expires_after_s: None, ..wish(&other, None) }, "prod", "1", NOW);
    assert_eq!(again.map(|next| next.expires_after_s), Ok(Some(8 * 3600)), "a rollback lasts as long as before");
    // The units don't change, so a command that names none gets those that the deployment has.
    assert_eq!(wanted(Some(&served()), &second(), None).map(|next| next.capacity).ok(), ONE);
}

#[test]
fn stack_decides_how_many_units_a_deployment_has() {
    let units = |model_units| Some(Capacity::Provisioned { model_units });
    assert!(wanted(None, &first(), units(2)).is_ok());
    assert!(wanted(None, &first(), units(3)).expect_err("too many").contains("MaxModelUnits"));
    let run = second();
    let off = Request { units_max: Some(0), ..wish(&run, None) };
    let why = request(Some(&served()), &off, "prod", "111122223333", NOW).expect_err("it is off");
    assert!(why.contains("MaxModelUnits is 0"), "an update starts the time again: {why}");
}

#[test]
fn capacity_of_a_deployment_is_fixed() {
    let active = served();
    for capacity in [Capacity::OnDemand, Capacity::Provisioned { model_units: 2 }] {
        let why = wanted(Some(&active), &second(), Some(capacity)).expect_err("another capacity");
        assert!(why.contains("tunedrop undeploy bot"), "{why}");
    }
    let on_demand = asked(None, &first()).expect("a deployment");
    assert!(wanted(Some(&on_demand), &second(), ONE).expect_err("another capacity").contains("is on demand"));
    let left = Deployment { state: DeploymentState::Failed, arn: Some("arn-1".to_owned()), ..on_demand.clone() };
    assert!(wanted(Some(&left), &second(), ONE).expect_err("something is left").contains("when it is deleted"));
    let gone = Deployment { state: DeploymentState::Deleted, arn: None, ..on_demand };
    assert_eq!(wanted(Some(&gone), &second(), ONE).map(|next| next.capacity).ok(), ONE);
    let gone = Deployment { capacity: Capacity::Provisioned { model_units: 2 }, ..gone };
    assert_eq!(wanted(Some(&gone), &second(), None).map(|next| next.capacity), Ok(Capacity::OnDemand));
}

#[test]
fn throughput_takes_only_models_of_its_base_model() {
    let arn = |base: &str, id: &str| format!("arn:aws:bedrock:us-east-1:111122223333:custom-model/{base}/{id}");
    let (lite, micro) = ("amazon.nova-lite-v1:0:300k", "amazon.nova-micro-v1:0:128k");
    let active = Deployment { model_arn: arn(lite, "abcdefghijkl"), ..served() };
    let run = |base| run("bot-000000000002", Some(&arn(base, "mnopqrstuvwx")));
    assert!(wanted(Some(&active), &run(lite), ONE).is_ok());
    let why = wanted(Some(&active), &run(micro), ONE).expect_err("another base model");
    assert!(why.contains(lite) && why.contains(micro), "{why}");
    let on_demand = Deployment { capacity: Capacity::OnDemand, ..active };
    assert!(
        wanted(Some(&on_demand), &run(micro), None).is_ok(),
        "AWS documents no such limit for deployments on demand"
    );
}

/// Bedrock may show an accepted update a moment later. A repeat of it is refused, because it is in progress.
#[test]
fn refused_repeat_of_an_update_is_no_failure() {
    let asked = wanted(Some(&served()), &second(), None).expect("an update");
    let refused = |was: &Deployment| {
        answered(was, &DeployStep::Update, DeployAnswer::Refused("it is Updating".to_owned()), LATER)
    };
    assert_eq!(refused(&asked).outcome, Some(DeploymentOutcome::Failed));
    let sent = accept(&asked, &DeployStep::Update, "arn-1");
    let waits = refused(&sent);
    assert_eq!((waits.state, waits.outcome, waits.update_sent), (DeploymentState::Updating, sent.outcome, true));
    let on_demand = refused(&Deployment { capacity: Capacity::OnDemand, ..sent });
    assert_eq!(on_demand.state, DeploymentState::Updating, "it has no conflict either");
}

/// An update that Bedrock refuses again and again doesn't keep it beyond its end.
#[test]
fn expired_throughput_is_deleted_although_its_update_waits() {
    let asked = wanted(Some(&served()), &second(), None).expect("an update");
    let seen = shown("model-1", "model-1", ThroughputStatus::InService, None, "model-2");
    let updating = shown("model-1", "model-2", ThroughputStatus::Updating, None, "model-2");
    let ended = "2026-12-01T18:01:00.000Z";
    for (seen, age, now, is_deleted) in [
        (&seen, UPDATE_REFUSED_S, ended, true),
        (&seen, UPDATE_REFUSED_S - 1, ended, false),
        (&seen, UPDATE_REFUSED_S, LATER, false),
        (&updating, UPDATE_REFUSED_S, ended, false),
    ] {
        let step = decide(&asked, Some(seen), age, now);
        let deletes = matches!(&step, DeployStep::Write(next) if next.state == DeploymentState::Deleting);
        assert_eq!(deletes, is_deleted, "{age} {now}: {step:?}");
    }
    let on_demand = Deployment { capacity: Capacity::OnDemand, ..asked };
    assert_eq!(decide(&on_demand, Some(&seen), UPDATE_REFUSED_S, ended), DeployStep::Update);
}

/// The stack's `MaxModelUnits` was lowered while the account had no free units.
#[test]
fn waiting_creation_that_the_stack_forbids_by_now_fails() {
    let waits = wanted(None, &first(), Some(Capacity::Provisioned { model_units: 2 })).expect("a deployment");
    assert_eq!(not_allowed(&waits, 2), None);
    for (units_max, words) in [(1, "at most 1 model units"), (0, "MaxModelUnits is 0")] {
        let answer = not_allowed(&waits, units_max).expect("a refusal");
        let failed = answered(&waits, &DeployStep::Create, answer, LATER);
        assert_eq!((failed.state, failed.outcome), (DeploymentState::Failed, Some(DeploymentOutcome::Failed)));
        assert!(failed.reason.as_deref().is_some_and(|reason| reason.contains(words)), "{failed:?}");
    }
    assert_eq!(not_allowed(&Deployment { capacity: Capacity::OnDemand, ..waits }, 0), None);
}
