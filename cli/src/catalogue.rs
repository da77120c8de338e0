//! Loads the catalogue, and finds models in it.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
pub(crate) use tunedrop_run::SetRules as Rules;
use tunedrop_run::{OwnBase, Recipe, custom_model_fault};
use tunedrop_validation::{Catalogue, Customization, Model};

use crate::location::small_text;

/// Loads the built-in catalogue, extended by the one in `file`.
pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Catalogue> {
    let Some(file) = file else {
        return Ok(Catalogue::embedded().clone());
    };
    let text = small_text("the catalogue ", file)?;
    Catalogue::with_overlay(&text).map_err(|fault| anyhow!("the catalogue {} can't be used: {fault}", file.display()))
}

/// The model, if neither the arguments nor the data decide.
pub(crate) const DEFAULT_MODEL: &str = "nova-lite";

/// Finds the model of that name; of a custom model's ARN, the model that it was trained from. The error says which models the name could mean, or why the model can't be used.
pub(crate) fn find<'c>(catalogue: &'c Catalogue, name: &str) -> anyhow::Result<&'c Model> {
    let recipe = Recipe { base_model: Some(name.to_owned()), ..Recipe::default() };
    if let Some(model) = recipe.model(catalogue) {
        return Ok(model);
    }
    if OwnBase::parse(name).is_some() {
        bail!(
            "only a stack knows the custom model of {name:?}: pass the base model that it was made from, such as `--model nova-lite`, and write {name} as base_model in the recipe"
        );
    }
    if let Some((fault, help)) = custom_model_fault(name) {
        bail!("unknown base model {name:?}: {fault}; {help}");
    }
    if let Some(why) = catalogue.why_not(name) {
        bail!("unknown base model {name:?}: {why}");
    }
    let help = || catalogue.suggestion(name).unwrap_or_else(|| "`tunedrop models` lists the known ones".to_owned());
    bail!("unknown base model {name:?}: {}", help())
}

/// The rules for a model and a type. The default type is the model's first, which is fine-tuning if it has that.
pub(crate) fn rules(model: &Model, wanted: Option<Customization>) -> anyhow::Result<Rules<'_>> {
    let has: Vec<&str> = model.customizations().map(Customization::as_str).collect();
    let Some(customization) = wanted.or_else(|| model.customizations().next()) else {
        bail!("{} supports no customization type", model.name);
    };
    Rules::of(model, customization).with_context(|| {
        format!("{} doesn't support {}; it supports {}", model.name, customization.as_str(), has.join(", "))
    })
}
