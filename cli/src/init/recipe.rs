//! The recipe's text, with what can be set and how far.

use tunedrop_validation::Customization;
use tunedrop_validation::catalogue::{Hyperparameter, HyperparameterKind};

use super::data::Found;
use crate::catalogue::Rules;

/// In place of an ARN that only its owner knows: the form is right, and no such function is there.
const GRADER: &str = "arn:aws:lambda:us-east-1:111122223333:function:grade";

/// What the command writes.
pub(super) fn of(rules: Rules, found: &Found) -> String {
    let (alias, kind) = (&rules.model.alias, rules.customization.as_str());
    let mut out = format!(
        "# What tunedrop makes of the files beside this one. docs/contract.md has every field.\n\n\
         # {}: tunedrop models {alias} tells its limits and sources.\n\
         base_model: {alias}\n{}\ncustomization: {kind}\n",
        rules.model.name,
        meant(rules.customization),
    );
    out.push_str(&files(rules, found));
    out.push_str(&section(rules));
    out.push_str(&hyperparameters(&rules.training.hyperparameters));
    out.push_str(
        "\n# Prefix of the custom model's name; the dataset's, where it is left out.\n# model_name: support-bot\n\
         \n# auto launches at once; manual waits for: tunedrop approve RUN\n# launch: manual\n\
         \n# A run that would bill more is refused before it costs anything.\n# guard:\n#   max_tokens: 2000000\n#   max_cost_usd: 40\n\
         \n# For job and model, to find them and their cost by.\n# tags:\n#   owner: you\n\
         \n# Only these of the topic's subscribers are told, where their filters say so.\n# notify: [you@example.com]\n",
    );
    out
}

fn meant(customization: Customization) -> &'static str {
    match customization {
        Customization::FineTuning => "\n# The model learns from examples of question and answer.",
        Customization::ContinuedPreTraining => "\n# The model learns from plain text: the subject, not how to answer.",
        Customization::Distillation => "\n# The model learns from a larger one's answers to these prompts.",
        Customization::ReinforcementFineTuning => "\n# The model's answers are graded by a function of yours.",
    }
}

fn files(rules: Rules, found: &Found) -> String {
    let train = found.train.as_deref().unwrap_or("train.jsonl");
    let mut out = format!("\n# What the model learns from; a file beside this one.\ntrain: {}\n", quoted(train));
    match (&found.validation, rules.training.validation) {
        (Some(name), true) => out.push_str(&format!("# What its learning is measured on; no record is in both.\nvalidation: {}\n", quoted(name))),
        (None, true) => out.push_str("# What its learning is measured on; tunedrop split makes one. No record is in both.\n# validation: validation.jsonl\n"),
        (_, false) => out.push_str("# This model takes no validation file.\n"),
    }
    out
}

/// A name is a YAML text whatever it holds: JSON's quoting is YAML's, too.
fn quoted(name: &str) -> String {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        && name.starts_with(|c: char| c.is_ascii_alphabetic());
    if plain { name.to_owned() } else { serde_json::Value::from(name).to_string() }
}

/// What only some kinds of customization have.
fn section(rules: Rules) -> String {
    match rules.customization {
        Customization::Distillation => {
            let teachers = &rules.training.teachers;
            let first = teachers.first().map_or("nova-pro", String::as_str);
            format!(
                "\n# Whose answers it learns from. Teachers today: {}.\ndistillation:\n  teacher: {first}\n  max_response_length: 1000\n",
                teachers.join(", ")
            )
        }
        Customization::ReinforcementFineTuning => {
            format!(
                "\n# The Lambda function that grades answers: put your own here. The stack must allow it (GraderFunctionArns).\nreinforcement:\n  grader: {GRADER}\n"
            )
        }
        _ => String::new(),
    }
}

/// Those with a documented default stand as comments; those that must be set are set.
fn hyperparameters(all: &[Hyperparameter]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = "\n# How it learns. What is left out takes the model's default.\n".to_owned();
    out.push_str(if all.iter().any(|one| one.required) { "hyperparameters:\n" } else { "# hyperparameters:\n" });
    for one in all {
        // What no page documents isn't offered.
        if one.doubt.is_some() && one.doubt_above.is_none() {
            continue;
        }
        let suggested = one.suggested.clone().filter(|_| one.default.is_none());
        let value = suggested.or(one.default.or(one.min).map(|value| value.to_string())).or_else(|| match &one.kind {
            HyperparameterKind::Choice(words) => words.first().cloned(),
            _ => one.words.first().cloned(),
        });
        let (Some(value), mark) = (value, if one.required { "  " } else { "#   " }) else { continue };
        out.push_str(&format!("{mark}{}: {value}{}\n", one.name, range(one)));
    }
    out
}

fn range(one: &Hyperparameter) -> String {
    let mut parts = Vec::new();
    if let HyperparameterKind::Choice(words) = &one.kind {
        parts.push(words.join(", "));
    }
    match (one.min, one.max) {
        (Some(min), Some(max)) => parts.push(format!("{min} to {max}")),
        (Some(min), None) => parts.push(format!("from {min}")),
        (None, Some(max)) => parts.push(format!("up to {max}")),
        (None, None) => {}
    }
    parts.extend(one.words.iter().map(|word| format!("or {word}")));
    if one.default.is_some() {
        parts.push("this is the default".to_owned());
    } else if one.suggested.is_some() {
        parts.push("this is what AWS's SDK sends; no default is documented".to_owned());
    }
    if one.name == "epochCount" {
        parts.push("each pass over the data is billed".to_owned());
    }
    if parts.is_empty() { String::new() } else { format!("    # {}", parts.join("; ")) }
}

#[cfg(test)]
mod tests {
    use tunedrop_run::{RecipeScope, read_recipe};
    use tunedrop_validation::Catalogue;

    use super::*;
    use crate::catalogue::rules;

    /// As it is written, and with every comment that is a setting uncommented.
    #[test]
    fn every_recipe_is_read_without_a_finding() {
        let catalogue = Catalogue::embedded();
        let mut read = 0;
        for model in catalogue.models() {
            for customization in model.customizations() {
                let rules = rules(model, Some(customization)).unwrap();
                let text = of(rules, &Found::default());
                let (recipe, findings) = read_recipe(text.as_bytes(), "job.yaml", &RecipeScope::default(), catalogue);
                assert!(findings.kept.is_empty(), "{} {customization:?}: {:?}\n{text}", model.alias, findings.kept);
                assert_eq!(recipe.model(catalogue).map(|found| &found.alias), Some(&model.alias));
                assert_eq!(recipe.customization, customization);
                let set: String = text.lines().map(uncommented).collect();
                let (recipe, findings) = read_recipe(set.as_bytes(), "job.yaml", &RecipeScope::default(), catalogue);
                assert_eq!(findings.errors, 0, "{} {customization:?}: {:?}\n{set}", model.alias, findings.kept);
                let all = rules.training.hyperparameters.iter();
                let documented = all.filter(|one| one.doubt.is_none() || one.doubt_above.is_some()).count();
                assert_eq!(recipe.hyperparameters.len(), documented, "{set}");
                read += 1;
            }
        }
        assert!(read > 20, "{read}");
    }

    /// `# name: value`, and what is indented below it, is a setting; a sentence is not.
    fn uncommented(line: &str) -> String {
        let Some(rest) = line.strip_prefix("# ") else { return format!("{line}\n") };
        let key = rest.trim_start().split_once(':').map(|(key, _)| key);
        let is_key = key.is_some_and(|key| !key.is_empty() && !key.contains(' '));
        let optional = ["validation", "model_name", "launch", "guard", "tags", "notify", "hyperparameters"];
        let is_setting = is_key && (rest.starts_with("  ") || key.is_some_and(|key| optional.contains(&key)));
        if is_setting { format!("{rest}\n") } else { format!("{line}\n") }
    }
}
