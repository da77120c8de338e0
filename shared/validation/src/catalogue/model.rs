//! One base model.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Customization, Training};

/// A base model, and what can be done with it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The short name used in recipes and messages.
    pub alias: String,
    /// What a job's `baseModelIdentifier` is.
    pub identifier: String,
    /// What people call it.
    pub name: String,
    /// Other short names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Regions in which it is or was customized.
    pub regions: Vec<String>,
    /// Whether a new job can be started.
    pub lifecycle: Lifecycle,
    /// USD per 1,000 trained tokens, where known.
    #[serde(default)]
    pub price_per_1k_tokens: Option<f64>,
    /// Where that price was read, and on which day; empty where there is none, or where a user's own catalogue has it.
    #[serde(default)]
    pub price_source: String,
    /// What the AWS Price List calls the model in its usage types, such as `Nova2.0Lite` in
    /// `USE1-Nova2.0Lite-Customization-Training`.
    #[serde(default)]
    pub price_family: Option<String>,
    /// The pages that the entry was read from.
    pub source: String,
    /// The day on which it was, as `YYYY-MM-DD`.
    pub checked: String,
    /// Where the pages leave room, the reading taken and why.
    #[serde(default)]
    pub note: String,
    customization: BTreeMap<Customization, Training>,
}

/// Whether a new job can be started on a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Lifecycle {
    /// It can.
    Live,
    /// It can't: the model is legacy, or gone.
    Withdrawn {
        /// Since when (`YYYY-MM-DD`), where known.
        #[serde(default)]
        since: Option<String>,
        /// What happened, as a clause: "it became legacy on …".
        note: String,
        /// The alias of a live model to use instead.
        instead: String,
    },
}

/// An identifier without the context size at its end.
pub(super) fn invoked_as(identifier: &str) -> &str {
    match identifier.rsplit_once(':') {
        Some((head, _)) if head.contains(':') => head,
        _ => identifier,
    }
}

impl Model {
    /// The rules for one kind of customization; `None` where the model doesn't have it.
    pub fn customization(&self, customization: Customization) -> Option<&Training> {
        self.customization.get(&customization)
    }

    /// The kinds of customization it has.
    pub fn customizations(&self) -> impl Iterator<Item = Customization> {
        self.customization.keys().copied()
    }

    /// For a withdrawn model: a sentence that says so, and names a live one.
    pub fn withdrawn_note(&self) -> Option<String> {
        match &self.lifecycle {
            Lifecycle::Live => None,
            Lifecycle::Withdrawn { note, instead, .. } => Some(format!(
                "{} can no longer be customized: {note}; a live model to use instead is {instead}",
                self.name
            )),
        }
    }

    /// The identifier under which the model is invoked: without the context size that jobs want at its end.
    pub fn invoked_as(&self) -> &str {
        invoked_as(&self.identifier)
    }

    /// Whether `name` means this model.
    pub(super) fn goes_by(&self, name: &str) -> bool {
        self.identifier.eq_ignore_ascii_case(name)
            || self.invoked_as().eq_ignore_ascii_case(name)
            || self.alias.eq_ignore_ascii_case(name)
            || self.name.eq_ignore_ascii_case(name)
            || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }
}
