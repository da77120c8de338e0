//! Deployments at Bedrock: custom model deployments, which serve on demand, and provisioned throughput.

mod throughput;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrock::operation::get_custom_model_deployment::GetCustomModelDeploymentOutput;
use aws_sdk_bedrock::types::{CustomModelDeploymentStatus, CustomModelDeploymentUpdateStatus, Tag};
use tunedrop_run::decide::deploy::{BedrockStatus, DeploymentView, UpdateStatus};
use tunedrop_run::{Capacity, Deployment};

use crate::Failure;
pub use tunedrop_run::decide::deploy::DeployAnswer;

/// A creation or an update isn't repeated by the SDK, so it gets longer for its answer.
const ONCE_TIMEOUT: Duration = Duration::from_secs(30);

/// Bedrock's deployments of this account and Region.
#[derive(Debug, Clone)]
pub struct Deployments {
    client: Client,
    stack: String,
}

impl Deployments {
    /// One per process. `stack`: the stack's name, for a tag that says who owns a deployment.
    pub fn new(config: &SdkConfig, stack: String) -> Deployments {
        Deployments { client: Client::new(config), stack }
    }

    /// Looks a deployment up; `None` where Bedrock knows none. One that isn't created yet is looked up by its name, so an
    /// interrupted creation is found.
    pub async fn get(&self, deployment: &Deployment) -> Result<Option<DeploymentView>, Failure> {
        let id = deployment.identifier();
        if deployment.capacity.is_provisioned() {
            return throughput::get(&self.client, id, &deployment.model_arn).await;
        }
        let request = self.client.get_custom_model_deployment().custom_model_deployment_identifier(id);
        match request.send().await {
            Ok(shown) => Ok(Some(view(shown))),
            Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
            Err(error) => Err(Failure::of_bedrock(format!("bedrock:GetCustomModelDeployment {id}"), &error)),
        }
    }

    /// Creates a deployment. The token is that of its request, so a repeated call returns the same deployment.
    pub async fn create(&self, deployment: &Deployment) -> Result<DeployAnswer, Failure> {
        let tags = self.tags(deployment)?;
        if let Capacity::Provisioned { model_units } = deployment.capacity {
            return throughput::create(&self.client, deployment, model_units, tags).await;
        }
        let call = format!("bedrock:CreateCustomModelDeployment {}", deployment.name);
        let request = self
            .client
            .create_custom_model_deployment()
            .model_deployment_name(&deployment.bedrock_name)
            .model_arn(&deployment.model_arn)
            .client_request_token(deployment.token())
            .set_tags(Some(tags));
        match request.customize().config_override(once()).send().await {
            Ok(answer) => Ok(DeployAnswer::Accepted(answer.custom_model_deployment_arn)),
            Err(error) => answer(call, &error),
        }
    }

    fn tags(&self, deployment: &Deployment) -> Result<Vec<Tag>, Failure> {
        let tags = [
            ("tunedrop:stack", self.stack.as_str()),
            ("tunedrop:dataset", &deployment.dataset),
            ("tunedrop:deployment", &deployment.name),
        ];
        let tag = |(key, value)| Tag::builder().key(key).value(value).build();
        let built = tags.into_iter().map(tag).collect::<Result<_, _>>();
        built.map_err(|error| Failure::new(format!("the tags of deployment {}", deployment.name), &error))
    }

    /// Puts the requested model behind the deployment's ARN. If the answer is lost, a repeated call would be refused, because the
    /// first one is in progress, and would look like a failed update.
    pub async fn update(&self, deployment: &Deployment) -> Result<DeployAnswer, Failure> {
        if deployment.capacity.is_provisioned() {
            return throughput::update(&self.client, deployment).await;
        }
        let call = format!("bedrock:UpdateCustomModelDeployment {}", deployment.name);
        let request = self
            .client
            .update_custom_model_deployment()
            .custom_model_deployment_identifier(deployment.identifier())
            .model_arn(&deployment.model_arn);
        match request.customize().config_override(once()).send().await {
            Ok(answer) => Ok(DeployAnswer::Accepted(answer.custom_model_deployment_arn)),
            Err(error) => answer(call, &error),
        }
    }

    /// Deletes the deployment with this ARN at Bedrock, which may be another than the ledger has.
    pub async fn delete(&self, deployment: &Deployment, arn: &str) -> Result<DeployAnswer, Failure> {
        if deployment.capacity.is_provisioned() {
            return throughput::delete(&self.client, arn).await;
        }
        let call = format!("bedrock:DeleteCustomModelDeployment {arn}");
        let request = self.client.delete_custom_model_deployment().custom_model_deployment_identifier(arn);
        match request.send().await {
            Ok(_) => Ok(DeployAnswer::Accepted(arn.to_owned())),
            Err(error) => answer(call, &error),
        }
    }
}

/// Creations and updates are sent once.
fn once() -> aws_sdk_bedrock::config::Builder {
    let timeouts = TimeoutConfig::builder().read_timeout(ONCE_TIMEOUT).operation_timeout(ONCE_TIMEOUT).build();
    aws_sdk_bedrock::config::Builder::new().retry_config(RetryConfig::disabled()).timeout_config(timeouts)
}

/// What Bedrock's error means for a deployment. API reference: none of the operations lists an error for a name in use;
/// creations list `ServiceQuotaExceededException`, deletions `ConflictException`, and updates neither.
fn answer<E, R>(call: String, error: &SdkError<E, R>) -> Result<DeployAnswer, Failure>
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug + 'static,
{
    let SdkError::ServiceError(answered) = error else { return Err(Failure::of_bedrock(call, error)) };
    let words = || answered.err().message().unwrap_or("Bedrock gave no reason").to_owned();
    match answered.err().code() {
        Some("ServiceQuotaExceededException" | "AccessDeniedException" | "ConflictException") => {
            Ok(DeployAnswer::Later(words()))
        }
        Some("ResourceNotFoundException") => Ok(DeployAnswer::NotFound(words())),
        Some("ValidationException" | "TooManyTagsException") => Ok(DeployAnswer::Refused(words())),
        _ => Err(Failure::of_bedrock(call, error)),
    }
}

fn view(shown: GetCustomModelDeploymentOutput) -> DeploymentView {
    let update_status = |status: &CustomModelDeploymentUpdateStatus| match status {
        CustomModelDeploymentUpdateStatus::Updating => Some(UpdateStatus::Updating),
        CustomModelDeploymentUpdateStatus::UpdateCompleted => Some(UpdateStatus::Completed),
        CustomModelDeploymentUpdateStatus::UpdateFailed => Some(UpdateStatus::Failed),
        _ => None,
    };
    DeploymentView {
        arn: shown.custom_model_deployment_arn,
        model_arn: shown.model_arn,
        status: match shown.status {
            CustomModelDeploymentStatus::Creating => Some(BedrockStatus::Creating),
            CustomModelDeploymentStatus::Active => Some(BedrockStatus::Active),
            CustomModelDeploymentStatus::Failed => Some(BedrockStatus::Failed),
            _ => None,
        },
        update: shown.update_details.map(|update| {
            let status = update_status(&update.update_status);
            (update.model_arn, status)
        }),
        failure: shown.failure_message,
    }
}
