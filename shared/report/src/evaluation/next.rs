//! What to do next: an instruction and the exact command for each step.

use tunedrop_evaluation::{BASE, DEPLOYED, Outcome, RECORDS_MAX};
use tunedrop_run::deployment::{DEPLOYMENT_NAME_MAX, deployment_name_fault};

use super::EvaluationReport;
use super::requirements::records_needed;
use crate::wording::{command, grouped, shell, tunedrop, visible};

/// An instruction, and the command that it needs.
pub(super) type Step = (String, String);

pub(super) fn next(report: &EvaluationReport) -> Vec<Step> {
    let mut steps = match report.evaluation.decision.outcome {
        Outcome::Keep => vec![deploy(report)],
        Outcome::Drop => vec![
            (
                "Look at the records that got worse, fix the data or the recipe, and upload it. That starts a new run"
                    .to_owned(),
                tunedrop("submit DIR --follow", &report.stack),
            ),
            trial(report, "To try the model anyway, deploy it for a day under a name that nobody calls"),
        ],
        Outcome::Undecided if report.evaluation.sides.len() < 2 => vec![(
            "Evaluate it against another model".to_owned(),
            tunedrop(&format!("evaluate {} --against {BASE}", shell(&report.run_id)), &report.stack),
        )],
        Outcome::Undecided => vec![
            (more_records(report), tunedrop(&format!("evaluate {} --data FILE", shell(&report.run_id)), &report.stack)),
            trial(report, "Or decide by hand: deploy the model for a day under a name that nobody calls"),
        ],
    };
    steps.push((
        "Compare its answers with the base model's on a prompt of your own, once it is deployed".to_owned(),
        tunedrop(&format!("try {} \"…\" --against {BASE}", shell(&report.run_id)), &report.stack),
    ));
    steps.extend(gate(report));
    if report.evaluation.decision.outcome == Outcome::Drop {
        steps.push((
            "Delete the model when you no longer need it (its storage is billed by the month)".to_owned(),
            command("rm", &report.run_id, &report.stack),
        ));
    }
    steps
}

fn deploy(report: &EvaluationReport) -> Step {
    match &report.deploys_as {
        Some(name) => (
            format!(
                "The recipe has tunedrop deploy the model as `{}`, because it is kept. You get a message with the ARN to call when it answers. To list the deployments",
                visible(name).replace('`', "'")
            ),
            tunedrop("deployments", &report.stack),
        ),
        None => (
            "Deploy the model. You get a message with the ARN to call when it answers".to_owned(),
            command("deploy", &report.run_id, &report.stack),
        ),
    }
}

fn trial(report: &EvaluationReport, what: &str) -> Step {
    let name = trial_name(&report.dataset);
    let arguments = format!("deploy {} --name {} --expires 24h", shell(&report.run_id), shell(&name));
    (what.to_owned(), tunedrop(&arguments, &report.stack))
}

/// A name for a deployment that nobody calls: the dataset's, shortened, with `-trial` at its end.
pub(crate) fn trial_name(dataset: &str) -> String {
    const END: &str = "-trial";
    let start: String = dataset.chars().take(DEPLOYMENT_NAME_MAX - END.len()).collect();
    let name = format!("{start}{END}");
    if deployment_name_fault(&name).is_some() { END[1..].to_owned() } else { name }
}

/// A side that a model is compared with, in words.
pub(crate) fn named(side: &str) -> String {
    match side {
        BASE => "the base model".to_owned(),
        DEPLOYED => "the deployed model".to_owned(),
        run_id => format!("run {}", visible(run_id)),
    }
}

/// In a script, with the first other side.
fn gate(report: &EvaluationReport) -> Option<Step> {
    let other = report.evaluation.sides.iter().find(|side| side.side != report.evaluation.new)?;
    let arguments = format!("compare {} {} --gate", shell(&other.side), shell(&report.run_id));
    Some((
        format!("Ask in a script whether it is better than {}. The exit code is 1 if it isn't", named(&other.side)),
        tunedrop(&arguments, &report.stack),
    ))
}

/// How to decide what is undecided.
fn more_records(report: &EvaluationReport) -> String {
    let evaluation = &report.evaluation;
    let needed: Option<Vec<u64>> = evaluation
        .decision
        .checks
        .iter()
        .filter(|check| !matches!(check.result, tunedrop_evaluation::CheckResult::Holds))
        .map(records_needed)
        .collect();
    let needed = needed.and_then(|needed| needed.into_iter().max());
    let counts = &evaluation.sample;
    let usable = counts.records.saturating_sub(counts.duplicates).saturating_sub(counts.unusable.values().sum());
    let most = RECORDS_MAX as u64;
    let how = if usable > counts.sampled && counts.sampled < most {
        format!(
            "Only {} of {} usable records were asked: raise `max_records` in the recipe's `evaluate`",
            grouped(counts.sampled),
            grouped(usable)
        )
    } else {
        "Evaluate it again with more held-out records".to_owned()
    };
    match needed {
        Some(needed) if needed > most => format!(
            "If what was measured stays the same, it takes about {} records to decide, and {} are the most: count the models as equally good, or require something else. With other held-out records",
            grouped(needed),
            grouped(most)
        ),
        Some(needed) => {
            format!("{how}. If what was measured stays the same, about {} records decide", grouped(needed))
        }
        None => how,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_has_a_valid_name() {
        let names = ["support-bot".to_owned(), "a".repeat(63), "a b;".to_owned()].map(|dataset| trial_name(&dataset));
        assert!(names.iter().all(|name| deployment_name_fault(name).is_none()), "{names:?}");
        assert_eq!(names, ["support-bot-trial".to_owned(), format!("{}-trial", "a".repeat(34)), "trial".to_owned()]);
    }
}
