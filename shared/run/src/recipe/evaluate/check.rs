//! Checks the section `evaluate` together with the rest of the recipe.

use tunedrop_validation::{Catalogue, Code, Format};

use super::super::check::invalid;
use super::super::reader::Reader;
use super::super::{Recipe, RecipeScope, deploy};
use super::{Evaluate, judge};
use crate::decide::evaluate::AGAINST_MAX;
use crate::plan::Against;

pub(in crate::recipe) fn check(recipe: &Recipe, reader: &mut Reader<'_>, scope: &RecipeScope, catalogue: &Catalogue) {
    let Some(section) = &recipe.evaluate else { return };
    check_data(recipe, section, reader, catalogue);
    if section.against.is_empty() && section.require.is_empty() && !has_fault(reader) {
        let help = "add `base` to `against`, or a requirement such as `require: { rouge_l: { min: 0.35 } }`";
        invalid(reader, "/evaluate/against", "the evaluation has nothing to compare with", help);
    }
    if section.against.len() > AGAINST_MAX && !has_fault(reader) {
        let message =
            format!("a model is compared with {AGAINST_MAX} others at most, and these are {}", section.against.len());
        let help = "name fewer; compare with the others by `tunedrop evaluate` after the run has succeeded";
        invalid(reader, "/evaluate/against", &message, help);
    }
    let over_base = section.require.iter().filter(|(_, requirement)| requirement.over_base.is_some());
    if !section.against.contains(&Against::Base) && !has_fault(reader) {
        for (metric, _) in over_base {
            let message = "`over_base` compares with the base model, which `against` doesn't name";
            let pointer = format!("/evaluate/require/{metric}/over_base");
            invalid(reader, &pointer, message, "add `base` to `against`, or remove `over_base`");
        }
    }
    judge::check(section, scope.region.as_deref(), reader);
    deploy::check_model(recipe, reader, scope, catalogue, deploy::Need::Evaluation);
}

fn has_fault(reader: &Reader<'_>) -> bool {
    reader.findings.kept.iter().any(|finding| finding.pointer.starts_with("/evaluate/against"))
}

fn check_data(recipe: &Recipe, section: &Evaluate, reader: &mut Reader<'_>, catalogue: &Catalogue) {
    let training = recipe.model(catalogue).and_then(|model| model.customization(recipe.customization));
    let why = training.and_then(|training| match training.format {
        Format::Reinforcement => Some("records for reinforcement fine-tuning have no reference answer"),
        Format::Input => Some("records for continued pre-training have no reference answer"),
        Format::ImageCaption { .. } => Some("this model's records are images"),
        _ => None,
    });
    if let Some(why) = why {
        let message = format!("a model of this kind can't be evaluated: {why}");
        return invalid(reader, "/evaluate", &message, "remove `evaluate`");
    }
    if section.data.is_none() && recipe.validation.is_none() && !reader.has("/evaluate/data") {
        let takes_validation = training.is_none_or(|training| training.validation);
        let help = if takes_validation {
            "add validation.jsonl, or name a held-out file with `data`"
        } else {
            "name a held-out file with `data`, such as `evaluate: { data: test.jsonl }`"
        };
        reader.at("/evaluate", Code::RecipeMissingKey, "nothing to evaluate on".to_owned(), help.to_owned());
    }
    if section.data.is_some() && section.data == recipe.train {
        let help = "split the records into two files, for example with `tunedrop split`";
        invalid(reader, "/evaluate/data", "the held-out file is also the training file", help);
    }
}
