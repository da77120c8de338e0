//! Prints what was counted, beside the log; CloudWatch Logs makes metrics of it.

use std::io::Write as _;

use tunedrop_run::metric::{About, Count, lines};
use tunedrop_run::{Run, Timestamp};

/// Prints a line for each group of counts, whole, past the log's level. Straight after the write that took effect, so
/// that a repeat, which finds it written, counts nothing.
pub(crate) fn count(stack: &str, about: About<'_>, counts: &[Count]) {
    for line in lines(stack, Timestamp::now(), about, counts) {
        // Like a lost line of the log: nothing that should stop a step.
        let _ = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
    }
}

/// As [`count`], of a run.
pub(crate) fn count_run(stack: &str, run: &Run, counts: &[Count]) {
    count(stack, About { run_id: Some(&run.run_id), dataset: Some(&run.dataset) }, counts);
}

/// Counts that a run came into another state than it was read in.
pub(crate) fn count_move(stack: &str, was: &Run, run: &Run) {
    count_run(stack, run, &tunedrop_run::metric::moved(Some(was), run, Timestamp::now()));
}
