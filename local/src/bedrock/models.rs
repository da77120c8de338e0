//! What is known of a base model. The models themselves are in `base_models`.

use super::base_models::MODELS;
use super::hyperparameters::Hyperparameter;

/// One base model that can, or once could, be customized.
#[derive(Debug)]
pub(super) struct Model {
    /// The identifier a job names.
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) provider: &'static str,
    pub(super) regions: &'static [&'static str],
    pub(super) life: Life,
    pub(super) kinds: &'static [&'static str],
    /// What fine-tuning data looks like; other customization types have a form of their own.
    pub(super) form: Form,
    /// Whether a validation file may be given with fine-tuning.
    pub(super) validation: bool,
    pub(super) records: Records,
    /// The most tokens in one record.
    pub(super) tokens: usize,
    pub(super) hyperparameters: &'static [Hyperparameter],
    pub(super) inputs: &'static [&'static str],
}

/// Where a model stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// Takes jobs.
    Active,
    /// Still there, takes no new jobs.
    Legacy,
    /// Past its end of life: every request fails.
    Gone,
}

/// The form of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `prompt` and `completion`
    PromptCompletion,
    /// `input`
    Input,
    /// `system` and `messages` of plain strings
    Messages,
    /// `bedrock-conversation-2024`
    Conversation {
        /// Whether Nova's reserved words and required `schemaVersion` apply.
        nova: bool,
    },
    /// `image-ref` and `caption`
    Image,
    /// Prompts to distill with
    Prompts,
    /// OpenAI-style messages with a `reference_answer`
    Graded,
}

/// How many records a job may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Records {
    pub(super) least: usize,
    pub(super) most_training: usize,
    pub(super) most_validation: usize,
    pub(super) most_together: usize,
}

impl Records {
    /// Limits on training and validation records together.
    pub(super) const fn sum(least: usize, most: usize) -> Self {
        Self { least, most_training: most, most_validation: most, most_together: most }
    }

    /// A limit on each, and the training limit on both.
    pub(super) const fn each(least: usize, most_training: usize, most_validation: usize) -> Self {
        Self { least, most_training, most_validation, most_together: most_training }
    }
}

impl Model {
    /// The model that `GetFoundationModel` is asked for: with its context length, or without.
    pub(super) fn named(id: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| {
            model.id == id
                || model.id.rsplit_once(':').is_some_and(|(short, length)| short == id && length.ends_with('k'))
        })
    }

    /// The form a file must have for this type of customization.
    pub(super) fn form(&self, kind: &str) -> Form {
        match kind {
            "CONTINUED_PRE_TRAINING" => Form::Input,
            "DISTILLATION" => Form::Prompts,
            "REINFORCEMENT_FINE_TUNING" => Form::Graded,
            _ => self.form,
        }
    }

    /// How many records a job of this type of customization may have.
    pub(super) fn records(&self, kind: &str) -> Records {
        match kind {
            "CONTINUED_PRE_TRAINING" => Records::sum(1, 100_000),
            "DISTILLATION" => Records::sum(100, 15_000),
            "REINFORCEMENT_FINE_TUNING" => Records::sum(100, 20_000),
            _ => self.records,
        }
    }
}
