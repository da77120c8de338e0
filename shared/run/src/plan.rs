//! What a run asks of Bedrock, as it is kept in the ledger until it is launched.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunedrop_validation::{Customization, TokenBracket};

use crate::RecipeGuard;

/// Everything a launch needs; nothing is looked up again but what may have changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The identifier the job is given: the catalogue's, or a custom model's ARN.
    pub base_model: String,
    /// The catalogue model whose rules hold; differs from `base_model` for a custom model.
    pub catalogue_model: String,
    /// Its alias in the catalogue that the data was judged by.
    #[serde(default)]
    pub alias: Option<String>,
    /// Where that catalogue has the model as withdrawn: the sentence that says so.
    #[serde(default)]
    pub withdrawn: Option<String>,
    /// The customization type.
    pub customization: Customization,
    /// The custom model's name.
    pub model_name: String,
    /// The judged training file's copy, `s3://…`; absent with invocation logs.
    pub train: Option<String>,
    /// The judged validation file's copy.
    pub validation: Option<String>,
    /// Where Bedrock writes.
    pub output: String,
    /// As the API has them: names and literal text.
    pub hyperparameters: BTreeMap<String, String>,
    /// For job and model.
    pub tags: BTreeMap<String, String>,
    /// With `customization: distillation`.
    pub distillation: Option<Distillation>,
    /// Distillation or reinforcement from logs, instead of `train`.
    pub invocation_logs: Option<InvocationLogs>,
    /// With `customization: reinforcement-fine-tuning`.
    pub reinforcement: Option<Reinforcement>,
    /// The recipe's own guard.
    pub guard: RecipeGuard,
    /// USD, from the recipe or the catalogue.
    pub price_per_1k_tokens: Option<f64>,
    /// USD, from the catalogue, whatever the recipe says.
    #[serde(default)]
    pub catalogue_price_per_1k_tokens: Option<f64>,
    /// Epochs that will be billed: the recipe's, or the model's default; absent where neither is known.
    pub epochs: Option<u64>,
    /// Tokens in the training data; absent with invocation logs.
    pub tokens: Option<TokenBracket>,
    /// The most tokens that one epoch can bill; guards go by this. Absent where nothing bounds it.
    #[serde(default)]
    pub token_ceiling: Option<u64>,
    /// Why `token_ceiling` is absent, as a clause.
    #[serde(default)]
    pub unbounded: Option<String>,
}

/// Who teaches, and how long an answer may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distillation {
    /// Foundation model or system-defined inference profile.
    pub teacher: String,
    /// Tokens; unset: Bedrock's default.
    pub max_response_length: Option<i32>,
}

/// Model invocation logs as training data (user guide, "Prepare your training datasets for distillation").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvocationLogs {
    /// `s3://…`, the prefix of the logs.
    pub prefix: String,
    /// Whether the logged answers are used, or only the prompts.
    pub use_responses: bool,
}

/// Who grades.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reinforcement {
    /// A Lambda function's ARN.
    pub grader: String,
}
