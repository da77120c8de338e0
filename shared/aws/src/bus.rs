//! Domain events onto the default EventBridge bus.

use aws_config::SdkConfig;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use tunedrop_run::event::{Detail, Kind, SOURCE};

use crate::Failure;

/// The default bus.
#[derive(Debug, Clone)]
pub struct Bus {
    client: Client,
}

impl Bus {
    /// One per process.
    pub fn new(config: &SdkConfig) -> Bus {
        Bus { client: Client::new(config) }
    }

    /// Puts one event; an entry that the bus refuses is a failure, too.
    pub async fn put(&self, kind: Kind, detail: &Detail) -> Result<(), Failure> {
        let call = || format!("events:PutEvents {}", kind.as_str());
        let json = serde_json::to_string(detail).map_err(|error| Failure::new(call(), &error))?;
        let entry = PutEventsRequestEntry::builder().source(SOURCE).detail_type(kind.as_str()).detail(json).build();
        let answer =
            self.client.put_events().entries(entry).send().await.map_err(|error| Failure::new(call(), &error))?;
        match answer.entries().first().and_then(|entry| entry.error_code()) {
            None => Ok(()),
            Some(code) => Err(Failure { call: call(), cause: code.to_owned() }),
        }
    }
}
