#![doc = include_str!("../README.md")]

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
pub use metrics::{training_metrics, validation_metrics};
pub use outcome::{Compared, LossPoint, Outcome, Phase};
pub use redact::redact;
pub use verdict::{FileVerdict, Mended, Origin, Setting, Verdict, settings};

#[cfg(test)]
mod samples;
