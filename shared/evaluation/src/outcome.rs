//! The result of an evaluation: the content of `evaluation.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bootstrap::{Estimate, Resampling};
use crate::key::RecordKey;
use crate::label::Confusion;
use crate::metric::{Direction, Metric};
use crate::overlap::Overlap;
use crate::sample::SampleCounts;
use crate::usage::Usage;

/// The version of [`Evaluation`]'s fields.
pub const VERSION: u32 = 1;

/// The result of evaluating a new model. It identifies records by their keys. The only text of records in it are the
/// labels in [`labels`](Self::labels), so it may be in reports, but not in messages and events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The version of these fields: 1.
    pub version: u32,
    /// Whether to keep the model.
    pub decision: Decision,
    /// The new model's name among the sides.
    pub new: String,
    /// The models, the new one first.
    pub sides: Vec<SideResult>,
    /// The metrics in the recipe's order, or in that of [`Profile::metrics`](crate::Profile::metrics). Without
    /// requirements, the first one decides.
    pub metrics: Vec<MetricResult>,
    /// The number of sampled records.
    pub records: u64,
    /// Counts of the held-out file's records.
    pub sample: SampleCounts,
    /// The held-out records that are also in the training file, if the two were compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap: Option<Overlap>,
    /// The labels of the references, if a metric compares labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<LabelResult>,
    /// The records whose score differs the most, by the first metric against the first other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Changed>,
    /// How much a model's answers differ if it is asked twice, if that was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<Noise>,
    /// Sentences that readers should know before they rely on the decision.
    pub notes: Vec<String>,
    /// How intervals were computed.
    pub resampling: Resampling,
}

/// Whether to keep the new model, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether to keep the model.
    pub outcome: Outcome,
    /// The reason in one or two sentences.
    pub sentence: String,
    /// The requirements, and whether they hold.
    pub checks: Vec<Check>,
}

/// What to do with the new model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every requirement holds.
    Keep,
    /// A requirement fails.
    Drop,
    /// No requirement fails, but not all of them certainly hold.
    Undecided,
}

/// A requirement and its result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The metric.
    pub metric: Metric,
    /// The kind of the requirement.
    pub rule: Rule,
    /// The side that the new model is compared with; none for `min` and `max`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// The limit; 0 for `better`.
    pub limit: f64,
    /// The new model's score for `min` and `max`. For the other rules, its advantage over the other side, which is
    /// positive if the new model is better. None if no record has a score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Estimate>,
    /// Whether it holds.
    pub result: CheckResult,
}

/// A kind of requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The new model's score is at least the limit.
    Min,
    /// The new model's score is at most the limit.
    Max,
    /// The new model's advantage over the base model is at least the limit.
    OverBase,
    /// The new model is better than the other side.
    Better,
}

/// Whether a requirement holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// The requirement holds for the whole interval.
    Holds,
    /// The requirement holds for no part of the interval.
    Fails,
    /// The requirement holds for a part of the interval.
    Undecided,
    /// Fewer than six records have a score.
    TooFew,
}

/// A metric's results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricResult {
    /// Its name.
    pub metric: Metric,
    /// Which direction is better.
    pub better: Direction,
    /// Each side's score, in the order of the sides.
    pub scores: Vec<Score>,
    /// The new model's score minus that of each other side.
    pub differences: Vec<Difference>,
}

/// A side's score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The side's name.
    pub side: String,
    /// The score; none if no record has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Estimate>,
    /// Records without a score: without an answer, with a judge's answer that can't be parsed, or with a reference that
    /// the metric doesn't apply to. They aren't part of any figure.
    pub missing: u64,
}

/// The new model compared with another side, over the records that have a score of both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The other side's name.
    pub against: String,
    /// The new model's score minus the other's; none if no record has both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Estimate>,
    /// Records that lack one of the two scores, or both.
    pub missing: u64,
    /// Whether the new model is better, by the interval.
    pub verdict: Verdict,
}

/// How the new model compares with another side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole interval is on the better side of 0.
    Better,
    /// The whole interval is on the worse side of 0.
    Worse,
    /// The interval includes 0, or fewer than six records have both scores.
    NoDifference,
}

/// A side's answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SideResult {
    /// Its name.
    pub side: String,
    /// Records with an answer.
    pub answers: u64,
    /// Records without one.
    pub missing: u64,
    /// Answers of white space only.
    pub empty: u64,
    /// Answers that look like a refusal where the reference doesn't.
    pub refusals: u64,
    /// The median of the answers' lengths, each divided by its reference's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_ratio: Option<f64>,
    /// Latency, tokens, cost.
    #[serde(flatten)]
    pub usage: Usage,
}

/// Labels and confusion matrices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelResult {
    /// The labels of the references, sorted. They are text of records.
    pub labels: Vec<String>,
    /// A matrix for each side.
    pub confusion: Vec<Confusion>,
}

/// The records whose scores differ the most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// The metric.
    pub metric: Metric,
    /// The side that the new model is compared with.
    pub against: String,
    /// Records for which the new model is better, the largest difference first.
    pub better: Vec<ChangedRecord>,
    /// Records for which it is worse, the largest difference first.
    pub worse: Vec<ChangedRecord>,
}

/// A record and its scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangedRecord {
    /// The record.
    pub record: RecordKey,
    /// The new model's score.
    pub new: f64,
    /// The other side's score.
    pub other: f64,
}

/// How much a model's answers differ between two calls with the same prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Noise {
    /// The model's name among the sides.
    pub side: String,
    /// Records with two answers.
    pub records: u64,
    /// Records with two equal answers.
    pub same: u64,
    /// The mean absolute change of a record's score, for each metric that isn't a judge's.
    pub change: BTreeMap<Metric, f64>,
}

impl Evaluation {
    /// Returns the content of `evaluation.json`.
    pub fn json(&self) -> String {
        // Serialization can't fail: all keys are strings, and all numbers are finite.
        let mut json = serde_json::to_string_pretty(self).expect("an evaluation serializes");
        json.push('\n');
        json
    }
}
