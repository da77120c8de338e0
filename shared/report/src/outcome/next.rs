//! What to do next: a few words and the exact command, for each.

use super::{Outcome, next_commands, takes_on_demand};
use crate::wording::{command, shell};

pub(super) fn next(outcome: &Outcome) -> Vec<(&'static str, String)> {
    match (&outcome.model_arn, outcome.state.as_str()) {
        (Some(arn), "Succeeded") => with_trial(outcome, arn),
        (None, "Succeeded") => {
            vec![("Ask Bedrock for the job, which names the custom model", job_command(&outcome.job_arn))]
        }
        (_, "Refused") => vec![(
            "Do what the reason asks for, and drop the recipe again with a new `attempt`; or, once the stack allows it, run it as it is",
            command("retry", &outcome.run_id, &outcome.stack),
        )],
        (_, "Stopped") => vec![("Run the same content once more", command("retry", &outcome.run_id, &outcome.stack))],
        _ => vec![
            (
                "Mend the data or the recipe and drop it again, which starts a new run by itself; or run the same content once more",
                command("retry", &outcome.run_id, &outcome.stack),
            ),
            ("See the job as Bedrock has it", job_command(&outcome.job_arn)),
        ],
    }
}

/// Deploy, try, take down, delete: the order in which they are needed.
fn with_trial(outcome: &Outcome, arn: &str) -> Vec<(&'static str, String)> {
    let mut commands = next_commands(&outcome.run_id, arn, &outcome.base_model);
    let name = shell(&outcome.run_id);
    let region = region(arn);
    let on_demand = takes_on_demand(&outcome.base_model);
    let (get, id, field) = if on_demand {
        ("get-custom-model-deployment", "--custom-model-deployment-identifier", "customModelDeploymentArn")
    } else {
        ("get-provisioned-model-throughput", "--provisioned-model-id", "provisionedModelArn")
    };
    // The ARN that is invoked exists only once the model is deployed, and both kinds are found by their name.
    let deployed = format!("\"$(aws bedrock {get}{region} {id} {name} --query {field} --output text)\"");
    let mut after_deployment = Vec::new();
    if answers_in_words(&outcome.base_model) {
        after_deployment.push((
            "Try it, once the deployment is active",
            format!(
                "aws bedrock-runtime converse{region} --model-id {deployed} --messages '[{{\"role\":\"user\",\"content\":[{{\"text\":\"Hello\"}}]}}]'"
            ),
        ));
    }
    let delete = if on_demand { "delete-custom-model-deployment" } else { "delete-provisioned-model-throughput" };
    after_deployment.push((
        "Take the deployment down; a model that is deployed can't be deleted",
        format!("aws bedrock {delete}{region} {id} {name}"),
    ));
    let at = commands.len() - 1;
    commands.splice(at..at, after_deployment);
    commands
}

/// Image and embedding models don't converse.
fn answers_in_words(base_model: &str) -> bool {
    !["image", "canvas", "embed"].iter().any(|word| base_model.contains(word))
}

/// The flag for the Region that an ARN names.
pub(super) fn region(arn: &str) -> String {
    match arn.split(':').nth(3) {
        Some(region) if !region.is_empty() => format!(" --region {}", shell(region)),
        _ => String::new(),
    }
}

fn job_command(arn: &str) -> String {
    format!("aws bedrock get-model-customization-job --job-identifier {}", shell(arn))
}
