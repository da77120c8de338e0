#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))] // no I/O: see clippy.toml
#![deny(clippy::iter_over_hash_type)] // results must be the same each time

mod bootstrap;
mod decide;
mod evaluate;
mod json;
mod judge;
mod key;
mod label;
mod lcs;
mod metric;
mod outcome;
mod overlap;
mod profile;
mod record;
mod refusal;
mod sample;
mod score;
mod sentence;
mod table;
mod usage;
mod words;

pub use bootstrap::{CONFIDENCE, Estimate, Interval, RECORDS_MIN, RESAMPLES, Resampling, mean};
pub use decide::{BASE, DEPLOYED, Requirement};
pub use evaluate::{Input, NOISE_RECORDS, Side, evaluate};
pub use judge::{JudgeDataset, Judged, judge_metric_name};
pub use key::{NotAKey, RecordKey};
pub use label::{Confusion, LABELS_MAX, label};
pub use metric::{Direction, Metric, UnknownMetric};
pub use outcome::{
    Changed, ChangedRecord, Check, CheckResult, Decision, Difference, Evaluation, LabelResult, MetricResult, Noise,
    Outcome, Rule, Score, SideResult, VERSION, Verdict,
};
pub use overlap::Overlap;
pub use profile::{ANSWER_TOKENS_MAX, Profile};
pub use record::{BLOCK_JOIN, HeldOut, Prompt, Speaker, Turn, Unusable, read_record};
pub use refusal::looks_like_refusal;
pub use sample::{RECORDS_DEFAULT, RECORDS_MAX, RecordKeys, SAMPLE_BYTES_MAX, Sample, SampleCounts, Sampler};
pub use score::Text;
pub use sentence::FEW_RECORDS;
pub use usage::{Answer, Price, Usage};
pub use words::{rouge_words, squad_normalized, unicode_words};
