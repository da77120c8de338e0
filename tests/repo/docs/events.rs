//! The events' published schema and the code's own types agree.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tunedrop_run::event::Kind;
use tunedrop_run::{DeploymentState, EvaluationState, State};

use super::schema::{faults, unknown_keywords};
use super::{read, root};

/// One event of each kind and variant, as the code writes it: the unit tests of `tunedrop-run` check that.
fn examples() -> Vec<Value> {
    let text = read(&root().join("docs/events.examples.jsonl"));
    text.lines().map(|line| serde_json::from_str(line).expect("an example is JSON")).collect()
}

fn example_of(kind: Kind) -> Value {
    examples().into_iter().find(|event| event["detail-type"] == kind.as_str()).expect("each kind has an example")
}

fn kinds() -> BTreeSet<String> {
    Kind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect()
}

fn schema() -> Value {
    serde_json::from_str(&read(&root().join("docs/events.schema.json"))).expect("the schema is JSON")
}

fn words(list: &Value) -> BTreeSet<String> {
    list.as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn faults_of(event: &Value) -> Vec<String> {
    faults(event, &schema())
}

/// The fields that the faults are in.
fn places(faults: &[String]) -> Vec<&str> {
    let places: BTreeSet<&str> = faults.iter().filter_map(|fault| fault.split(' ').next()).collect();
    places.into_iter().collect()
}

#[test]
fn schema_has_only_known_keywords() {
    assert_eq!(unknown_keywords(&schema()), Vec::<String>::new());
    let mut misspelt = schema();
    misspelt["$defs"]["detail"]["properties"]["subject"]["maxLenght"] = json!(1);
    assert_eq!(unknown_keywords(&misspelt), ["maxLenght"]);
}

#[test]
fn schema_rejects_another_time_format() {
    let mut event = example_of(Kind::DatasetAccepted);
    assert_eq!(faults_of(&event), Vec::<String>::new());
    event["detail"]["uploaded_at"] = json!("yesterday");
    let faults = faults_of(&event);
    assert!(matches!(&faults[..], [fault] if fault.starts_with("/detail/uploaded_at ")), "{faults:?}");
}

#[test]
fn schema_has_every_kind_and_no_other() {
    assert_eq!(words(&schema()["properties"]["detail-type"]["enum"]), kinds());
    let shown: BTreeSet<String> =
        examples().iter().filter_map(|event| event["detail-type"].as_str()).map(str::to_owned).collect();
    assert_eq!(shown, kinds());
}

#[test]
fn the_page_describes_every_kind() {
    let page = read(&root().join("docs/events.md"));
    let missing: Vec<String> = kinds().into_iter().filter(|kind| !page.contains(&format!("`{kind}`"))).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn schema_has_every_field_and_no_other() {
    let described: BTreeSet<String> =
        schema()["$defs"]["detail"]["properties"].as_object().expect("a map").keys().cloned().collect();
    let written: BTreeSet<String> = examples()
        .iter()
        .flat_map(|event| event["detail"].as_object().expect("a map").keys().cloned().collect::<Vec<_>>())
        .collect();
    assert_eq!(described, written);
}

#[test]
fn schema_and_page_have_every_field_of_a_result() {
    let schema = schema();
    let described: BTreeSet<&String> =
        schema["$defs"]["evaluation_result"]["properties"].as_object().expect("a map").keys().collect();
    let example = example_of(Kind::RunEvaluated);
    let written: BTreeSet<&String> = example["detail"]["result"].as_object().expect("a map").keys().collect();
    assert_eq!(described, written);
    let page = read(&root().join("docs/events.md"));
    let (_, table) = page.split_once("`result` of `Run Evaluated`:").expect("the page has a table");
    let missing: Vec<&&String> = written.iter().filter(|name| !table.contains(&format!("`{name}`"))).collect();
    assert_eq!(missing, Vec::<&&String>::new());
}

#[test]
fn schema_has_every_state_and_no_other() {
    let runs: BTreeSet<String> = State::ALL.iter().map(|state| state.as_str().to_owned()).collect();
    let deployments: BTreeSet<String> = DeploymentState::ALL.iter().map(|state| state.as_str().to_owned()).collect();
    let evaluations: BTreeSet<String> = EvaluationState::ALL.iter().map(|state| state.as_str().to_owned()).collect();
    let defs = &schema()["$defs"];
    assert_eq!(words(&defs["run_state"]["enum"]), runs);
    assert_eq!(words(&defs["deployment_state"]["enum"]), deployments);
    assert_eq!(words(&defs["evaluation_state"]["enum"]), evaluations);
    let all = &(&runs | &deployments) | &evaluations;
    assert_eq!(words(&defs["detail"]["properties"]["state"]["enum"]), all);
}

#[test]
fn schema_accepts_events_of_every_kind() {
    for event in examples() {
        assert_eq!(faults_of(&event), Vec::<String>::new(), "{event}");
    }
}

#[test]
fn schema_rejects_other_events() {
    // The smallest event: `Launch Due`.
    let bare = |kind: Kind| {
        let mut event = example_of(Kind::LaunchDue);
        event["detail"].as_object_mut().expect("a map").retain(|name, _| ["version", "stack"].contains(&name.as_str()));
        event["detail-type"] = json!(kind.as_str());
        faults_of(&event)
    };
    assert_eq!(bare(Kind::LaunchDue), Vec::<String>::new());
    let faults = bare(Kind::StopRun);
    assert!(matches!(&faults[..], [fault] if fault.starts_with("/detail \"run_id\" is a required")), "{faults:?}");
    assert!(!bare(Kind::RunLaunched).is_empty());
    assert!(!bare(Kind::DatasetIncomplete).is_empty());
    assert!(!bare(Kind::DeploymentExpiring).is_empty());
    assert!(!bare(Kind::DeleteDeployment).is_empty());
    assert!(!bare(Kind::RunEvaluated).is_empty());
    assert!(!bare(Kind::EvaluateRun).is_empty());
    for (kind, state) in [
        (Kind::RunSucceeded, "Active"),
        (Kind::RunDeployed, "Running"),
        (Kind::RunEvaluated, "Refused"),
        (Kind::EvaluationFailed, "Kept"),
    ] {
        let mut event = example_of(kind);
        event["detail"]["state"] = json!(state);
        assert_eq!(places(&faults_of(&event)), ["/detail/state"], "{kind:?}");
    }
    let mut evaluated = example_of(Kind::RunEvaluated);
    evaluated["detail"]["result"]["outcome"] = json!("perhaps");
    assert_eq!(places(&faults_of(&evaluated)), ["/detail/result/outcome"]);
    let wrong: [(&str, Value); 5] = [
        ("/source", json!("aws.s3")),
        ("/detail-type", json!("Run Exploded")),
        ("/detail/version", json!(2)),
        ("/detail/state", json!("Exploded")),
        ("/detail/findings", json!(["1", "2", "3", "4", "5", "6"])),
    ];
    for (pointer, value) in wrong {
        let mut event = example_of(Kind::RunSucceeded);
        *event.pointer_mut(pointer).expect("a field of the event") = value;
        assert_eq!(places(&faults_of(&event)), [pointer], "{:?}", faults_of(&event));
    }
}
