//! Faults and settings of custom model deployments and of inference.

use serde::{Deserialize, Serialize};

/// The settings of deployments that tests can change.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeploymentFaults {
    /// Deployments that become Failed instead of Active.
    pub fail: Vec<DeploymentFault>,
    /// Deployments whose updates fail, so that they keep their model.
    pub fail_updates: Vec<DeploymentFault>,
    /// Deployments whose name begins with this stay Creating or Updating until it is removed.
    pub hold: Vec<String>,
    /// How long a creation or an update takes, in milliseconds.
    pub ms: u64,
    /// How many deployments may be Creating at once (2 on AWS).
    pub in_progress: usize,
    /// How many deployments the account may have (10 on AWS).
    pub total: usize,
}

/// Deployments that fail.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeploymentFault {
    /// The beginning of their names.
    pub deployment: String,
    /// The `failureMessage` of a failed creation. In the API, a failed update has none.
    pub fail: String,
}

/// The settings of inference that tests can change.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InferenceSettings {
    /// The minimum time that an answer takes, in milliseconds.
    pub ms: u64,
    /// The time between the parts of a streamed answer, in milliseconds.
    pub part_ms: u64,
}

impl Default for DeploymentFaults {
    /// The quotas of AWS: <https://docs.aws.amazon.com/general/latest/gr/bedrock.html>.
    fn default() -> Self {
        Self { fail: Vec::new(), fail_updates: Vec::new(), hold: Vec::new(), ms: 100, in_progress: 2, total: 10 }
    }
}

impl DeploymentFaults {
    /// Returns the message with which this deployment's creation fails.
    pub(super) fn failure(&self, name: &str) -> Option<String> {
        self.fail.iter().find(|fault| name.starts_with(&fault.deployment)).map(|fault| fault.fail.clone())
    }

    /// Whether updates of this deployment fail.
    pub(super) fn fails_updates(&self, name: &str) -> bool {
        self.fail_updates.iter().any(|fault| name.starts_with(&fault.deployment))
    }

    /// Whether this deployment is held.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.hold.iter().any(|prefix| name.starts_with(prefix))
    }
}
