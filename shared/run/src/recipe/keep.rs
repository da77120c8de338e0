//! The section `keep`: how many custom models of the dataset to keep.

use tunedrop_validation::Code;

use super::reader::Reader;
use crate::yaml::Node;

/// The most models that a recipe may keep. Bedrock's quota for an account is 100, and can be raised.
const KEEP_MODELS_MAX: u32 = 1_000;

impl Reader<'_> {
    pub(super) fn keep(&mut self, node: &Node, at: &str) -> Option<u32> {
        let mut models = None;
        for (entry, at) in self.entries(node, at, &["models"]) {
            let Some(number) = self.whole_number(&entry.value, &at) else { continue };
            models = u32::try_from(number).ok().filter(|models| (1..=KEEP_MODELS_MAX).contains(models));
            if models.is_none() {
                let message = "too few or too many models to keep".to_owned();
                let help = format!("write a number from 1 to {KEEP_MODELS_MAX}, or remove it to use the stack's");
                self.at(&at, Code::RecipeInvalidValue, message, help);
            }
        }
        models
    }
}
