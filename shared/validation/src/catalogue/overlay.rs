//! A user's own catalogue, which extends the built-in one: a new model, a raised limit, a price.

use serde::Deserialize;
use toml::{Table, Value};

use super::{Catalogue, Lifecycle, Model};

/// Keys whose values are replaced as a whole, because a mix of old and new parts would be wrong.
const WHOLE: [&str; 2] = ["lifecycle", "format"];

impl Catalogue {
    /// Returns the built-in catalogue, extended by a user's own: TOML in the layout of `models.toml`.
    ///
    /// An entry whose alias is known replaces the values that it names and keeps the others; lists, `lifecycle` and
    /// `format` are replaced as a whole. Any other entry is a new model, and must be complete. The error says what is
    /// wrong, and in which entry.
    pub fn with_overlay(overlay: &str) -> Result<Catalogue, String> {
        let Catalogue { models: _, not_offered } = Catalogue::embedded().clone();
        let mut models = shipped()?;
        for entry in entries(overlay)? {
            let alias = alias(&entry)?;
            match models.iter_mut().find(|model| model.get("alias").and_then(Value::as_str) == Some(&alias)) {
                Some(model) => lay(model, entry),
                None => models.push(entry),
            }
        }
        let models = models.into_iter().map(model).collect::<Result<Vec<Model>, String>>()?;
        let catalogue = Catalogue { models, not_offered };
        catalogue.check().map(|()| catalogue)
    }

    /// Checks that names are unique, ranges are valid, and withdrawn models name a live one.
    fn check(&self) -> Result<(), String> {
        for model in &self.models {
            let alias = &model.alias;
            let names = [&model.alias, &model.identifier, &model.name].into_iter().chain(&model.aliases);
            for name in names {
                if let Some(other) = self.models.iter().find(|other| other.alias != *alias && other.has_name(name)) {
                    return Err(format!("model `{alias}`: `{name}` is a name of `{}`, too", other.alias));
                }
            }
            if let Lifecycle::Withdrawn { instead, .. } = &model.lifecycle
                && !self.find(instead).is_some_and(|live| live.lifecycle == Lifecycle::Live)
            {
                return Err(format!("model `{alias}`: `instead` is `{instead}`, which isn't a live model"));
            }
            for kind in model.customizations() {
                let training = model.customization(kind);
                let wrong = training.and_then(|training| training.hyperparameters.iter().find(|one| !one.is_sound()));
                if let Some(wrong) = wrong {
                    return Err(format!(
                        "model `{alias}`: invalid range or default of `{}` ({})",
                        wrong.name,
                        kind.as_str()
                    ));
                }
            }
        }
        Ok(())
    }
}

fn shipped() -> Result<Vec<Table>, String> {
    let mut table: Table = parse(include_str!("../models.toml"))?;
    table.remove("not-offered");
    list(table)
}

fn parse(text: &str) -> Result<Table, String> {
    text.parse().map_err(|error: toml::de::Error| error.to_string())
}

fn entries(text: &str) -> Result<Vec<Table>, String> {
    list(parse(text)?)
}

fn list(mut table: Table) -> Result<Vec<Table>, String> {
    let models = table.remove("model");
    if let Some(other) = table.keys().next() {
        return Err(format!("unknown table `{other}`; a catalogue has only [[model]] entries"));
    }
    let list = match models {
        None => Vec::new(),
        Some(Value::Array(list)) => list,
        Some(_) => return Err("write [[model]] with double brackets".to_owned()),
    };
    let table = |entry| match entry {
        Value::Table(entry) => Ok(entry),
        _ => Err("expected a table for each model".to_owned()),
    };
    list.into_iter().map(table).collect()
}

fn alias(entry: &Table) -> Result<String, String> {
    let alias = entry.get("alias").and_then(Value::as_str);
    alias.map(str::to_owned).ok_or_else(|| "a [[model]] lacks `alias`".to_owned())
}

fn lay(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Table(under)), Value::Table(over)) if !WHOLE.contains(&key.as_str()) => lay(under, over),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

fn model(entry: Table) -> Result<Model, String> {
    let alias = alias(&entry)?;
    Model::deserialize(Value::Table(entry)).map_err(|error| format!("model `{alias}`: {}", error.to_string().trim()))
}

#[cfg(test)]
mod tests {
    use crate::{Catalogue, Customization};

    #[test]
    fn empty_catalogue_changes_nothing() {
        assert_eq!(Catalogue::with_overlay("").as_ref(), Ok(Catalogue::embedded()));
    }

    #[test]
    fn changes_only_the_named_values_of_a_known_model() {
        let overlay = "[[model]]\nalias = \"nova-lite\"\nprice_per_1k_tokens = 0.002\n[model.customization.fine-tuning]\nsum_max = 50_000\n";
        let catalogue = Catalogue::with_overlay(overlay).expect("an overlay");
        let (old, new) = (Catalogue::embedded().find("nova-lite"), catalogue.find("nova-lite"));
        let (old, new) = (old.expect("shipped"), new.expect("changed"));
        assert_eq!(new.price_per_1k_tokens, Some(0.002));
        let limits = |model: &crate::Model| {
            let training = model.customization(Customization::FineTuning).expect("fine-tuning");
            (training.sum_max, training.train_min, training.hyperparameters.len())
        };
        assert_eq!(limits(new), (Some(50_000), limits(old).1, limits(old).2));
        assert_eq!(catalogue.models().len(), Catalogue::embedded().models().len());
    }

    #[test]
    fn the_documented_example_reads() {
        let docs = include_str!("../../../../docs/catalogue.md");
        let example = docs.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
        let catalogue = Catalogue::with_overlay(example).expect("the example reads");
        assert_eq!(catalogue.models().len(), Catalogue::embedded().models().len() + 1);
    }

    #[track_caller]
    fn refused(overlay: &str, because: &str) {
        let error = Catalogue::with_overlay(overlay).expect_err("refused");
        assert!(error.contains(because), "{error}");
    }

    #[test]
    fn faults_are_named_with_their_entry() {
        refused("[[model]\n", "line 1");
        refused("models = 1", "unknown table `models`");
        refused("[model]\nalias = \"a\"", "double brackets");
        refused("[[model]]\nname = \"a\"", "lacks `alias`");
        refused("[[model]]\nalias = \"mine\"", "model `mine`: missing field `identifier`");
        refused("[[model]]\nalias = \"nova-lite\"\nprise = 1", "model `nova-lite`: unknown field `prise`");
        refused("[[model]]\nalias = \"nova-lite\"\naliases = [\"nova-pro\"]", "`nova-pro` is a name of `nova-pro`");
        let withdrawn = "lifecycle = { status = \"withdrawn\", note = \"gone\", instead = \"claude-3-haiku\" }";
        refused(&format!("[[model]]\nalias = \"nova-lite\"\n{withdrawn}"), "which isn't a live model");
        let range =
            "[model.customization.fine-tuning]\nhyperparameters = [{ name = \"e\", kind = \"int\", min = 3, max = 1 }]";
        refused(&format!("[[model]]\nalias = \"nova-lite\"\n{range}"), "invalid range or default of `e` (fine-tuning)");
    }
}
