//! A second implementation of the rules: serde_json parses, serde structs describe the format, and the rules are
//! written again from the documentation. The fuzz target and the tests compare the validator with it.

mod compare;
mod generate;
mod json;
mod media;
mod rules;
mod shapes;

use tunedrop_validation::catalogue::MediaFormats;
use tunedrop_validation::{Catalogue, Customization, Format, Training};

pub(crate) use compare::check;

/// The rules of a file, for both implementations.
pub(crate) struct Case {
    pub(crate) model: &'static str,
    pub(crate) customization: Customization,
    pub(crate) training: &'static Training,
    pub(crate) shape: Shape,
}

/// The documented shapes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    PromptCompletion,
    Input,
    /// `bedrock-conversation-2024`: whether the last turn must be the assistant's, and how many messages are the most.
    Conversation {
        answered: bool,
        most: usize,
    },
    Messages,
    Reinforcement,
    /// How many characters a caption may have.
    ImageCaption {
        least: usize,
        most: usize,
    },
}

const ANSWERED: Shape = Shape::Conversation { answered: true, most: usize::MAX };

/// A model of each kind. The order is part of the corpus: append only.
const CASES: [(&str, Customization, Shape); 13] = [
    ("titan-text-express", Customization::FineTuning, Shape::PromptCompletion),
    ("titan-text-express", Customization::ContinuedPreTraining, Shape::Input),
    ("nova-micro", Customization::FineTuning, ANSWERED),
    ("nova-lite", Customization::FineTuning, ANSWERED),
    ("nova-2-lite", Customization::FineTuning, ANSWERED),
    ("claude-3-haiku", Customization::FineTuning, Shape::Messages),
    ("nova-lite", Customization::Distillation, Shape::Conversation { answered: false, most: usize::MAX }),
    ("llama-3-1-8b", Customization::Distillation, Shape::Conversation { answered: false, most: 2 }),
    ("nova-2-lite", Customization::ReinforcementFineTuning, Shape::Reinforcement),
    ("llama-3-2-11b", Customization::FineTuning, ANSWERED),
    ("nova-canvas", Customization::FineTuning, Shape::ImageCaption { least: 3, most: 1024 }),
    ("titan-multimodal-embeddings", Customization::FineTuning, Shape::ImageCaption { least: 0, most: 2560 }),
    ("cohere-command", Customization::FineTuning, Shape::PromptCompletion),
];

/// How many cases there are.
pub(crate) const CASE_COUNT: usize = CASES.len();

impl Case {
    /// The case that a byte of the input chooses.
    pub(crate) fn chosen(byte: u8) -> Case {
        let (model, customization, shape) = CASES[byte as usize % CASE_COUNT];
        let found = Catalogue::embedded().find(model).expect("the model is in the catalogue");
        let training = found.customization(customization).expect("the model has this customization");
        Case { model, customization, training, shape }
    }

    /// The media that its conversations may hold.
    fn media(&self) -> MediaFormats {
        match &self.training.format {
            Format::Conversation(media) => media.clone(),
            _ => MediaFormats::default(),
        }
    }

    /// A record that is valid under it.
    pub(crate) fn good_record(&self) -> &'static str {
        match self.shape {
            Shape::PromptCompletion => r#"{"prompt": "good", "completion": "fine"}"#,
            Shape::Input => r#"{"input": "good"}"#,
            Shape::Conversation { .. } => {
                r#"{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "good"}]}, {"role": "assistant", "content": [{"text": "fine"}]}]}"#
            }
            Shape::Messages => {
                r#"{"messages": [{"role": "user", "content": "good"}, {"role": "assistant", "content": "fine"}]}"#
            }
            Shape::ImageCaption { .. } => r#"{"image-ref": "s3://good/fine.png", "caption": "good"}"#,
            Shape::Reinforcement => r#"{"messages": [{"role": "user", "content": "good"}]}"#,
        }
    }
}
