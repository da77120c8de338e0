//! A base model and its lifecycle.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Customization, PriceSnapshot, Training};

/// A base model, and what can be done with it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The short name used in recipes and messages.
    pub alias: String,
    /// The value of a job's `baseModelIdentifier`.
    pub identifier: String,
    /// The name in AWS's documentation.
    pub name: String,
    /// Other short names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Regions in which it can or could be customized.
    pub regions: Vec<String>,
    /// Whether a new job can be started.
    pub lifecycle: Lifecycle,
    /// The price of 1,000 trained tokens in US dollars, in a user's own catalogue.
    #[serde(default)]
    pub price_per_1k_tokens: Option<f64>,
    /// Where that price was read.
    #[serde(default)]
    pub price_source: String,
    /// What asking the model and its custom models costs, in a user's own catalogue.
    #[serde(default)]
    pub inference_price: Option<InferencePrice>,
    /// Prices that were read when this version was made. They may be old: a user's own and the AWS Price List win.
    #[serde(default)]
    pub prices: Option<PriceSnapshot>,
    /// The model's name in the usage types of the AWS Price List, such as `Nova2.0Lite` in
    /// `USE1-Nova2.0Lite-Customization-Training`.
    #[serde(default)]
    pub price_family: Option<String>,
    /// The pages that are the entry's source.
    pub source: String,
    /// The date on which they were read, as `YYYY-MM-DD`.
    pub checked: String,
    /// If the pages are ambiguous: how they were interpreted, and why.
    #[serde(default)]
    pub note: String,
    customization: BTreeMap<Customization, Training>,
}

/// USD for 1,000 tokens of the requests to a model.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InferencePrice {
    /// Of prompts.
    pub input_per_1k_tokens: f64,
    /// Of answers.
    pub output_per_1k_tokens: f64,
}

/// Whether a new job can be started on a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Lifecycle {
    /// A new job can be started.
    Live,
    /// No new job can be started: the model is legacy, or has reached its end of life.
    Withdrawn {
        /// The date of the withdrawal (`YYYY-MM-DD`), if known.
        #[serde(default)]
        since: Option<String>,
        /// The reason as a clause: "it became legacy on …".
        note: String,
        /// The alias of a live model to use instead.
        instead: String,
    },
}

/// Returns an identifier without the context size at its end.
pub(super) fn invoked_as(identifier: &str) -> &str {
    match identifier.rsplit_once(':') {
        Some((head, _)) if head.contains(':') => head,
        _ => identifier,
    }
}

impl Model {
    /// Returns the rules for a kind of customization; `None` if the model doesn't support it.
    pub fn customization(&self, customization: Customization) -> Option<&Training> {
        self.customization.get(&customization)
    }

    /// Returns the kinds of customization that the model supports.
    pub fn customizations(&self) -> impl Iterator<Item = Customization> {
        self.customization.keys().copied()
    }

    /// Returns a sentence about a withdrawn model that names a live one. `None` for a live model.
    pub fn withdrawn_note(&self) -> Option<String> {
        match &self.lifecycle {
            Lifecycle::Live => None,
            Lifecycle::Withdrawn { note, instead, .. } => {
                Some(format!("{} can't be customized any more: {note}; use {instead} instead", self.name))
            }
        }
    }

    /// Returns the identifier for calls of the model. It lacks the context size, which only jobs require.
    pub fn invoked_as(&self) -> &str {
        invoked_as(&self.identifier)
    }

    /// Whether `name` is the alias, a name or the identifier of this model.
    pub(super) fn has_name(&self, name: &str) -> bool {
        self.identifier.eq_ignore_ascii_case(name)
            || self.invoked_as().eq_ignore_ascii_case(name)
            || self.alias.eq_ignore_ascii_case(name)
            || self.name.eq_ignore_ascii_case(name)
            || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }
}
