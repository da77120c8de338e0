//! Faults and settings of Provisioned Throughput.

use serde::{Deserialize, Serialize};

use super::super::deployment_faults::DeploymentFault;

/// The settings of Provisioned Throughput that tests can change.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThroughputFaults {
    /// Provisioned Throughputs that fail, by name: a creation ends as Failed, and an update keeps the old model.
    pub fail: Vec<DeploymentFault>,
    /// Provisioned Throughputs whose name begins with this stay Creating or Updating until it is removed.
    pub hold: Vec<String>,
    /// How long a creation or an update takes, in milliseconds.
    pub ms: u64,
    /// The maximum number of model units in the account. Absent: any number, because AWS's number isn't known here.
    pub units: Option<u64>,
}

impl Default for ThroughputFaults {
    fn default() -> Self {
        Self { fail: Vec::new(), hold: Vec::new(), ms: 100, units: None }
    }
}

impl ThroughputFaults {
    /// Returns the message with which this one fails.
    pub(super) fn failure(&self, name: &str) -> Option<String> {
        self.fail.iter().find(|fault| name.starts_with(&fault.deployment)).map(|fault| fault.fail.clone())
    }

    /// Whether this one is held.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.hold.iter().any(|prefix| name.starts_with(prefix))
    }
}
