use proptest::prelude::*;
use tunedrop_run::event::{Event, IncompleteDetail, MisnamedDetail, RunCommand, RunDetail, RunKind, SentMessage};
use tunedrop_run::{RunId, State};

use super::*;
use crate::samples::{HOSTILE, detail_in};

pub(super) const STACK: &str = "tunedrop";
pub(super) const REGION: &str = "us-east-1";

pub(super) fn message_on(event: &Event) -> Message {
    message(event, STACK, REGION).expect("people are notified")
}

/// All of a message, for a snapshot.
pub(super) fn shown(event: &Event) -> String {
    shown_of(event, STACK)
}

pub(super) fn shown_of(event: &Event, stack: &str) -> String {
    let message = message(event, stack, REGION).expect("people are notified");
    assert_fits(&message);
    let attributes: Vec<String> = message.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("Subject: {}\n{}\n\n{}", message.subject, attributes.join(" "), message.body)
}

/// The event that announces a run's state.
fn announced(run: RunDetail) -> Event {
    Event::Run(RunKind::of(run.state).expect("it is announced"), Box::new(run))
}

fn event_in(state: State) -> Event {
    announced(detail_in(state))
}

pub(super) fn assert_fits(message: &Message) {
    assert!(message.subject.len() <= SUBJECT_MAX && !message.subject.is_empty(), "{}", message.subject);
    assert!(message.subject.chars().all(|c| c.is_ascii_graphic() || c == ' '), "{}", message.subject);
    assert!(message.body.len() < 256 * 1024);
    assert!(!message.body.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{}", message.body);
    for (name, value) in &message.attributes {
        assert!(!value.is_empty() && (name == "notify") == value.starts_with('['), "{name}={value}");
    }
}

fn rejected() -> RunDetail {
    let lines = [
        "train.jsonl:12:5: the text is empty (empty-text). write a text, or remove the record",
        "train.jsonl:40: the line is not JSON (invalid-json). close the brace",
    ];
    RunDetail {
        errors: 7,
        base_model: None, // a rejected dataset has no plan
        findings: lines.map(str::to_owned).to_vec(),
        notify: vec!["ada@example.com".to_owned()],
        fixed: Some("Since the rejection at 2026-11-22 04:00:00 UTC, 3 of 5 findings are resolved.".to_owned()),
        ..detail_in(State::Rejected)
    }
}

fn misnamed(dataset: &str, finding: &str) -> Event {
    Event::Misnamed(MisnamedDetail {
        item: "misnamed#1".to_owned(),
        dataset: dataset.to_owned(),
        findings: vec![finding.to_owned()],
        report: Some("s3://drops/reports/_/0123/report.html".to_owned()),
        uploader: None,
    })
}

#[test]
fn dataset_rejected() {
    insta::assert_snapshot!(shown(&announced(rejected())));
}

#[test]
fn dataset_rejected_for_its_warnings() {
    let detail = RunDetail { errors: 0, warnings: 2, ..rejected() };
    insta::assert_snapshot!(shown(&announced(detail)));
}

#[test]
fn dataset_rejected_again() {
    insta::assert_snapshot!(shown(&Event::Reuploaded(Box::new(rejected()))));
}

#[test]
fn dataset_rejected_for_a_name() {
    let finding = "support-bot/Train.JSONL: only job.yaml, job.json and names that end in .jsonl are read (near-miss-name). upload it as datasets/support-bot/train.jsonl";
    insta::assert_snapshot!(shown(&misnamed("support-bot", finding)));
}

fn incomplete(missing_files: &[String]) -> IncompleteDetail {
    IncompleteDetail {
        dataset: "support-bot".to_owned(),
        uploaded_at: "2026-11-23T04:00:00.000Z".to_owned(),
        missing_files: missing_files.to_vec(),
        report: Some("s3://drops/reports/support-bot/incomplete-0123/report.html".to_owned()),
        notify: Vec::new(),
        owner: None,
        uploader: Some("111122223333".to_owned()),
    }
}

#[test]
fn dataset_incomplete() {
    let detail = incomplete(&["job.yaml", "validation.jsonl"].map(str::to_owned));
    insta::assert_snapshot!(shown(&Event::Incomplete(detail)));
}

#[test]
fn every_state_of_a_run() {
    use State::*;
    for state in [Held, Superseded, Running, Refused, Succeeded, Failed, Stopped] {
        insta::assert_snapshot!(state.as_str(), shown(&event_in(state)));
    }
}

#[test]
fn blocked_by_a_quota() {
    let reason = Some("Too many custom models in this account".to_owned());
    let run = RunDetail { reason, ..detail_in(State::Queued) };
    insta::assert_snapshot!(shown(&Event::Run(RunKind::Blocked, Box::new(run))));
}

#[test]
fn accepted_while_more_files_may_follow() {
    let launch_after = Some("2026-11-23T04:05:00.123Z".to_owned());
    let run = RunDetail { launch_after, ..detail_in(State::Queued) };
    insta::assert_snapshot!(shown(&announced(run.clone())));
    insta::assert_snapshot!("again_while_more_files_may_follow", shown(&Event::Reuploaded(Box::new(run))));
}

#[test]
fn job_without_progress() {
    let reason = Some(tunedrop_run::decide::sweep::IDLE.to_owned());
    let run = RunDetail { reason, ..detail_in(State::Running) };
    let text = shown(&Event::Run(RunKind::Blocked, Box::new(run)));
    assert!(text.contains("hasn't started its next phase for hours") && !text.contains("quota"), "{text}");
    assert!(text.contains("Job makes no progress") && text.contains("tunedrop stop"), "{text}");
}

#[test]
fn stopped_before_its_launch() {
    let detail = RunDetail {
        job_arn: None,
        reason: Some("stopped by ada before it was launched".to_owned()),
        run_id: "support-bot-0123456789ab-2".parse().unwrap(),
        ..detail_in(State::Stopped)
    };
    insta::assert_snapshot!(shown_of(&announced(detail), "other"));
}

#[test]
fn says_that_a_reason_is_shortened() {
    let reason = Some("too long, for record starting with […]".to_owned());
    let body = message_on(&announced(RunDetail { reason, ..detail_in(State::Failed) })).body;
    assert!(
        body.contains("Reason (shortened; the report has the full text):\n  too long, for record starting with […]\n")
    );
}

/// The message for a chat, indented for a snapshot.
pub(super) fn in_chat(event: &Event) -> String {
    let json: serde_json::Value = serde_json::from_str(&chat(event, STACK, REGION).unwrap()).unwrap();
    serde_json::to_string_pretty(&json).unwrap()
}

#[test]
fn a_chat_gets_the_same_message() {
    insta::assert_snapshot!("chat_rejected", in_chat(&announced(rejected())));
    insta::assert_snapshot!("chat_Held", in_chat(&event_in(State::Held)));
    insta::assert_snapshot!("chat_Failed", in_chat(&event_in(State::Failed)));
    insta::assert_snapshot!("chat_Succeeded", in_chat(&event_in(State::Succeeded)));
    assert_eq!(chat(&Event::LaunchDue(None), STACK, REGION), None);
}

#[test]
fn a_chat_message_mentions_nobody_and_stays_short() {
    let reason = Some("<!here> ``` \n".repeat(4000));
    for event in [
        announced(RunDetail { reason, ..detail_in(State::Failed) }),
        misnamed("<!channel> & ```", &"<!here> ```".repeat(800)),
    ] {
        let text = chat(&event, STACK, REGION).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let content = &json["content"];
        let shown = content["description"].as_str().unwrap();
        assert!(!content.to_string().contains('<') && shown.matches("```").count() == 2, "{shown}");
        assert!(shown.len() < 8 * 1024, "{} bytes", shown.len());
    }
}

#[test]
fn a_sent_message_fits_an_event() {
    let event = announced(RunDetail { reason: Some("é".repeat(200_000)), ..detail_in(State::Failed) });
    let message = message_on(&event);
    let sent = sent(&event, &message).unwrap();
    let Event::MessageSent(SentMessage { event: about, severity, subject, .. }) = &sent else { panic!("{sent:?}") };
    assert_eq!((about.kind().as_str(), *severity, subject), ("Run Failed", Severity::Error, &message.subject));
    let json = serde_json::to_string(&sent.detail(STACK)).unwrap();
    assert!(json.len() < 64 * 1024 && !json.contains("\"reason\""), "{} bytes", json.len());
}

/// The exact bytes for subscribers and webhooks.
#[test]
fn a_sent_message_as_json() {
    let event = event_in(State::Failed);
    let sent = sent(&event, &message_on(&event)).unwrap();
    insta::assert_snapshot!("message_sent", serde_json::to_string(&sent.detail(STACK)).unwrap());
}

#[test]
fn the_same_content_again() {
    for state in State::ALL {
        let event = Event::Reuploaded(Box::new(detail_in(state)));
        insta::assert_snapshot!(format!("again_{}", state.as_str()), shown(&event));
    }
}

#[test]
fn nobody_is_notified_of_the_rest() {
    let id = || "support-bot-0123456789ab".parse::<RunId>().unwrap();
    let sent = sent(&event_in(State::Held), &message_on(&event_in(State::Held))).unwrap();
    let command = |command| Event::Command { command, run_id: id(), by: None };
    for event in [
        event_in(State::Queued),
        Event::JobStateObserved(id()),
        Event::LaunchDue(None),
        Event::LaunchDue(Some(id())),
        sent,
        command(RunCommand::Approve),
        command(RunCommand::Stop),
        command(RunCommand::Retry),
    ] {
        assert_eq!(message(&event, STACK, REGION), None, "{event:?}");
    }
}

#[test]
fn suggests_the_next_attempt_of_the_id() {
    for (run_id, says) in [
        ("a-0123456789ab", "`attempt: 2`"),
        ("a-012345678901", "`attempt: 2`"),
        ("a-0123456789ab-2", "`attempt: 3`"),
        ("a-0123456789ab-98", "`attempt: 99`"),
        ("a-0123456789ab-99", "the last attempt"),
    ] {
        for state in [State::Failed, State::Stopped, State::Refused] {
            let run_id: RunId = run_id.parse().unwrap();
            let body = message_on(&announced(RunDetail { run_id, ..detail_in(state) })).body;
            assert!(body.contains(says) && body.matches("attempt").count() == 1, "{body}");
        }
    }
}

#[test]
fn hostile_text_adds_no_lines() {
    let hostile = || Some(HOSTILE.to_owned());
    let run = |state| RunDetail {
        reason: hostile(),
        report: hostile(),
        model_arn: hostile(),
        base_model: hostile(),
        findings: vec![HOSTILE.to_owned()],
        ..RunDetail { state, ..rejected() }
    };
    let runs = [State::Rejected, State::Succeeded, State::Failed, State::Held].map(|state| announced(run(state)));
    for event in runs.into_iter().chain([misnamed(HOSTILE, HOSTILE)]) {
        let shown = shown_of(&event, HOSTILE);
        assert!(!shown.lines().any(|line| line.starts_with("Bcc:")), "{shown}");
    }
    let message = message_on(&misnamed(&"é".repeat(400), ""));
    assert_eq!(message.subject.len(), SUBJECT_MAX);
    assert!(message.subject.starts_with("File ignored because of its name: ??") && message.subject.ends_with("..."));
}

proptest! {
    #[test]
    fn fits_any_detail(dataset in any::<String>(), words in prop::collection::vec(any::<String>(), 0..4), errors in any::<u32>(), notify in prop::collection::vec(any::<String>(), 0..3)) {
        let text = words.first().cloned();
        for state in [State::Rejected, State::Failed, State::Succeeded] {
            let run = RunDetail { reason: text.clone(), report: text.clone(), findings: words.clone(), errors: errors.into(), notify: notify.clone(), ..detail_in(state) };
            assert_fits(&message_on(&announced(run)));
        }
        let set = IncompleteDetail { dataset: dataset.clone(), report: text, notify, ..incomplete(&words) };
        assert_fits(&message_on(&Event::Incomplete(set)));
        assert_fits(&message_on(&misnamed(&dataset, words.first().map_or("", String::as_str))));
    }
}

proptest! {
    // Each case handles megabytes, and only the size differs.
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn shortens_a_huge_detail(size in 190_000usize..600_000) {
        let detail = RunDetail { reason: Some("é".repeat(size)), ..detail_in(State::Failed) };
        assert_fits(&message_on(&announced(detail)));
    }
}
