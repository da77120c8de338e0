//! The report on an evaluation: `evaluation.html`, `evaluation.json`, and a summary for the terminal.

mod changed;
mod chart;
mod confusion;
mod describe;
mod figures;
mod next;
mod page;
mod requirements;
mod summary;
mod terminal;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunedrop_evaluation::{Evaluation, Price, Prompt, RecordKey};

pub(crate) use figures::cost;
pub(crate) use next::{named, trial_name};
pub use summary::{MetricRow, interval_chart, metric_rows};
pub use terminal::evaluation_text;

/// Everything that the report on an evaluation shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluationReport {
    /// The version of these fields: 1. The evaluation's own fields have a version of their own.
    pub version: u32,
    /// The stack's name.
    pub stack: String,
    /// The run whose model is evaluated.
    pub run_id: String,
    /// The dataset's name.
    pub dataset: String,
    /// Which evaluation of the run it is, from 1.
    pub number: u32,
    /// The held-out file's name.
    pub held_out: String,
    /// The models by their side's name.
    pub models: BTreeMap<String, EvaluatedModel>,
    /// The most tokens of an answer; absent if the models' own maximum applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// The model that gave the scores of a judge; absent if there was none, or if it gave no scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<String>,
    /// RFC 3339: when the first prompt was sent; absent if that isn't known any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// RFC 3339: when it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// US dollars for everything that was asked, repeated prompts included; absent if a price is unknown. What a judge billed
    /// isn't known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// The name under which the recipe deploys the model because it is kept; absent if it doesn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deploys_as: Option<String>,
    /// Whether the page may show text of records, and the JSON labels: the stack's `ShowExcerpts`.
    pub show_excerpts: bool,
    /// Other reports that belong to it, such as the run's outcome.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<RelatedReport>,
    /// The result.
    pub evaluation: Evaluation,
    /// The texts of the records in [`Evaluation::changed`]. Only the page shows them.
    #[serde(skip)]
    pub texts: BTreeMap<RecordKey, RecordTexts>,
}

/// What a side is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EvaluatedModel {
    /// The base model's identifier.
    pub base_model: String,
    /// The run that made the model; absent for a base model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The custom model's ARN; absent for a base model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_arn: Option<String>,
    /// The ARN of the deployment that answered; absent if the base model was asked by its own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_arn: Option<String>,
    /// What tokens cost; absent if it isn't known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
}

/// A record as the page shows it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordTexts {
    /// The first line of the held-out file with the record, from 1, if it is known.
    pub line: Option<u64>,
    /// What the models were asked; none if it isn't known.
    pub prompt: Option<Prompt>,
    /// The reference answer.
    pub reference: String,
    /// The answers by the side's name. A side without one didn't answer.
    pub answers: BTreeMap<String, String>,
}

/// Another report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelatedReport {
    /// What it is, such as `Outcome of the run`.
    pub title: String,
    /// Where it is (`s3://…`).
    pub address: String,
}

impl EvaluationReport {
    /// Returns `evaluation.json`. It has no text of records but labels, and no labels either if excerpts aren't shown.
    pub fn json(&self) -> String {
        let mut report = self.clone();
        if let Some(labels) = report.evaluation.labels.as_mut().filter(|_| !self.show_excerpts) {
            labels.labels = confusion::numbered(labels.labels.len());
        }
        // Strings and numbers under string keys: nothing here can fail to serialize.
        let mut json = serde_json::to_string_pretty(&report).expect("an evaluation serializes");
        json.push('\n');
        json
    }

    /// Returns `evaluation.html`, a self-contained file.
    pub fn html(&self) -> String {
        page::render(self).expect("writing to a string doesn't fail")
    }

    /// Returns the summary for a terminal: [`evaluation_text`].
    pub fn text(&self) -> String {
        evaluation_text(&self.evaluation, self.cost_usd)
    }
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
