use proptest::prelude::*;
use serde_json::json;

use super::*;

const RUN_ID: &str = "bot-0123456789ab";
const NOW: &str = "2026-11-23T04:00:00.000Z";

/// Returns the hint of a detail with the two fields that all details have, and these.
fn read(kind: Kind, fields: Value) -> Result<Hint, HintError> {
    let mut detail = json!({ "version": VERSION, "stack": "tunedrop" });
    let all = detail.as_object_mut().expect("a map");
    all.extend(fields.as_object().cloned().expect("a map"));
    Hint::read(kind.as_str(), &detail, "tunedrop")
}

#[track_caller]
fn is_malformed(hint: Result<Hint, HintError>, at: &str) {
    assert!(matches!(&hint, Err(HintError::Malformed { field, .. }) if *field == at), "{at}: {hint:?}");
}

#[test]
fn distinguishes_a_newer_version_from_a_malformed_event() {
    let read = |detail: Value| Hint::read("Launch Due", &detail, "tunedrop");
    assert_eq!(read(json!({ "version": 1, "stack": "tunedrop" })), Ok(Hint::LaunchDue(None)));
    assert_eq!(read(json!({ "version": 2, "stack": "tunedrop" })), Err(HintError::Newer(2)));
    // Another stack may have a newer version than this one.
    assert_eq!(read(json!({ "version": 2, "stack": "other" })), Err(HintError::OtherStack));
    for version in [json!("1"), json!(-1), json!(1.5), json!(null)] {
        is_malformed(read(json!({ "version": version, "stack": "tunedrop" })), "version");
    }
    is_malformed(read(json!({ "stack": "tunedrop" })), "version");
    is_malformed(read(json!({ "version": 1 })), "stack");
    for detail in [json!(null), json!([]), json!("text"), json!(1)] {
        is_malformed(read(detail), "stack");
    }
    // A new kind comes with a new version.
    assert_eq!(
        Hint::read("Run Exploded", &json!({ "version": 2, "stack": "tunedrop" }), "tunedrop"),
        Err(HintError::Newer(2))
    );
}

#[test]
fn every_event_of_a_run_names_the_run() {
    let of_a_deployment = |kind: Kind| DeploymentKind::ALL.iter().any(|of| of.kind() == kind);
    let of_an_evaluation = |kind: Kind| matches!(kind, Kind::RunEvaluated | Kind::EvaluationFailed);
    for kind in Kind::ALL.iter().filter(|kind| {
        !matches!(kind, Kind::DatasetIncomplete | Kind::MessageSent | Kind::LaunchDue | Kind::DatasetRejected)
            && !matches!(kind, Kind::DeploymentDue | Kind::RollBackDeployment | Kind::DeleteDeployment)
            && !of_a_deployment(**kind)
            && !ModelKind::ALL.iter().any(|of| of.kind() == **kind)
    }) {
        is_malformed(read(*kind, json!({})), "run_id");
        for wrong in [json!(""), json!("run#bot-0123456789ab"), json!("bot"), json!(7), json!([RUN_ID]), json!({})] {
            is_malformed(read(*kind, json!({ "run_id": wrong })), "run_id");
        }
        let mut detail = json!({ "run_id": RUN_ID });
        if of_an_evaluation(*kind) {
            is_malformed(read(*kind, detail.clone()), "at");
            detail["at"] = json!(NOW);
        }
        assert!(read(*kind, detail).is_ok(), "{kind:?}");
    }
    is_malformed(read(Kind::LaunchDue, json!({ "run_id": "bot" })), "run_id");
    assert_eq!(read(Kind::LaunchDue, json!({ "run_id": null })), Ok(Hint::LaunchDue(None)));
}

#[test]
fn an_answer_says_which_upload_it_is_for() {
    for kind in [Kind::DatasetAccepted, Kind::DatasetRejected] {
        let of = |reuploaded: Value, time: Value| {
            read(kind, json!({ "run_id": RUN_ID, "reuploaded": reuploaded, "uploaded_at": time }))
        };
        let answer = Hint::Reuploaded { run_id: RUN_ID.parse().unwrap(), uploaded_at: NOW.to_owned() };
        assert_eq!(of(json!(true), json!(NOW)), Ok(answer));
        assert!(matches!(of(json!(false), json!(NOW)), Ok(Hint::Run(..))));
        for time in
            [json!(null), json!(""), json!("yesterday"), json!(format!("2026-11-23T04:00:00.{}Z", "0".repeat(30_000)))]
        {
            is_malformed(of(json!(true), time), "uploaded_at");
        }
        is_malformed(of(json!("true"), json!(NOW)), "reuploaded");
    }
}

#[test]
fn only_an_accepted_run_waits_for_files() {
    let read = |kind, time: Value| read(kind, json!({ "run_id": RUN_ID, "launch_after": time }));
    let settling = Hint::Settling { run_id: RUN_ID.parse().unwrap(), launch_after: NOW.to_owned() };
    assert_eq!(read(Kind::DatasetAccepted, json!(NOW)), Ok(settling));
    assert!(matches!(read(Kind::DatasetAccepted, json!(null)), Ok(Hint::Run(RunKind::Accepted, _))));
    is_malformed(read(Kind::DatasetAccepted, json!("soon")), "launch_after");
    assert!(matches!(read(Kind::RunHeld, json!(NOW)), Ok(Hint::Run(RunKind::Held, _))));
}

#[test]
fn only_a_head_is_incomplete_and_only_a_note_is_of_a_misnamed_file() {
    let incomplete = |item: &str, dataset: &str, time: &str| {
        read(Kind::DatasetIncomplete, json!({ "item": item, "dataset": dataset, "uploaded_at": time }))
    };
    let hint = Hint::Incomplete { dataset: "bot".to_owned(), uploaded_at: NOW.to_owned() };
    assert_eq!(incomplete("dataset#bot", "bot", NOW), Ok(hint));
    for (item, dataset, time, field) in [
        ("run#bot-0123456789ab", "bot", NOW, "item"),
        ("dataset#other", "bot", NOW, "item"),
        ("dataset#../x", "../x", NOW, "dataset"),
        ("dataset#", "", NOW, "dataset"),
        ("dataset#bot", "bot", "", "uploaded_at"),
        ("dataset#bot", "bot", "yesterday", "uploaded_at"),
    ] {
        is_malformed(incomplete(item, dataset, time), field);
    }
    let misnamed = |item: Value| read(Kind::DatasetRejected, json!({ "item": item, "dataset": "bot" }));
    let item = "misnamed#0123456789ab";
    assert_eq!(misnamed(json!(item)), Ok(Hint::Misnamed { item: item.to_owned() }));
    for item in
        ["run#bot-0123456789ab", "dataset#bot", "misnamed#", "misnamed#0123456789abc", "misnamed#0123456789aB", ""]
    {
        is_malformed(misnamed(json!(item)), "item");
    }
    is_malformed(misnamed(json!(null)), "item");
}

#[test]
fn a_command_may_leave_out_who_sends_it() {
    let stop = |by: Value| read(Kind::StopRun, json!({ "run_id": RUN_ID, "by": by }));
    let command = |by: Option<&str>| {
        let (command, run_id) = (RunCommand::Stop, RUN_ID.parse().unwrap());
        Ok(Hint::Command { command, run_id, by: by.map(str::to_owned) })
    };
    assert_eq!([stop(json!("ada")), stop(json!(null))], [command(Some("ada")), command(None)]);
    is_malformed(stop(json!(["ada"])), "by");
}

proptest! {
    /// The log line about an event that can't be read contains nothing of the event.
    #[test]
    fn no_fault_repeats_the_event(kind in prop::sample::select(Kind::ALL), field in prop::sample::select(vec!["version", "run_id", "item", "dataset", "uploaded_at", "reuploaded", "by"]), text in "\\PC*EVIL\\PC*") {
        let mut fields = json!({ "run_id": RUN_ID, "item": "dataset#bot", "dataset": "bot", "uploaded_at": NOW, "reuploaded": true });
        fields[field] = json!(text);
        if let Err(unread) = read(kind, fields) {
            prop_assert!(!unread.to_string().contains("EVIL"), "{}", unread);
        }
    }
}
