#![doc = include_str!("../README.md")]
// Standard output is the log, and a line of it that is no JSON of ours can't be searched; metrics go through `count`.
#![deny(clippy::print_stderr, clippy::print_stdout)]
#![deny(clippy::iter_over_hash_type)] // the same order each time

mod announce;
mod batch;
mod count;
mod launch;
mod logging;
mod notify;
mod outcome;
mod record;
mod retry;
mod settings;
mod sweep;
mod validate;

pub use batch::{StepError, serve, serve_batch, serve_schedule};
pub use launch::{Launch, Woken};
pub use logging::log_as_json;
pub use notify::Notify;
pub use record::Record;
pub use sweep::Sweep;
pub use validate::Validate;
