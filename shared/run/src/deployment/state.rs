//! The states of a deployment, and the one function that moves between them.

use serde::{Deserialize, Serialize};

/// The state of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DeploymentState {
    /// Bedrock was not asked yet, or had no free deployment.
    Requested,
    /// Bedrock creates it.
    Creating,
    /// It answers.
    Active,
    /// It answers with the previous model while Bedrock changes it to another one.
    Updating,
    /// It is deleted as soon as Bedrock allows it.
    Deleting,
    /// It doesn't exist any more.
    Deleted,
    /// Bedrock could not create it.
    Failed,
}

impl DeploymentState {
    /// Every state.
    pub const ALL: [DeploymentState; 7] = [
        DeploymentState::Requested,
        DeploymentState::Creating,
        DeploymentState::Active,
        DeploymentState::Updating,
        DeploymentState::Deleting,
        DeploymentState::Deleted,
        DeploymentState::Failed,
    ];

    /// The name in the ledger and in events.
    pub fn as_str(self) -> &'static str {
        match self {
            DeploymentState::Requested => "Requested",
            DeploymentState::Creating => "Creating",
            DeploymentState::Active => "Active",
            DeploymentState::Updating => "Updating",
            DeploymentState::Deleting => "Deleting",
            DeploymentState::Deleted => "Deleted",
            DeploymentState::Failed => "Failed",
        }
    }

    /// Whether there is nothing to delete: it doesn't exist, or could not be created.
    pub fn is_end(self) -> bool {
        matches!(self, DeploymentState::Deleted | DeploymentState::Failed)
    }

    /// Whether a call to Bedrock is due or in progress.
    pub fn is_in_motion(self) -> bool {
        matches!(
            self,
            DeploymentState::Requested
                | DeploymentState::Creating
                | DeploymentState::Updating
                | DeploymentState::Deleting
        )
    }

    /// Whether callers get answers.
    pub fn answers(self) -> bool {
        matches!(self, DeploymentState::Active | DeploymentState::Updating)
    }
}

/// What can happen to a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploymentInput {
    /// A run's model is to be served.
    Requested,
    /// Bedrock accepted the creation.
    Accepted,
    /// Bedrock serves the requested model.
    Served,
    /// Bedrock serves another model than the requested one.
    Outdated,
    /// Bedrock could not create it.
    CreateFailed,
    /// Bedrock could not change the model; the previous one still answers.
    UpdateFailed,
    /// It expired, or somebody asked to delete it.
    DeleteAsked,
    /// Bedrock doesn't know it.
    Gone,
}

/// The state after `input`, or why nothing changes. A stale or duplicate input is no error.
pub fn next(state: DeploymentState, input: DeploymentInput) -> Result<DeploymentState, &'static str> {
    use DeploymentInput as Input;
    use DeploymentState::*;
    match (state, input) {
        (Requested | Deleted | Failed, Input::Requested) => Ok(Requested),
        (Creating, Input::Requested) => Ok(Creating),
        (Active | Updating, Input::Requested) => Ok(Updating),
        (Deleting, Input::Requested) => Err("the deployment is being deleted; deploy the run again when it is Deleted"),

        (Requested, Input::Accepted) => Ok(Creating),
        (_, Input::Accepted) => Err("the deployment was created before"),

        (Creating | Updating, Input::Served) => Ok(Active),
        (_, Input::Served) => Err("the deployment isn't changing"),

        (Creating | Active, Input::Outdated) => Ok(Updating),
        (_, Input::Outdated) => Err("the deployment doesn't serve a model"),

        (Requested | Creating, Input::CreateFailed) => Ok(Failed),
        (_, Input::CreateFailed) => Err("the deployment was created before"),

        (Updating, Input::UpdateFailed) => Ok(Active),
        (_, Input::UpdateFailed) => Err("the deployment isn't updating"),

        (Requested | Creating | Active | Updating, Input::DeleteAsked) => Ok(Deleting),
        (Deleting, Input::DeleteAsked) => Err("the deployment is being deleted"),
        (Deleted | Failed, Input::DeleteAsked) => Err("there is no deployment to delete"),

        (Creating | Active | Updating | Deleting, Input::Gone) => Ok(Deleted),
        (Requested, Input::Gone) => Err("the deployment wasn't created yet"),
        (Deleted | Failed, Input::Gone) => Err("the deployment is known to be gone"),
    }
}

#[cfg(test)]
mod tests;
