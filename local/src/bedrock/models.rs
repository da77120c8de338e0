//! The properties of a base model. The models are in `base_models`.

use super::base_models::MODELS;
use super::hyperparameters::Hyperparameter;

/// One base model that can, or once could, be customized.
#[derive(Debug)]
pub(super) struct Model {
    /// The identifier in a job's request.
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) provider: &'static str,
    pub(super) regions: &'static [&'static str],
    pub(super) life: Life,
    pub(super) kinds: &'static [&'static str],
    /// The form of fine-tuning data. Other customization types have their own forms.
    pub(super) form: Form,
    /// Whether fine-tuning accepts a validation file.
    pub(super) validation: bool,
    pub(super) records: Records,
    /// The maximum number of tokens in a record.
    pub(super) tokens: usize,
    pub(super) hyperparameters: &'static [Hyperparameter],
    pub(super) inputs: &'static [&'static str],
}

/// The lifecycle of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// Accepts new jobs.
    Active,
    /// Exists, but accepts no new jobs.
    Legacy,
    /// Has reached its end of life: every request fails.
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

/// The limits of a job's number of records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Records {
    pub(super) least: usize,
    pub(super) most_training: usize,
    pub(super) most_validation: usize,
    pub(super) most_together: usize,
}

impl Records {
    /// Returns limits of training and validation records together.
    pub(super) const fn sum(least: usize, most: usize) -> Self {
        Self { least, most_training: most, most_validation: most, most_together: most }
    }

    /// Returns separate limits of training and validation records. The training limit also applies to both together.
    pub(super) const fn each(least: usize, most_training: usize, most_validation: usize) -> Self {
        Self { least, most_training, most_validation, most_together: most_training }
    }
}

impl Model {
    /// Returns the model with this identifier, with or without the context length, as `GetFoundationModel` accepts it.
    pub(super) fn named(id: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| {
            model.id == id
                || model.id.rsplit_once(':').is_some_and(|(short, length)| short == id && length.ends_with('k'))
        })
    }

    /// Returns the form that a file must have for this type of customization.
    pub(super) fn form(&self, kind: &str) -> Form {
        match kind {
            "CONTINUED_PRE_TRAINING" => Form::Input,
            "DISTILLATION" => Form::Prompts,
            "REINFORCEMENT_FINE_TUNING" => Form::Graded,
            _ => self.form,
        }
    }

    /// Returns the limits of the number of records for this type of customization.
    pub(super) fn records(&self, kind: &str) -> Records {
        match kind {
            "CONTINUED_PRE_TRAINING" => Records::sum(1, 100_000),
            "DISTILLATION" => Records::sum(100, 15_000),
            "REINFORCEMENT_FINE_TUNING" => Records::sum(100, 20_000),
            _ => self.records,
        }
    }
}
