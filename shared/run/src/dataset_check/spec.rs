//! What a dataset needs: the model, the type of customization, and the files.

use tunedrop_validation::{
    Catalogue, Code, Customization, Excerpt, Finding, Findings, Model, Role, Training, check_hyperparameters,
};

use super::unreadable::{self, Unreadable};
use crate::object_key::RECIPES;
use crate::recipe::{key_of, pointer_of, too_large};
use crate::{Recipe, RecipeScope, read_recipe};

/// How many bytes of a recipe are read: more than the maximum, so that a recipe that is too large is recognized by its
/// size.
pub const RECIPE_READ_MAX: usize = 1 << 20;

/// A recipe's file, as it was read.
#[derive(Debug, Clone, Copy)]
pub enum RecipeFile<'b> {
    /// All of its bytes.
    Bytes(&'b [u8]),
    /// It has this many bytes, more than [`RECIPE_READ_MAX`], and wasn't read.
    TooLarge(u64),
    /// It exists, but can't be read.
    Unreadable(Unreadable),
}

/// A model, one of its types of customization, and the limits of that type.
#[derive(Debug, Clone, Copy)]
pub struct SetRules<'c> {
    /// The model.
    pub model: &'c Model,
    /// The type of customization.
    pub customization: Customization,
    /// The model's limits and formats for it.
    pub training: &'c Training,
}

impl<'c> SetRules<'c> {
    /// `None` if the model doesn't have this customization.
    pub fn of(model: &'c Model, customization: Customization) -> Option<SetRules<'c>> {
        Some(SetRules { model, customization, training: model.customization(customization)? })
    }
}

/// A dataset's recipe, or the defaults that apply without one.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetSpec {
    /// The recipe, as far as it could be parsed.
    pub recipe: Recipe,
    /// Its findings.
    pub findings: Findings,
    /// There is neither a recipe nor a default model, so no run can start. Files are checked with the rules of the
    /// format that their first record seems to have.
    pub recipe_is_missing: bool,
    /// The recipe's name in findings.
    pub recipe_name: String,
}

impl DatasetSpec {
    /// Reads the recipe of that name. `scope` is what the stack allows.
    pub fn of_recipe(name: &str, file: RecipeFile, scope: &RecipeScope, catalogue: &Catalogue) -> DatasetSpec {
        let without = |finding: Finding| {
            let mut findings = Findings::default();
            findings.push(finding);
            (Recipe { base_model: None, ..Recipe::default() }, findings)
        };
        let (recipe, mut findings) = match file {
            RecipeFile::Bytes(bytes) => read_recipe(bytes, name, scope, catalogue),
            RecipeFile::TooLarge(bytes) => without(too_large(name, bytes)),
            RecipeFile::Unreadable(why) => without(unreadable::finding(name, why)),
        };
        for finding in &mut findings.kept {
            name.clone_into(&mut finding.file);
            if let RecipeFile::Bytes(bytes) = file {
                finding.excerpt = excerpt(bytes, finding);
            }
        }
        DatasetSpec { recipe, findings, recipe_is_missing: false, recipe_name: name.to_owned() }
    }

    /// Returns the defaults for a folder without a recipe: the stack's default model is fine-tuned with `train.jsonl`.
    /// Without a default model, the recipe is a missing file.
    pub fn without_recipe(
        default_model: Option<&str>,
        customization: Customization,
        catalogue: &Catalogue,
    ) -> DatasetSpec {
        let recipe = Recipe { base_model: default_model.map(str::to_owned), customization, ..Recipe::default() };
        let findings = default_model.map(|name| check_default(name, &recipe, catalogue)).unwrap_or_default();
        let recipe_is_missing = default_model.is_none();
        DatasetSpec { recipe, findings, recipe_is_missing, recipe_name: RECIPES[0].to_owned() }
    }

    /// The folder has both recipes. The first one is used, and the dataset is rejected.
    pub fn with_second_recipe(mut self) -> DatasetSpec {
        let [first, second] = RECIPES;
        self.findings.push(Finding::of_file(
            Code::RecipeConflict,
            second,
            format!("the folder has two recipes, {first} and {second}"),
            "delete one of them, and upload the other again".to_owned(),
        ));
        self
    }

    /// Returns the files that the dataset needs, by role. It leaves out files whose names the recipe's check rejects,
    /// because such a name may lead out of the folder or be too long for S3.
    pub fn wanted(&self) -> Vec<(Role, &str)> {
        let rejected = |role: Role| {
            let pointer = pointer_of(role);
            self.findings.kept.iter().any(|finding| finding.pointer == pointer)
        };
        self.recipe.files().into_iter().filter(|(role, _)| !rejected(*role)).collect()
    }

    /// Returns the rules for the dataset's files, if its model and customization are known.
    pub fn rules<'c>(&self, catalogue: &'c Catalogue) -> Option<SetRules<'c>> {
        SetRules::of(self.recipe.model(catalogue)?, self.recipe.customization)
    }

    /// Returns the finding about a file that the recipe `name` names and that doesn't exist.
    pub fn missing_file(recipe: &str, role: Role, name: &str) -> Finding {
        let what = if role == Role::Evaluation { "held-out" } else { role.as_str() };
        Finding::of_file(
            Code::MissingFile,
            recipe,
            format!("the {what} file {name} is not in the folder"),
            format!("upload it, or name another file under `{}` in the recipe", key_of(role)),
        )
    }
}

/// The operator sets the stack's default model. It may be misspelled, or need more than data.
fn check_default(name: &str, recipe: &Recipe, catalogue: &Catalogue) -> Findings {
    let at = RECIPES[0];
    let mut findings = Findings::default();
    let mut fault = |code, message: String| {
        let help = "name another model in a job.yaml, such as `base_model: nova-lite`".to_owned();
        findings.push(Finding::of_file(code, at, message, help));
    };
    let kind = recipe.customization;
    match recipe.model(catalogue) {
        None => fault(
            Code::RecipeUnknownModel,
            format!("the stack's default base model {name} is not in the catalogue of models that Bedrock customizes"),
        ),
        Some(model) if model.customization(kind).is_none() => fault(
            Code::UnsupportedCustomization,
            format!("{}, the stack's default base model, can't be customized by {}", model.name, kind.as_str()),
        ),
        Some(model) => findings.extend(check_hyperparameters(model, kind, &recipe.hyperparameters, at)),
    }
    findings
}

/// Returns the recipe's line around a finding.
fn excerpt(bytes: &[u8], finding: &Finding) -> Option<Excerpt> {
    let line = bytes.split(|byte| *byte == b'\n').nth(usize::try_from(finding.line?.checked_sub(1)?).ok()?)?;
    Some(Excerpt::around(line, usize::try_from(finding.column?.checked_sub(1)?).ok()?))
}
