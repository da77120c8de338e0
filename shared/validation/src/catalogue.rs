//! Which models can be customized, how, and within which limits.
//!
//! The entries are data (`models.toml`), each with its source and the date on which it was checked.

mod media;
mod model;
mod nearest;
mod not_offered;
mod overlay;
mod training;

use std::sync::OnceLock;

pub use media::{MediaFormats, MediaLimits};
pub use model::{Lifecycle, Model};
pub(crate) use nearest::nearest;
pub use training::{Customization, Format, Hyperparameter, HyperparameterKind, Training};

use serde::Deserialize;

/// The models known.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    #[serde(rename = "model")]
    models: Vec<Model>,
    #[serde(rename = "not-offered", default)]
    not_offered: Vec<not_offered::NotOffered>,
}

impl Catalogue {
    /// The one that ships with this crate.
    pub fn embedded() -> &'static Catalogue {
        static EMBEDDED: OnceLock<Catalogue> = OnceLock::new();
        EMBEDDED.get_or_init(|| {
            toml::from_str(include_str!("models.toml")).expect("models.toml is embedded, and a test reads it")
        })
    }

    /// Reads a catalogue from TOML in the layout of `models.toml`; the error says what is wrong and where.
    pub fn parse(text: &str) -> Result<Catalogue, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// All entries.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model of that alias, name or identifier (with or without the context suffix), or of the full ARN of a
    /// foundation model. The case of aliases and names doesn't matter.
    pub fn find(&self, name: &str) -> Option<&Model> {
        let name = name.trim();
        let name = foundation_model(name).unwrap_or(name);
        self.models.iter().find(|model| model.goes_by(name))
    }

    /// What a distillation job's teacher is called: the identifier of a catalogue model, or else `name` as it is
    /// (an inference profile, or a model that only teaches).
    pub fn teacher(&self, name: &str) -> String {
        self.find(name).map_or(name, Model::invoked_as).to_owned()
    }

    /// The alias that is nearest to a name that was not found; `None` where nothing is near, or where the name is that of
    /// a model which can't be customized ([`why_not`](Catalogue::why_not)).
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

/// `<id>` of `arn:aws:bedrock:<region>::foundation-model/<id>`.
fn foundation_model(arn: &str) -> Option<&str> {
    let (head, identifier) = arn.split_once("::foundation-model/")?;
    let mut parts = head.split(':');
    let is_bedrock = parts.next() == Some("arn") && parts.next()?.starts_with("aws") && parts.next() == Some("bedrock");
    is_bedrock.then_some(identifier)
}

/// Whether two identifiers mean one foundation model, whichever way it is called: with or without a context size, as an
/// ARN, or through a system-defined inference profile (`us.<id>`; user guide, "Supported Regions and models for inference
/// profiles").
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
