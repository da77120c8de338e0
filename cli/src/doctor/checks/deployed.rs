//! Compares the ledger's deployments with Bedrock's.

use tunedrop_aws::{Deployments, Failure};
use tunedrop_run::decide::deploy::{BedrockStatus, DeploymentView};
use tunedrop_run::{Deployment, DeploymentState};

use super::asked;
use crate::doctor::Check;
use crate::format::counted;
use crate::stack::Stack;

const WHAT: &str = "deployments";

/// Checks that each deployment of the ledger is at Bedrock as the ledger says.
pub(super) async fn check(stack: &Stack) -> Check {
    let answer = differences(stack).await.map(|(count, differences)| match differences.as_slice() {
        [] if count == 0 => Ok("none".to_owned()),
        [] => Ok(format!("{}, as the ledger says", counted(count as u64, "deployment"))),
        some => Err(some.join("; ")),
    });
    let fix = format!(
        "wait for the next sweep, which corrects the ledger; then `tunedrop deploy RUN{0}` deploys a run again, and `tunedrop undeploy NAME{0}` deletes a deployment",
        stack.named
    );
    asked(WHAT, answer, &fix)
}

/// The number of deployments that should exist, and what differs.
async fn differences(stack: &Stack) -> Result<(usize, Vec<String>), Failure> {
    let Ok(ledger) = stack.ledger() else { return Ok((0, Vec::new())) };
    let bedrock = Deployments::new(&stack.configs.bedrock, stack.name.clone());
    let (all, _) = ledger.deployments().await?;
    let (mut count, mut differences) = (0, Vec::new());
    for listed in all {
        // The index lags, and Bedrock is asked after the ledger.
        let Some(now) = ledger.deployment(&listed.name).await? else { continue };
        let seen = bedrock.get(&now).await?;
        count += usize::from(!now.state.is_end());
        differences.extend(difference(&now, seen.as_ref()).map(|words| format!("{} {words}", now.name)));
    }
    Ok((count, differences))
}

/// What Bedrock shows otherwise than the ledger; `None` also while a deployment changes.
fn difference(ledger: &Deployment, seen: Option<&DeploymentView>) -> Option<String> {
    match (ledger.state, seen) {
        (DeploymentState::Active, None) => {
            Some("is Active in the ledger, and Bedrock has no such deployment".to_owned())
        }
        (DeploymentState::Active, Some(seen)) if seen.status != Some(BedrockStatus::Active) => {
            Some("is Active in the ledger, and doesn't answer at Bedrock".to_owned())
        }
        (DeploymentState::Active, Some(seen)) if ledger.serving_model_arn.as_deref() != Some(seen.serves()) => {
            Some(format!("serves {} at Bedrock, which isn't the model of run {}", seen.serves(), ledger.run_id))
        }
        (DeploymentState::Active, Some(seen)) if ledger.arn.as_deref() != Some(seen.arn.as_str()) => {
            Some(format!("is {} at Bedrock, which isn't the ARN in the ledger", seen.arn))
        }
        (DeploymentState::Deleted, Some(_)) => Some("is Deleted in the ledger, and exists at Bedrock".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tunedrop_run::decide::deploy::UpdateStatus;

    use super::*;

    fn ledger(state: &str) -> Deployment {
        serde_json::from_value(json!({
            "schema": 1, "name": "bot", "bedrock_name": "bot-0", "revision": 1, "dataset": "bot", "state": state,
            "run_id": "bot-000000000002", "model_arn": "m2", "request": 2, "changed_at": "2026-11-30T08:00:00.000Z",
            "serving": "bot-000000000002", "serving_model_arn": "m2", "arn": "a",
        }))
        .expect("a deployment")
    }

    fn seen(model: &str, update: Option<UpdateStatus>) -> DeploymentView {
        DeploymentView {
            arn: "a".to_owned(),
            model_arn: model.to_owned(),
            status: Some(BedrockStatus::Active),
            update: update.map(|status| ("m2".to_owned(), Some(status))),
            failure: None,
        }
    }

    #[test]
    fn finds_deployments_that_were_changed_outside_the_stack() {
        let active = ledger("Active");
        assert_eq!(difference(&active, Some(&seen("m2", None))), None);
        // Bedrock may show the model of the creation beside a completed update.
        assert_eq!(difference(&active, Some(&seen("m1", Some(UpdateStatus::Completed)))), None);
        assert!(difference(&active, Some(&seen("m1", None))).is_some());
        assert!(difference(&active, None).is_some());
        assert!(difference(&ledger("Deleted"), Some(&seen("m2", None))).is_some());
        assert_eq!(difference(&ledger("Deleted"), None), None);
    }

    #[test]
    fn a_deployment_that_changes_isnt_compared() {
        for state in ["Requested", "Creating", "Updating", "Deleting"] {
            assert_eq!(difference(&ledger(state), Some(&seen("m1", None))), None, "{state}");
            assert_eq!(difference(&ledger(state), None), None, "{state}");
        }
    }
}
