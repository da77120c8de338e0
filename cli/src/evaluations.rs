//! What commands show of evaluations.

use std::path::Path;

use anstyle::Style;
use anyhow::Result;
use serde::Deserialize;
use tunedrop_evaluation::{Evaluation, Verdict};
use tunedrop_report::evaluation_text;
use tunedrop_run::{EvaluationEntry, EvaluationResult, EvaluationState, Run};
use tunedrop_validation::money::usd;

use crate::format::{BOLD, ERROR, GOOD, WARNING, counted, grouped, visible};
use crate::runs::time;
use crate::stack::{Stack, explain};

/// The largest `evaluation.json`, in bytes.
const RESULT_MAX: usize = 64 << 20;

/// The color of a state.
pub(crate) fn style(state: EvaluationState) -> Style {
    match state {
        EvaluationState::Kept => GOOD,
        EvaluationState::Dropped | EvaluationState::Failed | EvaluationState::Refused => ERROR,
        EvaluationState::Undecided | EvaluationState::Stopped => WARNING,
        EvaluationState::Waiting
        | EvaluationState::Deploying
        | EvaluationState::Answering
        | EvaluationState::Scoring => BOLD,
    }
}

/// How far it is, as a clause; `None` if it ended.
pub(crate) fn progress(one: &EvaluationEntry) -> Option<String> {
    let now = match one.state {
        EvaluationState::Waiting => "the held-out file is read".to_owned(),
        EvaluationState::Deploying => "the models' deployments are created".to_owned(),
        EvaluationState::Answering => match one.chunks {
            Some(chunks) => format!("{} of {} chunks answered", grouped(one.answered), grouped(chunks)),
            None => "the models answer".to_owned(),
        },
        EvaluationState::Scoring => match (&one.plan.judge, one.judge_jobs.len()) {
            (Some(judge), jobs) if jobs == one.sides.len() => format!("{} scores the answers", visible(&judge.model)),
            _ => "the judge's jobs are created".to_owned(),
        },
        _ => return None,
    };
    Some(match one.reason.as_deref().filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("{now}; waiting: {}", visible(reason)),
        None => now,
    })
}

/// The result, if the last evaluation ended with one.
pub(crate) fn decided(one: &EvaluationEntry) -> Option<&EvaluationResult> {
    one.result.as_ref().filter(|result| one.state.is_decided() && result.number == one.number)
}

/// Whether a run is better than the side of this name; `None` if it wasn't compared with it.
pub(crate) fn verdict(result: &EvaluationResult, side: &str) -> Option<Verdict> {
    serde_json::from_value(result.verdicts.get(side)?.as_str().into()).ok()
}

/// A verdict in words.
pub(crate) fn words(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Better) => "better",
        Some(Verdict::Worse) => "worse",
        Some(Verdict::NoDifference) => "no difference",
        None => "unknown",
    }
}

/// What an evaluation is about and has found. Labels have up to 15 characters.
pub(crate) fn facts(one: &EvaluationEntry) -> Vec<(&'static str, String)> {
    let state = style(one.state);
    let mut is = format!("{state}{}{state:#}", one.state.as_str());
    match progress(one) {
        Some(progress) => is.push_str(&format!(": {progress}")),
        None => is.push_str(&format!(", {} UTC", time(&one.changed_at))),
    }
    let mut facts = vec![("Evaluation", is)];
    if !one.state.is_decided()
        && one.state.is_end()
        && let Some(reason) = &one.reason
    {
        facts.push(("Reason", visible(reason)));
    }
    if let Some(judge) = &one.plan.judge {
        let metrics: Vec<&str> = judge.metrics.iter().map(|metric| metric.as_str()).collect();
        facts.push(("Judge", format!("{}, for {}", visible(&judge.model), metrics.join(", "))));
    }
    if let Some(result) = &one.result {
        facts.extend(found(result, one));
    }
    facts
}

/// A result, which may be of an earlier evaluation than the last.
fn found(result: &EvaluationResult, one: &EvaluationEntry) -> Vec<(&'static str, String)> {
    let earlier = match decided(one) {
        Some(_) => String::new(),
        None => format!("By evaluation {} of this run: ", result.number),
    };
    let against: Vec<String> =
        result.against.iter().map(|side| format!("{} ({})", visible(side), words(verdict(result, side)))).collect();
    vec![
        ("Decision", format!("{earlier}{}", visible(&result.sentence))),
        ("Compared with", against.join(", ")),
        ("Answers", took(result, one.plan.judge.is_some())),
        ("Evaluated in", visible(&result.report)),
    ]
}

/// Records, tokens and cost. Bedrock doesn't report those of a judge.
fn took(result: &EvaluationResult, has_judge: bool) -> String {
    let cost = result.cost_usd.map_or("at an unknown price".to_owned(), usd);
    let without = if has_judge { ", without the judge" } else { "" };
    format!(
        "{}, {} + {} tokens, {cost}{without}",
        counted(result.records, "record"),
        grouped(result.tokens_in),
        grouped(result.tokens_out)
    )
}

/// How an evaluation ended: the decision, the scores and what they took, or why there is none. `named`: the options that
/// name the stack in the next commands.
pub(crate) fn ended(one: &EvaluationEntry, whole: Option<&Evaluation>, named: &str) -> String {
    let id = visible(&one.run_id);
    let Some(result) = decided(one) else {
        let reason = one.reason.as_deref().map(visible).filter(|reason| !reason.is_empty());
        return format!(
            "  {}\n  Try again with `tunedrop evaluate {id}{named}`\n",
            reason.unwrap_or_else(|| "no reason is known".to_owned())
        );
    };
    let mut out = String::from("\n");
    match whole {
        Some(whole) => {
            out.push_str(&evaluation_text(whole, result.cost_usd));
            out.push_str(&format!("Report: {}\n", visible(&result.report)));
        }
        None => found(result, one).iter().for_each(|(name, value)| out.push_str(&format!("  {name:<16}{value}\n"))),
    }
    out.push_str(&format!("\nOpen the report with `tunedrop report {id} --evaluation{named}`\n"));
    out
}

/// Reads `evaluation.json`; `None` if it expired, or these credentials may not read it.
pub(crate) async fn whole(stack: &Stack, one: &EvaluationEntry) -> Option<Evaluation> {
    decided(one)?;
    let key = format!("{}evaluation.json", one.prefix());
    let json = stack.objects().ok()?.read(&key, None, RESULT_MAX).await.ok()??;
    let Written { evaluation } = serde_json::from_slice(&json).ok()?;
    Some(evaluation)
}

/// What is read of `evaluation.json`.
#[derive(Deserialize)]
struct Written {
    evaluation: Evaluation,
}

/// The key of the report of a run's last evaluation that has one.
pub(crate) fn report_key(one: &EvaluationEntry) -> Option<String> {
    let result = one.result.as_ref()?;
    let file = Path::new(&result.report).file_name()?.to_str()?;
    Some(format!("evaluations/{}/{}/{file}", one.run_id, result.number))
}

/// The evaluations of these runs. Warns of those that can't be read.
pub(crate) async fn of(stack: &Stack, runs: &[Run]) -> Result<Vec<EvaluationEntry>> {
    let Some(oldest) = runs.iter().map(|run| run.uploaded_at.as_str()).min() else { return Ok(Vec::new()) };
    let (mut all, unreadable) = stack.ledger()?.evaluations(oldest).await.map_err(explain)?;
    for key in unreadable {
        anstream::eprintln!("warning: skipped {}, which this version can't read", visible(&key));
    }
    all.retain(|one| runs.iter().any(|run| run.run_id == one.run_id));
    Ok(all)
}

#[cfg(test)]
pub(crate) mod tests;
