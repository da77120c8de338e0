#![doc = include_str!("../README.md")]

mod meaning;
mod message;
mod metrics;
mod outcome;
mod redact;
mod verdict;
mod wording;

pub use message::{Message, message};
pub use metrics::{training_metrics, validation_metrics};
pub use outcome::{LossPoint, Outcome, Phase};
pub use redact::redact;
pub use verdict::{FileVerdict, Verdict};

#[cfg(test)]
mod samples;
