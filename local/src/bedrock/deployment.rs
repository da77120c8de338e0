//! A custom model deployment and its changes.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::jobs::without_nulls;
use super::state::{Shared, SimulatorState};
use super::wire::time;

/// The status of a deployment in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(super) enum DeploymentStatus {
    Creating,
    Active,
    Failed,
}

/// The status of a deployment's last update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(super) enum UpdateStatus {
    Updating,
    UpdateCompleted,
    UpdateFailed,
}

/// The last update of a deployment.
pub(super) struct Update {
    pub(super) model_arn: String,
    pub(super) status: UpdateStatus,
}

/// A custom model deployment.
pub(super) struct CustomModelDeployment {
    pub(super) arn: String,
    pub(super) name: String,
    /// The model that answers: during an update, the old one.
    pub(super) model_arn: String,
    pub(super) description: Option<String>,
    pub(super) token: Option<String>,
    /// The original request, which a repeated one is compared with.
    pub(super) body: Value,
    pub(super) status: DeploymentStatus,
    pub(super) update: Option<Update>,
    pub(super) created: Timestamp,
    pub(super) updated: Option<Timestamp>,
    pub(super) failure: Option<String>,
}

impl CustomModelDeployment {
    /// Returns its status if it is being created or updated.
    pub(super) fn busy(&self) -> Option<&'static str> {
        match (self.status, &self.update) {
            (DeploymentStatus::Creating, _) => Some("Creating"),
            (_, Some(Update { status: UpdateStatus::Updating, .. })) => Some("Updating"),
            _ => None,
        }
    }

    /// Whether it answers with this model, or will if its update succeeds.
    pub(super) fn uses(&self, model_arn: &str) -> bool {
        let updating = self.update.as_ref().filter(|update| update.status == UpdateStatus::Updating);
        self.model_arn == model_arn || updating.is_some_and(|update| update.model_arn == model_arn)
    }

    /// Returns the answer of `GetCustomModelDeployment`.
    pub(super) fn describe(&self) -> Value {
        let update = self.update.as_ref();
        without_nulls(json!({
            "customModelDeploymentArn": self.arn,
            "modelDeploymentName": self.name,
            "modelArn": self.model_arn,
            "createdAt": time(self.created),
            "status": self.status,
            "description": self.description,
            "updateDetails": update.map(|update| json!({ "modelArn": update.model_arn, "updateStatus": update.status })),
            "failureMessage": self.failure,
            "lastUpdatedAt": self.updated.map(time),
        }))
    }

    /// Returns the deployment's entry in a list.
    pub(super) fn summary(&self) -> Value {
        without_nulls(json!({
            "customModelDeploymentArn": self.arn,
            "customModelDeploymentName": self.name,
            "modelArn": self.model_arn,
            "createdAt": time(self.created),
            "status": self.status,
            "lastUpdatedAt": self.updated.map(time),
            "failureMessage": self.failure,
        }))
    }
}

impl SimulatorState {
    /// Returns the deployment with this ARN or name.
    pub(super) fn deployment(&self, id: &str) -> Option<&CustomModelDeployment> {
        self.deployments.iter().find(|deployment| deployment.arn == id || deployment.name == id)
    }

    /// Returns the deployment with this ARN or name, to change it.
    pub(super) fn deployment_mut(&mut self, id: &str) -> Option<&mut CustomModelDeployment> {
        self.deployments.iter_mut().find(|deployment| deployment.arn == id || deployment.name == id)
    }
}

/// Ends the creation of a deployment, after the time that it takes.
pub(super) async fn finish_creation(simulator: Shared, arn: String, name: String) {
    wait(&simulator, &name).await;
    let failure = simulator.faults().deployments.failure(&name);
    if let Some(deployment) = simulator.state().deployment_mut(&arn) {
        deployment.status = if failure.is_some() { DeploymentStatus::Failed } else { DeploymentStatus::Active };
        // The field has at most 2,048 characters.
        deployment.failure = failure.map(|words| words.chars().take(2_048).collect());
        deployment.updated = Some(Timestamp::now());
    }
}

/// Ends the update of a deployment, after the time that it takes. A failed update keeps the old model.
pub(super) async fn finish_update(simulator: Shared, arn: String, name: String) {
    wait(&simulator, &name).await;
    let fails = simulator.faults().deployments.fails_updates(&name);
    let mut state = simulator.state();
    let Some(deployment) = state.deployment_mut(&arn) else { return };
    let Some(update) = &mut deployment.update else { return };
    if fails {
        update.status = UpdateStatus::UpdateFailed;
    } else {
        update.status = UpdateStatus::UpdateCompleted;
        deployment.model_arn.clone_from(&update.model_arn);
    }
    deployment.updated = Some(Timestamp::now());
}

async fn wait(simulator: &Shared, name: &str) {
    let ms = simulator.faults().deployments.ms;
    tokio::time::sleep(Duration::from_millis(ms)).await;
    while simulator.faults().deployments.holds(name) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
