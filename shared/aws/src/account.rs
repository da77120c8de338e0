//! Queries the account about a stack's resources, for `tunedrop doctor`. Changes nothing.

use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum};
use aws_sdk_kms::operation::describe_key::DescribeKeyError;
use aws_sdk_kms::types::{KeySpec, KeyState};
use aws_sdk_s3::types::BucketVersioningStatus;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::{Configs, Failure};

/// Queries the bucket, table, topic and role, and the caller's identity.
#[derive(Debug, Clone)]
pub struct Account {
    s3: aws_sdk_s3::Client,
    dynamodb: aws_sdk_dynamodb::Client,
    sns: aws_sdk_sns::Client,
    iam: aws_sdk_iam::Client,
    kms: aws_sdk_kms::Client,
    sts: aws_sdk_sts::Client,
}

/// A role's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceRoleFacts {
    /// Services that may assume the role.
    pub trusts: Vec<String>,
}

impl Account {
    /// Create one per process.
    pub fn new(configs: &Configs) -> Account {
        let config = &configs.all;
        Account {
            s3: aws_sdk_s3::Client::new(config),
            dynamodb: aws_sdk_dynamodb::Client::new(config),
            sns: aws_sdk_sns::Client::new(config),
            iam: aws_sdk_iam::Client::new(config),
            kms: aws_sdk_kms::Client::new(config),
            sts: aws_sdk_sts::Client::new(config),
        }
    }

    /// Returns the caller's ARN.
    pub async fn caller(&self) -> Result<String, Failure> {
        let answer = self.sts.get_caller_identity().send().await;
        let answer = answer.map_err(|error| Failure::new("sts:GetCallerIdentity", &error))?;
        Ok(answer.arn.unwrap_or_default())
    }

    /// Returns the bucket's Region, if S3 returns one.
    pub async fn bucket_region(&self, bucket: &str) -> Result<Option<String>, Failure> {
        let answer = self.s3.head_bucket().bucket(bucket).send().await;
        let answer = answer.map_err(|error| Failure::new(format!("s3:HeadBucket {bucket}"), &error))?;
        Ok(answer.bucket_region)
    }

    /// Whether the bucket keeps versions.
    pub async fn keeps_versions(&self, bucket: &str) -> Result<bool, Failure> {
        let answer = self.s3.get_bucket_versioning().bucket(bucket).send().await;
        let answer = answer.map_err(|error| Failure::new(format!("s3:GetBucketVersioning {bucket}"), &error))?;
        Ok(answer.status == Some(BucketVersioningStatus::Enabled))
    }

    /// Whether the bucket sends its events to EventBridge.
    pub async fn sends_events_to_eventbridge(&self, bucket: &str) -> Result<bool, Failure> {
        let answer = self.s3.get_bucket_notification_configuration().bucket(bucket).send().await;
        let call = format!("s3:GetBucketNotificationConfiguration {bucket}");
        Ok(answer.map_err(|error| Failure::new(call, &error))?.event_bridge_configuration.is_some())
    }

    /// Returns the table's state, which is `ACTIVE` when it can be used.
    pub async fn table_state(&self, table: &str) -> Result<String, Failure> {
        let answer = self.dynamodb.describe_table().table_name(table).send().await;
        let answer = answer.map_err(|error| Failure::new(format!("dynamodb:DescribeTable {table}"), &error))?;
        let status = answer.table.and_then(|table| table.table_status);
        Ok(status.map(|status| status.as_str().to_owned()).unwrap_or_default())
    }

    /// Returns how many subscriptions of the topic are confirmed, and how many aren't.
    pub async fn subscriptions(&self, topic: &str) -> Result<(usize, usize), Failure> {
        let mut all = self.sns.list_subscriptions_by_topic().topic_arn(topic).into_paginator().items().send();
        let (mut confirmed, mut pending) = (0, 0);
        while let Some(subscription) = all.next().await {
            let subscription = subscription.map_err(|error| Failure::new("sns:ListSubscriptionsByTopic", &error))?;
            // An unconfirmed subscription has this word instead of an ARN (API reference, Subscription).
            match subscription.subscription_arn.as_deref() {
                Some("PendingConfirmation") => pending += 1,
                _ => confirmed += 1,
            }
        }
        Ok((confirmed, pending))
    }

    /// Returns why this key can't encrypt. `None` if it can.
    pub async fn key_fault(&self, arn: &str) -> Result<Option<String>, Failure> {
        let answer = self.kms.describe_key().key_id(arn).send().await;
        if let Err(error) = &answer
            && error.as_service_error().is_some_and(DescribeKeyError::is_not_found_exception)
        {
            return Ok(Some("there is no such key".to_owned()));
        }
        let answer = answer.map_err(|error| Failure::new(format!("kms:DescribeKey {arn}"), &error))?;
        let Some(key) = answer.key_metadata else { return Ok(None) };
        let state = key.key_state.unwrap_or(KeyState::Enabled);
        if state != KeyState::Enabled {
            return Ok(Some(format!("the key is {}", state.as_str())));
        }
        // The bucket, the table and the queues support symmetric keys only (KMS developer guide, "Symmetric encryption
        // KMS keys").
        let spec = key.key_spec.unwrap_or(KeySpec::SymmetricDefault);
        Ok((spec != KeySpec::SymmetricDefault)
            .then(|| format!("the key is of the kind {}, not symmetric", spec.as_str())))
    }

    /// Returns the settings of a role that a service assumes.
    pub async fn service_role(&self, arn: &str) -> Result<ServiceRoleFacts, Failure> {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        let call = format!("iam:GetRole {name}");
        let answer = self.iam.get_role().role_name(name).send().await;
        let answer = answer.map_err(|error| Failure::new(call, &error))?;
        let policy = answer.role.and_then(|role| role.assume_role_policy_document).unwrap_or_default();
        Ok(ServiceRoleFacts { trusts: trusted(&decoded(&policy)) })
    }

    /// Returns which of these actions on these resources the role's policies don't allow. `Err` if that can't be
    /// queried. `via`: the service through which a key is used, such as `s3.us-east-1.amazonaws.com`.
    pub async fn denied(&self, role: &str, asked: &[(&str, String)], via: &str) -> Result<Vec<String>, Failure> {
        let via = ContextEntry::builder()
            .context_key_name("kms:ViaService")
            .context_key_type(ContextKeyTypeEnum::String)
            .context_key_values(via)
            .build();
        let mut denied = Vec::new();
        for (action, resource) in asked {
            let request = self.iam.simulate_principal_policy().policy_source_arn(role);
            let answer =
                request.action_names(*action).resource_arns(resource).context_entries(via.clone()).send().await;
            let answer = answer.map_err(|error| Failure {
                call: "iam:SimulatePrincipalPolicy".to_owned(),
                cause: DisplayErrorContext(&error).to_string(),
                words: None,
            })?;
            let allowed = answer.evaluation_results().iter().all(|result| result.eval_decision.as_str() == "allowed");
            if !allowed || answer.evaluation_results().is_empty() {
                denied.push(format!("{action} on {resource}"));
            }
        }
        Ok(denied)
    }
}

/// IAM returns policies percent-encoded (API reference, Role).
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Returns the services in a trust policy.
fn trusted(policy: &str) -> Vec<String> {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let services = policy["Statement"].as_array().into_iter().flatten().map(|one| &one["Principal"]["Service"]);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    services
        .flat_map(|one| one.as_array().map_or_else(|| vec![text(one)], |many| many.iter().map(text).collect()))
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trust_policy_names_its_services() {
        let encoded =
            "%7B%22Statement%22%3A%5B%7B%22Principal%22%3A%7B%22Service%22%3A%22bedrock.amazonaws.com%22%7D%7D%5D%7D";
        assert_eq!(trusted(&decoded(encoded)), ["bedrock.amazonaws.com"]);
        assert_eq!(trusted(r#"{"Statement":[{"Principal":{"Service":["a","b"]}}]}"#), ["a", "b"]);
        assert_eq!(trusted("no policy"), [""; 0]);
        assert_eq!(decoded("100%"), "100%");
    }
}
