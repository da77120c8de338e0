//! One deployed stack, and the messages that it sends.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use tunedrop_aws::{Bus, Ledger};
use tunedrop_local::{ACCOUNT, Deployment, REGION, Stack};
use tunedrop_run::event::senders;

/// A message that was sent.
#[derive(Debug, Clone)]
pub(crate) struct Notification {
    pub(crate) subject: String,
    pub(crate) body: String,
    pub(crate) attributes: BTreeMap<String, String>,
}

/// One deployed stack, with its outbox.
pub(crate) struct DeployedStack {
    pub(crate) deployed: Deployment,
    pub(crate) ledger: Ledger,
    /// The stack's own bus, with every kind of event.
    pub(crate) bus: Bus,
    pub(crate) outbox: Arc<Mutex<Vec<Notification>>>,
    pub(crate) collector: tokio::task::JoinHandle<()>,
}

impl DeployedStack {
    pub(crate) async fn new(stack: &Stack, deployed: Deployment) -> Result<DeployedStack> {
        let config = &stack.sdk();
        let name = format!("{}-outbox", deployed.name);
        let queue = aws_sdk_sqs::Client::new(config)
            .create_queue()
            .queue_name(&name)
            .send()
            .await?
            .queue_url
            .context("the outbox has no address")?;
        // Not raw, because the envelope contains the subject.
        let subscribe = aws_sdk_sns::Client::new(config).subscribe().topic_arn(deployed.topic()?).protocol("sqs");
        subscribe.endpoint(format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")).send().await?;
        let outbox = Arc::new(Mutex::new(Vec::new()));
        let collector = tokio::spawn(collect(aws_sdk_sqs::Client::new(config), queue, Arc::clone(&outbox)));
        let ledger = Ledger::new(config, deployed.outputs["TableName"].clone());
        let bus = Bus::new(config, deployed.bus()?.to_owned(), senders::ALL);
        Ok(DeployedStack { ledger, bus, deployed, outbox, collector })
    }

    pub(crate) fn bucket(&self) -> &str {
        &self.deployed.outputs["BucketName"]
    }

    /// Returns all messages about a dataset so far.
    pub(crate) fn messages(&self, dataset: &str) -> Vec<Notification> {
        let outbox = self.outbox.lock().expect("no collector panics");
        outbox
            .iter()
            .filter(|message| message.attributes.get("dataset").is_some_and(|name| name == dataset))
            .cloned()
            .collect()
    }
}

/// Moves the messages from the topic's queue to the outbox.
async fn collect(sqs: aws_sdk_sqs::Client, queue: String, outbox: Arc<Mutex<Vec<Notification>>>) {
    loop {
        let request = sqs.receive_message().queue_url(&queue).max_number_of_messages(10).wait_time_seconds(5);
        let Ok(answer) = request.send().await else {
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        };
        for message in answer.messages() {
            let envelope: Value = serde_json::from_str(message.body().unwrap_or_default()).unwrap_or_default();
            let text = |key: &str| envelope[key].as_str().unwrap_or_default().to_owned();
            let attributes = envelope["MessageAttributes"].as_object().into_iter().flatten();
            let attributes =
                attributes.map(|(name, value)| (name.clone(), value["Value"].as_str().unwrap_or_default().to_owned()));
            outbox.lock().expect("no scenario panics with it").push(Notification {
                subject: text("Subject"),
                body: text("Message"),
                attributes: attributes.collect(),
            });
            let handle = message.receipt_handle().unwrap_or_default();
            let _ = sqs.delete_message().queue_url(&queue).receipt_handle(handle).send().await;
        }
    }
}
