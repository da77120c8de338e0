//! Events, and the form in which functions receive them.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use serde_json::{Value, json};
use tunedrop_local::REGION;
use tunedrop_run::Timestamp;

/// An event to deliver to a function.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) function: String,
    /// Its detail-type, followed by the job's state for an event of Bedrock.
    pub(super) kind: String,
    pub(super) event: Value,
    /// How often it was received, as SQS counts.
    pub(super) received: usize,
}

impl Delivery {
    pub(super) fn new(function: &str, event: Value) -> Delivery {
        let mut kind = event["detail-type"].as_str().unwrap_or_default().to_owned();
        if let Some(status) = event["detail"].get("jobStatus").and_then(Value::as_str) {
            kind = format!("{kind}: {status}");
        }
        Delivery { function: function.to_owned(), kind, event, received: 0 }
    }

    /// Moves the time in the event back, as [`Resources::pass`](crate::crash::resources::Resources::pass) does with those in the
    /// ledger's.
    pub(super) fn age(&mut self, seconds: i64) -> Result<()> {
        let Some(after) = self.event["detail"].get_mut("launch_after") else { return Ok(()) };
        if let Some(text) = after.as_str() {
            let time: Timestamp = text.parse()?;
            *after = format!("{:.3}", Timestamp::from_millisecond(time.as_millisecond() - seconds * 1000)?).into();
        }
        Ok(())
    }

    /// The payload as Lambda sends it: a batch of one, or the schedule's event itself.
    pub(super) fn payload(&self) -> Value {
        if matches!(self.function.as_str(), "sweep" | "clean") {
            return self.event.clone();
        }
        json!({ "Records": [{
            "messageId": "m-1",
            "receiptHandle": "r-1",
            "body": self.event.to_string(),
            "attributes": {},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:{REGION}:123456789012:queue"),
            "awsRegion": REGION,
        }] })
    }
}

/// An event as a rule passes it on. A redelivery has the same id, and no other event does.
pub(super) fn event(source: &str, kind: &str, detail: &Value) -> Value {
    static EVENTS: AtomicU64 = AtomicU64::new(0);
    let id = EVENTS.fetch_add(1, Ordering::Relaxed);
    json!({
        "version": "0",
        "id": format!("00000000-0000-4000-8000-{id:012}"),
        "detail-type": kind,
        "source": source,
        "account": "123456789012",
        "time": "2026-01-01T00:00:00Z",
        "region": REGION,
        "resources": [],
        "detail": detail,
    })
}

/// S3's event for an upload.
pub(super) fn object_created(bucket: &str, key: &str) -> Value {
    let detail = json!({ "version": "0", "bucket": { "name": bucket }, "object": { "key": key }, "requester": "ada" });
    event("aws.s3", "Object Created", &detail)
}

/// The events that a call puts on this bus.
pub(super) fn entries(body: &[u8], bus: &str) -> Vec<Value> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let one = |entry: &Value| {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let detail: Value = serde_json::from_str(&text("Detail")).unwrap_or_default();
        event(&text("Source"), &text("DetailType"), &detail)
    };
    let all = body["Entries"].as_array().into_iter().flatten();
    all.filter(|entry| entry["EventBusName"] == bus).map(one).collect()
}
