//! What a message says about a deployment. `next_steps.rs` and `body.rs` put it in its place.

use tunedrop_run::event::{DeploymentDetail, DeploymentKind, Severity};

use super::body::indented;
use crate::outcome::{converse, delete_model, supports_converse};
use crate::redact;
use crate::wording::{between, command, counted, moment, shell, visible};

/// A time that fits most deployments, for the command that keeps one longer.
const LONGER: &str = " --expires 72h";

/// What happened, for the subject.
pub(super) fn subject(kind: DeploymentKind) -> &'static str {
    match kind {
        DeploymentKind::Deployed => "Deployed",
        DeploymentKind::Expiring => "Deployment expires soon",
        DeploymentKind::Deleted => "Deployment deleted",
        DeploymentKind::Failed => "Deployment failed",
    }
}

/// A deployment that is gone, or soon will be, leaves its callers without answers.
pub(super) fn severity(kind: DeploymentKind) -> Severity {
    match kind {
        DeploymentKind::Deployed => Severity::Info,
        DeploymentKind::Expiring | DeploymentKind::Deleted => Severity::Warning,
        DeploymentKind::Failed => Severity::Error,
    }
}

/// What happened, in one line.
pub(super) fn headline(kind: DeploymentKind, detail: &DeploymentDetail) -> String {
    let (name, run) = (visible(&detail.name), visible(&detail.run_id));
    match (kind, &detail.serving) {
        (DeploymentKind::Deployed, _) => format!("The deployment {name} answers with the model of run {run}."),
        (DeploymentKind::Expiring, _) => {
            format!("The deployment {name} expires at {}. Then it is deleted, and its callers get errors.", end(detail))
        }
        (DeploymentKind::Deleted, _) => {
            format!("The deployment {name} was deleted. Its ARN no longer answers. The custom model still exists.")
        }
        (DeploymentKind::Failed, Some(serving)) => format!(
            "The deployment {name} couldn't be changed to another model. It still answers with the model of run {}.",
            visible(serving)
        ),
        (DeploymentKind::Failed, None) => {
            format!("The deployment {name} for run {run} couldn't be created. Nothing answers.")
        }
    }
}

/// The reason of a failure or a deletion. For the other kinds the ledger may have one of an earlier failure.
pub(super) fn why(kind: DeploymentKind, detail: &DeploymentDetail) -> String {
    let has_reason = matches!(kind, DeploymentKind::Failed | DeploymentKind::Deleted);
    let Some(reason) = detail.reason.as_deref().filter(|reason| has_reason && !reason.trim().is_empty()) else {
        return String::new();
    };
    let title =
        if redact::has_more(reason) { "Reason (shortened; `tunedrop deployments` shows all of it)" } else { "Reason" };
    // A deployment has no report.
    let reason = reason.replace(redact::WITHHELD, redact::WITHHELD_OF_DEPLOYMENT);
    format!("\n{title}:\n{}\n", indented(&reason))
}

/// Instructions, one on each line. A command is on a line of its own, indented by two spaces.
pub(super) fn next_steps(kind: DeploymentKind, detail: &DeploymentDetail, stack: &str) -> String {
    let steps = match kind {
        DeploymentKind::Deployed => {
            vec![call(detail), roll_back(detail, stack), keep(detail, stack), undeploy(detail, stack)]
        }
        DeploymentKind::Expiring => vec![keep(detail, stack), undeploy(detail, stack)],
        DeploymentKind::Deleted => vec![
            Some(format!("To deploy the run again, under a new ARN:\n  {}", deploy(detail, stack))),
            Some(format!(
                "To delete the custom model, if you no longer need it (its storage is billed by the month):\n  {}",
                delete_model(&detail.model_arn)
            )),
        ],
        DeploymentKind::Failed => match &detail.serving {
            Some(_) => vec![
                Some(format!(
                    "Callers don't need to change anything. Fix what the reason names, and deploy the new run again with `tunedrop deploy`. To list the dataset's runs:\n  {}",
                    command("runs --dataset", detail.run_id.dataset(), stack)
                )),
                call(detail),
            ],
            None => {
                vec![Some(format!("Fix what the reason names, and deploy the run again:\n  {}", deploy(detail, stack)))]
            }
        },
    };
    steps.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// The facts, one on each line.
pub(super) fn facts(detail: &DeploymentDetail) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let mut add = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    let text = |value: &Option<String>| value.as_deref().map(visible);
    add("Deployment", Some(visible(&detail.name)));
    add("ARN", text(&detail.arn));
    add("Billed", detail.capacity.model_units().filter(|_| detail.arn.is_some()).map(billed));
    add("Base provider", provider(&detail.model_arn));
    add("Run", Some(visible(&detail.run_id)));
    add("Custom model", Some(visible(&detail.model_arn)));
    add("Previous run", detail.previous.as_deref().map(visible));
    add("Expires", detail.ends_at.as_deref().map(moment));
    facts
}

/// How provisioned throughput is billed.
fn billed(model_units: u32) -> String {
    format!("by the hour until the deployment is deleted, {}", counted(u64::from(model_units), "model unit"))
}

/// How to call it. Only models that Converse supports can be deployed on demand.
fn call(detail: &DeploymentDetail) -> Option<String> {
    let arn = detail.arn.as_deref().filter(|_| supports_converse(&detail.model_arn))?;
    Some(format!("To call the model, use the deployment's ARN as the model id:\n  {}", converse(arn, &shell(arn))))
}

fn roll_back(detail: &DeploymentDetail, stack: &str) -> Option<String> {
    let previous = visible(detail.previous.as_deref()?);
    Some(format!("To roll back to the previous run, {previous}:\n  {}", command("rollback", &detail.name, stack)))
}

/// Until when it answers, and how to extend that.
fn keep(detail: &DeploymentDetail, stack: &str) -> Option<String> {
    let ends_at = detail.ends_at.as_deref()?;
    // Of a coming end, `at` is the end itself.
    let lasts = between(Some(&detail.at), Some(ends_at)).filter(|_| detail.at != ends_at);
    let expires = lasts.map_or(String::new(), |lasts| format!("It expires at {}, after {lasts}. ", end(detail)));
    Some(format!("{expires}To keep it until 72 hours from now:\n  {}{LONGER}", deploy(detail, stack)))
}

fn undeploy(detail: &DeploymentDetail, stack: &str) -> Option<String> {
    Some(format!("To delete the deployment now:\n  {}", command("undeploy", &detail.name, stack)))
}

/// The recipe may give another name than this deployment's, so the command names it.
fn deploy(detail: &DeploymentDetail, stack: &str) -> String {
    format!("{} --name {}", command("deploy", &detail.run_id, stack), shell(&detail.name))
}

fn end(detail: &DeploymentDetail) -> String {
    moment(detail.ends_at.as_deref().unwrap_or(&detail.at))
}

/// The provider of the base model, such as `amazon`: a custom model's ARN contains the base model's identifier.
fn provider(model_arn: &str) -> Option<String> {
    let (provider, _) = model_arn.split_once(":custom-model/")?.1.split_once('.')?;
    Some(visible(provider))
}

#[cfg(test)]
mod tests;
