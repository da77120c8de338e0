//! The request of `CreateEvaluationJob`, and the API model's constraints on it.

use serde::Deserialize;
use serde_json::Value;

use super::super::broken::{Broken, few_tags};
use super::super::errors::Refusal;
use super::super::patterns;
use super::super::request::{S3Place, Tag};

/// The request. A missing member is reported like any other violation.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateRequest {
    pub(super) job_name: Option<String>,
    job_description: Option<String>,
    pub(super) client_request_token: Option<String>,
    pub(super) role_arn: Option<String>,
    customer_encryption_key_id: Option<String>,
    pub(super) job_tags: Option<Vec<Tag>>,
    application_type: Option<String>,
    pub(super) evaluation_config: Option<EvaluationConfig>,
    pub(super) inference_config: Option<InferenceConfig>,
    output_data_config: Option<S3Place>,
}

/// A union: a job of programs and judge models, or one of human workers.
#[derive(Clone, Deserialize)]
pub(super) struct EvaluationConfig {
    pub(super) automated: Option<Automated>,
    pub(super) human: Option<Value>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Automated {
    #[serde(default)]
    pub(super) dataset_metric_configs: Vec<DatasetMetrics>,
    evaluator_model_config: Option<EvaluatorModels>,
    pub(super) custom_metric_config: Option<CustomMetrics>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DatasetMetrics {
    pub(super) task_type: Option<String>,
    pub(super) dataset: Option<Dataset>,
    #[serde(default)]
    pub(super) metric_names: Vec<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dataset {
    pub(super) name: Option<String>,
    dataset_location: Option<S3Place>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EvaluatorModels {
    #[serde(default)]
    bedrock_evaluator_models: Vec<Judge>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Judge {
    model_identifier: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CustomMetrics {
    #[serde(default)]
    pub(super) custom_metrics: Vec<Value>,
    evaluator_model_config: Option<EvaluatorModels>,
}

#[derive(Clone, Deserialize)]
pub(super) struct InferenceConfig {
    #[serde(default)]
    pub(super) models: Vec<Value>,
}

/// The source of the answers: a union in [`InferenceConfig`].
pub(super) trait Answering {
    fn bedrock(&self) -> Option<&str>;
    fn precomputed(&self) -> Option<&str>;
}

impl Answering for Value {
    fn bedrock(&self) -> Option<&str> {
        self["bedrockModel"]["modelIdentifier"].as_str()
    }

    fn precomputed(&self) -> Option<&str> {
        self["precomputedInferenceSource"]["inferenceSourceIdentifier"].as_str()
    }
}

/// The enum `EvaluationTaskType`, and `General`, which the user guide has for jobs with a judge.
const TASK_TYPES: [&str; 6] =
    ["Summarization", "Classification", "QuestionAndAnswer", "Generation", "Custom", "General"];

impl CreateRequest {
    /// Checks every value against the API model.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let mut broken = Broken::default();
        broken.text("jobName", self.job_name.as_deref(), true, patterns::evaluation_name);
        let short = |text: &str| (1..=200).contains(&text.chars().count());
        broken.text("jobDescription", self.job_description.as_deref(), false, short);
        broken.text("clientRequestToken", self.client_request_token.as_deref(), false, patterns::token);
        broken.text("roleArn", self.role_arn.as_deref(), true, patterns::role_arn);
        broken.text("customerEncryptionKeyId", self.customer_encryption_key_id.as_deref(), false, patterns::kms_key);
        let known = |kind: &str| matches!(kind, "ModelEvaluation" | "RagEvaluation");
        broken.text("applicationType", self.application_type.as_deref(), false, known);
        let tags = self.job_tags.as_deref().unwrap_or_default();
        broken.tags("jobTags", tags);
        broken.text("outputDataConfig.s3Uri", Some(self.output_uri()), true, patterns::s3_uri);
        let one_config =
            self.evaluation_config.as_ref().is_some_and(|one| one.automated.is_some() != one.human.is_some());
        broken.unless(one_config, "evaluationConfig", "Member must have exactly one member of the union");
        if let Some(automated) = self.automated() {
            automated.check(&mut broken);
        }
        let models = self.inference_config.as_ref().map_or(&[][..], |config| &config.models);
        broken.unless((1..=2).contains(&models.len()), "inferenceConfig.models", "Member must have 1 or 2 members");
        for model in models {
            let at = "inferenceConfig.models.member";
            let named = model.bedrock().is_some() != model.precomputed().is_some();
            broken.unless(named, at, "Member must have exactly one member of the union");
            broken.text(&format!("{at}.modelIdentifier"), model.bedrock(), false, patterns::evaluated_model);
            let source = model.precomputed();
            broken.text(&format!("{at}.inferenceSourceIdentifier"), source, false, patterns::inference_source);
        }
        broken.result()?;
        few_tags(tags)
    }

    pub(super) fn automated(&self) -> Option<&Automated> {
        self.evaluation_config.as_ref()?.automated.as_ref()
    }

    pub(super) fn output_uri(&self) -> &str {
        self.output_data_config.as_ref().and_then(|place| place.s3_uri.as_deref()).unwrap_or_default()
    }

    /// Whether it evaluates a knowledge base.
    pub(super) fn is_rag(&self) -> bool {
        self.application_type.as_deref() == Some("RagEvaluation")
    }
}

impl Automated {
    fn check(&self, broken: &mut Broken) {
        let configs = &self.dataset_metric_configs;
        broken.unless((1..=5).contains(&configs.len()), "datasetMetricConfigs", "Member must have 1 to 5 members");
        for config in configs {
            let at = |member: &str| format!("datasetMetricConfigs.member.{member}");
            broken.text(&at("taskType"), config.task_type.as_deref(), true, |kind| TASK_TYPES.contains(&kind));
            let dataset = config.dataset.as_ref();
            let name = dataset.and_then(|dataset| dataset.name.as_deref());
            broken.text(&at("dataset.name"), name, true, patterns::evaluation_label);
            broken.text(&at("dataset.datasetLocation.s3Uri"), config.uri(), false, patterns::s3_uri);
            let count = (1..=25).contains(&config.metric_names.len());
            broken.unless(count, &at("metricNames"), "Member must have 1 to 25 members");
            for metric in &config.metric_names {
                broken.text(&at("metricNames.member"), Some(metric), true, patterns::evaluation_label);
            }
        }
        self.evaluator_model_config.iter().for_each(|config| config.check("evaluatorModelConfig", broken));
        let Some(custom) = &self.custom_metric_config else { return };
        let count = (1..=10).contains(&custom.custom_metrics.len());
        broken.unless(count, "customMetrics", "Member must have 1 to 10 members");
        for metric in &custom.custom_metrics {
            let (at, metric) = ("customMetrics.member.customMetricDefinition", &metric["customMetricDefinition"]);
            broken.text(&format!("{at}.name"), metric["name"].as_str(), true, patterns::evaluation_label);
            let instructions = |text: &str| (1..=5_000).contains(&text.chars().count());
            broken.text(&format!("{at}.instructions"), metric["instructions"].as_str(), true, instructions);
            let scale = metric["ratingScale"].as_array().is_none_or(|scale| (1..=10).contains(&scale.len()));
            broken.unless(scale, &format!("{at}.ratingScale"), "Member must have 1 to 10 members");
        }
        match &custom.evaluator_model_config {
            Some(config) => config.check("customMetricConfig.evaluatorModelConfig", broken),
            None => broken.unless(false, "customMetricConfig.evaluatorModelConfig", "Member must not be null"),
        }
    }

    pub(super) fn task_types(&self) -> Vec<&str> {
        self.dataset_metric_configs.iter().filter_map(|config| config.task_type.as_deref()).collect()
    }

    /// Returns the judge of the built-in metrics.
    pub(super) fn judge(&self) -> Option<&str> {
        self.evaluator_model_config.as_ref()?.judge()
    }

    /// Returns both judge models: of the built-in metrics and of the custom ones.
    pub(super) fn judges(&self) -> impl Iterator<Item = &str> {
        let custom = self.custom_metric_config.as_ref().and_then(|custom| custom.evaluator_model_config.as_ref());
        self.judge().into_iter().chain(custom.and_then(EvaluatorModels::judge))
    }

    /// Returns the names of the custom metrics.
    pub(super) fn custom_names(&self) -> Vec<&str> {
        let metrics = self.custom_metric_config.iter().flat_map(|custom| &custom.custom_metrics);
        metrics.filter_map(|metric| metric["customMetricDefinition"]["name"].as_str()).collect()
    }
}

impl EvaluatorModels {
    fn check(&self, at: &str, broken: &mut Broken) {
        broken.unless(self.bedrock_evaluator_models.len() == 1, at, "Member must have exactly one evaluator model");
        broken.text(&format!("{at}.modelIdentifier"), self.judge(), true, patterns::evaluator_model);
    }

    fn judge(&self) -> Option<&str> {
        self.bedrock_evaluator_models.first()?.model_identifier.as_deref()
    }
}

impl DatasetMetrics {
    /// Returns the dataset's address.
    pub(super) fn uri(&self) -> Option<&str> {
        self.dataset.as_ref()?.dataset_location.as_ref()?.s3_uri.as_deref()
    }

    /// Returns the dataset's name.
    pub(super) fn name(&self) -> &str {
        self.dataset.as_ref().and_then(|dataset| dataset.name.as_deref()).unwrap_or_default()
    }
}
