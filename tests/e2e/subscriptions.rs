//! Queues that a test subscribes to a topic or to the bus.

use anyhow::{Context, Result};
use aws_sdk_eventbridge::types::Target;
use serde_json::{Value, json};
use tunedrop_local::{ACCOUNT, REGION};

use crate::harness::Harness;

impl Harness {
    /// Creates a queue that is subscribed to a topic, with or without a filter policy. With one, the envelope is kept.
    pub(crate) async fn subscribed(&self, topic: &str, name: &str, filter: Option<Value>) -> Result<String> {
        let queue = self.queue(name).await?;
        let arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:subscriber-{name}");
        let request = self.sns.subscribe().topic_arn(topic).protocol("sqs").endpoint(arn);
        let request = match filter {
            Some(policy) => request.attributes("FilterPolicy", policy.to_string()),
            None => request.attributes("RawMessageDelivery", "true"),
        };
        request.send().await?;
        Ok(queue)
    }

    /// Creates a queue that receives one kind of tunedrop's events from the bus.
    pub(crate) async fn hears(&self, kind: &str, name: &str) -> Result<String> {
        let queue = self.queue(name).await?;
        let pattern = json!({ "source": ["tunedrop"], "detail-type": [kind] });
        let rule = format!("subscriber-{name}");
        self.events.put_rule().name(&rule).event_pattern(pattern.to_string()).send().await?;
        let target =
            Target::builder().id("queue").arn(format!("arn:aws:sqs:{REGION}:{ACCOUNT}:subscriber-{name}")).build()?;
        self.events.put_targets().rule(&rule).targets(target).send().await?;
        Ok(queue)
    }

    /// Receives all messages from such a queue, as JSON.
    pub(crate) async fn taken(&self, queue: &str) -> Result<Vec<Value>> {
        let mut all = Vec::new();
        loop {
            let answer = self.sqs.receive_message().queue_url(queue).max_number_of_messages(10).send().await?;
            if answer.messages().is_empty() {
                return Ok(all);
            }
            for message in answer.messages() {
                all.push(serde_json::from_str(message.body().unwrap_or_default())?);
                let handle = message.receipt_handle().unwrap_or_default();
                self.sqs.delete_message().queue_url(queue).receipt_handle(handle).send().await?;
            }
        }
    }

    async fn queue(&self, name: &str) -> Result<String> {
        let made = self.sqs.create_queue().queue_name(format!("subscriber-{name}")).send().await?;
        made.queue_url.context("a queue without an address")
    }
}
