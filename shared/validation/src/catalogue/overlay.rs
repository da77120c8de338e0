//! A user's own catalogue over the one that ships: a new model, a raised limit, a price.

use serde::Deserialize;
use toml::{Table, Value};

use super::{Catalogue, Lifecycle, Model};

/// These are taken whole; what an old value says beside a new one would make no sense.
const WHOLE: [&str; 2] = ["lifecycle", "format"];

impl Catalogue {
    /// The catalogue that ships, with a user's own over it: TOML in the layout of `models.toml`.
    ///
    /// An entry whose alias is known changes what it names and leaves the rest as it ships; lists, `lifecycle` and
    /// `format` are replaced whole. Any other entry is a new model, and must be complete. The error says what is wrong
    /// and in which entry.
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

    /// Whether names are unique, ranges make sense and withdrawn models name a live one.
    fn check(&self) -> Result<(), String> {
        for model in &self.models {
            let alias = &model.alias;
            let names = [&model.alias, &model.identifier, &model.name].into_iter().chain(&model.aliases);
            for name in names {
                if let Some(other) = self.models.iter().find(|other| other.alias != *alias && other.goes_by(name)) {
                    return Err(format!("model `{alias}`: `{name}` is a name of `{}`, too", other.alias));
                }
            }
            if let Lifecycle::Withdrawn { instead, .. } = &model.lifecycle
                && !self.find(instead).is_some_and(|live| live.lifecycle == Lifecycle::Live)
            {
                return Err(format!("model `{alias}`: `instead` is `{instead}`, which is no live model"));
            }
            for kind in model.customizations() {
                let training = model.customization(kind);
                let wrong = training.and_then(|training| training.hyperparameters.iter().find(|one| !one.is_sound()));
                if let Some(wrong) = wrong {
                    return Err(format!(
                        "model `{alias}`: the range or default of `{}` ({}) makes no sense",
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
        return Err(format!("`{other}` is unknown here; a catalogue holds [[model]] entries only"));
    }
    let list = match models {
        None => Vec::new(),
        Some(Value::Array(list)) => list,
        Some(_) => return Err("write [[model]], with two brackets: there may be several".to_owned()),
    };
    let table = |entry| match entry {
        Value::Table(entry) => Ok(entry),
        _ => Err("each model is a table".to_owned()),
    };
    list.into_iter().map(table).collect()
}

fn alias(entry: &Table) -> Result<String, String> {
    let alias = entry.get("alias").and_then(Value::as_str);
    alias.map(str::to_owned).ok_or_else(|| "a [[model]] has no `alias`".to_owned())
}

fn lay(under: &mut Table, over: Table) {
    // The source of a price says nothing of another price.
    if over.contains_key("price_per_1k_tokens") {
        under.remove("price_source");
    }
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
    fn nothing_laid_over_changes_nothing() {
        assert_eq!(Catalogue::with_overlay("").as_ref(), Ok(Catalogue::embedded()));
    }

    #[test]
    fn a_known_model_is_changed_where_it_is_said() {
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
        refused("models = 1", "`models` is unknown here");
        refused("[model]\nalias = \"a\"", "two brackets");
        refused("[[model]]\nname = \"a\"", "no `alias`");
        refused("[[model]]\nalias = \"mine\"", "model `mine`: missing field `identifier`");
        refused("[[model]]\nalias = \"nova-lite\"\nprise = 1", "model `nova-lite`: unknown field `prise`");
        refused("[[model]]\nalias = \"nova-lite\"\naliases = [\"nova-pro\"]", "`nova-pro` is a name of `nova-pro`");
        let withdrawn = "lifecycle = { status = \"withdrawn\", note = \"gone\", instead = \"claude-3-haiku\" }";
        refused(&format!("[[model]]\nalias = \"nova-lite\"\n{withdrawn}"), "which is no live model");
        let range =
            "[model.customization.fine-tuning]\nhyperparameters = [{ name = \"e\", kind = \"int\", min = 3, max = 1 }]";
        refused(&format!("[[model]]\nalias = \"nova-lite\"\n{range}"), "`e` (fine-tuning) makes no sense");
    }
}
