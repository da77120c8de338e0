//! The models that an evaluation asks.

use serde::{Deserialize, Serialize};

use super::EvaluationEntry;
use crate::RunId;
use crate::deployment::TEMPORARY;

/// A model that an evaluation asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationSide {
    /// Its name in results and reports: `base`, `deployed`, or a run's id.
    pub name: String,
    /// The run whose model it is; absent for the base model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// The name of the deployment that answers for that run, temporary or not; absent for the base model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// Whether the evaluation created the deployment, and deletes it.
    #[serde(default)]
    pub temporary: bool,
    /// Whether all its answers are there, so that its deployment isn't needed any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answered: bool,
    /// What Converse takes as the model's id: the base model's, or the deployment's ARN. Absent until that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_id: Option<String>,
    /// When that deployment began to serve the model. If it isn't the same any more, another model may have answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed_at: Option<String>,
}

impl EvaluationEntry {
    /// The index of the side that has its temporary deployment now: the first one that isn't answered; `None` if no side needs
    /// one. An evaluation has one at a time. If it held one while it waits for another, two evaluations could take all
    /// deployments of an account, and wait for each other.
    pub fn turn(&self) -> Option<usize> {
        self.sides.iter().position(|side| side.temporary && !side.answered)
    }

    /// Whether a side is asked now, by its index: it isn't answered, and needs no temporary deployment or has it.
    pub fn asks(&self, side: usize) -> bool {
        let waits = |one: &EvaluationSide| one.answered || (one.temporary && self.turn() != Some(side));
        self.sides.get(side).is_some_and(|one| !waits(one))
    }
}

/// The name of the deployment that an evaluation of `run_id` creates for the model of the run `side`. Two evaluations
/// share none, so that the end of one deletes nothing that the other asks.
pub fn temporary_deployment(run_id: &RunId, side: &RunId) -> String {
    let mut hash = blake3::Hasher::new();
    hash.update(run_id.as_bytes());
    hash.update(b"\n"); // in no run id
    hash.update(side.as_bytes());
    format!("{TEMPORARY}{}", &hash.finalize().to_hex()[..12])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deployment::deployment_name_fault;

    #[test]
    fn evaluations_share_no_temporary_deployment() {
        let runs: [RunId; 3] =
            ["bot-000000000001", "bot-000000000002", "cat-000000000001"].map(|id| id.parse().expect("a run id"));
        let mut names = Vec::new();
        for run_id in &runs {
            for side in &runs {
                let name = temporary_deployment(run_id, side);
                assert_eq!(deployment_name_fault(&name), None, "{name}");
                assert!(!names.contains(&name), "{name}");
                names.push(name);
            }
        }
    }
}
