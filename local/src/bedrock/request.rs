//! The request of `CreateModelCustomizationJob`. The constraints of its values are in `constraints`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The request. Everything is optional here, because a missing member is reported like any other violation.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateRequest {
    pub(super) job_name: Option<String>,
    pub(super) custom_model_name: Option<String>,
    pub(super) role_arn: Option<String>,
    pub(super) client_request_token: Option<String>,
    pub(super) base_model_identifier: Option<String>,
    pub(super) customization_type: Option<String>,
    pub(super) custom_model_kms_key_id: Option<String>,
    pub(super) job_tags: Option<Vec<Tag>>,
    pub(super) custom_model_tags: Option<Vec<Tag>>,
    pub(super) training_data_config: Option<TrainingData>,
    pub(super) validation_data_config: Option<ValidationData>,
    pub(super) output_data_config: Option<S3Place>,
    pub(super) hyper_parameters: Option<BTreeMap<String, String>>,
    pub(super) vpc_config: Option<Vpc>,
    pub(super) customization_config: Option<Customization>,
}

/// A tag.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Tag {
    pub(super) key: String,
    pub(super) value: String,
}

/// The source of training data: one object, or invocation logs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TrainingData {
    pub(super) s3_uri: Option<String>,
    pub(super) invocation_logs_config: Option<InvocationLogs>,
}

/// Invocation logs as training data.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InvocationLogs {
    pub(super) use_prompt_response: Option<bool>,
    pub(super) invocation_log_source: Option<S3Place>,
    pub(super) request_metadata_filters: Option<serde_json::Value>,
}

/// The validation files.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct ValidationData {
    pub(super) validators: Vec<S3Place>,
}

/// An address in S3.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct S3Place {
    pub(super) s3_uri: Option<String>,
}

/// The network in which a job runs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Vpc {
    pub(super) subnet_ids: Option<Vec<String>>,
    pub(super) security_group_ids: Option<Vec<String>>,
}

/// The settings of distillation or reinforcement fine-tuning only: a union in the API.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Customization {
    /// `distillationConfig`
    DistillationConfig(serde_json::Value),
    /// `rftConfig`
    RftConfig(serde_json::Value),
}

impl CreateRequest {
    /// Returns the customization type. The default is fine-tuning.
    pub(super) fn kind(&self) -> &str {
        self.customization_type.as_deref().unwrap_or("FINE_TUNING")
    }

    /// Returns the address of the training file, if the data is a single file.
    pub(super) fn training_uri(&self) -> Option<&str> {
        self.training_data_config.as_ref()?.s3_uri.as_deref()
    }

    /// Returns the addresses of the validation files.
    pub(super) fn validation_uris(&self) -> Vec<&str> {
        let validators = self.validation_data_config.iter().flat_map(|config| &config.validators);
        validators.filter_map(|place| place.s3_uri.as_deref()).collect()
    }

    /// Returns the output address.
    pub(super) fn output_uri(&self) -> &str {
        self.output_data_config.as_ref().and_then(|place| place.s3_uri.as_deref()).unwrap_or_default()
    }
}
