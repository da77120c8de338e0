//! Access to a running stack: SDK clients, calls of functions, events, logs, messages.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::deploy::{Deployment, capitalized};
use crate::stack::{ACCOUNT, REGION, SECRET, Stack};

/// A message that the topic sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The text.
    pub body: String,
    /// The attributes that subscriptions filter by.
    pub attributes: BTreeMap<String, String>,
}

/// An HTTP client for loopback. It keeps a connection for less time than the emulator does (75 s), because a request
/// gets no answer if the other side is closing its connection.
pub fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_proxy().pool_idle_timeout(Duration::from_secs(20))
}

impl Stack {
    /// The settings of every SDK client except Bedrock's.
    pub fn sdk(&self) -> SdkConfig {
        config(self.endpoint())
    }

    /// For the clients of `bedrock` and `bedrock-runtime`: the simulator.
    pub fn bedrock_sdk(&self) -> SdkConfig {
        config(self.bedrock_endpoint())
    }

    /// Calls a function by its physical name, and waits for its answer. An error of the function is an error here.
    pub async fn invoke(&self, function: &str, payload: &Value) -> Result<Value> {
        let address = format!("{}/2015-03-31/functions/{function}/invocations", self.endpoint());
        let request = self.http.post(address).header("authorization", as_root("lambda")).json(payload);
        let answer = request.send().await.context("the emulator did not answer")?;
        let (status, failed) = (answer.status(), answer.headers().contains_key("x-amz-function-error"));
        let body = answer.text().await.context("the emulator's answer ended early")?;
        if failed || !status.is_success() {
            bail!("{function} failed ({status}): {body}");
        }
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&body).with_context(|| format!("{function} answered with something else than JSON"))
    }

    /// Puts events on the default bus, also with an `aws.*` source. Each is an entry of a `PutEvents` call: `Source`,
    /// `DetailType`, `Detail` (a string of JSON).
    pub async fn post_events(&self, entries: &[Value]) -> Result<()> {
        let answer = self.http.post(format!("{}/_local/events", self.endpoint()));
        let answer = answer.json(&json!({ "Entries": entries })).send().await.context("the emulator did not answer")?;
        let (status, body) = (answer.status(), answer.text().await.context("the emulator's answer ended early")?);
        let failed = serde_json::from_str::<Value>(&body).ok().and_then(|body| body["FailedEntryCount"].as_u64());
        if status != StatusCode::OK || failed != Some(0) {
            bail!("events were not taken ({status}): {body}");
        }
        Ok(())
    }

    /// Returns what a function (`validate`, `launch` …) of a deployment has printed so far, oldest first, with the
    /// platform's lines.
    pub async fn logs(&self, deployment: &Deployment, function: &str) -> Result<Vec<String>> {
        let group = deployment.resource(&format!("{}Logs", capitalized(function)))?;
        let (mut lines, mut token) = (Vec::new(), Value::Null);
        loop {
            let mut body = json!({ "logGroupName": group });
            if !token.is_null() {
                body["nextToken"] = token;
            }
            let request = self.http.post(self.endpoint()).header("authorization", as_root("logs"));
            let request = request.header("x-amz-target", "Logs_20140328.FilterLogEvents").json(&body);
            let answer = request.header("content-type", "application/x-amz-json-1.1").send().await;
            let answer = answer.context("the emulator did not answer")?;
            let status = answer.status();
            let mut body: Value = answer.json().await.context("the emulator's answer is not JSON")?;
            if !status.is_success() {
                bail!("the logs of {function} could not be read ({status}): {body}");
            }
            let events = body["events"].as_array().into_iter().flatten();
            lines.extend(events.filter_map(|event| event["message"].as_str()).map(|line| line.trim_end().to_owned()));
            token = body["nextToken"].take();
            if token.is_null() {
                return Ok(lines);
            }
        }
    }

    /// Returns the address of a queue that is subscribed to the stack's topic. It is the same queue each time.
    pub async fn subscribe(&self, deployment: &Deployment) -> Result<String> {
        let (sdk, topic) = (self.sdk(), deployment.topic()?);
        let name = format!("{}-messages", deployment.name);
        let create = aws_sdk_sqs::Client::new(&sdk).create_queue().queue_name(&name);
        // A queue accepts a topic's messages only if its policy allows it.
        let create = create.attributes(aws_sdk_sqs::types::QueueAttributeName::Policy, from_topic(topic).to_string());
        let queue = create.send().await;
        let queue = queue.context("the queue for messages could not be created")?;
        let subscribe = aws_sdk_sns::Client::new(&sdk).subscribe().topic_arn(topic).protocol("sqs");
        let subscribe = subscribe.endpoint(format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"));
        let done = subscribe.attributes("RawMessageDelivery", "true").send().await;
        done.context("the queue could not be subscribed to the topic")?;
        queue.queue_url.context("the queue has no address")
    }

    /// Receives the messages in the queue, oldest first. Waits up to `seconds` for the first one.
    pub async fn receive(&self, queue: &str, seconds: i32) -> Result<Vec<Message>> {
        let sqs = aws_sdk_sqs::Client::new(&self.sdk());
        let mut messages = Vec::new();
        let mut wait = seconds;
        loop {
            let receive = sqs.receive_message().queue_url(queue).max_number_of_messages(10);
            let receive = receive.message_attribute_names("All").wait_time_seconds(wait).send().await;
            let taken = receive.context("the messages could not be received")?.messages.unwrap_or_default();
            if taken.is_empty() {
                return Ok(messages);
            }
            for message in taken {
                let handle = message.receipt_handle.unwrap_or_default();
                let delete = sqs.delete_message().queue_url(queue).receipt_handle(handle).send().await;
                delete.context("a message could not be taken from the queue")?;
                let attributes = message.message_attributes.unwrap_or_default();
                let attributes = attributes.into_iter().filter_map(|(name, value)| Some((name, value.string_value?)));
                messages.push(Message { body: message.body.unwrap_or_default(), attributes: attributes.collect() });
            }
            wait = 0;
        }
    }
}

fn from_topic(topic: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "sns.amazonaws.com" },
            "Action": "sqs:SendMessage",
            "Resource": "*",
            "Condition": { "ArnEquals": { "aws:SourceArn": topic } },
        }],
    })
}

fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new(ACCOUNT, SECRET, None, None, "tunedrop-local");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

/// The emulator needs the caller's key when it enforces IAM. It doesn't check the signature of the root user.
fn as_root(service: &str) -> String {
    let scope = format!("{ACCOUNT}/20260101/{REGION}/{service}/aws4_request");
    format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none")
}
