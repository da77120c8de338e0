//! Events about deployments, one of each kind, and of each form that a kind has.

use serde_json::json;

use super::*;
use crate::{Capacity, Deployment};

/// A deployment as the ledger would have it after this outcome.
fn deployment(outcome: &str, state: &str) -> Deployment {
    let gone = state == "Deleted";
    serde_json::from_value(json!({
        "schema": SCHEMA, "name": "support-bot", "bedrock_name": "support-bot-9f86d081884c", "revision": 7,
        "dataset": "support-bot", "state": state, "run_id": RUN_ID, "request": 2,
        "model_arn": "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/mnopqrstuvwx",
        "serving": (!gone).then_some(RUN_ID),
        "serving_model_arn":
            (!gone).then_some("arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/mnopqrstuvwx"),
        "previous": (!gone).then_some("support-bot-fedc09876543"),
        "arn": (!gone).then_some("arn:aws:bedrock:us-east-1:111122223333:custom-model-deployment/yzabcdefghij"),
        "changed_at": "2026-12-01T10:00:00.000Z", "expires_after_s": 259_200,
        "ends_at": (!gone).then_some("2026-12-04T10:00:00.000Z"), "outcome": outcome,
        "outcome_at": "2026-12-01T10:00:00.000Z", "requested_by": "ada", "owner": "support",
        "notify": ["ada@example.com"], "reason": (outcome != "Deployed").then_some("it expired"),
    }))
    .expect("a deployment")
}

pub(super) fn examples() -> Vec<Event> {
    let as_it_is = |text: &str| text.to_owned();
    let by = || Some("ada".to_owned());
    let command = |command| Event::DeploymentCommand { command, by: by() };
    let run_id = || RUN_ID.parse::<RunId>().expect("an id");
    let name = || "support-bot".to_owned();
    let mut events: Vec<Event> = [("Deployed", "Active"), ("Failed", "Active"), ("Deleted", "Deleted")]
        .into_iter()
        .filter_map(|(outcome, state)| Event::deployment(&deployment(outcome, state), as_it_is))
        .collect();
    let provisioned = Deployment {
        capacity: Capacity::Provisioned { model_units: 1 },
        arn: Some("arn:aws:bedrock:us-east-1:111122223333:provisioned-model/yzabcdefghij".to_owned()),
        ..deployment("Deployed", "Active")
    };
    events.extend(Event::deployment(&provisioned, as_it_is));
    events.extend(Event::expiring(&deployment("Deployed", "Active"), as_it_is));
    events.push(Event::DeploymentDue(name()));
    events.push(command(DeploymentCommand::Deploy {
        run_id: run_id(),
        name: None,
        expires_after_s: None,
        capacity: None,
    }));
    events.push(command(DeploymentCommand::Deploy {
        run_id: run_id(),
        name: Some(name()),
        expires_after_s: Some(259_200),
        capacity: None,
    }));
    events.push(command(DeploymentCommand::Deploy {
        run_id: run_id(),
        name: Some(name()),
        expires_after_s: Some(28_800),
        capacity: Some(Capacity::Provisioned { model_units: 1 }),
    }));
    events.push(command(DeploymentCommand::RollBack { name: name() }));
    events.push(command(DeploymentCommand::Delete { name: name() }));
    events
}

#[test]
fn model_units_are_read_with_their_type_only() {
    let read = |fields: serde_json::Value| {
        let mut detail = json!({ "version": 1, "stack": "tunedrop", "run_id": RUN_ID });
        detail.as_object_mut().expect("a map").extend(fields.as_object().expect("fields").clone());
        Hint::read(Kind::DeployRun.as_str(), &detail, "tunedrop").is_ok()
    };
    for (fields, is_read) in [
        (json!({ "type": "on-demand" }), true),
        (json!({ "type": "provisioned" }), true),
        (json!({ "type": "provisioned", "model_units": 2 }), true),
        (json!({ "type": null, "model_units": null }), true),
        (json!({ "type": "provisioned", "model_units": 0 }), false),
        (json!({ "type": "provisioned", "model_units": "2" }), false),
        (json!({ "type": "on-demand", "model_units": 1 }), false),
        (json!({ "model_units": 1 }), false),
    ] {
        assert_eq!(read(fields.clone()), is_read, "{fields}");
    }
}

#[test]
fn names_and_times_that_no_deployment_has_are_not_read() {
    let read = |kind: Kind, field: &str, value: serde_json::Value| {
        let mut detail = json!({ "version": 1, "stack": "tunedrop", "run_id": RUN_ID, "deployment": "bot", "at": "2026-12-01T10:00:00Z" });
        detail[field] = value;
        Hint::read(kind.as_str(), &detail, "tunedrop")
    };
    assert!(read(Kind::DeployRun, "deployment", json!("bot")).is_ok());
    for (kind, field, value) in [
        (Kind::DeployRun, "deployment", json!("a#b")),
        (Kind::DeployRun, "deployment", json!(7)),
        (Kind::DeployRun, "expires_after_s", json!(3599)),
        (Kind::DeployRun, "expires_after_s", json!(31_536_001)),
        (Kind::DeployRun, "expires_after_s", json!("72h")),
        (Kind::DeployRun, "type", json!("reserved")),
        (Kind::RollBackDeployment, "deployment", json!(null)),
        (Kind::DeleteDeployment, "deployment", json!("a".repeat(41))),
        (Kind::DeploymentDue, "deployment", json!("")),
        (Kind::RunDeployed, "at", json!("yesterday")),
    ] {
        let read = read(kind, field, value.clone());
        assert!(
            matches!(read, Err(HintError::Malformed { field: found, .. }) if found == field),
            "{kind:?} {field} {value}"
        );
    }
}
