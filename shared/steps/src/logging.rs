//! Structured logs: one JSON object per line, each with the fields of the step's span (run id, dataset).

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::settings::optional;

/// Logs to standard output. `RUST_LOG` sets the level, such as `debug` or `info,tunedrop_aws=debug`; the default is `info`.
pub fn log_as_json() {
    // `EnvFilter` would filter by the fields of spans too, with a regular expression engine of 250 kB in each function.
    let wanted = optional("RUST_LOG").and_then(|text| text.parse().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false);
    tracing_subscriber::registry().with(lines).with(filter).init();
}
