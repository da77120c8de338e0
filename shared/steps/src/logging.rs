//! Structured logs: one JSON object per line, each with the fields of the step's span (run id, dataset).

use tracing_subscriber::EnvFilter;

/// Logs to standard output. `RUST_LOG` sets the level; the default is `info`.
pub fn log_as_json() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .with_env_filter(filter)
        .init();
}
