//! The recipe: what a dataset's `job.yaml` or `job.json` asks for.

mod check;
mod custom;
mod reader;
mod scope;
mod typed;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunedrop_validation::{Catalogue, Code, Customization, Finding, Findings, Model, Role};

use crate::State;
use crate::custom_model::{CustomModelArn, is_custom};
use crate::plan::{Distillation, InvocationLogs, Reinforcement};
use reader::Reader;
pub use scope::{LogScope, RecipeScope};

/// A recipe larger than this is refused unread.
const SIZE_MAX: u64 = 64 * 1024;

/// The training file where the recipe names none.
const TRAIN_DEFAULT: &str = "train.jsonl";

/// A recipe, as far as it could be read; defaults are filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// As written: an alias, an identifier or a custom model's ARN.
    pub base_model: Option<String>,
    /// For a custom model: the catalogue model it was made from. The ARN says so itself; this can only confirm it.
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

/// The stack's `LaunchDefault`: who decides whether a run waits for approval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LaunchDefault {
    /// The recipe; without a word of it, the run is launched at once.
    #[default]
    Auto,
    /// The recipe; without a word of it, the run waits.
    Manual,
    /// The stack: every run waits, retries included, whatever the recipe says.
    Always,
}

impl LaunchDefault {
    /// Reads the parameter's value.
    pub fn parse(word: &str) -> Option<LaunchDefault> {
        Some(match word {
            "auto" => LaunchDefault::Auto,
            "manual" => LaunchDefault::Manual,
            "always" => LaunchDefault::Always,
            _ => return None,
        })
    }

    /// Whether a run whose recipe says `asked` waits for approval.
    pub fn holds(self, asked: Option<LaunchMode>) -> bool {
        match (self, asked) {
            (LaunchDefault::Always, _) | (_, Some(LaunchMode::Manual)) => true,
            (_, Some(LaunchMode::Auto)) => false,
            (default, None) => default == LaunchDefault::Manual,
        }
    }

    /// The state in which a retry begins: somebody asked for it, which is as good as an approval except where every run
    /// needs one.
    pub fn retried(self) -> State {
        if self == LaunchDefault::Always { State::Held } else { State::Queued }
    }
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
        let written = self.base_model.as_deref()?;
        if is_custom(written) {
            return CustomModelArn::parse(written).ok()?.model(catalogue);
        }
        catalogue.find(written)
    }

    /// What the job is given as base model: a custom model's ARN as it is, else the catalogue's identifier.
    pub fn base_model_identifier(&self, catalogue: &Catalogue) -> Option<String> {
        let written = self.base_model.as_deref()?;
        if is_custom(written) {
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
    pub fn files(&self) -> Vec<(Role, &str)> {
        let train = self.train.as_deref().map(|file| (Role::Train, file));
        let validation = self.validation.as_deref().map(|file| (Role::Validation, file));
        train.into_iter().chain(validation).collect()
    }
}

/// Reads `bytes`, and finds everything that is wrong with them. The recipe that comes back holds what could be understood.
///
/// `scope` is what the stack allows, as far as it is known.
pub fn read_recipe(bytes: &[u8], file: &str, scope: &RecipeScope, catalogue: &Catalogue) -> (Recipe, Findings) {
    let mut reader = Reader::new(file);
    let mut recipe = Recipe { base_model: None, ..Recipe::default() };
    if bytes.len() as u64 > SIZE_MAX {
        reader.findings.push(too_large(file, bytes.len() as u64));
        return (recipe, reader.findings);
    }
    if let Some(root) = reader.parse(bytes) {
        reader.recipe(&root, &mut recipe);
    }
    if recipe.base_model.is_none() {
        recipe.base_model.clone_from(&scope.default_model);
    }
    check::check(&mut recipe, &mut reader, scope, catalogue);
    (recipe, reader.findings)
}

/// The finding on a recipe of so many bytes.
pub(crate) fn too_large(file: &str, bytes: u64) -> Finding {
    let help = "a recipe holds settings only; put records into .jsonl files".to_owned();
    Finding::of_file(
        Code::RecipeTooLarge,
        file,
        format!("the recipe has {bytes} bytes; at most {SIZE_MAX} are read"),
        help,
    )
}

#[cfg(test)]
mod tests;
