//! Puts domain events on the stack's own EventBridge bus.

use aws_config::SdkConfig;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use tunedrop_run::event::{Event, Kind, SOURCE};

use crate::Failure;

/// A stack's bus, for a sender that may put certain kinds of events.
#[derive(Debug, Clone)]
pub struct Bus {
    client: Client,
    name: String,
    kinds: &'static [Kind],
}

impl Bus {
    /// Create one per process. `name` is the bus, and the kinds are those that this sender's permissions cover
    /// ([`tunedrop_run::event::senders`]).
    pub fn new(config: &SdkConfig, name: String, kinds: &'static [Kind]) -> Bus {
        Bus { client: Client::new(config), name, kinds }
    }

    /// Whether this sender may put events of this kind.
    pub fn puts(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Puts one event of the stack. It is an error if the kind isn't this sender's, if the call fails, or if the bus
    /// rejects the entry.
    pub async fn put(&self, stack: &str, event: &Event) -> Result<(), Failure> {
        self.send(stack, event).await.map(drop)
    }

    /// As [`put`](Bus::put), and returns the event's id, by which the functions remember a command.
    pub async fn send(&self, stack: &str, event: &Event) -> Result<Option<String>, Failure> {
        let kind = event.kind();
        let failure = |cause: &str| Failure {
            call: format!("events:PutEvents {}", kind.as_str()),
            cause: cause.to_owned(),
            words: None,
        };
        if !self.puts(kind) {
            return Err(failure("this function does not put events of this kind"));
        }
        let call = || format!("events:PutEvents {}", kind.as_str());
        let json = serde_json::to_string(&event.detail(stack)).map_err(|error| Failure::new(call(), &error))?;
        let entry = PutEventsRequestEntry::builder().event_bus_name(&self.name).source(SOURCE);
        let entry = entry.detail_type(kind.as_str()).detail(json).build();
        let answer =
            self.client.put_events().entries(entry).send().await.map_err(|error| Failure::new(call(), &error))?;
        let entry = answer.entries().first();
        match entry.and_then(|entry| entry.error_code()) {
            Some(code) => Err(failure(code)),
            None => Ok(entry.and_then(|entry| entry.event_id()).map(str::to_owned)),
        }
    }
}
