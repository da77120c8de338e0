//! The recipe: what a dataset's `job.yaml` or `job.json` asks for.

mod check;
mod reader;
mod typed;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunedrop_validation::{Catalogue, Code, Customization, Findings, Model};

use crate::plan::{Distillation, InvocationLogs, Reinforcement};
use reader::Reader;

/// A recipe larger than this is refused unread.
const SIZE_MAX: u64 = 64 * 1024;

/// The training file where the recipe names none.
const TRAIN_DEFAULT: &str = "train.jsonl";

/// A recipe, as far as it could be read; defaults are filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// As written: an alias, an identifier or a custom model's ARN.
    pub base_model: Option<String>,
    /// For a custom model: the catalogue model it was made from.
    pub like: Option<String>,
    /// The customization type.
    pub customization: Customization,
    /// Relative to the dataset's folder; absent with invocation logs.
    pub train: Option<String>,
    /// Relative to the dataset's folder.
    pub validation: Option<String>,
    /// Names as the API has them, and the numbers' literal text.
    pub hyperparameters: BTreeMap<String, String>,
    /// Prefix of the custom model's name.
    pub model_name: Option<String>,
    /// For job and model.
    pub tags: BTreeMap<String, String>,
    /// What a run may not exceed.
    pub guard: RecipeGuard,
    /// USD; for a model whose price the catalogue doesn't know.
    pub price_per_1k_tokens: Option<f64>,
    /// The account's own, raised quota of records.
    pub quota_records: Option<u64>,
    /// Absent: the stack's default.
    pub launch: Option<LaunchMode>,
    /// Whether warnings block too.
    pub strict: bool,
    /// From 1 to 99.
    pub attempt: u32,
    /// Who is told; empty: everyone who subscribes.
    pub notify: Vec<String>,
    /// With `customization: distillation`.
    pub distillation: Option<Distillation>,
    /// Instead of a training file.
    pub invocation_logs: Option<InvocationLogs>,
    /// With `customization: reinforcement-fine-tuning`.
    pub reinforcement: Option<Reinforcement>,
}

/// Limits of one run; above either, it is refused before it costs anything.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RecipeGuard {
    /// Billed tokens: tokens × epochs, at the upper end of the estimate.
    pub max_tokens: Option<u64>,
    /// USD.
    pub max_cost_usd: Option<f64>,
}

/// Whether a valid set is launched at once or waits for approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaunchMode {
    /// At once.
    Auto,
    /// After `tunedrop approve`.
    Manual,
}

impl Default for Recipe {
    fn default() -> Recipe {
        Recipe {
            base_model: None,
            like: None,
            customization: Customization::FineTuning,
            train: Some(TRAIN_DEFAULT.to_owned()),
            validation: None,
            hyperparameters: BTreeMap::new(),
            model_name: None,
            tags: BTreeMap::new(),
            guard: RecipeGuard::default(),
            price_per_1k_tokens: None,
            quota_records: None,
            launch: None,
            strict: false,
            attempt: 1,
            notify: Vec::new(),
            distillation: None,
            invocation_logs: None,
            reinforcement: None,
        }
    }
}

impl Recipe {
    /// The catalogue's entry whose rules hold for this recipe's data.
    pub fn model<'c>(&self, catalogue: &'c Catalogue) -> Option<&'c Model> {
        catalogue.find(self.like.as_deref().or(self.base_model.as_deref())?)
    }

    /// What the job is given as base model: a custom model's ARN as it is, else the catalogue's identifier.
    pub fn base_model_identifier(&self, catalogue: &Catalogue) -> Option<String> {
        let written = self.base_model.as_deref()?;
        if is_custom_model(written) {
            return Some(written.to_owned());
        }
        Some(catalogue.find(written)?.identifier.clone())
    }

    /// The value of the tag `owner`, in whatever case its name is written: whom the run belongs to.
    pub fn owner(&self) -> Option<String> {
        let (_, value) =
            self.tags.iter().find(|(name, value)| name.eq_ignore_ascii_case("owner") && !value.is_empty())?;
        Some(value.clone())
    }

    /// The files that the recipe names, with their roles.
    pub fn files(&self) -> Vec<(&'static str, &str)> {
        let train = self.train.as_deref().map(|file| ("train", file));
        let validation = self.validation.as_deref().map(|file| ("validation", file));
        train.into_iter().chain(validation).collect()
    }
}

/// Whether `name` is a custom model's ARN, not a foundation model.
fn is_custom_model(name: &str) -> bool {
    name.starts_with("arn:") && name.contains(":custom-model/")
}

/// Reads `bytes`, and finds everything that is wrong with them. The recipe that comes back holds what could be understood.
///
/// `default_model` is the stack's, for a recipe that names none.
pub fn read_recipe(bytes: &[u8], file: &str, default_model: Option<&str>, catalogue: &Catalogue) -> (Recipe, Findings) {
    let mut reader = Reader::new(file);
    let mut recipe = Recipe { base_model: None, ..Recipe::default() };
    if bytes.len() as u64 > SIZE_MAX {
        reader.whole(
            Code::RecipeTooLarge,
            format!("the recipe has {} bytes; at most {SIZE_MAX} are read", bytes.len()),
            "a recipe holds settings only; put records into .jsonl files".to_owned(),
        );
        return (recipe, reader.findings);
    }
    if let Some(root) = reader.parse(bytes) {
        reader.recipe(&root, &mut recipe);
    }
    if recipe.base_model.is_none() {
        recipe.base_model = default_model.map(str::to_owned);
    }
    check::check(&mut recipe, &mut reader, catalogue);
    (recipe, reader.findings)
}

#[cfg(test)]
mod tests;
