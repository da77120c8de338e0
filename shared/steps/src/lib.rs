#![doc = include_str!("../README.md")]
// Standard output is the log. A line that isn't JSON of ours can't be searched; metrics are printed by `count`.
#![deny(clippy::print_stderr, clippy::print_stdout)]
#![deny(clippy::iter_over_hash_type)] // the same order each time

mod batch;
mod clean;
mod count;
mod deploy;
mod evaluate;
mod launch;
mod logging;
mod notify;
mod outcome;
mod publish;
mod record;
mod retry;
mod settings;
mod sweep;
mod validate;

pub use batch::{StepError, serve, serve_batch, serve_schedule};
pub use clean::Clean;
pub use deploy::Deploy;
pub use evaluate::Evaluate;
pub use launch::{Launch, Trigger};
pub use logging::log_as_json;
pub use notify::Notify;
pub use record::Record;
pub use sweep::Sweep;
pub use validate::Validate;
