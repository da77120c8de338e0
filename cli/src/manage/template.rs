//! The parameters that a release's template declares, and what CloudFormation would refuse about their values.
//!
//! Constraints: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use regex_lite::Regex;
use serde_json::Value;
use strsim::osa_distance;

/// The parameters that the command itself sets.
pub(super) const OURS: [&str; 2] = ["ArtifactBucket", "ArtifactPrefix"];

/// A parameter of a template.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub(super) name: String,
    is_number: bool,
    pub(super) default: Option<String>,
    allowed: Vec<String>,
    pattern: Option<String>,
    values: [Option<f64>; 2],
    lengths: [Option<u64>; 2],
    constraint: Option<String>,
}

/// What the command needs of a template.
#[derive(Debug)]
pub(super) struct Template {
    /// The version in `Metadata`, which `release/template.py` writes.
    pub(super) version: Option<String>,
    pub(super) parameters: Vec<Declared>,
}

impl Template {
    /// Reads a template in JSON.
    pub(super) fn read(bytes: &[u8]) -> Result<Template> {
        let template: Value = serde_json::from_slice(bytes).context("template.json is not JSON")?;
        let parameters = template["Parameters"].as_object().context("template.json has no parameters")?;
        Ok(Template {
            version: template["Metadata"]["Tunedrop"]["Version"].as_str().map(str::to_owned),
            parameters: parameters.iter().map(|(name, of)| Declared::read(name, of)).collect(),
        })
    }

    fn find(&self, name: &str) -> Option<&Declared> {
        self.parameters.iter().find(|one| one.name == name)
    }

    /// The value that a parameter will have.
    pub(super) fn value<'a>(&'a self, name: &str, values: &Values<'a>) -> Option<&'a str> {
        let before = || values.before.get(name);
        values.given.get(name).or_else(before).or_else(|| self.find(name)?.default.as_ref()).map(String::as_str)
    }

    /// Everything that CloudFormation would refuse, in sentences. Values of before count: a newer template may refuse them.
    pub(super) fn problems(&self, values: &Values<'_>) -> Vec<String> {
        let mut problems = Vec::new();
        for name in values.given.keys() {
            if OURS.contains(&name.as_str()) {
                problems.push(format!("{name} is set by this command; choose the bucket with --artifact-bucket"));
            } else if self.find(name).is_none() {
                let hint = self
                    .nearest(name)
                    .map_or_else(|| "docs/parameters.md lists them".to_owned(), |near| format!("did you mean {near}?"));
                problems.push(format!("the template has no parameter {name}; {hint}"));
            }
        }
        for declared in self.parameters.iter().filter(|one| !OURS.contains(&one.name.as_str())) {
            let name = &declared.name;
            match (values.given.get(name), values.before.get(name)) {
                (Some(value), _) => {
                    problems.extend(declared.fault(value).map(|why| format!("{name}={value} is not allowed: {why}")));
                }
                (None, Some(value)) => problems.extend(declared.fault(value).map(|why| {
                    format!("the stack has {name}={value}, which this version doesn't allow: {why}. Set --parameter {name}=…")
                })),
                (None, None) if declared.default.is_none() => problems.push(format!("the parameter {name} is required")),
                (None, None) => {}
            }
        }
        problems
    }

    /// The name that was probably meant.
    fn nearest(&self, name: &str) -> Option<&str> {
        let plain = |name: &str| name.to_lowercase().replace(['-', '_'], "");
        let names = self.parameters.iter().map(|one| one.name.as_str()).filter(|name| !OURS.contains(name));
        let near = names.map(|other| (osa_distance(&plain(name), &plain(other)), other));
        near.filter(|(distance, _)| *distance <= 2 + name.len() / 8).min().map(|(_, other)| other)
    }

    /// The parameters to send: those that are given with their values, and `None` for those that keep theirs. New ones get
    /// their defaults.
    pub(super) fn to_send(&self, values: &Values<'_>) -> Vec<(String, Option<String>)> {
        let one = |declared: &Declared| match values.given.get(&declared.name) {
            Some(value) => Some((declared.name.clone(), Some(value.clone()))),
            None => values.before.contains_key(&declared.name).then(|| (declared.name.clone(), None)),
        };
        self.parameters.iter().filter_map(one).collect()
    }
}

/// The values of parameters.
#[derive(Debug)]
pub(super) struct Values<'a> {
    /// By the user.
    pub(super) given: &'a BTreeMap<String, String>,
    /// Of the stack. Empty for a new one.
    pub(super) before: &'a BTreeMap<String, String>,
}

impl Declared {
    fn read(name: &str, of: &Value) -> Declared {
        let number = |key: &str| of[key].as_f64().or_else(|| of[key].as_str()?.parse().ok());
        let length = |key: &str| of[key].as_u64().or_else(|| of[key].as_str()?.parse().ok());
        let text = |key: &str| of[key].as_str().map(str::to_owned);
        Declared {
            name: name.to_owned(),
            is_number: of["Type"] == "Number",
            default: Some(&of["Default"]).filter(|value| !value.is_null()).map(written),
            allowed: of["AllowedValues"].as_array().into_iter().flatten().map(written).collect(),
            pattern: text("AllowedPattern"),
            values: [number("MinValue"), number("MaxValue")],
            lengths: [length("MinLength"), length("MaxLength")],
            constraint: text("ConstraintDescription"),
        }
    }

    /// Why CloudFormation would refuse the value.
    fn fault(&self, value: &str) -> Option<String> {
        if !self.allowed.is_empty() {
            let allowed = self.allowed.iter().any(|one| one == value);
            return (!allowed).then(|| format!("allowed are {}", self.allowed.join(", ")));
        }
        if self.is_number {
            let Some(number) = value.parse::<f64>().ok().filter(|number| number.is_finite()) else {
                return Some("expected a number".to_owned());
            };
            let [least, most] = self.values;
            let outside = least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most);
            return outside.then(|| bounds(least, most, ""));
        }
        let length = value.chars().count() as u64;
        let [least, most] = self.lengths;
        if least.is_some_and(|least| length < least) || most.is_some_and(|most| length > most) {
            return Some(bounds(least, most, " characters"));
        }
        // Only CloudFormation can decide about a pattern that this engine doesn't know.
        let pattern = self.pattern.as_ref()?;
        let whole = Regex::new(&format!("^(?:{pattern})$")).ok()?;
        (!whole.is_match(value)).then(|| {
            let described = self.constraint.as_ref().map(|words| format!("expected {}", lower(words)));
            described.unwrap_or_else(|| format!("it must match {pattern}"))
        })
    }
}

fn bounds<T: std::fmt::Display>(least: Option<T>, most: Option<T>, unit: &str) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("expected {least} to {most}{unit}"),
        (Some(least), None) => format!("expected at least {least}{unit}"),
        (None, Some(most)) => format!("expected at most {most}{unit}"),
        (None, None) => String::new(),
    }
}

/// `A bucket's name` within a sentence.
fn lower(words: &str) -> String {
    let mut letters = words.chars();
    match (letters.next(), letters.clone().next()) {
        // Not an abbreviation.
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(letters).collect(),
        _ => words.to_owned(),
    }
}

/// A value as CloudFormation writes it into a text.
fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
