//! The outcome of a run: `outcome.html` and `outcome.json`.

mod chart;
mod compared;
mod losses;
mod next;
mod page;
mod reading;

use std::collections::BTreeMap;

pub use compared::Compared;

use serde::Serialize;

use crate::wording::shell;
use crate::{Billing, MetricColumn};

/// Everything the outcome report shows.
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
    /// The job's ARN; empty where the launch was refused.
    pub job_arn: String,
    /// The custom model's ARN, where there is one.
    pub model_arn: Option<String>,
    /// Why it failed or was refused: Bedrock's words, or the guard's.
    pub failure_message: Option<String>,
    /// RFC 3339.
    pub created_at: Option<String>,
    /// RFC 3339.
    pub ended_at: Option<String>,
    /// Bedrock's phases, where it gives them.
    pub phases: Vec<Phase>,
    /// Hyperparameters as they were sent.
    pub hyperparameters: BTreeMap<String, String>,
    /// Records in the training file.
    pub records: Option<u64>,
    /// What the training was billed, as estimated beforehand: Bedrock tells neither tokens nor costs of a job.
    pub billing: Option<Billing>,
    /// Earlier runs of the same dataset, the newest first.
    pub earlier: Vec<Compared>,
    /// Training loss by step; empty where Bedrock left no metrics.
    pub training: Vec<LossPoint>,
    /// Validation loss by step.
    pub validation: Vec<LossPoint>,
    /// The other columns of Bedrock's metrics files, such as rewards.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricColumn>,
    /// Where Bedrock wrote its files (`s3://…`).
    pub output: String,
}

/// A phase of the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Phase {
    /// `Validation`, `Data processing` or `Training`.
    pub name: String,
    /// Bedrock's word for how it went.
    pub status: String,
    /// RFC 3339.
    pub started_at: Option<String>,
    /// RFC 3339.
    pub changed_at: Option<String>,
}

/// One row of Bedrock's metrics files (user guide, "Analyze the results of a model customization job").
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LossPoint {
    /// From 0.
    pub step: u64,
    /// From 0 or 1, as Bedrock counts.
    pub epoch: u64,
    /// Training or validation loss.
    pub loss: f64,
    /// Perplexity, which older files lack.
    pub perplexity: Option<f64>,
}

impl Outcome {
    /// `outcome.json`: all of it, for programs. A loss that is no finite number is `null`, for JSON has no such numbers.
    pub fn json(&self) -> String {
        // Strings and numbers under string keys: nothing here can fail to serialize.
        let mut json = serde_json::to_string_pretty(self).expect("an outcome serializes");
        json.push('\n');
        json
    }

    /// `outcome.html`: one self-contained file.
    pub fn html(&self) -> String {
        page::render(self).expect("writing to a string doesn't fail")
    }
}

/// Base models whose custom models take on-demand inference (user guide, "Deploy a custom model for on-demand inference").
const ON_DEMAND: [&str; 5] = ["nova-micro", "nova-lite", "nova-pro", "nova-2-lite", "llama3-3-70b"];

/// What to do with a custom model: a few words and the exact command, for each.
pub(crate) fn next_commands(run_id: &str, model_arn: &str, base_model: &str) -> Vec<(&'static str, String)> {
    let region = next::region(model_arn);
    let (name, arn) = (shell(run_id), shell(model_arn));
    let deploy = if takes_on_demand(base_model) {
        (
            "Deploy it for on-demand inference; the answer's customModelDeploymentArn is the model id to invoke",
            format!(
                "aws bedrock create-custom-model-deployment{region} --model-deployment-name {name} --model-arn {arn}"
            ),
        )
    } else {
        (
            "Deploy it on provisioned throughput, billed by the hour until it is deleted",
            format!(
                "aws bedrock create-provisioned-model-throughput{region} --model-units 1 --provisioned-model-name {name} --model-id {arn}"
            ),
        )
    };
    let delete = (
        "Delete it once it isn't needed; until then its storage is billed by the month",
        format!("aws bedrock delete-custom-model{region} --model-identifier {arn}"),
    );
    vec![deploy, delete]
}

/// A custom model's ARN names the model that it was made from. Where no base is known, on demand costs nothing while it
/// isn't used.
fn takes_on_demand(base_model: &str) -> bool {
    base_model.is_empty() || ON_DEMAND.iter().any(|model| base_model.contains(model))
}

#[cfg(test)]
mod tests;
