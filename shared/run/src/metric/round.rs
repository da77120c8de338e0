//! What a sweep counts on its round over everything that is open.

use jiff::Timestamp;

use super::{Count, Metric, between};
use crate::decide::sweep::is_stuck;
use crate::{Hold, Run, State};

/// The states that a run waits or works in, in the order in which it goes through them.
const OPEN: [State; 4] = [State::Held, State::Queued, State::Launching, State::Running];

/// A round, run by run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Round {
    stuck_after_s: i64,
    open: [u64; OPEN.len()],
    oldest_s: f64,
    unheard: u64,
    stuck: u64,
    unreadable: u64,
}

impl Round {
    /// One that has seen nothing yet; a run is stuck that has been Running for so many seconds.
    pub fn new(stuck_after_s: i64) -> Round {
        Round { stuck_after_s, open: [0; OPEN.len()], oldest_s: 0.0, unheard: 0, stuck: 0, unreadable: 0 }
    }

    /// Counts a run of the ledger; `ended` where its job is over at Bedrock.
    pub fn see(&mut self, run: &Run, ended: bool, now: Timestamp) {
        let Some(at) = OPEN.iter().position(|state| *state == run.state) else {
            return;
        };
        self.open[at] += 1;
        if run.state != State::Held {
            self.oldest_s = self.oldest_s.max(between(&run.since, now).unwrap_or_default());
        }
        self.unheard += u64::from(ended);
        let age_s = between(&run.changed_at, now).unwrap_or_default() as i64;
        // What a running run waits for is that Bedrock begins with its job.
        let is_idle = run.state == State::Running && run.held_by == Some(Hold::Idle);
        let is_stuck = is_idle || is_stuck(run.state, run.lease_until, age_s, now.as_second(), self.stuck_after_s);
        self.stuck += u64::from(!ended && is_stuck);
    }

    /// Counts an item that can't be read.
    pub fn see_unreadable(&mut self) {
        self.unreadable += 1;
    }

    /// All of it, noughts too, so that a graph says "none" and not "unknown". `whole`: everything could be looked at.
    pub fn counts(&self, whole: bool) -> Vec<Count> {
        let open = OPEN.iter().zip(self.open);
        let mut counts: Vec<Count> =
            open.map(|(state, count)| Metric::OpenRuns.of(state.as_str(), count as f64)).collect();
        counts.push(Metric::OldestOpenRunSeconds.is(self.oldest_s));
        counts.push(Metric::UnheardEnds.is(self.unheard as f64));
        counts.push(Metric::StuckRuns.is(self.stuck as f64));
        counts.push(Metric::UnreadableItems.is(self.unreadable as f64));
        if whole {
            counts.push(Metric::Sweeps.is(1.0));
        }
        counts
    }
}
