//! The events' published schema and the code's own types say the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tunedrop_run::State;
use tunedrop_run::event::{Detail, Kind, SOURCE, VERSION};

use super::schema::{faults, unknown_keywords};
use super::{read, root};

const KINDS: [Kind; 17] = [
    Kind::DatasetAccepted,
    Kind::DatasetRejected,
    Kind::DatasetIncomplete,
    Kind::RunHeld,
    Kind::RunSuperseded,
    Kind::RunLaunched,
    Kind::RunRefused,
    Kind::RunSucceeded,
    Kind::RunFailed,
    Kind::RunStopped,
    Kind::JobStateObserved,
    Kind::LaunchDue,
    Kind::ApproveRun,
    Kind::StopRun,
    Kind::RetryRun,
    Kind::RunWaiting,
    Kind::MessageSent,
];

fn schema() -> Value {
    serde_json::from_str(&read(&root().join("docs/events.schema.json"))).expect("the schema is JSON")
}

fn words(list: &Value) -> BTreeSet<String> {
    list.as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A detail with every field set.
fn full() -> Detail {
    let text = || Some("text".to_owned());
    Detail {
        version: VERSION,
        stack: "tunedrop".to_owned(),
        run_id: Some("support-bot-0123456789ab".to_owned()),
        item: text(),
        dataset: "support-bot".to_owned(),
        state: Some(State::Queued),
        dropped_at: Some("2026-11-23T08:00:00.000Z".to_owned()),
        launch_after: Some("2026-11-23T08:05:00.000Z".to_owned()),
        repeated: true,
        base_model: text(),
        records: Some(8),
        errors: 1,
        warnings: 2,
        findings: vec!["train.jsonl:17: unpaired turn".to_owned()],
        waits_for: vec!["train.jsonl".to_owned()],
        job_arn: text(),
        model_arn: text(),
        reason: text(),
        training_loss: Some(0.5),
        validation_loss: Some(0.75),
        report: text(),
        notify: vec!["ada@example.com".to_owned()],
        owner: text(),
        dropped_by: text(),
        mended: text(),
        about: Some("Run Held".to_owned()),
        severity: Some("info".to_owned()),
        subject: text(),
        text: text(),
        by: text(),
    }
}

fn event(kind: Kind, detail: &Detail) -> Value {
    json!({ "source": SOURCE, "detail-type": kind, "detail": detail })
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
    let mut event = event(Kind::DatasetAccepted, &full());
    assert_eq!(faults_of(&event), Vec::<String>::new());
    event["detail"]["dropped_at"] = json!("yesterday");
    let faults = faults_of(&event);
    assert!(matches!(&faults[..], [fault] if fault.starts_with("/detail/dropped_at ")), "{faults:?}");
}

#[test]
fn the_schema_knows_every_kind_and_no_other() {
    let known = words(&schema()["properties"]["detail-type"]["enum"]);
    let kinds: BTreeSet<String> = KINDS.iter().map(|kind| kind.as_str().to_owned()).collect();
    assert_eq!(known, kinds);
    // A kind that is added to the code and not to the list above doesn't compile here.
    for kind in KINDS {
        let at = match kind {
            Kind::DatasetAccepted => 0,
            Kind::DatasetRejected => 1,
            Kind::DatasetIncomplete => 2,
            Kind::RunHeld => 3,
            Kind::RunSuperseded => 4,
            Kind::RunLaunched => 5,
            Kind::RunRefused => 6,
            Kind::RunSucceeded => 7,
            Kind::RunFailed => 8,
            Kind::RunStopped => 9,
            Kind::JobStateObserved => 10,
            Kind::LaunchDue => 11,
            Kind::ApproveRun => 12,
            Kind::StopRun => 13,
            Kind::RetryRun => 14,
            Kind::RunWaiting => 15,
            Kind::MessageSent => 16,
        };
        assert_eq!(KINDS[at], kind);
        assert_eq!(serde_json::to_value(kind).expect("a kind is JSON"), kind.as_str());
    }
}

#[test]
fn every_kind_is_told_of_on_the_page() {
    let page = read(&root().join("docs/events.md"));
    let untold: Vec<&str> =
        KINDS.iter().map(|kind| kind.as_str()).filter(|kind| !page.contains(&format!("`{kind}`"))).collect();
    assert_eq!(untold, Vec::<&str>::new());
}

#[test]
fn the_schema_describes_every_field_and_no_other() {
    let described: BTreeSet<String> =
        schema()["$defs"]["detail"]["properties"].as_object().expect("a map").keys().cloned().collect();
    let written: BTreeSet<String> =
        serde_json::to_value(full()).expect("a detail is JSON").as_object().expect("a map").keys().cloned().collect();
    assert_eq!(described, written);
}

#[test]
fn the_schema_knows_every_state_and_no_other() {
    let states: BTreeSet<String> = State::ALL.iter().map(|state| state.as_str().to_owned()).collect();
    assert_eq!(words(&schema()["$defs"]["detail"]["properties"]["state"]["enum"]), states);
}

#[test]
fn events_of_every_kind_are_accepted() {
    for kind in KINDS {
        assert_eq!(faults_of(&event(kind, &full())), Vec::<String>::new(), "{}", kind.as_str());
    }
    let due = Detail { version: VERSION, stack: "tunedrop".to_owned(), ..Detail::default() };
    assert_eq!(faults_of(&event(Kind::LaunchDue, &due)), Vec::<String>::new());
}

#[test]
fn events_that_are_not_ours_are_not_accepted() {
    let bare = Detail { version: VERSION, stack: "tunedrop".to_owned(), ..Detail::default() };
    let faults = faults_of(&event(Kind::StopRun, &bare));
    assert!(matches!(&faults[..], [fault] if fault.starts_with("/detail \"run_id\" is a required")), "{faults:?}");
    assert!(!faults_of(&event(Kind::RunLaunched, &bare)).is_empty());
    assert!(!faults_of(&event(Kind::DatasetIncomplete, &bare)).is_empty());
    let wrong: [(&str, Value); 5] = [
        ("/source", json!("aws.s3")),
        ("/detail-type", json!("Run Exploded")),
        ("/detail/version", json!(2)),
        ("/detail/state", json!("Exploded")),
        ("/detail/findings", json!(["1", "2", "3", "4", "5", "6"])),
    ];
    for (pointer, value) in wrong {
        let mut event = event(Kind::RunSucceeded, &full());
        *event.pointer_mut(pointer).expect("a field of the event") = value;
        assert_eq!(faults_of(&event).len(), 1, "{pointer}: {:?}", faults_of(&event));
    }
}
