//! Validates datasets for Amazon Bedrock model customization: bytes in, findings and statistics out.
//!
//! Pure: no I/O, no async, no clock. A [`FileCheck`] is fed a file's bytes in chunks of any size and answers
//! with a [`FileReport`]; [`check_set`] and [`check_hyperparameters`] check what concerns several
//! files and the recipe. A problem in the data is a [`Finding`], never an error, and no input panics.

#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))] // no I/O: see clippy.toml
#![deny(clippy::iter_over_hash_type)] // the same answer each time

pub mod catalogue;
mod codes;
mod estimate;
mod excerpt;
mod fast;
mod file;
mod findings;
mod index;
mod json;
mod layout;
mod line_findings;
mod lines;
mod lookalike;
mod meant;
mod media;
pub mod money;
mod options;
mod pointer;
mod record_checker;
mod record_summary;
mod record_texts;
mod reserved;
mod rules;
mod sensitive;
mod set;
mod shape;
mod statistics;
mod uri;

pub use catalogue::{Catalogue, Customization, Format, Model, PriceSnapshot, Rates, Training, same_model};
pub use codes::{Code, CodeInfo};
pub use estimate::{Estimate, estimate};
pub use excerpt::{EXCERPT_CHARS, Excerpt};
pub use file::{FileCheck, FileReport, RecordIndex, Role};
pub use findings::{Finding, Findings, KEPT_PER_CODE, Severity};
pub use json::json_fault;
pub use layout::{Ending, FileType, LAYOUT_HEAD, RECORD_LISTS, layout_of};
pub use media::{
    MediaFolder, MediumKind, MediumMet, MediumSeen, check_buckets, check_left, check_medium, wanted_behind,
};
pub use options::Options;
pub use record_texts::{LineFeed, RecordTexts, TextReader, TextRole};
pub use sensitive::{SensitiveCounts, SensitiveKind, SensitiveSpan, sensitive_spans};
pub use set::{
    FILE_MAX, HELD_OUT_MAX, Quotas, SetFile, check_hyperparameters, check_set, check_size, check_size_alone, grouped,
};
pub use statistics::{LongRecord, Statistics, TokenBracket, TokenBucket};
pub use uri::s3_uri_fault;
