//! What OpenAI's hyperparameters are called in Bedrock.

use std::fmt::Write;

use tunedrop_validation::catalogue::{Hyperparameter, HyperparameterKind};
use tunedrop_validation::{Customization, Training};

use crate::catalogue::Rules;

/// OpenAI's name, Bedrock's name, and the note if Bedrock has none.
type Row = (&'static str, Option<&'static str>, &'static str);

const ALWAYS: [Row; 3] = [
    ("n_epochs", Some("epochCount"), ""),
    ("batch_size", Some("batchSize"), ""),
    ("learning_rate_multiplier", None, ""),
];

const REINFORCEMENT: [Row; 4] = [
    ("eval_interval", Some("evalInterval"), ""),
    ("reasoning_effort", Some("reasoningEffort"), ""),
    ("compute_multiplier", None, "no equivalent; trainingSamplePerPrompt sets how many answers are tried"),
    ("eval_samples", None, "no equivalent"),
];

/// A line for each of OpenAI's hyperparameters.
pub(super) fn hyperparameters(rules: &Rules) -> String {
    let training = rules.training;
    if training.hyperparameters.is_empty() {
        return format!(
            "OpenAI's hyperparameters have no equivalent: AWS documents none for {} of {}.\n",
            rules.customization.as_str(),
            rules.model.name
        );
    }
    let mut text = format!("OpenAI's hyperparameters, for {} in job.yaml:\n", rules.model.name);
    let more: &[Row] = if rules.customization == Customization::ReinforcementFineTuning { &REINFORCEMENT } else { &[] };
    for (openai, bedrock, otherwise) in ALWAYS.iter().chain(more) {
        let _ = writeln!(text, "  {openai:<24} {}", meaning(training, openai, *bedrock, otherwise));
    }
    text.push_str("docs/openai.md has the rest of the way from OpenAI to Bedrock.\n");
    text
}

fn meaning(training: &Training, openai: &str, bedrock: Option<&str>, otherwise: &str) -> String {
    if openai == "learning_rate_multiplier" {
        return match training.hyperparameter("learningRate") {
            Some(rate) => format!("no equivalent: learningRate is the rate itself, {}", values(rate)),
            None => "no equivalent".to_owned(),
        };
    }
    match bedrock.map(|name| (name, training.hyperparameter(name))) {
        Some((name, Some(parameter))) => format!("{name}, {}", values(parameter)),
        Some((name, None)) => format!("no equivalent: this model has no {name}"),
        None => otherwise.to_owned(),
    }
}

fn values(parameter: &Hyperparameter) -> String {
    let mut text = match (&parameter.kind, parameter.min, parameter.max) {
        (HyperparameterKind::Choice(words), ..) => words.join(" or "),
        (_, Some(min), Some(max)) => format!("{min} to {max}"),
        (_, Some(min), None) => format!("at least {min}"),
        (_, None, Some(max)) => format!("at most {max}"),
        (_, None, None) => "a number".to_owned(),
    };
    if let Some(default) = parameter.default {
        let _ = write!(text, ", default {default}");
    }
    if let Some(doubt) = &parameter.doubt {
        let _ = write!(text, "; in doubt: {doubt}");
    }
    text
}
