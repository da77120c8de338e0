//! Hyperparameters as a job will have them, with what else they might be, and where each value came from.

use std::collections::BTreeMap;

use serde::Serialize;
use tunedrop_validation::Training;
use tunedrop_validation::catalogue::{Hyperparameter, HyperparameterKind};

/// One hyperparameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The literal text; absent where nobody says, and Bedrock takes its own.
    pub value: Option<String>,
    /// What the catalogue allows, in words; absent for a name that it doesn't know.
    pub range: Option<String>,
    /// Where the value comes from.
    pub origin: Origin,
}

/// Where a value comes from. Only what the recipe sets is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The recipe sets it.
    Recipe,
    /// The model's default, as the catalogue has it from AWS's pages.
    Catalogue,
    /// The model's default, which no page names.
    Default,
}

impl Origin {
    pub(super) fn words(self) -> &'static str {
        match self {
            Origin::Recipe => "the recipe",
            Origin::Catalogue => "the model's default, from the catalogue",
            Origin::Default => "Bedrock's default, which isn't documented",
        }
    }
}

/// All that the recipe sets (`given`), and all that the model takes beside.
pub fn settings(training: Option<&Training>, given: &BTreeMap<String, String>) -> BTreeMap<String, Setting> {
    let known = training.map_or(&[][..], |training| &training.hyperparameters);
    let mut settings: BTreeMap<String, Setting> = given
        .iter()
        .map(|(name, value)| {
            let range = known.iter().find(|known| known.name == *name).map(range);
            (name.clone(), Setting { value: Some(value.clone()), range, origin: Origin::Recipe })
        })
        .collect();
    // What no page documents isn't shown unless the recipe sets it.
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
        (Some(sent), None) => format!("{range}; suggested: {sent}, which AWS's SDK sends"),
        _ => range,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tunedrop_validation::{Catalogue, Customization};

    use super::settings;

    #[test]
    fn every_value_has_a_range_and_an_origin() {
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
        assert_eq!(samples.range.as_deref(), Some("2 to 16; suggested: 8, which AWS's SDK sends"));
    }
}
