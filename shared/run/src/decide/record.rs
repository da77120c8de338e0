//! record: what a job's state, seen by an event or by the sweep, makes of its run.

use super::Write;
use crate::State;
use crate::state::{Input, JobStatus, next};

/// What to do with a job's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The run has another job: leave it alone.
    Foreign,
    /// Nothing new, for this reason.
    Stale(&'static str),
    /// Write this.
    Moves(Write),
}

/// Applies the `status` of the job `arn` to a run in `state` whose job, where it is known, is `known`.
pub fn apply(state: State, known: Option<&str>, arn: Option<&str>, status: JobStatus) -> Seen {
    if let (Some(known), Some(arn)) = (known, arn)
        && known != arn
    {
        return Seen::Foreign;
    }
    match next(state, Input::Job(status)) {
        Err(reason) => Seen::Stale(reason),
        Ok(state) => Seen::Moves(Write { state, lease_until: None, waiting: None, job_arn: arn.map(str::to_owned) }),
    }
}
