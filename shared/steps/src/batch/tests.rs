use serde_json::json;
use tunedrop_run::event::{Kind, VERSION};

use super::*;

fn event(kind: Kind, detail: Value) -> EventBridgeEvent<Value> {
    let mut event = EventBridgeEvent::default();
    event.detail_type = kind.as_str().to_owned();
    event.detail = detail;
    event
}

#[test]
fn an_event_of_a_newer_version_goes_back_to_its_queue() {
    let hint = |detail: Value| own_hint(&event(Kind::LaunchDue, detail), "tunedrop");
    let newer = hint(json!({ "version": VERSION + 1, "stack": "tunedrop", "new": [1] }));
    assert!(matches!(newer, Err(StepError::NotYet(_))), "{newer:?}");
    let known = hint(json!({ "version": VERSION, "stack": "tunedrop" }));
    assert_eq!(known.unwrap(), Some(Hint::LaunchDue(None)));
    for poison in [json!({ "version": VERSION + 1 }), json!(7), json!({ "version": 1, "stack": "other" })] {
        assert_eq!(hint(poison.clone()).unwrap(), None, "{poison}");
    }
}

/// Messages by what their step does: their detail-types.
async fn played(kinds: &[(&str, u32)], ms: i64, follows: bool) -> (Vec<String>, usize) {
    let mut event = SqsEvent::default();
    for (at, (kind, deliveries)) in kinds.iter().enumerate() {
        let mut message = aws_lambda_events::sqs::SqsMessage::default();
        message.message_id = Some(format!("{at}"));
        message.body = Some(json!({ "detail-type": kind, "source": "tunedrop", "detail": {} }).to_string());
        message.attributes.insert("ApproximateReceiveCount".to_owned(), deliveries.to_string());
        event.records.push(message);
    }
    let followed = std::cell::Cell::new(0);
    let step = async |event: EventBridgeEvent<Value>, _| match event.detail_type.as_str() {
        "slow" => std::future::pending().await,
        "fails" => Err(StepError::NotYet("it fails".to_owned())),
        "nothing" => Ok(None),
        kind => Ok(Some(kind == "command")),
    };
    let follow = async |done: &[bool], _| {
        assert!(!done.is_empty());
        followed.set(followed.get() + 1);
        if follows { Ok(()) } else { Err(StepError::NotYet("it fails".to_owned())) }
    };
    let deadline = (jiff::Timestamp::now().as_millisecond() + ms) as u64;
    let response = go(event, deadline, &Retries::of_test(), &step, &follow, &|command: &bool| !command).await;
    (response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect(), followed.get())
}

#[tokio::test]
async fn a_batch_is_followed_once_and_a_failure_goes_back_alone() {
    let ten: Vec<(&str, u32)> = (0..10).map(|at| (if at == 4 { "fails" } else { "wake" }, 1)).collect();
    assert_eq!(played(&ten, 60_000, true).await, (vec!["4".to_owned()], 1));
    assert_eq!(played(&[("nothing", 1)], 60_000, true).await, (vec![], 0));
}

#[tokio::test]
async fn what_follows_and_fails_brings_no_command_back_and_no_dead_letter() {
    let events = [("wake", 1), ("command", 1), ("wake", DELIVERIES_MAX - 1), ("wake", DELIVERIES_MAX)];
    assert_eq!(played(&events, 60_000, false).await, (vec!["0".to_owned(), "2".to_owned()], 1));
}

#[tokio::test(start_paused = true)]
async fn a_slow_tenth_message_sends_no_finished_ones_back() {
    let mut ten = vec![("nothing", 1); 9];
    ten.push(("slow", 1));
    assert_eq!(played(&ten, 12_000, true).await, (vec!["9".to_owned()], 0));
}
