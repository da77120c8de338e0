//! What keeps a queued run from its turn, and when it is tried again.

use serde::{Deserialize, Serialize};

/// A run that no free slot helps is tried again after this many seconds, so that others get their turn in between.
pub const RESTS_S: i64 = 600;
/// A run behind one that found no slot is tried as well, unless Bedrock said so of itself less than this many seconds ago.
pub const PROBED_AFTER_S: i64 = 300;

/// What a queued run waits for, apart from its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hold {
    /// A job slot, which gets free when a job ends.
    Slot,
    /// A quota that no ending job frees, such as the number of custom models.
    Quota,
    /// The next day: the stack's own limit on launches.
    Day,
    /// A permission.
    Permission,
    /// Bedrock, which has the job of a running run and doesn't begin its next phase.
    Idle,
    /// Something that this version doesn't know.
    #[serde(other)]
    Unknown,
}

impl Hold {
    /// The name that the ledger has.
    pub fn as_str(self) -> &'static str {
        match self {
            Hold::Slot => "slot",
            Hold::Quota => "quota",
            Hold::Day => "day",
            Hold::Permission => "permission",
            Hold::Idle => "idle",
            Hold::Unknown => "unknown",
        }
    }

    /// Whether an ending job, or the end of the day, lets the run go on.
    pub fn ends_by_itself(self) -> bool {
        matches!(self, Hold::Slot | Hold::Day | Hold::Unknown)
    }

    /// Whether a run that has waited for this since `age` seconds is left out of a drain.
    pub fn rests(self, age: i64) -> bool {
        !self.ends_by_itself() && age < RESTS_S
    }
}

/// Whether a queued run is tried although another one of its base model has just found no slot: that one's quota may be
/// its own. `age` is in seconds since the run's last change, which is its last try where it has waited before.
pub fn probes(held_by: Option<Hold>, age: i64) -> bool {
    held_by.is_none() || age >= PROBED_AFTER_S
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_job_frees_rests() {
        for hold in [Hold::Slot, Hold::Quota, Hold::Day, Hold::Permission, Hold::Unknown] {
            let rests = matches!(hold, Hold::Quota | Hold::Permission);
            assert_eq!((hold.rests(RESTS_S - 1), hold.rests(RESTS_S)), (rests, false), "{hold:?}");
            assert_eq!(serde_json::to_value(hold).unwrap(), hold.as_str());
        }
        assert_eq!(serde_json::from_str::<Hold>("\"tide\"").unwrap(), Hold::Unknown);
        assert!(probes(None, 0) && probes(Some(Hold::Slot), PROBED_AFTER_S) && !probes(Some(Hold::Slot), 1));
    }
}
