//! What blocks a run, and when it is tried again.

use serde::{Deserialize, Serialize};

/// Seconds after which a blocked run is tried again if a free job slot doesn't help it. Other runs are launched
/// meanwhile.
pub const RETRY_BLOCKED_S: i64 = 600;
/// A run behind one that found no slot is tried too, unless Bedrock refused it for the same reason less than this many
/// seconds ago.
pub const RETRY_SLOT_S: i64 = 300;

/// What blocks a run, apart from older runs in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blocker {
    /// No job slot is free. One becomes free when a job ends.
    Slot,
    /// A quota that doesn't depend on running jobs, such as the number of custom models.
    Quota,
    /// The stack's own limit on launches per day.
    DailyLimit,
    /// A budget of the stack or of the recipe.
    Budget,
    /// A denied permission.
    Permission,
    /// Bedrock has the job of a running run, but doesn't start its next phase.
    IdleJob,
    /// A value that this version doesn't know.
    #[serde(other)]
    Unknown,
}

impl Blocker {
    /// The name in the ledger and in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Blocker::Slot => "slot",
            Blocker::Quota => "quota",
            Blocker::DailyLimit => "daily-limit",
            Blocker::Budget => "budget",
            Blocker::Permission => "permission",
            Blocker::IdleJob => "idle-job",
            Blocker::Unknown => "unknown",
        }
    }

    /// Whether the run continues when a job or the day ends.
    pub fn ends_by_itself(self) -> bool {
        matches!(self, Blocker::Slot | Blocker::DailyLimit | Blocker::Unknown)
    }

    /// Whether a run that has been blocked for `age` seconds is left out of a drain.
    pub fn pauses_retries(self, age: i64) -> bool {
        !self.ends_by_itself() && age < RETRY_BLOCKED_S
    }
}

/// Whether a queued run is tried although another run of its base model just found no slot: the quota may apply to the
/// other run only. `age`: seconds since the run's last change, which is its last attempt if it was blocked before.
pub fn tries_despite_full_slots(blocked_by: Option<Blocker>, age: i64) -> bool {
    blocked_by.is_none() || age >= RETRY_SLOT_S
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_pause_only_for_quotas_and_permissions() {
        for blocker in
            [Blocker::Slot, Blocker::Quota, Blocker::Budget, Blocker::DailyLimit, Blocker::Permission, Blocker::Unknown]
        {
            let pauses = matches!(blocker, Blocker::Quota | Blocker::Budget | Blocker::Permission);
            assert_eq!(
                (blocker.pauses_retries(RETRY_BLOCKED_S - 1), blocker.pauses_retries(RETRY_BLOCKED_S)),
                (pauses, false),
                "{blocker:?}"
            );
            assert_eq!(serde_json::to_value(blocker).unwrap(), blocker.as_str());
        }
        assert_eq!(serde_json::from_str::<Blocker>("\"tide\"").unwrap(), Blocker::Unknown);
        assert!(
            tries_despite_full_slots(None, 0)
                && tries_despite_full_slots(Some(Blocker::Slot), RETRY_SLOT_S)
                && !tries_despite_full_slots(Some(Blocker::Slot), 1)
        );
    }
}
