//! The plan of a run: what launch sends to Bedrock. It is stored in the ledger until the launch.

mod against;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunedrop_evaluation::{Metric, Price, Requirement};
use tunedrop_validation::{Customization, TokenBracket};

pub use against::Against;

use crate::deployment::Capacity;
use crate::evaluation::EvaluationTokens;
use crate::{PriceSource, RecipeBudget, RecipeGuard};

/// Everything that a launch needs. A launch looks up only what may have changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The base model's identifier for the job: the catalogue's, or a custom model's ARN.
    pub base_model: String,
    /// The identifier of the catalogue's model; differs from `base_model` for a custom model.
    pub catalogue_model: String,
    /// Its alias in the catalogue, such as `nova-lite`.
    #[serde(default)]
    pub alias: Option<String>,
    /// The catalogue's sentence about a withdrawn model.
    #[serde(default)]
    pub withdrawn: Option<String>,
    /// The customization.
    pub customization: Customization,
    /// The custom model's name.
    pub model_name: String,
    /// The `s3://` address of the training file's copy; absent with invocation logs.
    pub train: Option<String>,
    /// The `s3://` address of the validation file's copy.
    pub validation: Option<String>,
    /// The `s3://` address for Bedrock's output.
    pub output: String,
    /// Names and literal values, as the API takes them.
    pub hyperparameters: BTreeMap<String, String>,
    /// Tags of the job and of the custom model.
    pub tags: BTreeMap<String, String>,
    /// With `customization: distillation`.
    pub distillation: Option<Distillation>,
    /// Distillation or reinforcement from logs, instead of `train`.
    pub invocation_logs: Option<InvocationLogs>,
    /// With `customization: reinforcement-fine-tuning`.
    pub reinforcement: Option<Reinforcement>,
    /// The recipe's own guard.
    pub guard: RecipeGuard,
    /// USD per 1,000 tokens: the recipe's, or else the known price.
    pub price_per_1k_tokens: Option<f64>,
    /// Where that price is from; absent if an older version planned the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_source: Option<PriceSource>,
    /// USD per 1,000 tokens, whatever the recipe says: from the stack's catalogue, the Price List, or the built-in catalogue.
    #[serde(default)]
    pub catalogue_price_per_1k_tokens: Option<f64>,
    /// Where that price is from; absent if an older version planned the run: it used catalogues only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue_price_source: Option<PriceSource>,
    /// Epochs: the recipe's, or the model's default; absent if neither is known.
    pub epochs: Option<u64>,
    /// Estimated tokens of the training file; absent with invocation logs.
    pub tokens: Option<TokenBracket>,
    /// Upper bound of the tokens of one epoch, for the guards; absent if there is none.
    #[serde(default)]
    pub token_ceiling: Option<u64>,
    /// Why `token_ceiling` is absent, as a clause.
    #[serde(default)]
    pub unbounded: Option<String>,
    /// Where to serve the model; absent: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deploy: Option<DeployPlan>,
    /// How to evaluate the model; absent: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluate: Option<EvaluationPlan>,
    /// The recipe's budget; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<RecipeBudget>,
}

/// Where and when a run's model is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployPlan {
    /// The deployment's name; `None`: the dataset's.
    #[serde(default)]
    pub name: Option<String>,
    /// When.
    pub when: DeployWhen,
    /// Seconds after which the deployment is deleted; `None`: never.
    #[serde(default)]
    pub expires_after_s: Option<i64>,
    /// How Bedrock serves the model: `type` and `model_units`.
    #[serde(flatten)]
    pub capacity: Capacity,
}

/// When a run's model is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeployWhen {
    /// When the evaluation that the recipe asks for has kept the model.
    Kept,
    /// As soon as the job has completed.
    Succeeded,
    /// When somebody asks for it with `tunedrop deploy`.
    Approved,
}

/// How a run's model is evaluated.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EvaluationPlan {
    /// The `s3://` address of the held-out file's copy. Its records have the layout of the training file's.
    pub data: String,
    /// The most records to ask: 1 to [`RECORDS_MAX`](tunedrop_evaluation::RECORDS_MAX).
    pub max_records: u64,
    /// What the model is compared with.
    pub against: Vec<Against>,
    /// Metrics; empty: chosen from the reference answers.
    #[serde(default)]
    pub metrics: Vec<Metric>,
    /// Maximum tokens of an answer; `None`: from the longest reference answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// What is required of metrics. Empty: the model must be better than every other side on the first metric.
    #[serde(default)]
    pub require: BTreeMap<Metric, Requirement>,
    /// A model that scores the answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<Judge>,
    /// What the asked models cost, from the recipe or the catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// What they cost, whatever the recipe says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue_price: Option<Price>,
    /// Where that price is from; absent if an older version planned the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue_price_source: Option<PriceSource>,
    /// Upper bound of the tokens that prompts and answers bill, for the guards; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_ceiling: Option<u64>,
    /// How many of these are tokens of answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_token_ceiling: Option<u64>,
}

/// A model that scores answers in Bedrock evaluation jobs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Judge {
    /// The model's identifier. Where Bedrock asks it by an inference profile only, its profile is asked.
    pub model: String,
    /// The metrics, which a judge scores.
    pub metrics: Vec<Metric>,
    /// What the judge costs, from the recipe or the catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// What it costs, whatever the recipe says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue_price: Option<Price>,
    /// Where that price is from; absent if an older version planned the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue_price_source: Option<PriceSource>,
    /// What the judge can bill, for the guards; absent if that isn't known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<EvaluationTokens>,
}

/// The settings of a distillation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distillation {
    /// The teacher: a foundation model or a system-defined inference profile.
    pub teacher: String,
    /// Maximum tokens of an answer; `None`: Bedrock's default.
    pub max_response_length: Option<i32>,
}

/// Model invocation logs as training data (user guide, "Prepare your training datasets for distillation").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvocationLogs {
    /// The `s3://` prefix of the logs.
    pub prefix: String,
    /// Whether the logged answers are used, and not only the prompts.
    pub use_responses: bool,
}

/// The settings of reinforcement fine-tuning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reinforcement {
    /// The ARN of the grader, a Lambda function.
    pub grader: String,
}
