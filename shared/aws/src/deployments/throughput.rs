//! Provisioned throughput, by the hour: no call names a commitment term, so it can be deleted at any time.

use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::error::ProvideErrorMetadata;
use aws_sdk_bedrock::types::{ProvisionedModelStatus, Tag};
use tunedrop_run::Deployment;
use tunedrop_run::decide::deploy::{DeployAnswer, DeploymentView, Throughput, ThroughputStatus};

use super::{answer, once};
use crate::Failure;

/// Looks provisioned throughput up by name or ARN; `None` where Bedrock knows none. `wanted`: the ARN of the requested model.
pub(super) async fn get(client: &Client, name_or_arn: &str, wanted: &str) -> Result<Option<DeploymentView>, Failure> {
    let request = client.get_provisioned_model_throughput().provisioned_model_id(name_or_arn);
    let shown = match request.send().await {
        Ok(shown) => shown,
        Err(error) if error.code() == Some("ResourceNotFoundException") => return Ok(None),
        Err(error) => {
            return Err(Failure::of_bedrock(format!("bedrock:GetProvisionedModelThroughput {name_or_arn}"), &error));
        }
    };
    let throughput = Throughput {
        arn: shown.provisioned_model_arn,
        model_arn: shown.model_arn,
        desired_model_arn: shown.desired_model_arn,
        status: match shown.status {
            ProvisionedModelStatus::Creating => Some(ThroughputStatus::Creating),
            ProvisionedModelStatus::InService => Some(ThroughputStatus::InService),
            ProvisionedModelStatus::Updating => Some(ThroughputStatus::Updating),
            ProvisionedModelStatus::Failed => Some(ThroughputStatus::Failed),
            _ => None,
        },
        failure: shown.failure_message,
    };
    Ok(Some(throughput.view(wanted)))
}

/// Buys provisioned throughput without a commitment. The token is that of its request, so a repeated call buys nothing more.
pub(super) async fn create(
    client: &Client,
    deployment: &Deployment,
    model_units: u32,
    tags: Vec<Tag>,
) -> Result<DeployAnswer, Failure> {
    let call = format!("bedrock:CreateProvisionedModelThroughput {}", deployment.name);
    let request = client
        .create_provisioned_model_throughput()
        .provisioned_model_name(&deployment.bedrock_name)
        .model_id(&deployment.model_arn)
        .model_units(i32::try_from(model_units).unwrap_or(i32::MAX))
        .client_request_token(deployment.token())
        .set_tags(Some(tags));
    match request.customize().config_override(once()).send().await {
        Ok(answer) => Ok(DeployAnswer::Accepted(answer.provisioned_model_arn)),
        Err(error) => answer(call, &error),
    }
}

/// Puts the requested model behind the ARN.
pub(super) async fn update(client: &Client, deployment: &Deployment) -> Result<DeployAnswer, Failure> {
    let call = format!("bedrock:UpdateProvisionedModelThroughput {}", deployment.name);
    let request = client
        .update_provisioned_model_throughput()
        .provisioned_model_id(deployment.identifier())
        .desired_model_id(&deployment.model_arn);
    match request.customize().config_override(once()).send().await {
        Ok(_) => Ok(DeployAnswer::Accepted(deployment.identifier().to_owned())),
        Err(error) => answer(call, &error),
    }
}

/// Deletes provisioned throughput, which ends its bill.
pub(super) async fn delete(client: &Client, arn: &str) -> Result<DeployAnswer, Failure> {
    let call = format!("bedrock:DeleteProvisionedModelThroughput {arn}");
    match client.delete_provisioned_model_throughput().provisioned_model_id(arn).send().await {
        Ok(_) => Ok(DeployAnswer::Accepted(arn.to_owned())),
        Err(error) => answer(call, &error),
    }
}
