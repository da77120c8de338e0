//! What one kind of customization of a model takes.

use serde::{Deserialize, Serialize};

use super::{MediaFormats, MediaLimits};

/// The kinds of customization that Bedrock's API knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Customization {
    /// Supervised: from examples of question and answer.
    FineTuning,
    /// Unsupervised: from plain text.
    ContinuedPreTraining,
    /// A small model learns from a large one's answers.
    Distillation,
    /// Answers are graded by a function.
    ReinforcementFineTuning,
}

impl Customization {
    /// All of them.
    pub const ALL: [Customization; 4] =
        [Self::FineTuning, Self::ContinuedPreTraining, Self::Distillation, Self::ReinforcementFineTuning];

    /// As recipes have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FineTuning => "fine-tuning",
            Self::ContinuedPreTraining => "continued-pre-training",
            Self::Distillation => "distillation",
            Self::ReinforcementFineTuning => "reinforcement-fine-tuning",
        }
    }

    /// As Bedrock's API has it.
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
    /// Claude 3 Haiku's: messages whose content is a text.
    Messages,
    /// `bedrock-conversation-2024` with text only, in which the answer may be missing.
    DistillationPrompts {
        /// Whether a record may have more than one turn.
        multi_turn: bool,
    },
    /// OpenAI's chat layout, with whatever the grader needs beside it.
    Reinforcement,
    /// `{"image-ref": …, "caption": …}`.
    ImageCaption {
        /// Fewest characters of a caption.
        caption_min: u64,
        /// Most characters of a caption.
        caption_max: u64,
    },
}

/// What one kind of customization of a model takes. A limit that no source gives is absent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// The records' format.
    pub format: Format,
    /// What media must be like.
    #[serde(default)]
    pub media: MediaLimits,
    /// Whether AWS's SDK for the model wants an optional part of records, such as a system text, in all of them or in
    /// none: then a file where only some have it is warned of.
    #[serde(default)]
    pub uniform: bool,
    /// Whether `schemaVersion` may be any text.
    #[serde(default)]
    pub any_schema_version: bool,
    /// Whether AWS's own validator takes one system text at most, in a `system` that is not empty: more is warned of.
    #[serde(default)]
    pub one_system_text: bool,
    /// Whether a content block may name its kind once more, as `type`.
    #[serde(default)]
    pub typed_blocks: bool,
    /// Fewest records of the training file.
    #[serde(default)]
    pub train_min: Option<u64>,
    /// Fewest records that another of AWS's pages asks for: fewer is a warning.
    #[serde(default)]
    pub train_advised: Option<u64>,
    /// Most records of the training file, where it is not simply what `sum_max` leaves.
    #[serde(default)]
    pub train_max: Option<u64>,
    /// Whether a validation file is taken.
    pub validation: bool,
    /// Fewest records of the validation file.
    #[serde(default)]
    pub validation_min: Option<u64>,
    /// Most records of the validation file.
    #[serde(default)]
    pub validation_max: Option<u64>,
    /// Fewest records of both files together.
    #[serde(default)]
    pub sum_min: Option<u64>,
    /// Most records of both files together: the service quota's default.
    #[serde(default)]
    pub sum_max: Option<u64>,
    /// Most records of both files together by another of AWS's pages: more is a warning.
    #[serde(default)]
    pub sum_advised: Option<u64>,
    /// Whether an account can have `sum_max` raised.
    #[serde(default)]
    pub sum_adjustable: bool,
    /// Most tokens of a record, input and output together.
    #[serde(default)]
    pub record_tokens: Option<u64>,
    /// Most tokens of a record's prompt, where it has a limit of its own.
    #[serde(default)]
    pub prompt_tokens: Option<u64>,
    /// Most tokens of a record's completion, where it has a limit of its own.
    #[serde(default)]
    pub completion_tokens: Option<u64>,
    /// Most bytes of a record's line.
    #[serde(default)]
    pub record_bytes: Option<u64>,
    /// Most bytes of the training file.
    #[serde(default)]
    pub train_bytes: Option<u64>,
    /// Most bytes of the validation file.
    #[serde(default)]
    pub validation_bytes: Option<u64>,
    /// Strings that no text may hold in this case, also inside a word; in another case they are warned of.
    #[serde(default)]
    pub reserved: Vec<String>,
    /// Whether no page reserves them for this kind of customization, only for another of the model: then they are
    /// warned of.
    #[serde(default)]
    pub reserved_advised: bool,
    /// What can be set.
    #[serde(default)]
    pub hyperparameters: Vec<Hyperparameter>,
    /// For distillation: identifiers of the teachers that can be used today.
    #[serde(default)]
    pub teachers: Vec<String>,
}

impl Training {
    /// The hyperparameter of exactly that name.
    pub fn hyperparameter(&self, name: &str) -> Option<&Hyperparameter> {
        self.hyperparameters.iter().find(|hyperparameter| hyperparameter.name == name)
    }
}

/// One thing that can be set.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hyperparameter {
    /// As the API has it.
    pub name: String,
    /// What its value is.
    pub kind: HyperparameterKind,
    /// Words that it takes beside, such as `auto`.
    #[serde(default)]
    pub words: Vec<String>,
    /// Whether it must be set.
    #[serde(default)]
    pub required: bool,
    /// The least value, for numbers.
    #[serde(default)]
    pub min: Option<f64>,
    /// The largest value, for numbers.
    #[serde(default)]
    pub max: Option<f64>,
    /// What Bedrock takes when it is not sent, where documented.
    #[serde(default)]
    pub default: Option<f64>,
    /// What AWS's own samples send, where no default is documented.
    #[serde(default)]
    pub suggested: Option<String>,
    /// Where no page of AWS documents it for this model, or not the whole range: what is known of it, as a sentence.
    #[serde(default)]
    pub doubt: Option<String>,
    /// Up to here there is no doubt.
    #[serde(default)]
    pub doubt_above: Option<f64>,
}

impl Hyperparameter {
    /// Whether its range holds something, its default among it.
    pub(super) fn is_sound(&self) -> bool {
        let (min, max) = (self.min.unwrap_or(f64::NEG_INFINITY), self.max.unwrap_or(f64::INFINITY));
        let fits = |value: f64| (min..=max).contains(&value);
        min <= max && self.default.is_none_or(fits) && self.suggestion().is_none_or(fits)
    }

    /// The value that AWS's samples send, where it is a number.
    fn suggestion(&self) -> Option<f64> {
        self.suggested.as_ref()?.parse().ok()
    }

    /// The documented default of a whole number, such as epochs.
    pub fn default_value(&self) -> Option<u64> {
        self.default.filter(|_| self.kind == HyperparameterKind::Int).map(|value| value as u64)
    }
}

/// What a hyperparameter's value is.
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
