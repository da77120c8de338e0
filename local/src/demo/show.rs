//! What the demonstration prints.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;
use tunedrop_local::Message;
use tunedrop_local::curve::curve;

/// Characters that a curve takes at most.
const WIDTH: usize = 60;

/// A message as people get it.
pub(super) fn message(message: &Message) {
    println!("\nThe message\n");
    for line in message.body.lines() {
        println!("  │ {line}");
    }
}

/// The outcome of a run with its curves, from `outcome.json`.
pub(super) fn outcome(outcome: &Value) -> Result<()> {
    println!("\nThe outcome\n");
    for name in ["base_model", "job_arn", "model_arn"] {
        let value = outcome[name].as_str().with_context(|| format!("the outcome has no {name}"))?;
        println!("  {:<11} {value}", name.replace('_', " "));
    }
    let training = losses(outcome, "training");
    let (Some(first), Some(last)) = (training.first(), training.last()) else {
        anyhow::bail!("the outcome has no training loss");
    };
    println!("\n  training loss    {first:.3} {} {last:.3}   ({} steps)", curve(&training, WIDTH), training.len());
    let validation = losses(outcome, "validation");
    if let (Some(first), Some(last)) = (validation.first(), validation.last()) {
        println!("  validation loss  {first:.3} {} {last:.3}", curve(&validation, WIDTH));
    }
    Ok(())
}

fn losses(outcome: &Value, name: &str) -> Vec<f64> {
    let points = outcome[name].as_array().into_iter().flatten();
    points.filter_map(|point| point["loss"].as_f64()).collect()
}

/// Where everything lies; there must be something.
pub(super) fn artefacts(bucket: &str, keys: &[String]) -> Result<()> {
    println!("\nWhere it lies\n");
    for key in keys {
        println!("  s3://{bucket}/{key}");
    }
    keys.iter().find(|key| key.ends_with("/outcome.html")).context("there is no outcome.html")?;
    keys.iter().find(|key| key.ends_with("/report.html")).context("there is no report.html")?;
    Ok(())
}

/// The errors of a report, a line each; the lines of the training file that they name.
pub(super) fn findings(report: &Value) -> Result<Vec<u64>> {
    println!("\nWhat stands in the way\n");
    let kept = report["findings"]["kept"].as_array().context("the report has no findings")?;
    let errors: Vec<&Value> = kept.iter().filter(|finding| finding["severity"] == "error").collect();
    for finding in &errors {
        let word = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        println!("  {:<20} {}", format!("{}{}", word("file"), place(finding)), word("message"));
        println!("  {:<20} {} ({})", "", word("help"), word("code"));
    }
    let lines: BTreeSet<u64> = errors.iter().filter_map(|finding| finding["line"].as_u64()).collect();
    Ok(lines.into_iter().collect())
}

/// `:7:120`, or as much of it as is known.
fn place(finding: &Value) -> String {
    ["line", "column"].iter().map_while(|name| finding[name].as_u64()).map(|part| format!(":{part}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_is_as_exact_as_it_is_known() {
        assert_eq!(place(&json!({ "line": 7, "column": 120 })), ":7:120");
        assert_eq!(place(&json!({ "line": 7, "column": null })), ":7");
        assert_eq!(place(&json!({ "line": null, "column": null })), "");
    }

    #[test]
    fn names_the_lines_with_errors_once_and_in_order() {
        let finding = |severity: &str, line: u64| json!({ "severity": severity, "line": line, "file": "train.jsonl" });
        let kept = [finding("error", 31), finding("warning", 2), finding("error", 7), finding("error", 7)];
        assert_eq!(findings(&json!({ "findings": { "kept": kept } })).unwrap(), [7, 31]);
        assert!(findings(&json!({})).is_err());
    }

    #[test]
    fn an_outcome_must_have_a_curve() {
        let mut told = json!({ "base_model": "b", "job_arn": "j", "model_arn": "m", "training": [{ "loss": 2.5 }] });
        assert!(outcome(&told).is_ok());
        told["training"] = json!([]);
        assert_eq!(outcome(&told).unwrap_err().to_string(), "the outcome has no training loss");
    }
}
