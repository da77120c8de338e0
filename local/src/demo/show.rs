//! Prints the output of the demonstration.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;
use tunedrop_local::Message;
use tunedrop_local::curve::curve;

/// The maximum number of characters of a curve.
const WIDTH: usize = 60;

/// Prints a message as people receive it.
pub(super) fn message(message: &Message) {
    println!("\nThe message\n");
    for line in message.body.lines() {
        println!("  │ {line}");
    }
}

/// Prints the outcome of a run with its curves, from `outcome.json`.
pub(super) fn outcome(outcome: &Value) -> Result<()> {
    println!("\nThe outcome\n");
    for name in ["base_model", "job_arn", "model_arn"] {
        let value = outcome[name].as_str().with_context(|| format!("the outcome has no {name}"))?;
        println!("  {:<11} {value}", name.replace('_', " "));
    }
    let training = losses(outcome, "training_losses");
    let (Some(first), Some(last)) = (training.first(), training.last()) else {
        anyhow::bail!("the outcome has no training loss");
    };
    println!("\n  training loss    {first:.3} {} {last:.3}   ({} steps)", curve(&training, WIDTH), training.len());
    let validation = losses(outcome, "validation_losses");
    if let (Some(first), Some(last)) = (validation.first(), validation.last()) {
        println!("  validation loss  {first:.3} {} {last:.3}", curve(&validation, WIDTH));
    }
    Ok(())
}

/// Prints the decision, and each score with its difference and interval, from `evaluation.json`.
pub(super) fn evaluation(report: &Value) -> Result<()> {
    let evaluation = &report["evaluation"];
    let sentence = evaluation["decision"]["sentence"].as_str().context("the report has no decision")?;
    println!("  {sentence}\n\n  {} held-out records were asked", evaluation["records"]);
    for metric in evaluation["metrics"].as_array().context("the report has no metrics")? {
        for difference in metric["differences"].as_array().into_iter().flatten() {
            println!("{}", row(evaluation, metric, difference).context("a difference has no figures")?);
        }
    }
    for note in evaluation["notes"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        println!("  note: {note}");
    }
    Ok(())
}

/// Returns the scores of the new model and of another one, and their difference.
fn row(evaluation: &Value, metric: &Value, difference: &Value) -> Option<String> {
    let against = difference["against"].as_str()?;
    let scores = metric["scores"].as_array()?;
    let score = |side: &str| scores.iter().find(|score| score["side"] == side)?["score"]["value"].as_f64();
    let (new, other) = (score(evaluation["new"].as_str()?)?, score(against)?);
    let found = &difference["difference"];
    let (low, high) = (found["interval"]["low"].as_f64()?, found["interval"]["high"].as_f64()?);
    let verdict = difference["verdict"].as_str()?.replace('_', " ");
    Some(format!(
        "  {:<16} {new:.3}   {against:<8} {other:.3}   {:+.3} [{low:+.3}, {high:+.3}]  {verdict}",
        metric["metric"].as_str()?,
        found["value"].as_f64()?
    ))
}

fn losses(outcome: &Value, name: &str) -> Vec<f64> {
    let points = outcome[name].as_array().into_iter().flatten();
    points.filter_map(|point| point["loss"].as_f64()).collect()
}

/// Prints the locations of all files. There must be at least one.
pub(super) fn artefacts(bucket: &str, keys: &[String]) -> Result<()> {
    println!("\nFiles\n");
    for key in keys {
        println!("  s3://{bucket}/{key}");
    }
    keys.iter().find(|key| key.ends_with("/outcome.html")).context("there is no outcome.html")?;
    keys.iter().find(|key| key.ends_with("/report.html")).context("there is no report.html")?;
    Ok(())
}

/// Returns the errors of a report, one line each, and the lines of the training file that they name.
pub(super) fn findings(report: &Value) -> Result<Vec<u64>> {
    println!("\nProblems to fix\n");
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

/// Returns `:7:120`, or as much of it as is known.
fn place(finding: &Value) -> String {
    ["line", "column"].iter().map_while(|name| finding[name].as_u64()).map(|part| format!(":{part}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn location_is_as_exact_as_known() {
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
    fn row_has_both_scores_and_the_difference() {
        let score = |side: &str, value: f64| json!({ "side": side, "score": { "value": value } });
        let difference = json!({
            "against": "base", "difference": { "value": 0.2, "interval": { "low": 0.1, "high": 0.3 } }, "verdict": "better",
        });
        let metric = json!({ "metric": "rouge_l", "scores": [score("run", 0.5), score("base", 0.3)] });
        let row = row(&json!({ "new": "run" }), &metric, &difference).unwrap();
        assert_eq!(row, "  rouge_l          0.500   base     0.300   +0.200 [+0.100, +0.300]  better");
    }

    #[test]
    fn an_outcome_must_have_a_curve() {
        let mut outcome_json =
            json!({ "base_model": "b", "job_arn": "j", "model_arn": "m", "training_losses": [{ "loss": 2.5 }] });
        assert!(outcome(&outcome_json).is_ok());
        outcome_json["training_losses"] = json!([]);
        assert_eq!(outcome(&outcome_json).unwrap_err().to_string(), "the outcome has no training loss");
    }
}
