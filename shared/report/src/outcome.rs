//! The report on a run's outcome: `outcome.html` and `outcome.json`.

mod chart;
mod compared;
mod curves;
mod jump;
mod lineage;
mod loss_analysis;
mod losses;
mod next;
mod page;
mod suspects;

use std::collections::BTreeMap;

pub use compared::Compared;
pub use curves::{CURVES_MAX, LossChart, loss_chart, loss_curves};
pub use jump::{LossJump, loss_jump};
#[cfg(test)]
pub(crate) use lineage::tests::sample as lineage_sample;
pub(crate) use next::{Trained, converse, delete_model, supports_converse};

pub use suspects::SuspectList;

use serde::Serialize;

use tunedrop_run::{DeployPlan, EvaluationPlan, Lineage};

use crate::{Billing, MetricColumn};

/// Everything that the outcome report shows.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The schema's version: 1.
    pub version: u32,
    /// The stack's name.
    pub stack: String,
    /// The run's id.
    pub run_id: String,
    /// The dataset's name.
    pub dataset: String,
    /// `Succeeded`, `Failed`, `Stopped` or `Refused`.
    pub state: String,
    /// The base model's identifier.
    pub base_model: String,
    /// What Bedrock said about the base model's next 90 days when the run was launched.
    pub lifecycle_warning: Option<String>,
    /// The job's ARN; empty if the launch was refused.
    pub job_arn: String,
    /// The custom model's ARN, if there is one.
    pub model_arn: Option<String>,
    /// Why the run failed or was refused: a message of Bedrock or of a guard.
    pub failure_message: Option<String>,
    /// RFC 3339.
    pub created_at: Option<String>,
    /// RFC 3339.
    pub ended_at: Option<String>,
    /// The job's phases, if Bedrock reports them.
    pub phases: Vec<Phase>,
    /// Hyperparameters as they were sent to Bedrock.
    pub hyperparameters: BTreeMap<String, String>,
    /// Records in the training file.
    pub records: Option<u64>,
    /// The estimate of tokens and cost. Bedrock doesn't report either for a job.
    pub billing: Option<Billing>,
    /// Earlier runs of the same dataset, newest first.
    pub earlier: Vec<Compared>,
    /// What the run was trained on and from.
    pub lineage: Lineage,
    /// Training loss by step; empty if Bedrock wrote no metrics.
    #[serde(rename = "training_losses")]
    pub training: Vec<LossPoint>,
    /// Validation loss by step.
    #[serde(rename = "validation_losses")]
    pub validation: Vec<LossPoint>,
    /// The other columns of Bedrock's metrics files, such as rewards.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricColumn>,
    /// Where the training loss jumps; absent if it doesn't.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss_jump: Option<LossJump>,
    /// The records that stand out; absent unless the loss jumps or the run failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspects: Option<SuspectList>,
    /// The folder with Bedrock's files (`s3://…/`).
    pub output: String,
    /// Where the recipe has the model deployed; absent: nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deploy: Option<DeployPlan>,
    /// How the recipe has the model evaluated; absent: not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluate: Option<EvaluationPlan>,
}

/// A phase of the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Phase {
    /// `Validation`, `Data processing` or `Training`.
    pub name: String,
    /// Bedrock's status of the phase, for instance `Completed`.
    pub status: String,
    /// RFC 3339.
    pub started_at: Option<String>,
    /// RFC 3339.
    pub changed_at: Option<String>,
}

/// A row of Bedrock's metrics files (user guide, "Analyze the results of a model customization job").
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LossPoint {
    /// From 0.
    pub step: u64,
    /// From 0 or from 1: Bedrock doesn't document which.
    pub epoch: u64,
    /// Training or validation loss.
    pub loss: f64,
    /// Perplexity, if the file has it. Older files don't.
    pub perplexity: Option<f64>,
}

impl Outcome {
    /// Returns `outcome.json`. A loss that isn't finite is `null`, because JSON has no such numbers.
    pub fn json(&self) -> String {
        // Strings and numbers under string keys: nothing here can fail to serialize.
        let mut json = serde_json::to_string_pretty(self).expect("an outcome serializes");
        json.push('\n');
        json
    }

    /// Returns `outcome.html`, a self-contained file.
    pub fn html(&self) -> String {
        page::render(self).expect("writing to a string doesn't fail")
    }
}

#[cfg(test)]
mod tests;
