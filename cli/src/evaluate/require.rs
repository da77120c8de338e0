//! Requirements on the command line: `rouge_l.min=0.35`, with the keys of the recipe.
//!
//! A form with `>=` would have to be quoted: in a shell, `--require rouge_l>=0.35` writes a file.

use std::collections::BTreeMap;

use tunedrop_evaluation::{Metric, Requirement};

/// One requirement, as typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limit {
    metric: Metric,
    key: Key,
    value: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Min,
    Max,
    OverBase,
}

/// Parses a requirement. The error is a clause.
pub(super) fn limit(text: &str) -> Result<Limit, String> {
    let expected = || "expected a metric, a limit and a number, such as rouge_l.min=0.35".to_owned();
    if let Some((metric, value)) = text.split_once(">=").or_else(|| text.split_once("<=")) {
        let key = if text.contains(">=") { "min" } else { "max" };
        return Err(format!("write {}.{key}={}", metric.trim(), value.trim()));
    }
    let (name, value) = text.split_once('=').ok_or_else(expected)?;
    let (metric, key) = name.trim().split_once('.').ok_or_else(expected)?;
    let metric = self::metric(metric)?;
    let key = match key {
        "min" => Key::Min,
        "max" => Key::Max,
        "over_base" => Key::OverBase,
        _ => return Err("expected min, max or over_base after the metric, such as rouge_l.min=0.35".to_owned()),
    };
    let value = value.trim().parse().ok().filter(|value: &f64| value.is_finite()).ok_or_else(expected)?;
    Ok(Limit { metric, key, value })
}

/// Parses the name of a metric. The error is a clause.
pub(super) fn metric(text: &str) -> Result<Metric, String> {
    let known = || Metric::ALL.map(Metric::as_str).join(", ");
    text.parse().map_err(|unknown| format!("{unknown}; expected one of {}", known()))
}

/// All requirements. The error is a clause.
pub(super) fn requirements(limits: &[Limit]) -> Result<BTreeMap<Metric, Requirement>, String> {
    let mut all: BTreeMap<Metric, Requirement> = BTreeMap::new();
    for Limit { metric, key, value } in limits {
        let requirement = all.entry(*metric).or_default();
        let place = match key {
            Key::Min => &mut requirement.min,
            Key::Max => &mut requirement.max,
            Key::OverBase => &mut requirement.over_base,
        };
        if place.replace(*value).is_some() {
            return Err(format!("{metric} has the same limit twice"));
        }
    }
    match all.iter().find_map(|(metric, requirement)| requirement.fault(*metric)) {
        Some(fault) => Err(fault),
        None => Ok(all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> Result<BTreeMap<Metric, Requirement>, String> {
        let limits: Result<Vec<Limit>, String> = texts.iter().map(|text| limit(text)).collect();
        requirements(&limits?)
    }

    #[test]
    fn requirements_have_the_keys_of_the_recipe() {
        let all = read(&["rouge_l.min=0.35", "rouge_l.over_base=-0.02", "empty_rate.max = 0.01"]).expect("they parse");
        assert_eq!(
            all,
            BTreeMap::from([
                (Metric::RougeL, Requirement { min: Some(0.35), max: None, over_base: Some(-0.02) }),
                (Metric::EmptyRate, Requirement { max: Some(0.01), ..Requirement::default() }),
            ])
        );
        assert_eq!(read(&[]), Ok(BTreeMap::new()));
    }

    #[test]
    fn other_forms_are_explained() {
        for (text, expected) in [
            ("rouge_l", "such as rouge_l.min=0.35"),
            ("rouge_l=0.35", "such as rouge_l.min=0.35"),
            ("rouge_l.min=high", "such as rouge_l.min=0.35"),
            ("rouge_l.min=NaN", "such as rouge_l.min=0.35"),
            ("rouge_l.least=0.35", "expected min, max or over_base"),
            ("rouge_l>=0.35", "write rouge_l.min=0.35"),
            ("empty_rate <= 0.1", "write empty_rate.max=0.1"),
            ("rouge.min=0.35", "expected one of exact_match, token_f1, rouge_l"),
            ("rouge_l.min=35", "between 0 and 1"),
            ("rouge_l.max=0.5", "use `min`"),
        ] {
            let error = read(&[text]).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
        let twice = read(&["rouge_l.min=0.3", "rouge_l.min=0.4"]).expect_err("twice");
        assert_eq!(twice, "rouge_l has the same limit twice");
    }
}
