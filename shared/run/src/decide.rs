//! What a step decides once it has read: pure, so that the check of the protocol makes the same moves as the functions.
//!
//! A step reads, asks one of these, and writes or calls what comes back; it decides nothing itself.

pub mod accept;
pub mod again;
pub mod command;
pub mod launch;
pub mod lifecycle;
pub mod limit;
pub mod record;
pub mod sweep;
pub mod tell;
pub mod upload;

use crate::event::Kind;
use crate::{Hold, State};

/// What a launch or a job's state writes into a run; attributes that aren't here stay as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The state after it.
    pub state: State,
    /// Unix seconds until which no other launch touches the run; `None` clears it.
    pub lease_until: Option<i64>,
    /// Why the run still waits, in Bedrock's words; `None` clears it.
    pub waiting: Option<String>,
    /// What kind of limit that is; `None` clears it.
    pub held_by: Option<Hold>,
    /// The job, where it became known; `None` leaves what is there.
    pub job_arn: Option<String>,
    /// Unix seconds until which Bedrock may still show a job that an unanswered creation has made; `None` clears it.
    pub unsure_until: Option<i64>,
}

/// The event to put for a run in `state`; none where people were told of that state, or none is told of it.
pub fn unheard(state: State, told: bool) -> Option<Kind> {
    state.announcement().filter(|_| !told)
}
