//! Converts a YAML tree to a [`Recipe`], and reports a finding for each problem.

use std::collections::BTreeMap;

use tunedrop_validation::{Code, Customization, Finding, Findings};

use super::{LaunchMode, Recipe};
use crate::QualityMode;
use crate::plan::{Distillation, InvocationLogs, Reinforcement};
use crate::yaml::{self, DailyLimit, Entry, Node, Value};

const KEYS: &[&str] = &[
    "base_model",
    "like",
    "customization",
    "train",
    "validation",
    "hyperparameters",
    "model_name",
    "tags",
    "guard",
    "budget",
    "price_per_1k_tokens",
    "quotas",
    "launch",
    "strict",
    "attempt",
    "notify",
    "distillation",
    "invocation_logs",
    "reinforcement",
    "deploy",
    "evaluate",
    "keep",
    "quality",
    "sensitive",
    "expect",
];

/// Collects findings, and keeps the location of each key.
pub(super) struct Reader<'a> {
    file: &'a str,
    pub(super) places: BTreeMap<String, DailyLimit>,
    pub(super) findings: Findings,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a str) -> Reader<'a> {
        Reader { file, places: BTreeMap::new(), findings: Findings::default() }
    }

    /// Reports a finding about the value at `pointer`, or about the whole file if there is none.
    pub(super) fn at(&mut self, pointer: &str, code: Code, message: String, help: String) {
        let place = self.places.get(pointer).copied();
        self.push(code, place, pointer.to_owned(), message, help);
    }

    /// Adds findings of the validation crate, which doesn't know the locations in the file.
    pub(super) fn adopt(&mut self, findings: Findings) {
        for finding in findings.kept {
            let place = self.places.get(&finding.pointer).copied();
            self.findings.push(Finding { line: place.map(|at| at.line), column: place.map(|at| at.column), ..finding });
        }
    }

    pub(super) fn has(&self, pointer: &str) -> bool {
        self.places.contains_key(pointer)
    }

    pub(super) fn push(
        &mut self,
        code: Code,
        place: Option<DailyLimit>,
        pointer: String,
        message: String,
        help: String,
    ) {
        self.findings.push(Finding {
            code,
            severity: code.info().severity,
            file: self.file.to_owned(),
            line: place.map(|at| at.line),
            column: place.map(|at| at.column),
            pointer,
            message,
            help,
            excerpt: None,
        });
    }

    pub(super) fn parse(&mut self, bytes: &[u8]) -> Option<Node> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let before = &bytes[..error.valid_up_to()];
                let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
                let place = DailyLimit {
                    line,
                    column: (before.len() - before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1))
                        as u64
                        + 1,
                };
                self.push(
                    Code::RecipeSyntax,
                    Some(place),
                    String::new(),
                    "the recipe is not UTF-8 here".to_owned(),
                    "save it as UTF-8".to_owned(),
                );
                return None;
            }
        };
        match yaml::parse(text) {
            Ok(Some(root)) => Some(root),
            Ok(None) => None,
            Err(fault) => {
                self.push(
                    Code::RecipeSyntax,
                    Some(fault.place),
                    String::new(),
                    format!("invalid YAML: {}", fault.message),
                    "fix the line, or start from the example in the README".to_owned(),
                );
                None
            }
        }
    }

    pub(super) fn recipe(&mut self, root: &Node, recipe: &mut Recipe) {
        for (entry, pointer) in self.entries(root, "", KEYS) {
            let (node, at) = (&entry.value, pointer.as_str());
            match entry.key.as_str() {
                "base_model" => recipe.base_model = self.text(node, at),
                "like" => recipe.like = self.text(node, at),
                "customization" => {
                    self.choice(node, at, &CUSTOMIZATIONS).into_iter().for_each(|value| recipe.customization = value)
                }
                "train" => recipe.train = self.text(node, at).or(recipe.train.take()),
                "validation" => recipe.validation = self.text(node, at),
                "hyperparameters" => recipe.hyperparameters = self.texts(node, at),
                "model_name" => recipe.model_name = self.text(node, at),
                "tags" => recipe.tags = self.texts(node, at),
                "guard" => self.guard(node, at, recipe),
                "budget" => recipe.budget = self.budget(node, at),
                "price_per_1k_tokens" => recipe.price_per_1k_tokens = self.price(node, at),
                "quotas" => {
                    for (entry, at) in self.entries(node, at, &["records"]) {
                        recipe.quota_records = self.whole_number(&entry.value, &at);
                    }
                }
                "launch" => {
                    recipe.launch = self.choice(node, at, &[("auto", LaunchMode::Auto), ("manual", LaunchMode::Manual)])
                }
                "strict" => recipe.strict = self.choice(node, at, &[("true", true), ("false", false)]).unwrap_or(false),
                "attempt" => {
                    recipe.attempt =
                        self.whole_number(node, at).map_or(1, |value| u32::try_from(value).unwrap_or(u32::MAX))
                }
                "notify" => recipe.notify = self.list(node, at),
                "distillation" => {
                    let (mut teacher, mut max_response_length) = (String::new(), None);
                    for (entry, at) in self.entries(node, at, &["teacher", "max_response_length"]) {
                        match entry.key.as_str() {
                            "teacher" => teacher = self.text(&entry.value, &at).unwrap_or_default(),
                            _ => {
                                max_response_length = self
                                    .whole_number(&entry.value, &at)
                                    .map(|value| i32::try_from(value).unwrap_or(i32::MAX))
                            }
                        }
                    }
                    recipe.distillation = Some(Distillation { teacher, max_response_length });
                }
                "deploy" => recipe.deploy = self.deploy(node, at),
                "evaluate" => recipe.evaluate = self.evaluate(node, at),
                "keep" => recipe.keep_models = self.keep(node, at),
                "expect" => recipe.expect = self.expect(node, at),
                "sensitive" => {
                    recipe.sensitive = self.choice(node, at, &[("true", true), ("false", false)]).unwrap_or(false);
                }
                "quality" => {
                    recipe.quality = self.choice(node, at, &QualityMode::NAMES).unwrap_or_default();
                }
                "invocation_logs" => {
                    let (mut prefix, mut use_responses) = (String::new(), false);
                    for (entry, at) in self.entries(node, at, &["prefix", "use_responses"]) {
                        match entry.key.as_str() {
                            "prefix" => prefix = self.text(&entry.value, &at).unwrap_or_default(),
                            _ => {
                                use_responses =
                                    self.choice(&entry.value, &at, &[("true", true), ("false", false)]).unwrap_or(false)
                            }
                        }
                    }
                    recipe.invocation_logs = Some(InvocationLogs { prefix, use_responses });
                }
                _ => {
                    let mut grader = String::new();
                    for (entry, at) in self.entries(node, at, &["grader"]) {
                        grader = self.text(&entry.value, &at).unwrap_or_default();
                    }
                    recipe.reinforcement = Some(Reinforcement { grader });
                }
            }
        }
    }

    fn guard(&mut self, node: &Node, at: &str, recipe: &mut Recipe) {
        for (entry, at) in self.entries(node, at, &["max_tokens", "max_cost_usd"]) {
            match entry.key.as_str() {
                "max_tokens" => recipe.guard.max_tokens = self.whole_number(&entry.value, &at),
                _ => recipe.guard.max_cost_usd = self.number(&entry.value, &at),
            }
        }
    }

    /// Returns the entries of a map whose keys are known, each once, with their pointers. An empty `known` accepts any
    /// key.
    pub(super) fn entries<'n>(&mut self, node: &'n Node, at: &str, known: &[&str]) -> Vec<(&'n Entry, String)> {
        let Value::Map(entries) = &node.value else {
            let name = if at.is_empty() { "a recipe" } else { &at[1..] };
            self.push(
                Code::RecipeWrongType,
                Some(node.place),
                at.to_owned(),
                format!("{name} must be a map of keys and values"),
                "write one `key: value` per line".to_owned(),
            );
            return Vec::new();
        };
        let mut taken: Vec<(&Entry, String)> = Vec::new();
        for entry in entries {
            let pointer = format!("{at}/{}", entry.key.replace('~', "~0").replace('/', "~1"));
            if taken.iter().any(|(other, _)| other.key == entry.key) {
                self.push(
                    Code::RecipeInvalidValue,
                    Some(entry.place),
                    pointer,
                    format!("duplicate key: {}", named(&entry.key)),
                    "remove one of them".to_owned(),
                );
            } else if known.is_empty() || known.contains(&entry.key.as_str()) {
                self.places.insert(pointer.clone(), entry.value.place);
                taken.push((entry, pointer));
            } else {
                let help = match nearest(&entry.key, known) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("the keys here are {}", known.join(", ")),
                };
                self.push(
                    Code::RecipeUnknownKey,
                    Some(entry.place),
                    pointer,
                    format!("{} is not known", named(&entry.key)),
                    help,
                );
            }
        }
        taken
    }
}

const CUSTOMIZATIONS: [(&str, Customization); 4] = [
    ("fine-tuning", Customization::FineTuning),
    ("continued-pre-training", Customization::ContinuedPreTraining),
    ("distillation", Customization::Distillation),
    ("reinforcement-fine-tuning", Customization::ReinforcementFineTuning),
];

/// Returns a key as a message shows it. Only what looks like a key is shown, because the file may be data and not a
/// recipe.
fn named(key: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let is_key = (1..=40).contains(&key.len()) && key.chars().all(is_plain);
    if is_key { format!("the key `{key}`") } else { "a key here".to_owned() }
}

/// Returns a key as a finding may show it: short, and without control characters.
pub(super) fn shown(key: &str) -> String {
    key.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// Returns the most similar known name, if fewer than half of its letters differ.
pub(super) fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let name: String = name.to_lowercase().chars().take(64).collect();
    let distance = |other: &str| strsim::levenshtein(&name, other);
    let best = known.iter().map(|other| (distance(other), *other)).min()?;
    (best.0 * 2 < best.1.len().max(2)).then_some(best.1)
}
