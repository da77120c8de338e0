//! Sends messages to people, through SNS.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;

use crate::Failure;

/// The stack's topic.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    arn: String,
}

impl Topic {
    /// Create one per process.
    pub fn new(config: &SdkConfig, arn: String) -> Topic {
        Topic { client: Client::new(config), arn }
    }

    /// Publishes one message. The attribute `notify` is a JSON array, and is sent as `String.Array`, for subscription
    /// filters.
    pub async fn publish(
        &self,
        subject: &str,
        body: &str,
        attributes: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let mut request = self.client.publish().topic_arn(&self.arn).subject(subject).message(body);
        for (name, value) in attributes {
            let kind = if name == "notify" { "String.Array" } else { "String" };
            let attribute = MessageAttributeValue::builder().data_type(kind).string_value(value).build();
            request = request.message_attributes(name, attribute.map_err(|error| Failure::new("sns:Publish", &error))?);
        }
        request.send().await.map_err(|error| Failure::new("sns:Publish", &error))?;
        Ok(())
    }
}
