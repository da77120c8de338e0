//! The hyperparameters of a run: their values, what the model allows, and the source of each value.

use std::collections::BTreeMap;

use serde::Serialize;
use tunedrop_validation::Training;
use tunedrop_validation::catalogue::{Hyperparameter, HyperparameterKind};

/// One hyperparameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The literal text; absent if the value is unknown, because Bedrock uses an undocumented default.
    pub value: Option<String>,
    /// What the catalogue allows, in words; absent for a name that isn't in the catalogue.
    pub range: Option<String>,
    /// The source of the value.
    pub origin: Origin,
}

/// The source of a value. tunedrop sends Bedrock only what the recipe sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The recipe sets it.
    Recipe,
    /// The model's default from AWS's pages, which the catalogue lists.
    Catalogue,
    /// The model's default, which isn't documented.
    Default,
}

impl Origin {
    pub(super) fn words(self) -> &'static str {
        match self {
            Origin::Recipe => "recipe",
            Origin::Catalogue => "model default (documented)",
            Origin::Default => "model default (undocumented)",
        }
    }
}

/// Returns the hyperparameters that the recipe sets (`given`), and the others that the model has.
pub fn settings(training: Option<&Training>, given: &BTreeMap<String, String>) -> BTreeMap<String, Setting> {
    let known = training.map_or(&[][..], |training| &training.hyperparameters);
    let mut settings: BTreeMap<String, Setting> = given
        .iter()
        .map(|(name, value)| {
            let range = known.iter().find(|known| known.name == *name).map(range);
            (name.clone(), Setting { value: Some(value.clone()), range, origin: Origin::Recipe })
        })
        .collect();
    // An undocumented hyperparameter is shown only if the recipe sets it.
    let documented = |known: &&Hyperparameter| known.doubt.is_none() || known.doubt_above.is_some();
    for hyperparameter in known.iter().filter(documented) {
        settings.entry(hyperparameter.name.clone()).or_insert_with(|| Setting {
            value: hyperparameter.default.map(|default| default.to_string()),
            range: Some(range(hyperparameter)),
            origin: if hyperparameter.default.is_some() { Origin::Catalogue } else { Origin::Default },
        });
    }
    settings
}

fn range(hyperparameter: &Hyperparameter) -> String {
    let range = match (&hyperparameter.kind, hyperparameter.min, hyperparameter.max) {
        (HyperparameterKind::Choice(words), ..) => words.join(", "),
        (_, Some(min), Some(max)) if min == max => format!("{min} only"),
        (_, Some(min), Some(max)) => format!("{min} to {max}"),
        (_, Some(min), None) => format!("at least {min}"),
        (_, None, Some(max)) => format!("at most {max}"),
        (_, None, None) => "any number".to_owned(),
    };
    let range = hyperparameter.words.iter().fold(range, |range, word| format!("{range}, or {word}"));
    match (&hyperparameter.suggested, hyperparameter.default) {
        (Some(sent), None) => format!("{range}; suggested: {sent} (AWS's SDK sends it)"),
        _ => range,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tunedrop_validation::{Catalogue, Customization};

    use super::settings;

    #[test]
    fn shows_range_and_source_of_each_value() {
        let model = Catalogue::embedded().find("nova-lite").unwrap();
        let training = model.customization(Customization::FineTuning);
        let given =
            BTreeMap::from([("epochCount", "2"), ("unheardOf", "1")].map(|(n, v)| (n.to_owned(), v.to_owned())));
        let lines: Vec<String> = settings(training, &given)
            .into_iter()
            .map(|(name, s)| format!("{name}: {:?}, {:?}, {}", s.value, s.range, s.origin.words()))
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
        assert_eq!(settings(None, &given).len(), 2);
        let reinforcement = Catalogue::embedded().find("nova-2-lite").unwrap();
        let training = reinforcement.customization(Customization::ReinforcementFineTuning);
        let samples = settings(training, &BTreeMap::new()).remove("trainingSamplePerPrompt").unwrap();
        assert_eq!((samples.value, samples.origin), (None, super::Origin::Default));
        assert_eq!(samples.range.as_deref(), Some("2 to 16; suggested: 8 (AWS's SDK sends it)"));
    }
}
