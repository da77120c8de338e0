//! The text of a recipe, with every setting and its range.

use tunedrop_run::deployment::on_demand_regions;
use tunedrop_validation::catalogue::{Hyperparameter, HyperparameterKind};
use tunedrop_validation::{Customization, Format};

use super::data::Found;
use crate::catalogue::Rules;

/// A placeholder of the right form for the grader's ARN.
const GRADER: &str = "arn:aws:lambda:us-east-1:111122223333:function:grade";

/// The recipe's text, for a base model as the recipe names it.
pub(super) fn of(base: &str, rules: Rules, found: &Found) -> String {
    let (alias, kind) = (&rules.model.alias, rules.customization.as_str());
    let mut out = format!(
        "# What tunedrop trains on the files in this folder. docs/recipe.md describes every key.\n\n\
         # {}. Limits and sources: tunedrop models {alias}\n\
         base_model: {}\n{}\ncustomization: {kind}\n",
        rules.model.name,
        quoted(base),
        meant(rules.customization),
    );
    out.push_str(&files(rules, found));
    out.push_str(&section(rules));
    out.push_str(&hyperparameters(&rules.training.hyperparameters));
    out.push_str(&evaluate(rules, found));
    out.push_str(
        "\n# Prefix of the custom model's name. Default: the dataset's name.\n# model_name: support-bot\n\
         \n# auto: launched at once. manual: held until `tunedrop approve RUN`\n# launch: manual\n\
         \n# A run that could bill more than this is refused before it costs anything.\n# guard:\n#   max_tokens: 2000000\n#   max_cost_usd: 40\n\
         \n# AWS tags of the job and the model, for example for cost reports.\n# tags:\n#   owner: you\n\
         \n# Notify only these subscribers, if their subscription filters use the attribute.\n# notify: [you@example.com]\n",
    );
    out
}

fn meant(customization: Customization) -> &'static str {
    match customization {
        Customization::FineTuning => "\n# The model learns from questions and answers.",
        Customization::ContinuedPreTraining => "\n# The model learns a subject from plain text.",
        Customization::Distillation => "\n# The model learns from a larger model's answers to these prompts.",
        Customization::ReinforcementFineTuning => "\n# A Lambda function of yours grades the model's answers.",
    }
}

fn files(rules: Rules, found: &Found) -> String {
    let train = found.train.as_deref().unwrap_or("train.jsonl");
    let mut out = format!("\n# The training file, in this folder.\ntrain: {}\n", quoted(train));
    match (&found.validation, rules.training.validation) {
        (Some(name), true) => out.push_str(&format!("# The validation file. No record may be in both files.\nvalidation: {}\n", quoted(name))),
        (None, true) => out.push_str("# The validation file: tunedrop split creates one. No record may be in both files.\n# validation: validation.jsonl\n"),
        (_, false) => out.push_str("# This model takes no validation file.\n"),
    }
    out
}

/// The commented section `evaluate`, for a model that can be evaluated.
fn evaluate(rules: Rules, found: &Found) -> String {
    let is_asked =
        !matches!(rules.training.format, Format::Reinforcement | Format::Input | Format::ImageCaption { .. });
    if !is_asked || on_demand_regions(&rules.model.identifier).is_empty() {
        return String::new();
    }
    let is_validated = rules.training.validation && found.validation.is_some();
    let data = if is_validated { "" } else { "#   data: test.jsonl\n" };
    format!(
        "\n# Compares the custom model with its base model on held-out records: docs/recipe.md, evaluate.\n# evaluate:\n{data}#   max_records: 200\n#   against: [base]\n#   judge: {{ model: nova-pro, metrics: [Correctness, Helpfulness] }}\n"
    )
}

/// A name as a YAML string. JSON's quoting is valid YAML.
pub(crate) fn quoted(name: &str) -> String {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        && name.starts_with(|c: char| c.is_ascii_alphabetic());
    if plain { name.to_owned() } else { serde_json::Value::from(name).to_string() }
}

/// The section of the customization types that need one.
pub(crate) fn section(rules: Rules) -> String {
    match rules.customization {
        Customization::Distillation => {
            let teachers = &rules.training.teachers;
            let first = teachers.first().map_or("nova-pro", String::as_str);
            format!(
                "\n# The model whose answers it learns from. Teachers: {}.\ndistillation:\n  teacher: {first}\n  max_response_length: 1000\n",
                teachers.join(", ")
            )
        }
        Customization::ReinforcementFineTuning => {
            format!(
                "\n# The Lambda function that grades answers: replace it with your own. The stack must allow it (GraderFunctionArns).\nreinforcement:\n  grader: {GRADER}\n"
            )
        }
        _ => String::new(),
    }
}

/// Hyperparameters with a documented default are comments; required ones are set.
fn hyperparameters(all: &[Hyperparameter]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let block = hyperparameter_block(all, &|one| if one.required { suggestion(one) } else { None });
    format!("\n# Without a value, the model's default applies.\n{block}")
}

/// The lines of `hyperparameters`: those with a value are set, and the others are comments.
pub(crate) fn hyperparameter_block(
    all: &[Hyperparameter],
    value: &dyn Fn(&Hyperparameter) -> Option<String>,
) -> String {
    let is_set = all.iter().any(|one| value(one).is_some());
    let mut out = if is_set { "hyperparameters:\n" } else { "# hyperparameters:\n" }.to_owned();
    for one in all {
        // Undocumented ones aren't offered.
        if one.doubt.is_some() && one.doubt_above.is_none() && value(one).is_none() {
            continue;
        }
        let (value, mark) = match value(one) {
            Some(value) => (value, "  "),
            None => match suggestion(one) {
                Some(value) => (value, "#   "),
                None => continue,
            },
        };
        out.push_str(&format!("{mark}{}: {value}{}\n", one.name, range(one)));
    }
    out
}

/// The value to begin with.
pub(crate) fn suggestion(one: &Hyperparameter) -> Option<String> {
    let suggested = one.suggested.clone().filter(|_| one.default.is_none());
    suggested.or(one.default.or(one.min).map(|value| value.to_string())).or_else(|| match &one.kind {
        HyperparameterKind::Choice(words) => words.first().cloned(),
        _ => one.words.first().cloned(),
    })
}

fn range(one: &Hyperparameter) -> String {
    let parts = hints(one);
    if parts.is_empty() { String::new() } else { format!("    # {}", parts.join("; ")) }
}

/// The values that are accepted, and what to know about them.
pub(crate) fn hints(one: &Hyperparameter) -> Vec<String> {
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
        parts.push("default".to_owned());
    } else if one.suggested.is_some() {
        parts.push("the value that AWS's SDK sends; no default is documented".to_owned());
    }
    if one.name == "epochCount" {
        parts.push("each pass over the data is billed".to_owned());
    }
    parts
}

#[cfg(test)]
mod tests {
    use tunedrop_run::{RecipeScope, read_recipe};
    use tunedrop_validation::Catalogue;

    use super::*;
    use crate::catalogue::rules;

    /// As written, and with every commented setting uncommented.
    #[test]
    fn writes_valid_recipes_for_every_model_and_type() {
        let catalogue = Catalogue::embedded();
        let mut read = 0;
        for model in catalogue.models() {
            for customization in model.customizations() {
                let rules = rules(model, Some(customization)).unwrap();
                let text = of(&model.alias, rules, &Found::default());
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
        let optional = ["validation", "model_name", "launch", "guard", "tags", "notify", "hyperparameters", "evaluate"];
        let is_setting = is_key && (rest.starts_with("  ") || key.is_some_and(|key| optional.contains(&key)));
        if is_setting { format!("{rest}\n") } else { format!("{line}\n") }
    }
}
