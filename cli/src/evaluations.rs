//! What commands show of evaluations.

use std::path::Path;

use anstyle::Style;
use anyhow::Result;
use serde::Deserialize;
use tunedrop_evaluation::{Evaluation, Verdict};
use tunedrop_report::evaluation_text;
use tunedrop_run::{EvaluationEntry, EvaluationResult, EvaluationState, Run};

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
        EvaluationState::Scoring => "a model compares the answers with the references".to_owned(),
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
        ("Answers", took(result)),
        ("Evaluated in", visible(&result.report)),
    ]
}

/// Records, tokens and cost.
fn took(result: &EvaluationResult) -> String {
    let cost = result.cost_usd.map_or("at an unknown price".to_owned(), |cost| format!("{cost:.2} USD"));
    format!(
        "{}, {} + {} tokens, {cost}",
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
pub(crate) mod tests {
    use serde_json::{Value, json};
    use tunedrop_evaluation::{Answer, Input, Side, evaluate, read_record};
    use tunedrop_validation::Format;

    use super::*;

    pub(crate) const RUN: &str = "bot-000000000002";

    /// An evaluation in this state, with a result if it is one of a decision.
    pub(crate) fn evaluation(state: &str, more: &Value) -> EvaluationEntry {
        let decided = match state {
            "Kept" => Some(("keep", "better", "Keep the new model: rouge_l is 0.101 higher than that of base.")),
            "Dropped" => Some(("drop", "worse", "Drop the new model: rouge_l is 0.101 lower than that of base.")),
            "Undecided" => Some(("undecided", "no_difference", "Undecided: rouge_l is the same as that of base.")),
            _ => None,
        };
        let result = decided.map(|(outcome, verdict, sentence)| {
            json!({
                "number": 1, "outcome": outcome, "sentence": sentence, "against": ["base"],
                "verdicts": { "base": verdict }, "records": 200, "tokens_in": 60_000, "tokens_out": 20_000,
                "cost_usd": 0.05, "report": format!("s3://drops/evaluations/{RUN}/1/evaluation.html"),
            })
        });
        let mut entry = json!({
            "schema": 1, "run_id": RUN, "dataset": "bot", "number": 1, "revision": 9, "state": state,
            "plan": { "data": "s3://drops/v", "max_records": 200, "against": ["base"] }, "result": result,
            "requested_at": "2026-12-01T09:00:00.000Z", "changed_at": "2026-12-01T10:00:00.000Z",
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            entry[name] = value.clone();
        }
        serde_json::from_value(entry).expect("an evaluation")
    }

    pub(crate) fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn shown(one: &EvaluationEntry) -> String {
        let lines = facts(one).into_iter().map(|(name, value)| format!("{name:<16}{value}"));
        plain(&lines.collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn facts_of_a_decision_have_its_figures() {
        insta::assert_snapshot!(shown(&evaluation("Kept", &json!({}))), @r"
        Evaluation      Kept, 2026-12-01 10:00 UTC
        Decision        Keep the new model: rouge_l is 0.101 higher than that of base.
        Compared with   base (better)
        Answers         200 records, 60,000 + 20,000 tokens, 0.05 USD
        Evaluated in    s3://drops/evaluations/bot-000000000002/1/evaluation.html
        ");
    }

    #[test]
    fn facts_of_a_new_evaluation_keep_the_earlier_decision() {
        let result = serde_json::to_value(&evaluation("Undecided", &json!({})).result).expect("a result");
        let answering = json!({ "number": 2, "result": result, "chunks": 43, "answered": 12 });
        insta::assert_snapshot!(shown(&evaluation("Answering", &answering)), @r"
        Evaluation      Answering: 12 of 43 chunks answered
        Decision        By evaluation 1 of this run: Undecided: rouge_l is the same as that of base.
        Compared with   base (no difference)
        Answers         200 records, 60,000 + 20,000 tokens, 0.05 USD
        Evaluated in    s3://drops/evaluations/bot-000000000002/1/evaluation.html
        ");
    }

    #[test]
    fn facts_without_a_decision_have_the_reason() {
        let waits = json!({ "reason": "deployment evaluation-0123456789ab waits for a free slot" });
        insta::assert_snapshot!(shown(&evaluation("Deploying", &waits)), @"Evaluation      Deploying: the models' deployments are created; waiting: deployment evaluation-0123456789ab waits for a free slot");
        let refused = json!({ "reason": "the stack's MaxTokensPerRun is 1,000" });
        insta::assert_snapshot!(shown(&evaluation("Refused", &refused)), @r"
        Evaluation      Refused, 2026-12-01 10:00 UTC
        Reason          the stack's MaxTokensPerRun is 1,000
        ");
    }

    #[test]
    fn end_says_what_to_do_next() {
        insta::assert_snapshot!(ended(&evaluation("Kept", &json!({})), None, " --local"), @r"

          Decision        Keep the new model: rouge_l is 0.101 higher than that of base.
          Compared with   base (better)
          Answers         200 records, 60,000 + 20,000 tokens, 0.05 USD
          Evaluated in    s3://drops/evaluations/bot-000000000002/1/evaluation.html

        Open the report with `tunedrop report bot-000000000002 --evaluation --local`
        ");
        let failed = evaluation("Failed", &json!({ "reason": "Bedrock refused the model" }));
        insta::assert_snapshot!(ended(&failed, None, ""), @r"
          Bedrock refused the model
          Try again with `tunedrop evaluate bot-000000000002`
        ");
    }

    #[test]
    fn end_has_the_table_of_scores_if_it_can_be_read() {
        let record = |n: u8| format!("{{\"prompt\": \"{n}\", \"completion\": \"yes\"}}");
        let record = |n: u8| read_record(&Format::PromptCompletion, record(n).as_bytes()).expect("a record");
        let answer = |text: &str| Answer { text: text.to_owned(), ..Answer::default() };
        let side = |name: &str, text: &str| Side {
            name: name.to_owned(),
            answers: (0..40).map(|n| (record(n).key, answer(text))).collect(),
            ..Side::default()
        };
        let references = (0..40).map(|n| (record(n).key, record(n).reference)).collect();
        let (new, against) = (side(RUN, "yes"), vec![side("base", "no")]);
        let whole = evaluate(&Input { references, new, against, ..Input::default() });
        let text = ended(&evaluation("Kept", &json!({})), Some(&whole), "");
        for line in ["\nmetric ", "\nCost of the evaluation: ", "\nReport: s3://drops/evaluations/bot-000000000002/1/"]
        {
            assert!(text.contains(line), "{line:?}: {text}");
        }
    }

    #[test]
    fn report_is_that_of_the_evaluation_with_the_result() {
        let kept = evaluation("Kept", &json!({ "number": 3 }));
        assert_eq!(report_key(&kept).as_deref(), Some("evaluations/bot-000000000002/1/evaluation.html"));
        assert_eq!(report_key(&evaluation("Waiting", &json!({}))), None);
        assert!(decided(&kept).is_none(), "it is an earlier one's");
    }
}
