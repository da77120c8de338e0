//! Faults and settings of evaluation jobs.

use serde::{Deserialize, Serialize};

/// The settings of evaluation jobs that tests can change.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvaluationFaults {
    /// Jobs that fail.
    pub fail: Vec<EvaluationFault>,
    /// Jobs whose name begins with this stay InProgress until it is removed.
    pub hold: Vec<String>,
    /// The minimum time that a job takes, in milliseconds.
    pub ms: u64,
    /// The share of rows, from 0 to 1, for which the judge's answer is invalid.
    pub nonsense: f64,
    /// The beginnings of the names of the jobs that this concerns. Empty: all.
    pub nonsense_jobs: Vec<String>,
    /// The seed that chooses the rows.
    pub seed: u64,
    /// How many jobs may be InProgress at once. Absent: any number, because AWS's number isn't known here.
    pub in_progress: Option<usize>,
}

/// Jobs that fail.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvaluationFault {
    /// The beginning of their names.
    pub job: String,
    /// The job's failure message.
    pub fail: String,
}

impl Default for EvaluationFaults {
    fn default() -> Self {
        Self {
            fail: Vec::new(),
            hold: Vec::new(),
            ms: 100,
            nonsense: 0.0,
            nonsense_jobs: Vec::new(),
            seed: 0,
            in_progress: None,
        }
    }
}

impl EvaluationFaults {
    /// Returns the message with which this job fails.
    pub(super) fn failure(&self, name: &str) -> Option<String> {
        self.fail.iter().find(|fault| name.starts_with(&fault.job)).map(|fault| fault.fail.clone())
    }

    /// Returns the share of this job's rows for which the judge's answer is invalid.
    pub(super) fn nonsense_of(&self, name: &str) -> f64 {
        let all = self.nonsense_jobs.is_empty();
        let concerns = all || self.nonsense_jobs.iter().any(|prefix| name.starts_with(prefix));
        if concerns { self.nonsense } else { 0.0 }
    }

    /// Whether this job is held.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.hold.iter().any(|prefix| name.starts_with(prefix))
    }
}
