//! The decisions of the steps. They are pure, so that the protocol test makes the same decisions as the functions.
//!
//! A step reads, calls one of these, and then writes or calls what it returns. A step decides nothing itself.

pub mod accept;
pub mod budget;
pub mod clean_up;
pub mod command;
pub mod deploy;
pub mod evaluate;
pub mod launch;
pub mod lifecycle;
pub mod limit;
pub mod notify;
pub mod record;
pub mod redelivery;
pub mod sweep;
pub mod upload;

use crate::event::Kind;
use crate::{Blocker, State};

/// What a launch or a job's state writes into a run. Other attributes don't change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The state after it.
    pub state: State,
    /// Unix seconds until which no other launch touches the run; `None` clears it.
    pub lease_until: Option<i64>,
    /// Why the run is blocked, in Bedrock's words. `None` clears it.
    pub blocked_reason: Option<String>,
    /// What blocks it; `None` clears it.
    pub blocked_by: Option<Blocker>,
    /// The job's ARN, if it became known; `None` doesn't change it.
    pub job_arn: Option<String>,
    /// Unix seconds until which Bedrock may still show a job that an unanswered call created; `None` clears it.
    pub unconfirmed_until: Option<i64>,
}

/// The event to publish for a run in `state`; `None` if people were notified of that state, or it isn't published.
pub fn unpublished(state: State, notified: bool) -> Option<Kind> {
    state.announcement().filter(|_| !notified)
}
