//! What follows a run that succeeded: its evaluation, then its deployment.

use std::process::ExitCode;

use anyhow::Result;
use tunedrop_run::decide::evaluate::deployment_name;
use tunedrop_run::{DeployPlan, DeployWhen, EvaluationEntry, EvaluationState, Run};

use crate::deploy::{is_recent, of_recipe};
use crate::evaluate;
use crate::evaluations::{ended, whole};
use crate::format::visible;
use crate::print;
use crate::stack::{Stack, explain};

/// Follows the evaluation that is in progress or that the recipe asks for, then the deployment that the recipe asks for.
pub(super) async fn succeeded(stack: &Stack, run: &Run) -> Result<ExitCode> {
    let plan = run.plan.as_ref().filter(|_| run.model_arn.is_some());
    let evaluation = evaluation(stack, run).await?;
    let deploy = plan.and_then(|plan| plan.deploy.as_ref());
    match next(run, evaluation.as_ref(), deploy, &stack.named) {
        Next::Deployment { since } => of_recipe(stack, run, &since).await,
        Next::End { line, code } => {
            if let Some(line) = line {
                print(&format!("  {line}\n"))?;
            }
            Ok(ExitCode::from(code))
        }
    }
}

/// Follows the run's evaluation, and prints how it ended.
async fn evaluation(stack: &Stack, run: &Run) -> Result<Option<EvaluationEntry>> {
    let is_asked = run.plan.as_ref().is_some_and(|plan| plan.evaluate.is_some()) && run.model_arn.is_some();
    let seen = stack.ledger()?.evaluation(&run.run_id).await.map_err(explain)?;
    let after = match &seen {
        Some(seen) => seen.number - 1,
        None if is_asked && is_recent(&run.changed_at) => 0,
        None => return Ok(None),
    };
    if is_asked {
        print("  The recipe evaluates it\n")?;
    }
    let one = evaluate::follow(stack, &run.run_id, evaluate::Request { after, sent: None }, print).await?;
    print(&ended(&one, whole(stack, &one).await.as_ref(), &stack.named))?;
    Ok(Some(one))
}

/// What follows an evaluation.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// The deployment of the recipe, which became due at this time.
    Deployment { since: String },
    /// Nothing.
    End { line: Option<String>, code: u8 },
}

/// `named`: the options that name the stack in the next commands.
fn next(run: &Run, evaluation: Option<&EvaluationEntry>, deploy: Option<&DeployPlan>, named: &str) -> Next {
    let id = visible(&run.run_id);
    let name = visible(deployment_name(run));
    // An evaluation on command decides nothing about the recipe's deployment.
    let of_recipe = evaluation.filter(|one| one.is_of_recipe());
    let is_bad = |one: &EvaluationEntry| u8::from(!one.state.is_decided());
    let code = evaluation.map_or(0, is_bad);
    let end = |line: Option<String>, code| Next::End { line, code };
    match deploy.map(|deploy| deploy.when) {
        None => end(None, code),
        Some(DeployWhen::Approved) => {
            end(Some(format!("Deploy it as {name} with `tunedrop deploy {id}{named}`")), code)
        }
        Some(DeployWhen::Succeeded) => Next::Deployment { since: run.changed_at.clone() },
        Some(DeployWhen::Kept) => match of_recipe {
            Some(one) if one.state == EvaluationState::Kept => {
                Next::Deployment { since: one.outcome_at.clone().unwrap_or_else(|| one.changed_at.clone()) }
            }
            Some(one) => end(
                Some(format!(
                    "The recipe deploys it as {name} if its evaluation keeps it, and the evaluation is {}. To deploy it still, use `tunedrop deploy {id}{named}`",
                    one.state.as_str()
                )),
                1,
            ),
            None => end(
                Some(format!(
                    "The recipe deploys it as {name} if the recipe's evaluation keeps it. See `tunedrop deployments{named}`"
                )),
                code,
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evaluations::tests::{RUN, evaluation};

    fn run() -> Run {
        serde_json::from_value(json!({
            "schema": 1, "run_id": RUN, "revision": 1, "dataset": "bot", "state": "Succeeded", "identity": "0",
            "attempt": 1, "uploaded_at": "2026-11-30T07:00:00.000Z", "changed_at": "2026-11-30T07:59:00.000Z",
        }))
        .expect("a run")
    }

    fn plan(when: DeployWhen) -> DeployPlan {
        DeployPlan { name: None, when, expires_after_s: None, capacity: tunedrop_run::Capacity::OnDemand }
    }

    fn code(next: &Next) -> Option<u8> {
        match next {
            Next::Deployment { .. } => None,
            Next::End { code, .. } => Some(*code),
        }
    }

    #[test]
    fn a_kept_model_is_deployed_and_no_other() {
        let kept = json!({ "outcome_at": "2026-12-01T10:00:00.000Z" });
        let after = |state: &str, more: &serde_json::Value| {
            next(&run(), Some(&evaluation(state, more)), Some(&plan(DeployWhen::Kept)), "")
        };
        assert_eq!(after("Kept", &kept), Next::Deployment { since: "2026-12-01T10:00:00.000Z".to_owned() });
        for state in ["Dropped", "Undecided", "Failed", "Refused", "Stopped"] {
            assert_eq!(code(&after(state, &json!({}))), Some(1), "{state}");
        }
        let Next::End { line: Some(line), code } = after("Kept", &json!({ "requested_by": "ada" })) else {
            panic!("an evaluation on command deploys nothing")
        };
        assert!(code == 0 && line.contains("if the recipe's evaluation keeps it"), "{line}");
    }

    #[test]
    fn a_deployment_that_waits_for_no_evaluation_is_followed() {
        let succeeded = plan(DeployWhen::Succeeded);
        let since = "2026-11-30T07:59:00.000Z".to_owned();
        assert_eq!(next(&run(), None, Some(&succeeded), ""), Next::Deployment { since });
        let approved = next(&run(), None, Some(&plan(DeployWhen::Approved)), " --local");
        let Next::End { line: Some(line), code: 0 } = approved else { panic!("{approved:?}") };
        assert_eq!(line, "Deploy it as bot with `tunedrop deploy bot-000000000002 --local`");
    }

    #[test]
    fn a_decision_is_success_whatever_it_is() {
        for (state, expected) in [("Kept", 0), ("Dropped", 0), ("Undecided", 0), ("Failed", 1), ("Stopped", 1)] {
            assert_eq!(code(&next(&run(), Some(&evaluation(state, &json!({}))), None, "")), Some(expected), "{state}");
        }
        assert_eq!(code(&next(&run(), None, None, "")), Some(0));
    }
}
