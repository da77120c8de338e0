//! What a sweep counts while it checks all open items.

use jiff::Timestamp;

use super::{Count, Metric, between};
use crate::decide::sweep::is_stuck;
use crate::{Blocker, Run, State};

/// The states of runs that wait or are in progress, in their order.
const OPEN: [State; 4] = [State::Held, State::Queued, State::Launching, State::Running];

/// The counts of one sweep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Round {
    stuck_after_s: i64,
    open: [u64; OPEN.len()],
    oldest_s: f64,
    unpublished: u64,
    stuck: u64,
    unreadable: u64,
}

impl Round {
    /// Starts the counts. A run is stuck after it has been Running for `stuck_after_s` seconds.
    pub fn new(stuck_after_s: i64) -> Round {
        Round { stuck_after_s, open: [0; OPEN.len()], oldest_s: 0.0, unpublished: 0, stuck: 0, unreadable: 0 }
    }

    /// Counts a run of the ledger. `ended`: its job has ended at Bedrock.
    pub fn see(&mut self, run: &Run, ended: bool, now: Timestamp) {
        let Some(at) = OPEN.iter().position(|state| *state == run.state) else {
            return;
        };
        self.open[at] += 1;
        if run.state != State::Held {
            self.oldest_s = self.oldest_s.max(between(&run.uploaded_at, now).unwrap_or_default());
        }
        self.unpublished += u64::from(ended);
        let age_s = between(&run.changed_at, now).unwrap_or_default() as i64;
        // A running run is blocked if Bedrock doesn't start its job's next phase.
        let is_idle = run.state == State::Running && run.blocked_by == Some(Blocker::IdleJob);
        let is_stuck = is_idle || is_stuck(run.state, run.lease_until, age_s, now.as_second(), self.stuck_after_s);
        self.stuck += u64::from(!ended && is_stuck);
    }

    /// Counts an item that can't be read.
    pub fn see_unreadable(&mut self) {
        self.unreadable += 1;
    }

    /// Returns all counts, zeros included, so that a graph shows "none" and not "unknown". `whole`: every item was
    /// checked.
    pub fn counts(&self, whole: bool) -> Vec<Count> {
        let open = OPEN.iter().zip(self.open);
        let mut counts: Vec<Count> =
            open.map(|(state, count)| Metric::OpenRuns.of(state.as_str(), count as f64)).collect();
        counts.push(Metric::OldestOpenRunSeconds.is(self.oldest_s));
        counts.push(Metric::MissedJobEnds.is(self.unpublished as f64));
        counts.push(Metric::StuckRuns.is(self.stuck as f64));
        counts.push(Metric::UnreadableItems.is(self.unreadable as f64));
        if whole {
            counts.push(Metric::Sweeps.is(1.0));
        }
        counts
    }
}
