//! What a canary prints.

use serde_json::{Value, json};

use super::DATASET;
use super::trial::Trial;
use crate::format::{ERROR, GOOD, visible};

/// A stage and its result.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) name: &'static str,
    pub(super) passed: bool,
    pub(super) seconds: f64,
    /// What was found, or why it failed.
    pub(super) found: String,
    /// Where to look if it failed.
    pub(super) look: String,
}

/// A stage, when it has ended.
pub(super) fn line(stage: &Stage) -> String {
    let (style, mark) = if stage.passed { (GOOD, "ok ") } else { (ERROR, "BAD") };
    let (name, seconds, found) = (stage.name, stage.seconds, visible(&stage.found));
    let mut line = format!("{style}{mark}{style:#}  {name:<11}{seconds:>7.1} s  {found}\n");
    if !stage.look.is_empty() {
        line.push_str(&format!("{:<27}look at {}\n", "", visible(&stage.look)));
    }
    line
}

/// The last line.
pub(super) fn conclusion(trial: &Trial<'_>, named: &str) -> String {
    let seconds: f64 = trial.stages.iter().map(|stage| stage.seconds).sum();
    match trial.stages.iter().find(|stage| !stage.passed) {
        None => format!("\nThe stack works: {} stages in {seconds:.1} s. Nothing was trained\n", trial.stages.len()),
        Some(stage) => {
            format!("\nThe stage {} failed. `tunedrop doctor{named}` checks the stack's settings\n", stage.name)
        }
    }
}

/// The same for programs.
pub(super) fn json(trial: &Trial<'_>) -> Value {
    let stages: Vec<Value> = trial.stages.iter().map(stage).collect();
    json!({
        "version": 1, "stack": trial.stack.name, "dataset": DATASET, "run_id": trial.run_id, "passed": trial.passed(),
        "stages": stages,
    })
}

fn stage(stage: &Stage) -> Value {
    let look = Some(&stage.look).filter(|look| !look.is_empty());
    json!({
        "name": stage.name, "passed": stage.passed, "seconds": (stage.seconds * 1_000.0).round() / 1_000.0,
        "found": stage.found, "look_at": look,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_stage_says_where_to_look() {
        let stage = Stage {
            name: "message",
            passed: false,
            seconds: 300.04,
            found: "no message after 5 minutes".to_owned(),
            look: "the log group /tunedrop/tunedrop/notify".to_owned(),
        };
        let text = anstream::adapter::strip_str(&line(&stage)).to_string();
        insta::assert_snapshot!(text, @"
        BAD  message      300.0 s  no message after 5 minutes
                                   look at the log group /tunedrop/tunedrop/notify
        ");
    }
}
