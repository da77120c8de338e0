//! What a dataset asks for: the model, the type of customization, and the files.

use tunedrop_validation::{
    Catalogue, Code, Customization, Excerpt, Finding, Findings, Model, Role, Training, check_hyperparameters,
};

use super::unreadable::{self, Unreadable};
use crate::dropped::RECIPES;
use crate::recipe::too_large;
use crate::{Recipe, RecipeScope, read_recipe};

/// Bytes of a recipe that are read: more than one may have, so that one that is too large can be told by its size.
pub const RECIPE_READ_MAX: usize = 1 << 20;

/// A recipe's file, as far as it was read.
#[derive(Debug, Clone, Copy)]
pub enum RecipeFile<'b> {
    /// All of its bytes.
    Bytes(&'b [u8]),
    /// It has this many bytes, more than [`RECIPE_READ_MAX`], and wasn't read.
    TooLarge(u64),
    /// It is there, and can't be read.
    Unreadable(Unreadable),
}

/// A model, a type of customization that it has, and what that takes.
#[derive(Debug, Clone, Copy)]
pub struct SetRules<'c> {
    /// The model.
    pub model: &'c Model,
    /// The type of customization.
    pub customization: Customization,
    /// What the model takes for it.
    pub training: &'c Training,
}

impl<'c> SetRules<'c> {
    /// `None` where the model isn't customized that way.
    pub fn of(model: &'c Model, customization: Customization) -> Option<SetRules<'c>> {
        Some(SetRules { model, customization, training: model.customization(customization)? })
    }
}

/// A dataset's recipe, or what holds without one.
#[derive(Debug, Clone, PartialEq)]
pub struct SetSpec {
    /// The recipe, as far as it could be understood.
    pub recipe: Recipe,
    /// What is wrong with it.
    pub findings: Findings,
    /// There is neither a recipe nor a default model, so no run can start. Files are checked by the format that their
    /// first record seems to have.
    pub waits_for_recipe: bool,
}

impl SetSpec {
    /// Reads the recipe of that name. `scope` is what the stack allows.
    pub fn of_recipe(name: &str, file: RecipeFile, scope: &RecipeScope, catalogue: &Catalogue) -> SetSpec {
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
        SetSpec { recipe, findings, waits_for_recipe: false }
    }

    /// A folder without a recipe: the stack's default model is fine-tuned with `train.jsonl`. Without a default model the
    /// set waits for its recipe.
    pub fn without_recipe(default_model: Option<&str>, customization: Customization, catalogue: &Catalogue) -> SetSpec {
        let recipe = Recipe { base_model: default_model.map(str::to_owned), customization, ..Recipe::default() };
        let findings = default_model.map(|name| check_default(name, &recipe, catalogue)).unwrap_or_default();
        SetSpec { recipe, findings, waits_for_recipe: default_model.is_none() }
    }

    /// The folder has both recipes. The first one counts, and the set is rejected.
    pub fn with_second_recipe(mut self) -> SetSpec {
        let [first, second] = RECIPES;
        self.findings.push(Finding::of_file(
            Code::RecipeConflict,
            second,
            format!("the folder has two recipes, {first} and {second}"),
            "delete one of them, and upload the other again".to_owned(),
        ));
        self
    }

    /// The files that the set needs, by role. A file whose name the recipe's check rejects isn't among them: its name may
    /// lead out of the folder, or be longer than S3 takes.
    pub fn wanted(&self) -> Vec<(Role, &str)> {
        let rejected = |role: Role| {
            let pointer = format!("/{}", role.as_str());
            self.findings.kept.iter().any(|finding| finding.pointer == pointer)
        };
        self.recipe.files().into_iter().filter(|(role, _)| !rejected(*role)).collect()
    }

    /// The rules by which the set's files are checked, where its model and type are known.
    pub fn rules<'c>(&self, catalogue: &'c Catalogue) -> Option<SetRules<'c>> {
        SetRules::of(self.recipe.model(catalogue)?, self.recipe.customization)
    }

    /// The finding on a wanted file that isn't there, in the recipe of that name.
    pub fn missing_file(recipe: &str, role: Role, name: &str) -> Finding {
        let role = role.as_str();
        Finding::of_file(
            Code::MissingFile,
            recipe,
            format!("the {role} file {name} is not in the folder"),
            format!("put it there, or name another under `{role}` in the recipe"),
        )
    }
}

/// The stack's default model is its operator's word, and may be misspelled, or a model that needs more than data.
fn check_default(name: &str, recipe: &Recipe, catalogue: &Catalogue) -> Findings {
    let at = RECIPES[0];
    let mut findings = Findings::default();
    let mut fault = |code, message: String| {
        let help = "name another in a job.yaml, such as `base_model: nova-lite`".to_owned();
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

/// The recipe's line around a fault.
fn excerpt(bytes: &[u8], finding: &Finding) -> Option<Excerpt> {
    let line = bytes.split(|byte| *byte == b'\n').nth(usize::try_from(finding.line?.checked_sub(1)?).ok()?)?;
    Some(Excerpt::around(line, usize::try_from(finding.column?.checked_sub(1)?).ok()?))
}
