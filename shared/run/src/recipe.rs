//! The recipe of a dataset: `job.yaml` or `job.json`.

mod budget;
mod check;
mod custom;
mod deploy;
mod evaluate;
mod expect;
mod files;
mod keep;
mod reader;
mod scope;
mod typed;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunedrop_quality::Expectation;
use tunedrop_validation::{Catalogue, Code, Customization, Finding, Findings, Model, Role};

use crate::custom_model::{CustomModelArn, is_custom};
use crate::own_base::{OwnBase, OwnBaseFault, OwnLookup, OwnModel};
use crate::plan::{DeployPlan, Distillation, InvocationLogs, Reinforcement};
use crate::{QualityMode, RecipeBudget, State};
pub use deploy::seconds;
pub(crate) use evaluate::NamedMetric;
pub use evaluate::{Evaluate, JudgeSection};
pub use expect::read_expectations;
pub use files::{key_of, pointer_of};
use reader::Reader;
pub use scope::{LogScope, RecipeScope};

/// The maximum size of a recipe in bytes. A larger one is rejected without reading it.
const SIZE_MAX: u64 = 64 * 1024;

/// The training file, if the recipe names none.
const TRAIN_DEFAULT: &str = "train.jsonl";

/// A recipe, as far as it could be parsed, with defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// As written: an alias, an identifier, a custom model's ARN, or an [`OwnBase`].
    pub base_model: Option<String>,
    /// The custom model that an [`OwnBase`] stands for; absent if the ledger wasn't asked.
    pub own_model: Option<OwnModel>,
    /// For a custom model: the catalogue model that it was trained from. An ARN contains it too, so this can only
    /// confirm it.
    pub like: Option<String>,
    /// The customization type.
    pub customization: Customization,
    /// Relative to the dataset's folder. Absent with invocation logs.
    pub train: Option<String>,
    /// Relative to the dataset's folder.
    pub validation: Option<String>,
    /// Names as the API has them, and the numbers' literal text.
    pub hyperparameters: BTreeMap<String, String>,
    /// The prefix of the custom model's name.
    pub model_name: Option<String>,
    /// Tags for the job and the model.
    pub tags: BTreeMap<String, String>,
    /// The limits of a run.
    pub guard: RecipeGuard,
    /// The limit of a month, for the runs of the dataset or of its owner.
    pub budget: Option<RecipeBudget>,
    /// USD per 1,000 tokens, for a model whose price isn't in the catalogue.
    pub price_per_1k_tokens: Option<f64>,
    /// The account's own quota of records, if it was raised.
    pub quota_records: Option<u64>,
    /// Absent: the stack's default applies.
    pub launch: Option<LaunchMode>,
    /// Whether warnings block the launch too.
    pub strict: bool,
    /// From 1 to 99.
    pub attempt: u32,
    /// E-mail addresses to notify. Empty: everyone who subscribes.
    pub notify: Vec<String>,
    /// With `customization: distillation`.
    pub distillation: Option<Distillation>,
    /// Invocation logs, instead of a training file.
    pub invocation_logs: Option<InvocationLogs>,
    /// With `customization: reinforcement-fine-tuning`.
    pub reinforcement: Option<Reinforcement>,
    /// Where to serve the model; absent: nowhere.
    pub deploy: Option<DeployPlan>,
    /// How to evaluate the model; absent: not at all.
    pub evaluate: Option<Evaluate>,
    /// How many models of the dataset to keep; absent: the stack's default applies.
    pub keep_models: Option<u32>,
    /// Whether the data is looked at a second time.
    pub quality: QualityMode,
    /// Whether secrets and personal data are looked for.
    pub sensitive: bool,
    /// What the records must be like.
    pub expect: Vec<Expectation>,
}

/// The limits of one run. A run that exceeds one is refused before it costs anything.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RecipeGuard {
    /// The most tokens that may be billed: tokens × epochs, where a byte counts as a token.
    pub max_tokens: Option<u64>,
    /// The most that may be billed, in USD.
    pub max_cost_usd: Option<f64>,
}

/// Whether a valid dataset is launched at once or waits for approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaunchMode {
    /// At once.
    Auto,
    /// After `tunedrop approve`.
    Manual,
}

/// The stack's `LaunchDefault`: whether a run waits for approval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LaunchDefault {
    /// The recipe decides. By default, the run is launched at once.
    #[default]
    Auto,
    /// The recipe decides. By default, the run waits.
    Manual,
    /// Every run waits, retries included, whatever the recipe says.
    AlwaysManual,
}

impl LaunchDefault {
    /// Parses the parameter's value.
    pub fn parse(word: &str) -> Option<LaunchDefault> {
        Some(match word {
            "auto" => LaunchDefault::Auto,
            "manual" => LaunchDefault::Manual,
            "always-manual" => LaunchDefault::AlwaysManual,
            _ => return None,
        })
    }

    /// Whether a run whose recipe says `asked` waits for approval.
    pub fn holds(self, asked: Option<LaunchMode>) -> bool {
        match (self, asked) {
            (LaunchDefault::AlwaysManual, _) | (_, Some(LaunchMode::Manual)) => true,
            (_, Some(LaunchMode::Auto)) => false,
            (default, None) => default == LaunchDefault::Manual,
        }
    }

    /// Returns the first state of a retry. The command counts as an approval, unless every run needs one.
    pub fn retried(self) -> State {
        if self == LaunchDefault::AlwaysManual { State::Held } else { State::Queued }
    }
}

impl Default for Recipe {
    fn default() -> Recipe {
        Recipe {
            base_model: None,
            own_model: None,
            like: None,
            customization: Customization::FineTuning,
            train: Some(TRAIN_DEFAULT.to_owned()),
            validation: None,
            hyperparameters: BTreeMap::new(),
            model_name: None,
            tags: BTreeMap::new(),
            guard: RecipeGuard::default(),
            budget: None,
            price_per_1k_tokens: None,
            quota_records: None,
            launch: None,
            strict: false,
            attempt: 1,
            notify: Vec::new(),
            distillation: None,
            invocation_logs: None,
            reinforcement: None,
            deploy: None,
            evaluate: None,
            keep_models: None,
            quality: QualityMode::Off,
            sensitive: false,
            expect: Vec::new(),
        }
    }
}

impl Recipe {
    /// Returns the catalogue's model whose rules apply to this recipe's data.
    pub fn model<'c>(&self, catalogue: &'c Catalogue) -> Option<&'c Model> {
        if let Some(arn) = self.custom_base() {
            return CustomModelArn::parse(arn).ok()?.model(catalogue);
        }
        // The ledger knows what it is; until then, `like` says which rules apply.
        let written = if self.own_base().is_some() { &self.like } else { &self.base_model };
        catalogue.find(written.as_deref()?)
    }

    /// Returns the run or deployment that the recipe continues from, if it names one.
    pub fn own_base(&self) -> Option<Result<OwnBase, OwnBaseFault>> {
        OwnBase::parse(self.base_model.as_deref()?)
    }

    /// Returns the ARN of the custom model that the recipe continues from, if it is known.
    pub fn custom_base(&self) -> Option<&str> {
        let own = self.own_model.as_ref().map(|own| own.model_arn.as_str());
        own.or(self.base_model.as_deref().filter(|written| is_custom(written)))
    }

    /// Returns the job's base model: a custom model's ARN unchanged, or else the catalogue's identifier. `None` for a
    /// run or deployment that wasn't looked up.
    pub fn base_model_identifier(&self, catalogue: &Catalogue) -> Option<String> {
        if let Some(arn) = self.custom_base() {
            return Some(arn.to_owned());
        }
        Some(catalogue.find(self.base_model.as_deref()?)?.identifier.clone())
    }

    /// Returns the value of the tag `owner`, whose name may be in any case.
    pub fn owner(&self) -> Option<String> {
        let (_, value) =
            self.tags.iter().find(|(name, value)| name.eq_ignore_ascii_case("owner") && !value.is_empty())?;
        Some(value.clone())
    }

    /// Returns the role of the file that the model is evaluated with; `None` if it isn't evaluated.
    pub fn held_out(&self) -> Option<Role> {
        let section = self.evaluate.as_ref()?;
        let is_validation = section.data.is_none() || section.data == self.validation;
        Some(if is_validation { Role::Validation } else { Role::Evaluation })
    }

    /// Returns the files that the recipe names, with their roles.
    pub fn files(&self) -> Vec<(Role, &str)> {
        let train = self.train.as_deref().map(|file| (Role::Train, file));
        let validation = self.validation.as_deref().map(|file| (Role::Validation, file));
        let held_out = self.evaluate.as_ref().and_then(|section| section.data.as_deref());
        // The validation file is read once.
        let held_out = held_out.filter(|file| self.validation.as_deref() != Some(file));
        let held_out = held_out.map(|file| (Role::Evaluation, file));
        train.into_iter().chain(validation).chain(held_out).collect()
    }
}

/// Parses `bytes`, and returns all findings. The recipe that it returns contains what could be parsed.
///
/// `scope` is what the stack allows, as far as that is known.
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
    if let (Some(Ok(_)), OwnLookup::Found(own)) = (recipe.own_base(), &scope.own_base) {
        recipe.own_model = Some(own.clone());
    }
    check::check(&mut recipe, &mut reader, scope, catalogue);
    (recipe, reader.findings)
}

/// Returns the run or deployment that a recipe continues from, which the caller looks up before it calls
/// [`read_recipe`]. `None` if the recipe names none in a valid form.
pub fn own_base(bytes: &[u8], scope: &RecipeScope) -> Option<OwnBase> {
    let scope = RecipeScope { own_base: OwnLookup::AtUpload, ..scope.clone() };
    read_recipe(bytes, "", &scope, Catalogue::embedded()).0.own_base()?.ok()
}

/// Returns the finding about a recipe of this size.
pub(crate) fn too_large(file: &str, bytes: u64) -> Finding {
    let help = "keep only settings in the recipe, and move records to .jsonl files".to_owned();
    Finding::of_file(
        Code::RecipeTooLarge,
        file,
        format!("the recipe has {bytes} bytes, and at most {SIZE_MAX} are allowed"),
        help,
    )
}

#[cfg(test)]
mod tests;
