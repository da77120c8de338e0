//! The format, limits and hyperparameters of one customization of a model.

use serde::{Deserialize, Serialize};

use super::{MediaFormats, MediaLimits};

/// The kinds of customization in Bedrock's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Customization {
    /// Supervised training with prompts and answers.
    FineTuning,
    /// Unsupervised training with plain text.
    ContinuedPreTraining,
    /// Training of a small model with a large model's answers.
    Distillation,
    /// Training with answers that a function grades.
    ReinforcementFineTuning,
}

impl Customization {
    /// All kinds.
    pub const ALL: [Customization; 4] =
        [Self::FineTuning, Self::ContinuedPreTraining, Self::Distillation, Self::ReinforcementFineTuning];

    /// Returns the name in recipes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FineTuning => "fine-tuning",
            Self::ContinuedPreTraining => "continued-pre-training",
            Self::Distillation => "distillation",
            Self::ReinforcementFineTuning => "reinforcement-fine-tuning",
        }
    }

    /// Returns the name in Bedrock's API.
    pub fn api_name(self) -> &'static str {
        match self {
            Self::FineTuning => "FINE_TUNING",
            Self::ContinuedPreTraining => "CONTINUED_PRE_TRAINING",
            Self::Distillation => "DISTILLATION",
            Self::ReinforcementFineTuning => "REINFORCEMENT_FINE_TUNING",
        }
    }
}

/// The data format of a file's records.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// `{"prompt": …, "completion": …}`.
    PromptCompletion,
    /// `{"input": …}`.
    Input,
    /// `bedrock-conversation-2024`: messages of content blocks.
    Conversation(MediaFormats),
    /// The format of Claude 3 Haiku: messages whose content is a text.
    Messages,
    /// `bedrock-conversation-2024` with text only, in which the answer may be missing.
    DistillationPrompts {
        /// Whether a record may have more than one turn.
        multi_turn: bool,
    },
    /// OpenAI's chat layout, with any other keys for the grader.
    Reinforcement,
    /// `{"image-ref": …, "caption": …}`.
    ImageCaption {
        /// The minimum length of a caption in characters.
        caption_min: u64,
        /// The maximum length of a caption in characters.
        caption_max: u64,
    },
}

/// The requirements of one kind of customization of a model. A limit without a source is absent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// The records' format.
    pub format: Format,
    /// The limits of media.
    #[serde(default)]
    pub media: MediaLimits,
    /// Whether AWS's SDK for the model requires an optional part of records, such as a system prompt, in all records or
    /// in none. If so, a file in which only some records have it causes a warning.
    #[serde(default)]
    pub uniform: bool,
    /// Whether `schemaVersion` may be any text.
    #[serde(default)]
    pub any_schema_version: bool,
    /// Whether AWS's own validator accepts only one system text, and no empty `system`. Others cause a warning.
    #[serde(default)]
    pub one_system_text: bool,
    /// Whether a content block may repeat its kind as `type`.
    #[serde(default)]
    pub typed_blocks: bool,
    /// The minimum number of records in the training file.
    #[serde(default)]
    pub train_min: Option<u64>,
    /// The minimum number of records by another of AWS's pages. Fewer cause a warning.
    #[serde(default)]
    pub train_advised: Option<u64>,
    /// The maximum number of records in the training file, if it differs from what `sum_max` allows.
    #[serde(default)]
    pub train_max: Option<u64>,
    /// Whether a validation file is accepted.
    pub validation: bool,
    /// The minimum number of records in the validation file.
    #[serde(default)]
    pub validation_min: Option<u64>,
    /// The maximum number of records in the validation file.
    #[serde(default)]
    pub validation_max: Option<u64>,
    /// The minimum number of records in both files together.
    #[serde(default)]
    pub sum_min: Option<u64>,
    /// The maximum number of records in both files together: the service quota's default.
    #[serde(default)]
    pub sum_max: Option<u64>,
    /// The maximum number of records in both files together by another of AWS's pages. More cause a warning.
    #[serde(default)]
    pub sum_advised: Option<u64>,
    /// Whether AWS can raise `sum_max` for an account.
    #[serde(default)]
    pub sum_adjustable: bool,
    /// The maximum number of tokens in a record, input and output together.
    #[serde(default)]
    pub record_tokens: Option<u64>,
    /// The maximum number of tokens in a record's prompt, if it has its own limit.
    #[serde(default)]
    pub prompt_tokens: Option<u64>,
    /// The maximum number of tokens in a record's completion, if it has its own limit.
    #[serde(default)]
    pub completion_tokens: Option<u64>,
    /// The maximum size of a record's line in bytes.
    #[serde(default)]
    pub record_bytes: Option<u64>,
    /// The maximum size of the training file in bytes.
    #[serde(default)]
    pub train_bytes: Option<u64>,
    /// The maximum size of the validation file in bytes.
    #[serde(default)]
    pub validation_bytes: Option<u64>,
    /// Strings that no text may contain, also inside a word. In another case, they cause a warning.
    #[serde(default)]
    pub reserved: Vec<String>,
    /// Whether AWS's pages reserve them only for another kind of customization of the model. If so, they cause a
    /// warning.
    #[serde(default)]
    pub reserved_advised: bool,
    /// The hyperparameters that can be set.
    #[serde(default)]
    pub hyperparameters: Vec<Hyperparameter>,
    /// For distillation: the identifiers of the available teachers.
    #[serde(default)]
    pub teachers: Vec<String>,
}

impl Training {
    /// Returns the hyperparameter with exactly that name.
    pub fn hyperparameter(&self, name: &str) -> Option<&Hyperparameter> {
        self.hyperparameters.iter().find(|hyperparameter| hyperparameter.name == name)
    }
}

/// A hyperparameter that can be set.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hyperparameter {
    /// The name in the API.
    pub name: String,
    /// The type of its value.
    pub kind: HyperparameterKind,
    /// Words that are also valid values, such as `auto`.
    #[serde(default)]
    pub words: Vec<String>,
    /// Whether it must be set.
    #[serde(default)]
    pub required: bool,
    /// The smallest value of a number.
    #[serde(default)]
    pub min: Option<f64>,
    /// The largest value of a number.
    #[serde(default)]
    pub max: Option<f64>,
    /// Bedrock's documented default.
    #[serde(default)]
    pub default: Option<f64>,
    /// The value in AWS's samples, if no default is documented.
    #[serde(default)]
    pub suggested: Option<String>,
    /// What is known of it, as a sentence. Set if no page of AWS documents it for this model, or not its whole range.
    #[serde(default)]
    pub doubt: Option<String>,
    /// The largest value that is certainly valid.
    #[serde(default)]
    pub doubt_above: Option<f64>,
}

impl Hyperparameter {
    /// Whether its range isn't empty and contains its default.
    pub(super) fn is_sound(&self) -> bool {
        let (min, max) = (self.min.unwrap_or(f64::NEG_INFINITY), self.max.unwrap_or(f64::INFINITY));
        let fits = |value: f64| (min..=max).contains(&value);
        min <= max && self.default.is_none_or(fits) && self.suggestion().is_none_or(fits)
    }

    /// Returns the value in AWS's samples, if it is a number.
    fn suggestion(&self) -> Option<f64> {
        self.suggested.as_ref()?.parse().ok()
    }

    /// Returns the documented default, if it is a whole number, such as that of epochs.
    pub fn default_value(&self) -> Option<u64> {
        self.default.filter(|_| self.kind == HyperparameterKind::Int).map(|value| value as u64)
    }
}

/// The type of a hyperparameter's value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HyperparameterKind {
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// One of these words.
    Choice(Vec<String>),
}
