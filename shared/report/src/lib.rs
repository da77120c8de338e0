#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))] // no I/O: see clippy.toml
#![deny(clippy::iter_over_hash_type)] // the same answer each time

mod billing;
mod meaning;
mod message;
mod metrics;
mod outcome;
mod redact;
mod svg;
mod verdict;
mod wording;

pub use billing::Billing;
pub use message::{Message, chat, message, sent};
pub use metrics::{MetricColumn, other_metrics, training_metrics, validation_metrics};
pub use outcome::{Compared, LossPoint, Outcome, Phase};
pub use redact::redact;
pub use verdict::{FileVerdict, Mended, Origin, Setting, Verdict, settings};
pub use wording::{URI_PATH, is_hidden, shell};

#[cfg(test)]
mod samples;
