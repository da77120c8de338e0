//! A deployment as Bedrock shows it.

/// Bedrock's states of a deployment (API reference, GetCustomModelDeployment).
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
