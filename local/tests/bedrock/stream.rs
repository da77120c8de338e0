//! ConverseStream.

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use aws_smithy_types::event_stream::Message;
use serde_json::{Value, json};

use crate::harness::{NOVA, TestSimulator, one};

/// The events of a streamed answer: type and payload.
async fn events(simulator: &TestSimulator, model: &str) -> Vec<(String, Value)> {
    let response = simulator.call("converse-stream", model, &one("Where is order 17?")).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/vnd.amazon.eventstream");
    let mut bytes = response.bytes().await.unwrap();
    let mut decoder = MessageFrameDecoder::new();
    let mut events = Vec::new();
    while let DecodedFrame::Complete(message) = decoder.decode_frame(&mut bytes).unwrap() {
        events.push((kind(&message), serde_json::from_slice(message.payload()).unwrap()));
    }
    assert!(bytes.is_empty());
    events
}

fn kind(message: &Message) -> String {
    let named = |header: &&aws_smithy_types::event_stream::Header| {
        matches!(header.name().as_str(), ":event-type" | ":exception-type")
    };
    let header = message.headers().iter().find(named).unwrap();
    header.value().as_string().unwrap().as_str().to_owned()
}

#[tokio::test]
async fn a_streamed_answer_is_the_same_in_parts() {
    let (simulator, objects) = TestSimulator::with_objects().await;
    let model = simulator.train(&objects, "bot", NOVA, &[("Where is order 17?", "It ships tomorrow.")]).await;
    let arn = simulator.deploy("bot", &model).await;
    simulator.bend(json!({ "inference": { "part_ms": 1 } })).await;
    let events = events(&simulator, &arn).await;
    let kinds: Vec<&str> = events.iter().map(|(kind, _)| kind.as_str()).collect();
    let (start, delta, stop) = ("messageStart", "contentBlockDelta", "contentBlockStop");
    assert_eq!(kinds, [start, delta, delta, stop, "messageStop", "metadata"]);
    let text: String = events.iter().filter_map(|(_, payload)| payload["delta"]["text"].as_str()).collect();
    assert_eq!(text, "It ships tomorrow.");
    assert_eq!(events[4].1, json!({ "stopReason": "end_turn" }));
    assert_eq!(events[5].1["usage"], json!({ "inputTokens": 6, "outputTokens": 6, "totalTokens": 12 }));
}

#[tokio::test]
async fn a_stream_can_break_after_its_first_part() {
    let simulator = TestSimulator::start().await;
    let fault = json!({ "operation": "ConverseStream", "error": "ModelStreamErrorException", "message": "broke", "after": true });
    simulator.bend(json!({ "calls": [fault] })).await;
    let events = events(&simulator, "amazon.nova-lite-v1:0").await;
    let kinds: Vec<&str> = events.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["messageStart", "contentBlockDelta", "modelStreamErrorException"]);
    assert_eq!(events[2].1["message"], "broke");
}
