//! Names, types and ranges of hyperparameters.

use std::collections::BTreeMap;

use super::whole;
use crate::catalogue::{Hyperparameter, HyperparameterKind, nearest};
use crate::{Code, Customization, Findings, Model};

/// Checks hyperparameters against the model's table; `values` are the literal texts of the recipe in `file`.
///
/// Where the model documents none for this customization, none is taken.
pub fn check_hyperparameters(
    model: &Model,
    customization: Customization,
    values: &BTreeMap<String, String>,
    file: &str,
) -> Findings {
    let mut findings = Findings::default();
    let Some(training) = model.customization(customization) else {
        return findings;
    };
    for missing in training.hyperparameters.iter().filter(|known| known.required && !values.contains_key(&known.name)) {
        let message = format!("{} requires `{}`", model.name, missing.name);
        findings.push(whole(Code::MissingHyperparameter, file, message, advice(missing)));
    }
    for (name, text) in values {
        let fault = match training.hyperparameter(name) {
            Some(hyperparameter) => {
                value_fault(hyperparameter, text.trim()).or_else(|| doubt(model, hyperparameter, text.trim()))
            }
            None => Some((
                Code::UnknownHyperparameter,
                unknown(model, customization, name),
                meant(&training.hyperparameters, name),
            )),
        };
        if let Some((code, message, help)) = fault {
            let mut finding = whole(code, file, message, help);
            finding.pointer =
                if is_identifier(name) { format!("/hyperparameters/{name}") } else { "/hyperparameters".to_owned() };
            findings.push(finding);
        }
    }
    findings
}

fn unknown(model: &Model, customization: Customization, name: &str) -> String {
    let shown = if is_identifier(name) { format!("`{name}`") } else { "this name".to_owned() };
    format!("{shown} isn't a hyperparameter of {} with {}", model.name, customization.as_str())
}

fn meant(known: &[Hyperparameter], name: &str) -> String {
    // What no page documents is taken where it is written, and not offered.
    let documented = known.iter().filter(|known| known.doubt.is_none() || known.doubt_above.is_some());
    let names: Vec<&str> = documented.map(|hyperparameter| hyperparameter.name.as_str()).collect();
    let same = |known: &&&str| known.to_lowercase() == name.replace(['_', '-'], "").to_lowercase();
    match names.iter().find(same).copied().or_else(|| nearest(&name.to_lowercase(), names.iter().copied())) {
        _ if names.is_empty() => "remove it; AWS documents no hyperparameters here".to_owned(),
        Some(near) => format!("did you mean `{near}`? Known hyperparameters: {}", names.join(", ")),
        None => format!("remove it; known hyperparameters: {}", names.join(", ")),
    }
}

fn value_fault(hyperparameter: &Hyperparameter, text: &str) -> Option<(Code, String, String)> {
    let name = &hyperparameter.name;
    let wrong_type = |wanted: &str| {
        Some((Code::HyperparameterWrongType, format!("`{name}` must be {wanted}"), advice(hyperparameter)))
    };
    if hyperparameter.words.iter().any(|word| word == text) {
        return None;
    }
    let value = match &hyperparameter.kind {
        HyperparameterKind::Choice(words) if words.iter().any(|word| word == text) => return None,
        HyperparameterKind::Choice(words) => return wrong_type(&format!("one of {}", words.join(", "))),
        HyperparameterKind::Int => match text.parse::<i64>() {
            // A plus sign is fine for Rust, and not for an API that takes text.
            Ok(value) if !text.starts_with('+') => value as f64,
            _ if is_digits(text) => f64::INFINITY,
            _ => return wrong_type("a whole number"),
        },
        HyperparameterKind::Float => match text.parse::<f64>() {
            Ok(value) if text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) => value,
            _ => return wrong_type("a number"),
        },
    };
    let within = hyperparameter.min.is_none_or(|min| value >= min) && hyperparameter.max.is_none_or(|max| value <= max);
    (!within).then(|| {
        (Code::HyperparameterOutOfRange, format!("`{name}` must be {}", range(hyperparameter)), advice(hyperparameter))
    })
}

/// Returns the note about a value within the range, if AWS's pages don't document all of the range.
fn doubt(model: &Model, hyperparameter: &Hyperparameter, text: &str) -> Option<(Code, String, String)> {
    let doubt = hyperparameter.doubt.as_ref()?;
    let sure = hyperparameter.doubt_above.is_some_and(|most| text.parse().is_ok_and(|value: f64| value <= most));
    let name = &hyperparameter.name;
    let message = format!("AWS's pages don't document `{name}: {text}` for {}: {doubt}", model.name);
    let help = match hyperparameter.doubt_above {
        Some(most) => format!("use {most}, unless you know that Bedrock accepts more"),
        None => "remove it, unless you know that Bedrock accepts it".to_owned(),
    };
    (!sure).then_some((Code::UndocumentedHyperparameter, message, help))
}

fn is_digits(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn range(hyperparameter: &Hyperparameter) -> String {
    match (hyperparameter.min, hyperparameter.max) {
        (Some(min), Some(max)) if min == max => format!("{min}"),
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => "a number".to_owned(),
    }
}

fn advice(hyperparameter: &Hyperparameter) -> String {
    let use_one = match &hyperparameter.kind {
        HyperparameterKind::Choice(words) => format!("use one of {}", words.join(", ")),
        HyperparameterKind::Int => format!("use a whole number, {}", range(hyperparameter)),
        HyperparameterKind::Float => format!("use a number, {}", range(hyperparameter)),
    };
    let use_one = match hyperparameter.words.as_slice() {
        [] => use_one,
        words => format!("{use_one}, or `{}`", words.join("`, `")),
    };
    match (hyperparameter.default, &hyperparameter.suggested) {
        _ if hyperparameter.required => use_one,
        (Some(default), _) => format!("{use_one}; the default is {default}"),
        (None, Some(sent)) => {
            format!("{use_one} (AWS's SDK sends {sent}), or remove it to use Bedrock's default")
        }
        (None, None) => format!("{use_one}, or remove it to use Bedrock's default"),
    }
}

/// Short and harmless enough to be shown.
fn is_identifier(name: &str) -> bool {
    crate::pointer::showable(name)
}
