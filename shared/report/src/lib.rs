#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))] // no I/O: see clippy.toml
#![deny(clippy::iter_over_hash_type)] // deterministic output

mod billing;
mod dataset_report;
mod evaluation;
mod failure_hint;
mod message;
mod metrics;
mod outcome;
mod redact;
mod svg;
mod wording;

pub use billing::Billing;
pub use dataset_report::{
    DatasetReport, FixedFindings, Origin, ReportFile, Setting, TokenHistogram, settings, token_histogram,
};
pub use evaluation::{
    EvaluatedModel, EvaluationReport, MetricRow, RecordTexts, RelatedReport, evaluation_text, interval_chart,
    metric_rows,
};
pub use message::{Message, chat, message, sent};
pub use metrics::{MetricColumn, other_metrics, training_metrics, validation_metrics};
pub use outcome::{
    CURVES_MAX, Compared, LossChart, LossJump, LossPoint, Outcome, Phase, SuspectList, loss_chart, loss_curves,
    loss_jump,
};
pub use redact::{redact, redact_of_judge};
pub use wording::{STYLE, URI_PATH, is_hidden, shell};

#[cfg(test)]
mod samples;
