//! What a message says about an evaluation. `next_steps.rs` and `body.rs` put it in its place.

use tunedrop_evaluation::{BASE, DEPLOYED};
use tunedrop_run::event::{EvaluationDetail, Severity};
use tunedrop_run::{EvaluationResult, EvaluationState};

use super::body::indented;
use crate::evaluation::{cost, named, trial_name};
use crate::redact;
use crate::wording::{grouped, moment, shell, tunedrop, visible};

/// What happened, for the subject.
pub(super) fn subject(state: EvaluationState) -> &'static str {
    match state {
        EvaluationState::Kept => "Evaluated, keep the new model",
        EvaluationState::Dropped => "Evaluated, drop the new model",
        EvaluationState::Undecided => "Evaluated, undecided",
        EvaluationState::Refused => "Evaluation refused",
        EvaluationState::Stopped => "Evaluation stopped",
        _ => "Evaluation failed",
    }
}

/// A model that isn't kept needs a person, and so does an evaluation that somebody stopped.
pub(super) fn severity(state: EvaluationState) -> Severity {
    match state {
        EvaluationState::Kept => Severity::Info,
        EvaluationState::Dropped | EvaluationState::Undecided | EvaluationState::Stopped => Severity::Warning,
        _ => Severity::Error,
    }
}

/// The decision in one sentence, or that there is none.
pub(super) fn headline(detail: &EvaluationDetail) -> String {
    let run = visible(&detail.run_id);
    match (detail.state, &detail.result) {
        (_, Some(result)) => visible(&result.sentence),
        (EvaluationState::Refused, None) => {
            format!("The evaluation of run {run} was refused. No model was asked, and nothing is billed for it.")
        }
        (EvaluationState::Stopped, None) => {
            format!(
                "The evaluation of run {run} was stopped. There is no decision about its model. Answers that models gave until then are billed."
            )
        }
        (_, None) => format!(
            "The evaluation of run {run} failed. There is no decision about its model. Answers that models gave until then are billed."
        ),
    }
}

/// Why there is no decision. A decision contains its own reason.
pub(super) fn why(detail: &EvaluationDetail) -> String {
    let Some(reason) = reason(detail) else { return String::new() };
    let title = if redact::has_more(reason) { "Reason (shortened; `tunedrop show` shows all of it)" } else { "Reason" };
    // Without a decision there is no report.
    let reason = reason.replace(redact::WITHHELD, redact::WITHHELD_OF_EVALUATION);
    format!("\n{title}:\n{}\n", indented(&reason))
}

fn reason(detail: &EvaluationDetail) -> Option<&str> {
    detail.reason.as_deref().filter(|reason| detail.result.is_none() && !reason.trim().is_empty())
}

fn is_shortened(detail: &EvaluationDetail) -> bool {
    reason(detail).is_some_and(|reason| redact::has_more(reason) || reason.contains(redact::WITHHELD))
}

/// Instructions, one on each line. A command is on a line of its own, indented by two spaces.
pub(super) fn next_steps(detail: &EvaluationDetail, stack: &str) -> String {
    let id = shell(&detail.run_id);
    let step = |what: &str, arguments: &str| Some(format!("{what}:\n  {}", tunedrop(arguments, stack)));
    let deploy = |what| step(what, &format!("deploy {id}"));
    let evaluate = |what: &str| step(&again(what, detail), &format!("evaluate {id}"));
    let ask = || {
        let what = "Compare its answers with the base model's on a prompt of your own, once it is deployed";
        step(what, &format!("try {id} \"…\" --against {BASE}"))
    };
    let anyway = || deploy("Or deploy the model without a decision");
    let steps = match detail.state {
        EvaluationState::Kept => vec![
            deploy(if detail.is_of_recipe {
                "If the recipe says `deploy: {when: kept}`, tunedrop deploys the model next, and you get a message with the ARN to call. Otherwise, deploy it yourself"
            } else {
                "Deploy the model. You get a message with the ARN to call when it answers"
            }),
            ask(),
            compare(detail, stack).or_else(|| script(detail, stack)),
        ],
        EvaluationState::Dropped => vec![
            Some(format!(
                "{}Look in the report at the records that got worse. Fix the data or the recipe, and upload it. That starts a new run.",
                not_deployed(detail)
            )),
            compare(detail, stack),
            trial(detail, "To try the model anyway, deploy it for a day under a name that nobody calls", stack),
            ask(),
            step(
                "Delete the model when you no longer need it (its storage is billed by the month)",
                &format!("rm {id}"),
            ),
        ],
        EvaluationState::Undecided => vec![
            if against(detail).next().is_some() {
                let what = "Evaluate it again with more held-out records. The report says about how many decide";
                step(&format!("{}{what}", not_deployed(detail)), &format!("evaluate {id} --data FILE"))
            } else {
                let what = format!("{}Compare the model with another one", not_deployed(detail));
                step(&what, &format!("evaluate {id} --against {BASE}"))
            },
            compare(detail, stack),
            trial(detail, "Or decide by hand: deploy the model for a day under a name that nobody calls", stack),
            ask(),
        ],
        EvaluationState::Refused => vec![
            step("Evaluate the model on fewer records, which bills less", &format!("evaluate {id} --max-records N")),
            evaluate("Or change what the reason names, and evaluate it again"),
            anyway(),
        ],
        EvaluationState::Stopped => vec![evaluate("Evaluate the model after all"), anyway()],
        _ => vec![
            evaluate("Fix what the reason names, and evaluate the model again"),
            step("Show the whole reason", &format!("show {id}")).filter(|_| is_shortened(detail)),
            anyway(),
        ],
    };
    steps.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// The facts, one on each line.
pub(super) fn facts(detail: &EvaluationDetail) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Run", visible(&detail.run_id)), ("Evaluation", grouped(detail.number))];
    if let Some(result) = &detail.result {
        facts.extend(compared(result));
        facts.push(("Records", grouped(result.records)));
        facts.push((
            "Tokens",
            format!("{} of prompts, {} of answers", grouped(result.tokens_in), grouped(result.tokens_out)),
        ));
        let of_judge = if detail.has_judge { " (Bedrock doesn't report its cost)" } else { "" };
        facts.push(("Cost", format!("{}{of_judge}", cost(result.cost_usd, detail.has_judge))));
    }
    facts.push(("Ended", moment(&detail.at)));
    facts
}

/// What the model was compared with: `better than the base model; no difference from the deployed one`.
fn compared(result: &EvaluationResult) -> Option<(&'static str, String)> {
    let verdict = |side: &String| {
        let name = named(side);
        match result.verdicts.get(side).map(String::as_str) {
            Some("better") => format!("better than {name}"),
            Some("worse") => format!("worse than {name}"),
            Some("no_difference") => format!("no difference from {name}"),
            _ => format!("compared with {name}"),
        }
    };
    let verdicts: Vec<String> = result.against.iter().map(verdict).collect();
    (!verdicts.is_empty()).then(|| ("First metric", verdicts.join("; ")))
}

/// What happens to deployments if a model isn't kept; with the space to the next sentence.
fn not_deployed(detail: &EvaluationDetail) -> &'static str {
    if detail.is_of_recipe { "If the recipe says `deploy: {when: kept}`, the model isn't deployed. " } else { "" }
}

/// The names of the sides that it was compared with.
fn against(detail: &EvaluationDetail) -> impl Iterator<Item = &str> {
    detail.result.iter().flat_map(|result| &result.against).map(String::as_str)
}

/// For the first run among the sides.
fn compare(detail: &EvaluationDetail, stack: &str) -> Option<String> {
    let run = against(detail).find(|side| ![BASE, DEPLOYED].contains(side))?;
    let arguments = format!("compare {} {}", shell(run), shell(&detail.run_id));
    let what = format!("Compare data, hyperparameters and losses with those of run {}", visible(run));
    Some(format!("{what}:\n  {}", tunedrop(&arguments, stack)))
}

/// For the first side.
fn script(detail: &EvaluationDetail, stack: &str) -> Option<String> {
    let other = against(detail).next()?;
    let arguments = format!("compare {} {} --gate", shell(other), shell(&detail.run_id));
    let what = format!("Ask in a script whether it is better than {}. The exit code is 1 if it isn't", named(other));
    Some(format!("{what}:\n  {}", tunedrop(&arguments, stack)))
}

fn trial(detail: &EvaluationDetail, what: &str, stack: &str) -> Option<String> {
    let name = trial_name(detail.run_id.dataset());
    let arguments = format!("deploy {} --name {} --expires 24h", shell(&detail.run_id), shell(&name));
    Some(format!("{what}:\n  {}", tunedrop(&arguments, stack)))
}

/// The command's own options are in no event.
fn again(what: &str, detail: &EvaluationDetail) -> String {
    if detail.is_of_recipe { what.to_owned() } else { format!("{what}, with the options that it had") }
}

#[cfg(test)]
mod tests;
