use serde_json::json;

use super::*;

const OLD: &str = "bot-000000000001";
const NEW: &str = "bot-000000000002";

fn id(text: &str) -> RunId {
    text.parse().expect("an id")
}

fn deployment(state: &str, run_id: &str, request: u64) -> Deployment {
    serde_json::from_value(json!({
        "schema": 1, "name": "bot", "bedrock_name": "bot-0", "revision": 1, "dataset": "bot", "state": state,
        "run_id": run_id, "model_arn": "m", "request": request, "changed_at": "2026-11-30T08:00:00.000Z",
    }))
    .expect("a deployment")
}

/// When the run of [`NEW`] succeeded.
const SINCE: &str = "2026-11-30T07:59:00.000Z";

#[test]
fn a_request_is_followed_from_its_own_number_on() {
    let (old, new) = (id(OLD), id(NEW));
    let wanted = Wanted::Serves { run_id: &new, after: 1 };
    assert_eq!(progress(None, &wanted), Progress::NotYet);
    assert_eq!(progress(Some(&deployment("Active", OLD, 1)), &wanted), Progress::NotYet);
    // A rollback to a run that the deployment had before: its earlier state doesn't count.
    assert_eq!(progress(Some(&deployment("Active", NEW, 1)), &wanted), Progress::NotYet);
    for state in ["Requested", "Creating", "Updating"] {
        assert_eq!(progress(Some(&deployment(state, NEW, 2)), &wanted), Progress::Changing, "{state}");
    }
    assert_eq!(progress(Some(&deployment("Active", NEW, 2)), &wanted), Progress::Done);
    assert_eq!(progress(Some(&deployment("Updating", OLD, 3)), &wanted), Progress::Replaced(old));
}

#[test]
fn a_failed_creation_and_a_failed_update_are_failures() {
    let new = id(NEW);
    let wanted = Wanted::Serves { run_id: &new, after: 1 };
    let failed = |state: &str, run_id: &str| Deployment {
        reason: Some("no".to_owned()),
        outcome: Some(DeploymentOutcome::Failed),
        outcome_at: Some("2026-11-30T08:00:00.000Z".to_owned()),
        ..deployment(state, run_id, 2)
    };
    assert_eq!(progress(Some(&failed("Failed", NEW)), &wanted), Progress::Failed("no".to_owned()));
    // The previous model answers again.
    assert_eq!(progress(Some(&failed("Active", OLD)), &wanted), Progress::Failed("no".to_owned()));
    assert_eq!(progress(Some(&deployment("Deleting", NEW, 2)), &wanted), Progress::Failed("it was deleted".to_owned()));
    assert_eq!(
        progress(Some(&failed("Active", OLD)), &Wanted::Recipe { run_id: &new, since: SINCE }),
        Progress::Failed("no".to_owned())
    );
}

#[test]
fn a_recipes_deployment_is_awaited_until_the_stack_requests_it() {
    let new = id(NEW);
    let wanted = Wanted::Recipe { run_id: &new, since: SINCE };
    assert_eq!(progress(None, &wanted), Progress::NotYet);
    assert_eq!(progress(Some(&deployment("Active", OLD, 1)), &wanted), Progress::NotYet);
    // A failure from before the run's end is of another request.
    let earlier = Deployment {
        outcome: Some(DeploymentOutcome::Failed),
        outcome_at: Some("2026-11-30T07:00:00.000Z".to_owned()),
        ..deployment("Active", OLD, 1)
    };
    assert_eq!(progress(Some(&earlier), &wanted), Progress::NotYet);
    assert_eq!(progress(Some(&deployment("Creating", NEW, 2)), &wanted), Progress::Changing);
    assert_eq!(progress(Some(&deployment("Active", NEW, 2)), &wanted), Progress::Done);
    let rolled_back = Deployment { previous: Some(id(NEW)), ..deployment("Active", OLD, 3) };
    assert_eq!(progress(Some(&rolled_back), &wanted), Progress::Replaced(id(OLD)));
}

#[test]
fn a_deletion_is_followed_to_its_end() {
    assert_eq!(progress(Some(&deployment("Active", OLD, 1)), &Wanted::Gone), Progress::NotYet);
    assert_eq!(progress(Some(&deployment("Deleting", OLD, 1)), &Wanted::Gone), Progress::Changing);
    for gone in [None, Some(&deployment("Deleted", OLD, 1)), Some(&deployment("Failed", OLD, 1))] {
        assert_eq!(progress(gone, &Wanted::Gone), Progress::Done);
    }
}
