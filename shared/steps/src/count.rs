//! Prints the metrics of what was counted. CloudWatch Logs creates metrics from these lines.

use std::io::Write as _;

use tunedrop_run::metric::{Count, LogFields, lines};
use tunedrop_run::{Run, Timestamp};

/// Prints a line for each group of counts, whatever the log's level. Call it right after the write that took effect, so
/// that a repetition, which finds the write done, counts nothing.
pub(crate) fn count(stack: &str, fields: LogFields<'_>, counts: &[Count]) {
    for line in lines(stack, Timestamp::now(), fields, counts) {
        // A line that can't be printed is lost, like a line of the log. It must not stop a step.
        let _ = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
    }
}

/// Like [`count`], for a run.
pub(crate) fn count_run(stack: &str, run: &Run, counts: &[Count]) {
    count(stack, LogFields { run_id: Some(&run.run_id), dataset: Some(&run.dataset) }, counts);
}

/// Counts that a run has changed its state since it was read.
pub(crate) fn count_move(stack: &str, was: &Run, run: &Run) {
    count_run(stack, run, &tunedrop_run::metric::moved(Some(was), run, Timestamp::now()));
}
