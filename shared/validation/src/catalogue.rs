//! The catalogue: which models can be customized, how, and within which limits.
//!
//! The entries are data (`models.toml`), each with its source and the date on which it was checked.

mod media;
mod model;
mod nearest;
mod not_offered;
mod overlay;
mod prices;
mod suggest;
mod training;

use std::sync::OnceLock;

pub use media::{MediaFormats, MediaLimits};
pub use model::{InferencePrice, Lifecycle, Model};
pub(crate) use nearest::nearest;
pub use prices::{PriceSnapshot, Rates};
pub use training::{Customization, Format, Hyperparameter, HyperparameterKind, Training};

use serde::Deserialize;

/// A list of base models.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    #[serde(rename = "model")]
    models: Vec<Model>,
    #[serde(rename = "not-offered", default)]
    not_offered: Vec<not_offered::NotOffered>,
}

impl Catalogue {
    /// Returns the built-in catalogue.
    pub fn embedded() -> &'static Catalogue {
        static EMBEDDED: OnceLock<Catalogue> = OnceLock::new();
        EMBEDDED.get_or_init(|| {
            toml::from_str(include_str!("models.toml")).expect("the built-in models.toml is valid, which a test checks")
        })
    }

    /// Parses a catalogue: TOML in the layout of `models.toml`. The error says what is wrong, and where.
    pub fn parse(text: &str) -> Result<Catalogue, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// Returns all entries.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// Returns the model with that alias, name, identifier (with or without the context size) or foundation model ARN.
    /// Aliases and names are compared without regard to case.
    pub fn find(&self, name: &str) -> Option<&Model> {
        let name = name.trim();
        let name = foundation_model(name).unwrap_or(name);
        self.models.iter().find(|model| model.has_name(name))
    }

    /// Returns the identifier of a distillation job's teacher. If `name` isn't a model of the catalogue, returns it
    /// unchanged: it is an inference profile, or a model that can only be a teacher.
    pub fn teacher(&self, name: &str) -> String {
        self.find(name).map_or(name, Model::invoked_as).to_owned()
    }

    /// Returns the alias that is most similar to an unknown name. `None` if no alias is similar enough, or if the name
    /// is that of a model that can't be customized ([`why_not`](Catalogue::why_not)).
    pub fn nearest(&self, name: &str) -> Option<&str> {
        if self.why_not(name).is_some() {
            return None;
        }
        let names = self.models.iter().flat_map(|model| {
            std::iter::once(&model.alias).chain(&model.aliases).chain(std::iter::once(&model.identifier))
        });
        nearest(&name.trim().to_lowercase(), names.map(String::as_str))
    }
}

/// Returns `<id>` of `arn:aws:bedrock:<region>::foundation-model/<id>`.
fn foundation_model(arn: &str) -> Option<&str> {
    let (head, identifier) = arn.split_once("::foundation-model/")?;
    let mut parts = head.split(':');
    let is_bedrock = parts.next() == Some("arn") && parts.next()?.starts_with("aws") && parts.next() == Some("bedrock");
    is_bedrock.then_some(identifier)
}

/// Whether two identifiers mean the same foundation model. Each may have a context size, be an ARN, or be a
/// system-defined inference profile (`us.<id>`; user guide, "Supported Regions and models for inference profiles").
pub fn same_model(one: &str, other: &str) -> bool {
    bare(one) == bare(other)
}

fn bare(identifier: &str) -> &str {
    let id = identifier.rsplit('/').next().unwrap_or_default();
    let geography = ["us.", "us-gov.", "eu.", "apac.", "jp.", "au.", "ca.", "global."];
    let id = geography.into_iter().find_map(|prefix| id.strip_prefix(prefix)).unwrap_or(id);
    model::invoked_as(id)
}

#[cfg(test)]
mod tests;
