//! The recipe as a form, made from the catalogue.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use tunedrop_run::deployment::on_demand_regions;
use tunedrop_validation::catalogue::{HyperparameterKind, Lifecycle};
use tunedrop_validation::{Catalogue, Customization};

use super::drafts::Draft;
use super::edit::{Settings, changed};
use super::look::Seen;
use crate::catalogue::{Rules, find, rules};
use crate::format::visible;
use crate::init::recipe::hints;
use crate::write::whole_file;

/// A choice: its value, its text, and whether it is chosen.
pub(super) type Choice = (String, String, bool);

/// The form.
pub(super) struct Form {
    pub(super) models: Vec<Choice>,
    pub(super) kinds: Vec<Choice>,
    /// Empty if the recipe has no training file.
    pub(super) train: Vec<Choice>,
    /// Empty if the model takes no validation file.
    pub(super) validation: Vec<Choice>,
    pub(super) hyperparameters: Vec<Field>,
    /// Whether the recipe asks for it; `None` if the model can't.
    pub(super) evaluate: Option<bool>,
    pub(super) deploy: Option<bool>,
}

/// A hyperparameter.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) default: String,
    pub(super) hint: String,
    pub(super) choices: Vec<Choice>,
}

impl Form {
    /// `None` if the form can't change the recipe.
    pub(super) fn of(seen: &Seen, files: &BTreeMap<String, u64>) -> Option<Form> {
        if seen.recipe_name.ends_with(".json") || seen.recipe_text.is_empty() {
            return None;
        }
        let settings = Settings::of(&seen.recipe);
        let rules = seen.rules;
        let own = rules.map(|rules| rules.model.alias.clone());
        let is_alias = own.as_deref() == Some(settings.base_model.as_str());
        let mut models: Vec<Choice> = Vec::new();
        if !is_alias {
            models.push((settings.base_model.clone(), visible(&settings.base_model), true));
        }
        for model in Catalogue::embedded().models() {
            let is_own = is_alias && own.as_ref() == Some(&model.alias);
            if model.lifecycle == Lifecycle::Live || is_own {
                models.push((model.alias.clone(), model.name.clone(), is_own));
            }
        }
        let kinds = rules
            .into_iter()
            .flat_map(|rules| rules.model.customizations())
            .map(|kind| (kind.as_str().to_owned(), kind.as_str().replace('-', " "), kind == settings.customization));
        let named = |chosen: &Option<String>| -> Vec<Choice> {
            let mut names: Vec<&String> =
                files.keys().filter(|name| name.ends_with(".jsonl") && !name.contains('/')).collect();
            names.extend(chosen.iter().filter(|chosen| !files.contains_key(*chosen)));
            names.into_iter().map(|name| (name.clone(), visible(name), Some(name) == chosen.as_ref())).collect()
        };
        let takes_validation = rules.is_some_and(|rules| rules.training.validation);
        let mut validation = if takes_validation { named(&settings.validation) } else { Vec::new() };
        if takes_validation {
            validation.insert(0, (String::new(), "none".to_owned(), settings.validation.is_none()));
        }
        let is_served = rules.is_some_and(|rules| !on_demand_regions(&rules.model.identifier).is_empty());
        Some(Form {
            models,
            kinds: kinds.collect(),
            train: if settings.train.is_some() { named(&settings.train) } else { Vec::new() },
            validation,
            hyperparameters: rules.map(|rules| fields(rules, &settings)).unwrap_or_default(),
            evaluate: is_served.then_some(settings.evaluate),
            deploy: is_served.then_some(settings.deploy),
        })
    }
}

fn fields(rules: Rules, settings: &Settings) -> Vec<Field> {
    let all = rules.training.hyperparameters.iter();
    all.filter(|one| {
        one.doubt.is_none() || one.doubt_above.is_some() || settings.hyperparameters.contains_key(&one.name)
    })
    .map(|one| {
        let value = settings.hyperparameters.get(&one.name).cloned().unwrap_or_default();
        let default = one.default.map_or_else(String::new, |value| value.to_string());
        let choices = match &one.kind {
            HyperparameterKind::Choice(words) => {
                let mut choices = vec![(String::new(), "the default".to_owned(), value.is_empty())];
                choices.extend(words.iter().map(|word| (word.clone(), word.clone(), *word == value)));
                choices
            }
            _ => Vec::new(),
        };
        let mut hint: Vec<String> = hints(one).into_iter().filter(|part| part != "default").collect();
        hint.extend(Some(format!("default {default}")).filter(|_| !default.is_empty()));
        hint.extend(Some("required".to_owned()).filter(|_| one.required));
        hint.extend(one.doubt.clone());
        Field { name: one.name.clone(), value, default, hint: hint.join("; "), choices }
    })
    .collect()
}

/// Takes what the form sent.
pub(super) fn save(draft: &Draft, sent: &BTreeMap<String, String>) -> Result<()> {
    let seen = draft.state().seen.clone().context("the recipe isn't read yet")?;
    let get = |name: &str| sent.get(name).map(|value| value.trim().to_owned());
    let now = Settings::of(&seen.recipe);
    let catalogue = Catalogue::embedded();
    let base_model = get("base_model").unwrap_or_else(|| now.base_model.clone());
    let wanted = get("customization").and_then(|word| kind(&word));
    let rules = match seen.rules.filter(|_| base_model == now.base_model) {
        // A custom model or a run, which the catalogue doesn't list.
        Some(same) => wanted.and_then(|kind| Rules::of(same.model, kind)).unwrap_or(same),
        None => {
            let model = find(catalogue, &base_model)?;
            wanted.and_then(|kind| Rules::of(model, kind)).map_or_else(|| rules(model, None), Ok)?
        }
    };
    let known = |name: &str| rules.training.hyperparameter(name).is_some();
    let mut hyperparameters = now.hyperparameters.clone();
    for (name, value) in sent.iter().filter_map(|(name, value)| Some((name.strip_prefix("h.")?, value.trim()))) {
        match value {
            "" => hyperparameters.remove(name),
            value => hyperparameters.insert(name.to_owned(), value.to_owned()),
        };
    }
    hyperparameters.retain(|name, _| known(name));
    let is_same_model = base_model == now.base_model && rules.customization == now.customization;
    let checked = |name: &str, now: bool| if sent.contains_key("has_goals") { sent.contains_key(name) } else { now };
    let settings = Settings {
        customization: rules.customization,
        train: get("train").map_or(now.train.clone(), |name| Some(name).filter(|name| !name.is_empty())),
        validation: match get("validation") {
            _ if !rules.training.validation => None,
            Some(name) => Some(name).filter(|name| !name.is_empty()),
            None => now.validation.clone(),
        },
        evaluate: checked("evaluate", now.evaluate),
        deploy: checked("deploy", now.deploy),
        hyperparameters,
        base_model,
    };
    if settings == now {
        return Ok(());
    }
    let mut state = draft.state();
    let kept = Settings { base_model: now.base_model.clone(), customization: now.customization, ..settings.clone() };
    if !state.has_own_recipe && !is_same_model && (kept == now || now.hyperparameters.is_empty()) {
        // The whole recipe is written for the other model.
        state.chosen = Some((rules.model.alias.clone(), rules.customization));
        return Ok(());
    }
    let text = changed(&seen.recipe_text, seen.recipe_name, &settings, Some(rules))?;
    whole_file(&draft.data().join(seen.recipe_name), text.as_bytes())?;
    state.has_own_recipe = true;
    Ok(())
}

/// The customization of this name.
fn kind(word: &str) -> Option<Customization> {
    let all = [
        Customization::FineTuning,
        Customization::ContinuedPreTraining,
        Customization::Distillation,
        Customization::ReinforcementFineTuning,
    ];
    all.into_iter().find(|kind| kind.as_str() == word)
}
