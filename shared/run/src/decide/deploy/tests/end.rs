//! When a deployment expires, and how that is put off.

use super::*;
use crate::deployment::Capacity;

#[test]
fn expired_deployment_is_deleted_after_a_notice() {
    let mut bedrock = Bedrock::default();
    let run = first();
    let wish =
        Request { name: "bot", run: &run, expires_after_s: Some(4 * 3600), capacity: None, units_max: None, by: None };
    let active = bedrock.follow(request(None, &wish, "prod", "111122223333", NOW).expect("a deployment"), false);
    assert_eq!(active.ends_at.as_deref(), Some("2026-12-01T14:01:00.000Z"));
    for (now, soon, ended) in [
        ("2026-12-01T12:00:59.000Z", false, false),
        ("2026-12-01T12:01:00.000Z", true, false),
        ("2026-12-01T14:00:59.000Z", true, false),
        ("2026-12-01T14:01:00.000Z", false, true),
    ] {
        assert_eq!((ends_soon(&active, now), has_ended(&active, now)), (soon, ended), "{now}");
        let step = decide(&active, bedrock.shown.as_ref(), 0, now);
        assert_eq!(matches!(step, DeployStep::Write(next) if next.state == DeploymentState::Deleting), ended, "{now}");
    }
    let long =
        Deployment { expires_after_s: Some(72 * 3600), ends_at: Some("2026-12-04T10:00:00.000Z".into()), ..active };
    assert!(!ends_soon(&long, "2026-12-03T09:59:59.000Z") && ends_soon(&long, "2026-12-03T10:00:00.000Z"));
}

#[test]
fn extension_counts_from_the_command_and_repeats_nothing() {
    let mut bedrock = Bedrock::default();
    let run = first();
    let asked =
        Request { name: "bot", run: &run, expires_after_s: Some(3600), capacity: None, units_max: None, by: None };
    let active = bedrock.follow(request(None, &asked, "prod", "111122223333", NOW).expect("a deployment"), false);
    assert_eq!(active.ends_at.as_deref(), Some("2026-12-01T11:01:00.000Z"));
    let longer = extend(&active, 7200, "2026-12-01T10:30:00Z").expect("an extension");
    assert_eq!((longer.ends_at.as_deref(), longer.state), (Some("2026-12-01T12:30:00.000Z"), DeploymentState::Active));
    assert!(extend(&longer, 7200, "2026-12-01T10:30:00Z").is_err(), "the same command again");
    assert!(extend(&longer, 3600, "2026-12-01T10:31:00Z").is_err(), "it never ends earlier");
    let deleting = Deployment { state: DeploymentState::Deleting, ..longer };
    assert!(extend(&deleting, 7200, LATER).is_err());
}

/// Another run is requested while the deployment is created. It answers with the first model before the update, which may wait
/// or fail.
#[test]
fn deployment_expires_that_answers_with_an_earlier_model() {
    let (one, two) = (first(), second());
    let capacity = Some(Capacity::Provisioned { model_units: 1 });
    let wish = |run| Request { name: "bot", run, expires_after_s: Some(3600), capacity, units_max: None, by: None };
    let ask = |was: Option<&Deployment>, run| request(was, &wish(run), "prod", "111122223333", NOW);
    let mut bedrock = Bedrock::default();
    let requested = ask(None, &one).expect("a deployment");
    bedrock.carry_out(&requested, &DeployStep::Create);
    let changed = ask(Some(&accept(&requested, &DeployStep::Create, "arn-1")), &two).expect("another run");
    bedrock.work();
    let DeployStep::Write(updating) = decide(&changed, bedrock.shown.as_ref(), 0, LATER) else { panic!("no write") };
    assert_eq!((updating.state, updating.serving.as_deref()), (DeploymentState::Updating, Some("bot-000000000001")));
    assert_eq!(updating.ends_at.as_deref(), Some("2026-12-01T11:01:00.000Z"));
    let waits = answered(&updating, &DeployStep::Update, DeployAnswer::Later("no permission".to_owned()), LATER);
    let ended = "2026-12-01T11:01:00.000Z";
    let step = decide(&waits, bedrock.shown.as_ref(), UPDATE_REFUSED_S, ended);
    assert!(matches!(&step, DeployStep::Write(next) if next.state == DeploymentState::Deleting), "{step:?}");
    let failed = answered(&updating, &DeployStep::Update, DeployAnswer::Refused("no".to_owned()), LATER);
    assert_eq!((failed.state, failed.ends_at.as_deref()), (DeploymentState::Active, Some(ended)));
}
