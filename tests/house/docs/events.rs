//! The events' published schema and the code's own types say the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tunedrop_run::State;
use tunedrop_run::event::Kind;

use super::schema::{faults, unknown_keywords};
use super::{read, root};

/// One event of each kind and form, as the code writes it: the unit tests of `tunedrop-run` hold it to that.
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

#[test]
fn the_schema_has_no_keyword_that_a_validator_would_ignore() {
    assert_eq!(unknown_keywords(&schema()), Vec::<String>::new());
    let mut misspelt = schema();
    misspelt["$defs"]["detail"]["properties"]["subject"]["maxLenght"] = json!(1);
    assert_eq!(unknown_keywords(&misspelt), ["maxLenght"]);
}

#[test]
fn a_time_of_another_form_is_a_fault() {
    let mut event = example_of(Kind::DatasetAccepted);
    assert_eq!(faults_of(&event), Vec::<String>::new());
    event["detail"]["dropped_at"] = json!("yesterday");
    let faults = faults_of(&event);
    assert!(matches!(&faults[..], [fault] if fault.starts_with("/detail/dropped_at ")), "{faults:?}");
}

#[test]
fn the_schema_knows_every_kind_and_no_other() {
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
fn the_schema_describes_every_field_and_no_other() {
    let described: BTreeSet<String> =
        schema()["$defs"]["detail"]["properties"].as_object().expect("a map").keys().cloned().collect();
    let written: BTreeSet<String> = examples()
        .iter()
        .flat_map(|event| event["detail"].as_object().expect("a map").keys().cloned().collect::<Vec<_>>())
        .collect();
    assert_eq!(described, written);
}

#[test]
fn the_schema_knows_every_state_and_no_other() {
    let states: BTreeSet<String> = State::ALL.iter().map(|state| state.as_str().to_owned()).collect();
    assert_eq!(words(&schema()["$defs"]["detail"]["properties"]["state"]["enum"]), states);
}

#[test]
fn events_of_every_kind_are_accepted() {
    for event in examples() {
        assert_eq!(faults_of(&event), Vec::<String>::new(), "{event}");
    }
}

#[test]
fn events_that_are_not_ours_are_not_accepted() {
    // The least that there is of an event: `Launch Due`.
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
        assert_eq!(faults_of(&event).len(), 1, "{pointer}: {:?}", faults_of(&event));
    }
}
