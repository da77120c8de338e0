//! Which catalogue holds, and what it says of a model.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
pub(crate) use tunedrop_run::SetRules as Rules;
use tunedrop_validation::{Catalogue, Customization, Model};

use crate::place::small_text;

/// The catalogue that is built in, with the one in `file` over it.
pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Catalogue> {
    let Some(file) = file else {
        return Ok(Catalogue::embedded().clone());
    };
    let text = small_text("the catalogue ", file)?;
    Catalogue::with_overlay(&text).map_err(|fault| anyhow!("the catalogue {} can't be used: {fault}", file.display()))
}

/// The model of that name; the error offers the nearest one, or says why one that people try can't be used.
pub(crate) fn find<'c>(catalogue: &'c Catalogue, name: &str) -> anyhow::Result<&'c Model> {
    if let Some(why) = catalogue.why_not(name) {
        bail!("the catalogue has no base model {name:?}: {why}");
    }
    let near = || match catalogue.nearest(name) {
        Some(near) => format!("did you mean {near}?"),
        None => "`tunedrop models` lists those it has".to_owned(),
    };
    catalogue.find(name).with_context(|| format!("the catalogue has no base model {name:?}; {}", near()))
}

/// The rules for a model and a type; without a type, the first that the model has, fine-tuning before all others.
pub(crate) fn rules(model: &Model, wanted: Option<Customization>) -> anyhow::Result<Rules<'_>> {
    let has: Vec<&str> = model.customizations().map(Customization::as_str).collect();
    let Some(customization) = wanted.or_else(|| model.customizations().next()) else {
        bail!("the catalogue knows no type of customization for {}", model.name);
    };
    Rules::of(model, customization).with_context(|| {
        format!("{} can't be customized by {}; it takes {}", model.name, customization.as_str(), has.join(", "))
    })
}
