//! A deployment as Bedrock shows it: a custom model deployment, or provisioned throughput.

/// Bedrock's states of a deployment (API reference, GetCustomModelDeployment and GetProvisionedModelThroughput).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BedrockStatus {
    /// It is created.
    Creating,
    /// It answers.
    Active,
    /// It could not be created.
    Failed,
}

/// Bedrock's states of an update (API reference, CustomModelDeploymentUpdateDetails).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UpdateStatus {
    /// The previous model answers.
    Updating,
    /// The new model answers.
    Completed,
    /// The previous model answers, and continues to.
    Failed,
}

/// A deployment as Bedrock shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeploymentView {
    /// Its ARN.
    pub arn: String,
    /// The ARN of the custom model that it was created with, or that answers now: the API reference doesn't say whether an
    /// update changes it.
    pub model_arn: String,
    /// Its state; `None` for one that this version doesn't know.
    pub status: Option<BedrockStatus>,
    /// The last update: the model's ARN, and the state; `None` for one that this version doesn't know.
    pub update: Option<(String, Option<UpdateStatus>)>,
    /// Why it failed, in Bedrock's words.
    pub failure: Option<String>,
}

impl DeploymentView {
    /// The ARN of the custom model that answers.
    pub fn serves(&self) -> &str {
        match &self.update {
            Some((model, Some(UpdateStatus::Completed))) => model,
            _ => &self.model_arn,
        }
    }
}

/// Bedrock's states of provisioned throughput (API reference, GetProvisionedModelThroughput).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThroughputStatus {
    /// It is created.
    Creating,
    /// It answers.
    InService,
    /// It answers, with the previous model until the update is complete.
    Updating,
    /// It could not be created, or not be updated.
    Failed,
}

/// Provisioned throughput as Bedrock shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throughput {
    /// Its ARN.
    pub arn: String,
    /// The ARN of the model that answers.
    pub model_arn: String,
    /// The ARN of the requested model: "This value differs from the modelArn if updating hasn't completed" (API reference).
    pub desired_model_arn: String,
    /// Its state; `None` for one that this version doesn't know.
    pub status: Option<ThroughputStatus>,
    /// Why a creation, an update or a deletion failed, in Bedrock's words.
    pub failure: Option<String>,
}

impl Throughput {
    /// The same in the terms of deployments. `wanted`: the ARN of the model that the ledger requests.
    ///
    /// Bedrock shows no result of an update. With a failure and another model than the requested one, the update failed: the
    /// API reference doesn't say whether it then shows `InService` or `Failed`, or which model it shows as the desired one.
    pub fn view(self, wanted: &str) -> DeploymentView {
        use ThroughputStatus::{Creating, Failed, InService, Updating};
        let is_other = self.model_arn != wanted;
        let changes = self.desired_model_arn != self.model_arn;
        let update = match self.status {
            Some(InService) if is_other && self.failure.is_some() => Some((wanted.to_owned(), UpdateStatus::Failed)),
            Some(Failed) if is_other => Some((wanted.to_owned(), UpdateStatus::Failed)),
            Some(Updating) => Some((self.desired_model_arn, UpdateStatus::Updating)),
            Some(InService) if changes => Some((self.desired_model_arn, UpdateStatus::Updating)),
            _ => None,
        };
        DeploymentView {
            arn: self.arn,
            model_arn: self.model_arn,
            status: self.status.map(|status| match status {
                Creating => BedrockStatus::Creating,
                InService | Updating => BedrockStatus::Active,
                Failed => BedrockStatus::Failed,
            }),
            update: update.map(|(model, status)| (model, Some(status))),
            failure: self.failure,
        }
    }
}
