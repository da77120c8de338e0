#![doc = include_str!("../README.md")]

mod announce;
mod batch;
mod count;
mod launch;
mod logging;
mod notify;
mod outcome;
mod record;
mod settings;
mod sweep;
mod validate;

pub use batch::{StepError, serve, serve_schedule};
pub use launch::Launch;
pub use logging::log_as_json;
pub use notify::Notify;
pub use record::Record;
pub use sweep::Sweep;
pub use validate::Validate;
