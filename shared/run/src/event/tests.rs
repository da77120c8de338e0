use serde_json::{Value, json};

mod deployments;
mod evaluations;
mod models;

use super::*;
use crate::{Blocker, DatasetEntry, MisnamedFile, Run, SCHEMA, State};

const RUN_ID: &str = "support-bot-0123456789ab";
const REPORT: &str = "s3://drops/reports/support-bot/support-bot-0123456789ab/report.html";

/// The events as JSON: one line for each event, with the fields in their order.
const EXAMPLES: &str = include_str!("../../../../docs/events.examples.jsonl");

/// Returns a run in this state, as the ledger would have it.
fn run(state: State) -> Run {
    let arn =
        |kind: &str, id: &str| format!("arn:aws:bedrock:us-east-1:111122223333:{kind}/amazon.nova-lite-v1:0:300k/{id}");
    let launched = matches!(state, State::Running | State::Succeeded | State::Failed);
    let mut run = json!({
        "schema": SCHEMA, "run_id": RUN_ID, "revision": 3, "dataset": "support-bot", "state": state,
        "identity": "0123456789ab", "attempt": 1, "uploaded_at": "2026-11-23T04:00:00.000Z",
        "changed_at": "2026-11-23T04:00:02.000Z", "records": 2000, "warnings": 1,
        "findings": ["train.jsonl:12: the record is a duplicate of line 7 (duplicate-record). remove it"],
        "report": REPORT, "notify": ["ada@example.com"], "owner": "support", "uploader": "111122223333",
        "job_arn": launched.then(|| arn("model-customization-job", "abcdefghijkl")),
    });
    match state {
        State::Rejected => {
            run["errors"] = json!(1);
            run["fixed"] = json!("Since the rejection of 2026-11-22 04:00:00 UTC, 3 of 5 findings are gone.");
        }
        State::Held => {
            run["drift"] = json!(
                "Compared with the last accepted version: answers are 40% longer (median 211 characters, before 151)."
            );
        }
        State::Running => {
            run["lifecycle_warning"] = json!("The base model amazon.nova-lite-v1:0:300k becomes legacy on 2027-01-31");
        }
        State::Succeeded => {
            run["model_arn"] = json!(arn("custom-model", "mnopqrstuvwx"));
            (run["training_loss"], run["validation_loss"]) = (json!(0.4213), json!(0.5121));
        }
        State::Failed => run["reason"] = json!("Unable to parse Amazon S3 file: train.jsonl."),
        State::Stopped => run["reason"] = json!("stopped by ada before it was launched"),
        State::Refused => run["reason"] = json!("training could cost up to 40.12 USD"),
        _ => {}
    }
    let mut run: Run = serde_json::from_value(run).expect("a run");
    run.plan = (state != State::Rejected).then(plan);
    run
}

fn plan() -> crate::Plan {
    serde_json::from_value(json!({
        "base_model": "amazon.nova-lite-v1:0:300k", "catalogue_model": "amazon.nova-lite-v1:0:300k",
        "customization": "fine-tuning", "model_name": RUN_ID, "output": "s3://drops/output/", "hyperparameters": {},
        "tags": {}, "guard": {},
    }))
    .expect("a plan")
}

fn blocked_reason() -> Run {
    let blocked_by = Some(Blocker::Quota);
    Run { blocked_by, blocked_reason: Some("Too many custom models in this account".to_owned()), ..run(State::Queued) }
}

fn settling() -> Run {
    Run { launch_after: Some("2026-11-23T04:05:02.000Z".to_owned()), ..run(State::Queued) }
}

fn repeated(state: State) -> Run {
    Run { reuploaded_at: Some("2026-11-24T04:00:00.000Z".to_owned()), ..run(state) }
}

fn head() -> DatasetEntry {
    DatasetEntry {
        dataset: "support-bot".to_owned(),
        uploaded_at: Some("2026-11-23T04:00:00.000Z".to_owned()),
        missing_files: vec!["train.jsonl".to_owned()],
        report: Some("s3://drops/reports/support-bot/incomplete-0123456789ab/report.html".to_owned()),
        notify: vec!["ada@example.com".to_owned()],
        owner: Some("support".to_owned()),
        uploader: Some("111122223333".to_owned()),
        ..DatasetEntry::default()
    }
}

fn note() -> MisnamedFile {
    MisnamedFile {
        pk: "misnamed#0123456789ab".to_owned(),
        dataset: "support-bot".to_owned(),
        findings: vec!["support-bot/Train.JSONL: only names that end in .jsonl are read (near-miss-name)".to_owned()],
        report: Some("s3://drops/reports/_/0123456789ab/report.html".to_owned()),
        uploader: Some("111122223333".to_owned()),
        ..MisnamedFile::default()
    }
}

/// Returns one event of each kind, and of each variant of a kind.
fn examples() -> Vec<Event> {
    let as_it_is = |text: &str| text.to_owned();
    let run_id = || RUN_ID.parse::<RunId>().expect("an id");
    let command = |command, by: Option<&str>| Event::Command { command, run_id: run_id(), by: by.map(str::to_owned) };
    let message = |about: &Event, severity, subject: &str| {
        let (subject, text) = (subject.to_owned(), "The message, as the mail has it.\n".to_owned());
        Event::MessageSent(SentMessage { event: Box::new(about.clone()), severity, subject, text })
    };
    let mut events: Vec<Event> =
        State::ALL.into_iter().filter_map(|state| Event::state(&run(state), as_it_is)).collect();
    events.push(Event::blocked(&blocked_reason(), as_it_is));
    events.extend(Event::state(&settling(), as_it_is));
    events.extend(
        [State::Succeeded, State::Rejected]
            .map(|state| Event::reuploaded(&repeated(state), as_it_is).expect("it was uploaded again")),
    );
    events.extend([Event::misnamed(&note()), Event::incomplete(&head()).expect("it is incomplete")]);
    events.extend([Event::JobStateObserved(run_id()), Event::LaunchDue(None), Event::LaunchDue(Some(run_id()))]);
    events.extend([RunCommand::Approve, RunCommand::Stop, RunCommand::Retry].map(|kind| command(kind, Some("ada"))));
    events.push(command(RunCommand::Stop, None));
    events.extend(deployments::examples());
    events.extend(evaluations::examples());
    events.extend(models::examples());
    let failed = Event::state(&run(State::Failed), as_it_is).expect("it is announced");
    events.push(message(&failed, Severity::Error, "Training failed: support-bot"));
    let repeated = Event::reuploaded(&repeated(State::Succeeded), as_it_is).expect("it was uploaded again");
    events.push(message(&repeated, Severity::Info, "Custom model ready (same content uploaded again): support-bot"));
    events.push(message(&Event::misnamed(&note()), Severity::Error, "File ignored because of its name: support-bot"));
    let incomplete = Event::incomplete(&head()).expect("it is incomplete");
    events.push(message(&incomplete, Severity::Warning, "Incomplete (1 file missing): support-bot"));
    events
}

/// Returns an event in the form of the examples.
fn line(event: &Event) -> String {
    line_of(event.kind(), &serde_json::to_string(&event.detail("tunedrop")).expect("a detail is JSON"))
}

fn line_of(kind: Kind, detail: &str) -> String {
    format!("{{\"source\":\"{SOURCE}\",\"detail-type\":\"{}\",\"detail\":{detail}}}\n", kind.as_str())
}

/// The lines were written before each kind had its own details. Subscribers still get the same JSON.
#[test]
fn writes_each_kind_byte_for_byte() {
    let lines: Vec<String> = examples().iter().map(line).collect();
    let expected: Vec<&str> = EXAMPLES.split_inclusive('\n').collect();
    assert_eq!(lines.len(), expected.len());
    for (line, expected) in lines.iter().zip(expected) {
        assert_eq!(line, expected);
    }
}

#[test]
fn the_examples_have_every_kind() {
    let examples = examples();
    let missing: Vec<&Kind> =
        Kind::ALL.iter().filter(|kind| !examples.iter().any(|event| event.kind() == **kind)).collect();
    assert_eq!(missing, Vec::<&Kind>::new());
    for event in &examples {
        assert_eq!(Kind::parse(event.kind().as_str()), Some(event.kind()));
    }
}

/// The hint that a function reads is what the sender meant.
#[test]
fn reads_what_it_writes() {
    for event in examples() {
        let detail = serde_json::to_value(event.detail("tunedrop")).expect("a detail is JSON");
        let hint = Hint::read(event.kind().as_str(), &detail, "tunedrop");
        let expected = match event {
            Event::Run(_, run) if run.launch_after.is_some() => {
                Hint::Settling { run_id: run.run_id, launch_after: run.launch_after.unwrap_or_default() }
            }
            Event::Run(kind, run) => Hint::Run(kind, run.run_id),
            Event::Reuploaded(run) => Hint::Reuploaded { run_id: run.run_id, uploaded_at: run.uploaded_at },
            Event::Misnamed(file) => Hint::Misnamed { item: file.item },
            Event::Incomplete(set) => Hint::Incomplete { dataset: set.dataset, uploaded_at: set.uploaded_at },
            Event::JobStateObserved(run_id) => Hint::JobStateObserved(run_id),
            Event::LaunchDue(run_id) => Hint::LaunchDue(run_id),
            Event::Command { command, run_id, by } => Hint::Command { command, run_id, by },
            Event::Deployment(kind, deployment) => Hint::Deployment { kind, name: deployment.name, at: deployment.at },
            Event::DeploymentDue(name) => Hint::DeploymentDue(name),
            Event::DeploymentCommand { command, by } => Hint::DeploymentCommand { command, by },
            Event::Evaluation(kind, evaluation) => {
                Hint::Evaluation { kind, run_id: evaluation.run_id, at: evaluation.at }
            }
            Event::EvaluationDue(run_id) => Hint::EvaluationDue(run_id),
            Event::EvaluationCommand { command, by } => Hint::EvaluationCommand { command, by },
            Event::Model(kind, model) => Hint::Model { kind, item: model.item, at: model.at },
            Event::MessageSent(_) => Hint::MessageSent,
        };
        assert_eq!(hint, Ok(expected));
        assert_eq!(Hint::read("Run Exploded", &detail, "tunedrop"), Err(HintError::UnknownKind));
        assert_eq!(Hint::read(Kind::RunHeld.as_str(), &detail, "other"), Err(HintError::OtherStack));
    }
}

/// A message goes to a webhook: it contains no address, no uploader, and nothing of the reason.
#[test]
fn a_sent_message_names_no_person() {
    for event in examples().iter().filter(|event| event.kind() == Kind::MessageSent) {
        let detail: Value = serde_json::to_value(event.detail("tunedrop")).expect("a detail is JSON");
        for field in ["notify", "uploader", "reason", "findings", "base_model"] {
            assert_eq!(detail.get(field), None, "{detail}");
        }
    }
}

#[test]
fn each_announced_state_has_a_kind_of_its_own() {
    for state in State::ALL {
        let kind = RunKind::of(state);
        assert_eq!(kind.and_then(RunKind::state), kind.map(|_| state));
        assert_eq!(kind.map(RunKind::kind), state.announcement());
    }
    assert_eq!(RunKind::Blocked.state(), None);
}
