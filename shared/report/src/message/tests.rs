use proptest::prelude::*;
use tunedrop_run::State;
use tunedrop_run::event::{Detail, Kind};

use super::*;
use crate::samples::{HOSTILE, detail, detail_in};

const REGION: &str = "us-east-1";

/// All of a message, for a snapshot.
fn shown(kind: Kind, detail: &Detail) -> String {
    let message = message(kind, detail, REGION).expect("people are told");
    assert_fits(&message);
    let attributes: Vec<String> = message.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("Subject: {}\n{}\n\n{}", message.subject, attributes.join(" "), message.body)
}

fn assert_fits(message: &Message) {
    assert!(message.subject.len() <= SUBJECT_MAX && !message.subject.is_empty(), "{}", message.subject);
    assert!(message.subject.chars().all(|c| c.is_ascii_graphic() || c == ' '), "{}", message.subject);
    assert!(message.body.len() < 256 * 1024);
    assert!(!message.body.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{}", message.body);
    for (name, value) in &message.attributes {
        assert!(!value.is_empty() && (name == "notify") == value.starts_with('['), "{name}={value}");
    }
}

fn rejected() -> Detail {
    let lines = [
        "train.jsonl:12:5: the text is empty (empty-text). write a text, or remove the record",
        "train.jsonl:40: the line is not JSON (invalid-json). close the brace",
    ];
    Detail {
        state: Some(State::Rejected),
        errors: 7,
        // What was rejected has no plan.
        base_model: None,
        findings: lines.map(str::to_owned).to_vec(),
        notify: vec!["ada@example.com".to_owned()],
        mended: Some("Since the rejection of 2026-11-22 04:00:00 UTC, 3 of 5 findings are gone.".to_owned()),
        ..detail()
    }
}

#[test]
fn dataset_rejected() {
    insta::assert_snapshot!(shown(Kind::DatasetRejected, &rejected()));
}

#[test]
fn dataset_rejected_for_its_warnings() {
    let detail = Detail { errors: 0, warnings: 2, ..rejected() };
    insta::assert_snapshot!(shown(Kind::DatasetRejected, &detail));
}

#[test]
fn dataset_rejected_again() {
    insta::assert_snapshot!(shown(Kind::DatasetRejected, &Detail { repeated: true, ..rejected() }));
}

#[test]
fn dataset_rejected_for_a_name() {
    let finding = "support-bot/Train.JSONL: only job.yaml, job.json and names that end in .jsonl are read (near-miss-name). drop it as datasets/support-bot/train.jsonl";
    let detail = Detail {
        stack: "tunedrop".to_owned(),
        item: Some("name#1".to_owned()),
        dataset: "support-bot".to_owned(),
        errors: 1,
        findings: vec![finding.to_owned()],
        report: Some("s3://drops/reports/_/0123/report.html".to_owned()),
        ..Detail::default()
    };
    insta::assert_snapshot!(shown(Kind::DatasetRejected, &detail));
}

#[test]
fn dataset_incomplete() {
    let detail = Detail {
        stack: "tunedrop".to_owned(),
        dataset: "support-bot".to_owned(),
        dropped_at: Some("2026-11-23T04:00:00.000Z".to_owned()),
        waits_for: vec!["job.yaml".to_owned(), "validation.jsonl".to_owned()],
        report: Some("s3://drops/reports/support-bot/incomplete-0123/report.html".to_owned()),
        dropped_by: Some("111122223333".to_owned()),
        ..Detail::default()
    };
    insta::assert_snapshot!(shown(Kind::DatasetIncomplete, &detail));
}

#[test]
fn every_state_of_a_run() {
    use State::*;
    let kinds = [
        (Kind::RunHeld, Held),
        (Kind::RunSuperseded, Superseded),
        (Kind::RunLaunched, Running),
        (Kind::RunRefused, Refused),
        (Kind::RunSucceeded, Succeeded),
        (Kind::RunFailed, Failed),
        (Kind::RunStopped, Stopped),
    ];
    for (kind, state) in kinds {
        insta::assert_snapshot!(state.as_str(), shown(kind, &detail_in(state)));
    }
}

#[test]
fn held_back_by_a_quota() {
    let detail = Detail {
        job_arn: None,
        reason: Some("Too many custom models in this account".to_owned()),
        ..detail_in(State::Queued)
    };
    insta::assert_snapshot!(shown(Kind::RunWaiting, &detail));
}

#[test]
fn accepted_and_waiting_for_files() {
    let detail = Detail { launch_after: Some("2026-11-23T04:05:00.123Z".to_owned()), ..detail_in(State::Queued) };
    insta::assert_snapshot!(shown(Kind::DatasetAccepted, &detail));
    let again = Detail { repeated: true, ..detail };
    insta::assert_snapshot!("again_and_waiting_for_files", shown(Kind::DatasetAccepted, &again));
}

#[test]
fn a_job_that_never_begins_is_told_with_a_way_out() {
    let detail = Detail { reason: Some(tunedrop_run::decide::sweep::IDLE.to_owned()), ..detail_in(State::Running) };
    let told = shown(Kind::RunWaiting, &detail);
    assert!(told.contains("for hours no phase of it has begun") && !told.contains("quota"), "{told}");
    assert!(told.contains("its job has not begun") && told.contains("tunedrop stop"), "{told}");
}

#[test]
fn stopped_before_it_was_launched() {
    let detail = Detail {
        job_arn: None,
        reason: Some("stopped by ada before it was launched".to_owned()),
        stack: "other".to_owned(),
        run_id: Some("support-bot-0123456789ab-2".to_owned()),
        ..detail_in(State::Stopped)
    };
    insta::assert_snapshot!(shown(Kind::RunStopped, &detail));
}

#[test]
fn a_shortened_reason_says_so() {
    let detail =
        Detail { reason: Some("too long, for record starting with […]".to_owned()), ..detail_in(State::Failed) };
    let body = message(Kind::RunFailed, &detail, REGION).unwrap().body;
    assert!(body.contains("Reason (the report has the whole of it):\n  too long, for record starting with […]\n"));
}

/// What a chat gets, indented for a snapshot.
fn in_chat(kind: Kind, detail: &Detail) -> String {
    let json: serde_json::Value = serde_json::from_str(&chat(kind, detail, REGION).unwrap()).unwrap();
    serde_json::to_string_pretty(&json).unwrap()
}

#[test]
fn a_chat_gets_the_same() {
    insta::assert_snapshot!("chat_rejected", in_chat(Kind::DatasetRejected, &rejected()));
    insta::assert_snapshot!("chat_Held", in_chat(Kind::RunHeld, &detail_in(State::Held)));
    insta::assert_snapshot!("chat_Failed", in_chat(Kind::RunFailed, &detail_in(State::Failed)));
    insta::assert_snapshot!("chat_Succeeded", in_chat(Kind::RunSucceeded, &detail_in(State::Succeeded)));
    assert_eq!(chat(Kind::LaunchDue, &detail(), REGION), None);
}

#[test]
fn a_chat_calls_nobody_and_stays_short() {
    let detail = Detail {
        dataset: "<!channel> & ```".to_owned(),
        reason: Some("<!here> ``` \n".repeat(4000)),
        ..detail_in(State::Failed)
    };
    let text = chat(Kind::RunFailed, &detail, REGION).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let content = &json["content"];
    let shown = content["description"].as_str().unwrap();
    assert!(!content.to_string().contains('<') && shown.matches("```").count() == 2, "{shown}");
    assert!(shown.len() < 8 * 1024, "{} bytes", shown.len());
}

#[test]
fn an_event_carries_the_message_and_little_else() {
    let detail = Detail { reason: Some("é".repeat(200_000)), ..detail_in(State::Failed) };
    let message = message(Kind::RunFailed, &detail, REGION).unwrap();
    let sent = sent(Kind::RunFailed, &detail, &message);
    assert_eq!((sent.about.as_deref(), sent.severity.as_deref()), (Some("Run Failed"), Some("error")));
    assert_eq!((&sent.subject, &sent.reason), (&Some(message.subject), &None));
    assert!(serde_json::to_string(&sent).unwrap().len() < 64 * 1024);
}

/// What subscribers and webhooks get, to the byte.
#[test]
fn a_sent_message_as_json() {
    let detail = detail_in(State::Failed);
    let message = message(Kind::RunFailed, &detail, REGION).unwrap();
    insta::assert_snapshot!("message_sent", serde_json::to_string(&sent(Kind::RunFailed, &detail, &message)).unwrap());
}

#[test]
fn the_same_content_again() {
    for state in State::ALL {
        let detail = Detail { repeated: true, ..detail_in(state) };
        insta::assert_snapshot!(format!("again_{}", state.as_str()), shown(Kind::DatasetAccepted, &detail));
    }
}

#[test]
fn nobody_is_told_of_the_rest() {
    for kind in [
        Kind::DatasetAccepted,
        Kind::JobStateObserved,
        Kind::LaunchDue,
        Kind::MessageSent,
        Kind::ApproveRun,
        Kind::StopRun,
        Kind::RetryRun,
    ] {
        assert_eq!(message(kind, &detail_in(State::Queued), REGION), None);
    }
}

#[test]
fn the_next_attempt_goes_by_the_id() {
    let after = |run_id: &str| body::next_attempt(&Detail { run_id: Some(run_id.to_owned()), ..Detail::default() });
    assert_eq!(
        ["a-0123456789ab", "a-012345678901", "a-0123456789ab-2", "a-0123456789ab-41", ""].map(after),
        [2, 2, 3, 42, 2]
    );
}

#[test]
fn hostile_text_stays_one_line_of_text() {
    let hostile = || Some(HOSTILE.to_owned());
    let detail = Detail {
        dataset: HOSTILE.to_owned(),
        stack: HOSTILE.to_owned(),
        run_id: hostile(),
        reason: hostile(),
        report: hostile(),
        model_arn: hostile(),
        base_model: hostile(),
        findings: vec![HOSTILE.to_owned()],
        ..rejected()
    };
    for kind in [Kind::DatasetRejected, Kind::RunSucceeded, Kind::RunFailed, Kind::RunHeld] {
        let shown = shown(kind, &detail);
        assert!(!shown.lines().any(|line| line.starts_with("Bcc:")), "{shown}");
    }
    let message = message(Kind::DatasetRejected, &Detail { dataset: "é".repeat(400), ..rejected() }, REGION).unwrap();
    assert_eq!(message.subject.len(), SUBJECT_MAX);
    assert!(message.subject.ends_with("...: rejected, 7 errors"));
}

proptest! {
    #[test]
    fn every_detail_fits(dataset in any::<String>(), words in prop::collection::vec(any::<String>(), 0..4), errors in any::<u32>(), notify in prop::collection::vec(any::<String>(), 0..3)) {
        let text = words.first().cloned();
        let detail = Detail { dataset, reason: text.clone(), report: text, waits_for: words.clone(), findings: words, errors: errors.into(), notify, ..detail() };
        for kind in [Kind::DatasetRejected, Kind::DatasetIncomplete, Kind::RunFailed, Kind::RunSucceeded] {
            assert_fits(&message(kind, &detail, REGION).unwrap());
        }
    }

}

proptest! {
    // Each case passes over megabytes, and little but the size can differ.
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn a_huge_detail_is_cut(size in 190_000usize..600_000) {
        let detail = Detail { reason: Some("é".repeat(size)), ..detail() };
        assert_fits(&message(Kind::RunFailed, &detail, REGION).unwrap());
    }
}
